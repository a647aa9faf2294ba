/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of no convention: a first or last axis as short as a vector or tensor has components,
 * without name and coordinates, beside axes that all have some; or two of them, as those of a
 * tensor. They are differentiated, since nothing says that they are none, and a note tells how to
 * leave them out.
 */
#include "formats/convention.h"

static bool may_be_components(const struct query *query, unsigned k)
{
    const struct coords_axis *axis = &query->coords->axis[k];
    const uint64_t n = query->extent[k];
    return (n == 2 || n == 3 || n == 6 || n == 9) && axis->kind == COORDS_NONE && !axis->name &&
           !axis->left_out;
}

/* Whether all axes but n from k on have coordinates or steps; writes their numbers, "0,1". */
static bool others_are_known(const struct query *query, unsigned k, unsigned n, char *numbers,
                             size_t size)
{
    numbers[0] = '\0';
    for (unsigned i = 0; i < query->rank; i++) {
        const enum coords_kind kind = query->coords->axis[i].kind;
        if (i >= k && i < k + n)
            continue;
        if (kind != COORDS_STEP && kind != COORDS_ARRAY)
            return false;
        hg_memory_append(numbers, size, "%s%u", *numbers ? "," : "", i);
    }
    return *numbers != '\0';
}

/* Notes a text, which is freed with the axis. */
static void guess(struct query *query, unsigned k, char *text)
{
    query->coords->axis[k].guessed = text;
    if (text)
        hg_coords_add_note(query, "%s", text);
}

static void note_one(struct query *query, unsigned k)
{
    char others[128];
    if (may_be_components(query, k) && others_are_known(query, k, 1, others, sizeof others))
        guess(query, k,
              hg_coords_format(query,
                               "axis %u has %u points and no coordinates: if it holds components, "
                               "--dim=%s leaves it out",
                               k, (unsigned)query->extent[k], others));
}

/* Likewise of the axes k and k + 1 of a tensor. */
static void note_two(struct query *query, unsigned k)
{
    char others[128];
    if (may_be_components(query, k) && may_be_components(query, k + 1) &&
        query->extent[k] == query->extent[k + 1] &&
        others_are_known(query, k, 2, others, sizeof others))
        guess(query, k,
              hg_coords_format(query,
                               "axes %u and %u have %u points and no coordinates: if they hold "
                               "components, --dim=%s leaves them out",
                               k, k + 1, (unsigned)query->extent[k], others));
}

static void read_axes(struct query *query)
{
    if (query->rank < 2)
        return;
    note_one(query, 0);
    note_one(query, query->rank - 1);
    if (query->rank < 3)
        return;
    note_two(query, 0);
    note_two(query, query->rank - 2);
}

const struct coords_convention hg_coords_components = {
    .name = "components",
    .axes = read_axes,
};
