/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of no convention: a first or last axis as short as a vector or tensor has components,
 * without name and coordinates, beside axes that all have some. It is differentiated, since nothing
 * says that it is none, and a note tells how to leave it out.
 */
#include "formats/convention.h"

static bool may_be_components(const struct query *query, unsigned k)
{
    const struct coords_axis *axis = &query->coords->axis[k];
    const uint64_t n = query->extent[k];
    return (n == 2 || n == 3 || n == 6 || n == 9) && axis->kind == COORDS_NONE && !axis->name &&
           !axis->left_out;
}

/* Whether all other axes have coordinates or steps; writes their numbers, "0,1". */
static bool others_are_known(const struct query *query, unsigned k, char *numbers, size_t size)
{
    numbers[0] = '\0';
    for (unsigned i = 0; i < query->rank; i++) {
        const enum coords_kind kind = query->coords->axis[i].kind;
        if (i == k)
            continue;
        if (kind != COORDS_STEP && kind != COORDS_ARRAY)
            return false;
        hg_memory_append(numbers, size, "%s%u", *numbers ? "," : "", i);
    }
    return true;
}

static void read_axes(struct query *query)
{
    const unsigned ends[] = {0, query->rank - 1};
    char others[128];
    for (unsigned i = 0; i < 2 && query->rank > 1; i++) {
        const unsigned k = ends[i];
        if (may_be_components(query, k) && others_are_known(query, k, others, sizeof others))
            hg_coords_add_note(query,
                               "axis %u has %u points and no coordinates: if it holds components, "
                               "--dim=%s leaves it out",
                               k, (unsigned)query->extent[k], others);
    }
}

const struct coords_convention hg_coords_components = {
    .name = "components",
    .axes = read_axes,
};
