/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SNIRF, near-infrared spectroscopy: /nirs/data1/dataTimeSeries and its like have the axes time and
 * channel. The dataset time beside them holds all times, or the first one and the step.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

static bool is_snirf(hid_t file)
{
    return hg_has_link(file, "formatVersion");
}

/* Returns what follows "/", word and perhaps a number at the start of a path: "/" and more; NULL if
 * it begins otherwise. */
static const char *after(const char *path, const char *word)
{
    const char *rest = hg_path_skip(path, word, false);
    rest = rest ? rest : hg_path_skip(path, word, true);
    return rest && *rest == '/' ? rest : NULL;
}

static bool is_series(const char *path)
{
    const char *nirs = after(path, "nirs");
    const char *data = after(nirs, "data");
    data = data ? data : after(nirs, "aux");
    return data && strcmp(data, "/dataTimeSeries") == 0;
}

static void enter_unit(struct query *query)
{
    BASE_FREED char *nirs = hg_coords_above(query, 2);
    BASE_FREED char *path = nirs ? hg_coords_format(query, "%s/metaDataTags/TimeUnit", nirs) : NULL;
    BASE_FREED char *unit = path ? hg_coords_dataset_text(query, path) : NULL;
    hg_coords_set_unit(query, 0, unit);
    hg_coords_set_unit(query, 0, "s");
}

static void read_axes(struct query *query)
{
    double two[2];
    if (!is_series(query->path) || !is_snirf(query->file))
        return;
    hg_coords_set_name(query, 0, "time");
    for (unsigned k = 1; k < query->rank; k++)
        hg_coords_leave_out(query, k, "its points are channels, in no order");
    BASE_FREED char *time = hg_coords_beside(query, "time");
    H5_CLOSED hid_t dataset = time ? hg_open_dataset(query->file, time, NULL) : -1;
    if (dataset < 0)
        return;
    enter_unit(query);
    if (query->extent[0] != 2 && hg_coords_dataset_numbers(query, time, 2, two))
        hg_coords_set_step(query, 0, two[1], two[0]);
    else
        hg_coords_set_dataset(query, 0, time, false);
}

static const char *not_field(const struct query *query)
{
    if (!after(query->path, "nirs") || is_series(query->path) || !is_snirf(query->file))
        return NULL;
    return strcmp(hg_path_base(query->path), "time") == 0 ? COORDS_COORDINATE
                                                          : "it is bookkeeping of SNIRF";
}

const struct coords_convention hg_coords_snirf = {
    .name = "SNIRF",
    .axes = read_axes,
    .not_field = not_field,
};
