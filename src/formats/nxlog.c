/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NeXus outside NXdata: the values of an NXlog lie along its times, and the picture of an
 * NXdetector, whose pixels have sizes, is beside them.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

/* Opens the group that holds the dataset, if it is of that class; -1 if not. */
static hid_t open_class(const struct query *query, const char *class)
{
    hid_t group = hg_open_parent_with(query->file, query->path, "NX_class");
    return hg_keep_if(group >= 0 && hg_attribute_is(group, "NX_class", class), group);
}

static bool is_value(const char *path)
{
    const char *name = hg_path_base(path);
    return strcmp(name, "value") == 0 || strcmp(name, "raw_value") == 0;
}

static void read_log(struct query *query)
{
    H5_CLOSED hid_t group = is_value(query->path) ? open_class(query, "NXlog") : -1;
    H5_CLOSED hid_t time = group >= 0 ? hg_coords_open_beside(query, "time") : -1;
    if (time < 0 || hg_coords_judge(time, query->extent[0], NULL, NULL) != H5GRAD_OK)
        return;
    BASE_FREED char *path = hg_coords_beside(query, "time");
    query->source = "NXlog";
    hg_coords_set_name(query, 0, "time");
    if (path)
        hg_coords_set_dataset(query, 0, path, false);
}

/* The pixels of a detector are the last two axes, unless times of flight are. */
static void read_detector(struct query *query)
{
    static const char *const names[] = {"x", "y"};
    static const char *const sizes[] = {"x_pixel_size", "y_pixel_size"};
    const unsigned rank = query->rank;
    if (rank < 2 || rank > 3 || strcmp(hg_path_base(query->path), "data") != 0)
        return;
    H5_CLOSED hid_t group = open_class(query, "NXdetector");
    if (group < 0 || hg_has_link(group, "time_of_flight"))
        return;
    query->source = "NXdetector";
    for (unsigned i = 0; i < 2; i++) {
        double size;
        BASE_FREED char *path = hg_coords_beside(query, sizes[i]);
        if (!path || !hg_has_link(group, sizes[i]) ||
            !hg_coords_dataset_numbers(query, path, 1, &size))
            continue;
        H5_CLOSED hid_t dataset = hg_coords_open_beside(query, sizes[i]);
        hg_coords_set_name(query, rank - 1 - i, names[i]);
        hg_coords_set_unit_of(query, rank - 1 - i, dataset, "units");
        hg_coords_set_step(query, rank - 1 - i, size, 0);
    }
}

static void read_axes(struct query *query)
{
    read_log(query);
    read_detector(query);
}

static const char *not_field(const struct query *query)
{
    const char *name = hg_path_base(query->path);
    static const char *const helpers[] = {"time",          "cue_",          "average_value",
                                          "minimum_value", "maximum_value", "duration"};
    if (!hg_coords_lies_below(name, sizeof helpers / sizeof *helpers, helpers))
        return NULL;
    H5_CLOSED hid_t group = open_class(query, "NXlog");
    if (group < 0)
        return NULL;
    return strcmp(name, "time") == 0 ? COORDS_COORDINATE : "it is bookkeeping of an NXlog";
}

const struct coords_convention hg_coords_nxlog = {
    .name = "NeXus",
    .axes = read_axes,
    .not_field = not_field,
};
