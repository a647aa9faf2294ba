/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datasets that carry their spacing as attributes of their own. These are less certain than a
 * convention that a whole file follows, and so come behind dimension scales.
 */
#include <stdlib.h>

#include "coords/parts.h"
#include "hdf5/attribute.h"

/* Of microscopy (ImageJ's HDF5 plugin, ilastik, PlantSeg): the last axes are z, y, x, in
 * micrometres; those in front, of channels or times, are not described. */
static enum h5grad_status read_element_size(hid_t dataset, struct coords *coords,
                                            struct h5grad_error *err)
{
    static const char attribute[] = "element_size_um";
    static const char source[] = "attribute element_size_um";
    static const char *const names[] = {"z", "y", "x"};
    double size[3];
    enum coords_found found = coords_numbers(dataset, attribute, 3, size);
    unsigned described = coords->rank < 3 ? coords->rank : 3;
    enum h5grad_status status = H5GRAD_OK;
    if (found == COORDS_ABSENT)
        return H5GRAD_OK;
    for (unsigned i = 3 - described; i < 3 && !status; i++) {
        unsigned k = coords->rank - 3 + i;
        if (coords->axis[k].kind != COORDS_NONE)
            continue;
        if (found == COORDS_FOUND)
            status = coords_set_step(coords, k, size[i], 0, source, err);
        else
            status = coords_set_problem(coords, k, source, err, "it does not hold 3 numbers");
        if (!status)
            status = coords_set_unit(coords, k, "um", err);
        if (!status)
            status = coords_set_name(coords, k, names[i], err);
    }
    return status;
}

/* The attributes that describe an axis. */
struct series {
    const char *source;
    const char *step;
    const char *start;
    const char *unit;
};

static enum h5grad_status read_series(hid_t dataset, const struct series *series,
                                      struct coords *coords, unsigned k, struct h5grad_error *err)
{
    double step, start = 0;
    if (coords->axis[k].kind != COORDS_NONE)
        return H5GRAD_OK;
    enum coords_found found = coords_numbers(dataset, series->step, 1, &step);
    if (found == COORDS_ABSENT)
        return H5GRAD_OK;
    if (found == COORDS_BROKEN)
        return coords_set_problem(coords, k, series->source, err, "it is not one number");
    if (coords_numbers(dataset, series->start, 1, &start) != COORDS_FOUND)
        start = 0;
    enum h5grad_status status = coords_set_step(coords, k, step, start, series->source, err);
    char *unit = h5_attribute_text(dataset, series->unit);
    if (!status)
        status = coords_set_unit(coords, k, unit, err);
    free(unit);
    return status;
}

static const struct series gwpy[] = {
    {"attribute dx", "dx", "x0", "xunit"},
    {"attribute dy", "dy", "y0", "yunit"},
};
static const struct series gwosc = {"attribute Xspacing", "Xspacing", "Xstart", "Xunits"};

/* In gwpy's files x is the first axis and y the second; elsewhere dx and dy of a plane may mean
 * anything, so that there the units, which gwpy always writes, must be present, too. */
static enum h5grad_status read_spectrogram(hid_t dataset, struct coords *coords,
                                           struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < 2; k++) {
        if (H5Aexists(dataset, gwpy[k].unit) <= 0 || H5Aexists(dataset, gwpy[k].start) <= 0 ||
            H5Aexists(dataset, gwpy[k].step) <= 0)
            return H5GRAD_OK;
    }
    for (unsigned k = 0; k < 2 && !status; k++)
        status = read_series(dataset, &gwpy[k], coords, k, err);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)file;
    (void)walk;
    (void)path;
    enum h5grad_status status = read_element_size(dataset, coords, err);
    if (!status && coords->rank == 1)
        status = read_series(dataset, &gwpy[0], coords, 0, err);
    if (!status && coords->rank == 1)
        status = read_series(dataset, &gwosc, coords, 0, err);
    if (!status && coords->rank == 2)
        status = read_spectrogram(dataset, coords, err);
    return status;
}

const struct coords_convention coords_attributes = {
    .name = "spacing attribute",
    .axes = read_axes,
};
