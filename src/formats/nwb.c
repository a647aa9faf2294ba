/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NWB, neurophysiology: groups with a neurodata_type hold series, whose first axis is time. The
 * dataset timestamps has all times, or starting_time the first one and their rate. Axes of channels
 * have no order. What attributes say of the values is read by values/values_convention.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

#define TYPE "neurodata_type"

static bool is_nwb(hid_t file)
{
    return hg_root_has(file, "nwb_version");
}

/* Opens the series that holds the dataset; -1 if it is in none. */
static hid_t open_series(const struct query *query)
{
    return is_nwb(query->file) ? hg_open_parent_with(query->file, query->path, TYPE) : -1;
}

static void enter_rate(struct query *query)
{
    double rate, start = 0;
    BASE_FREED char *path = hg_coords_beside(query, "starting_time");
    H5_CLOSED hid_t first = path ? hg_open_dataset(query->file, path, NULL) : -1;
    if (first < 0 || !hg_coords_number(query, first, "rate", &rate))
        return;
    hg_coords_dataset_numbers(query, path, 1, &start);
    hg_coords_set_unit_of(query, 0, first, "unit");
    hg_coords_set_unit(query, 0, "seconds");
    hg_coords_set_step(query, 0, 1 / rate, start);
}

static void enter_time(struct query *query, hid_t series)
{
    BASE_FREED char *path = hg_coords_beside(query, "timestamps");
    hg_coords_set_name(query, 0, "time");
    if (path && hg_has_link(series, "timestamps")) {
        hg_coords_set_dataset(query, 0, path, false);
        hg_coords_set_unit(query, 0, "seconds");
    } else {
        enter_rate(query);
    }
}

/* Leaves out the axes behind the first that have no order. */
static void leave_out_channels(struct query *query, hid_t series)
{
    static const struct {
        const char *type, *why;
    } types[] = {{"SpatialSeries", "it holds the components of a place"},
                 {"RoiResponseSeries", "its points are regions, in no order"},
                 {"DecompositionSeries", "its points are channels or bands, in no order"}};
    const bool channels = hg_has_link(series, "electrodes");
    /* Events, channels if there are several, and the samples of an event. */
    if (hg_attribute_is(series, TYPE, "SpikeEventSeries")) {
        hg_coords_leave_out(query, 0, "its points are separate events");
        if (query->rank == 3)
            hg_coords_leave_out(query, 1, "its points are channels (electrodes), in no order");
        return;
    }
    for (unsigned k = 1; k < query->rank; k++) {
        if (channels)
            hg_coords_leave_out(query, k, "its points are channels (electrodes), in no order");
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (hg_attribute_is(series, TYPE, types[i].type))
                hg_coords_leave_out(query, k, "%s", types[i].why);
        }
    }
}

static void read_axes(struct query *query)
{
    if (strcmp(hg_path_base(query->path), "data") != 0)
        return;
    H5_CLOSED hid_t series = open_series(query);
    if (series < 0 || (!hg_has_link(series, "timestamps") && !hg_has_link(series, "starting_time")))
        return;
    enter_time(query, series);
    leave_out_channels(query, series);
}

/* Whether the dataset is a column of a table. */
static bool is_column(hid_t dataset)
{
    static const char *const types[] = {"VectorData", "VectorIndex", "ElementIdentifiers",
                                        "DynamicTableRegion"};
    BASE_FREED char *type = hg_attribute_text(dataset, TYPE);
    return hg_coords_is_one_of(type, sizeof types / sizeof *types, types);
}

static const char *not_field(const struct query *query)
{
    static const char *const folders[] = {"/general/", "/specifications/", "/intervals/"};
    static const char *const names[] = {"timestamps", "control", "electrodes",
                                        "rois",       "data",    "channel_conversion"};
    const char *name = hg_path_base(query->path);
    if (!is_nwb(query->file))
        return NULL;
    if (is_column(query->dataset))
        return "it is a column of a table of NWB";
    if (hg_coords_lies_below(query->path, 3, folders))
        return "it is bookkeeping of NWB";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        H5_CLOSED hid_t series = open_series(query);
        if (series >= 0 && strcmp(name, "data") == 0)
            return hg_attribute_is(series, TYPE, "IndexSeries") ? "it holds indices" : NULL;
        return series < 0 ? NULL : i == 0 ? COORDS_COORDINATE : "it is bookkeeping of NWB";
    }
    return NULL;
}

const struct coords_convention hg_coords_nwb = {
    .name = "NWB",
    .axes = read_axes,
    .not_field = not_field,
};
