/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MINC2: the integers within valid_range of /minc-2.0/image/N/image stand for the numbers from
 * image-min to image-max. These are two datasets beside it with one number per index of the image's
 * leading axes, mostly per slice, or one for all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "base/size.h"
#include "values/values.h"
#include "hdf5/attribute.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "hdf5/walk.h"

#define MAX_SLICES ((uint64_t)1 << 20)

#define WAY_OUT "; --no-unpack takes the stored numbers as they are"

static bool is_image(const char *path, const struct h5_type *type)
{
    return type->stored < ELEMENT_F16 && strncmp(path, "/minc-2.0/image/", 16) == 0 &&
           strcmp(hg_path_base(path), "image") == 0;
}

static hid_t open_beside(const struct values_place *field, const char *suffix, bool *memory)
{
    char *name = hg_memory_format("%s%s", field->path, suffix);
    *memory = *memory && name;
    hid_t dataset = name ? hg_open_dataset(field->file, name, NULL) : -1;
    free(name);
    return dataset;
}

/* Returns the number of leading axes of the image that the dataset has values for; -1 if its
 * extents differ from theirs. */
static int leading_axes(hid_t dataset, hid_t image, uint64_t *slices)
{
    hsize_t extent[GRID_MAX_RANK], whole[GRID_MAX_RANK];
    hid_t space = H5Dget_space(dataset), image_space = H5Dget_space(image);
    int rank = space >= 0 ? H5Sget_simple_extent_dims(space, extent, NULL) : -1;
    int image_rank = image_space >= 0 ? H5Sget_simple_extent_dims(image_space, whole, NULL) : -1;
    hg_close(space);
    hg_close(image_space);
    *slices = 1;
    for (int i = 0; i < rank; i++) {
        if (rank >= image_rank || extent[i] != whole[i] || !size_mul(*slices, extent[i], slices) ||
            *slices > MAX_SLICES)
            return -1;
    }
    return rank;
}

/* Turns minima and maxima of slices into offsets and scales; false unless all are finite. */
static bool make_factors(double *low, double *high, uint64_t slices, const double range[2])
{
    bool finite = true;
    for (uint64_t i = 0; i < slices; i++) {
        double scale = (high[i] - low[i]) / (range[1] - range[0]);
        low[i] -= range[0] * scale;
        high[i] = scale;
        finite = finite && isfinite(low[i]) && isfinite(scale);
    }
    return finite;
}

/* Uses one scale for all slices if their scales and offsets are equal. */
static void enter_factors(struct values *values, uint64_t slices, unsigned axes)
{
    const double *offset = values->slices, *scale = values->slices + slices;
    bool same = true;
    for (uint64_t i = 1; i < slices; i++)
        same = same && offset[i] == offset[0] && scale[i] == scale[0];
    if (same && slices > 0) {
        values->rule.scale = scale[0];
        values->rule.offset = offset[0];
    } else {
        values->rule.slice_scale = scale;
        values->rule.slice_offset = offset;
        values->rule.slice_axes = axes;
    }
}

/* Reads valid_range, by default the range of the type; integers outside are missing. */
static bool read_range(hid_t dataset, const struct h5_type *type, struct values *values,
                       double range[2])
{
    uint64_t half = (uint64_t)1 << (8 * hg_element_size(type->stored) - 1);
    bool negative =
        type->stored == ELEMENT_I8 || type->stored == ELEMENT_I16 || type->stored == ELEMENT_I32;
    range[0] = negative ? -(double)half : 0;
    range[1] = (double)half * (negative ? 1 : 2) - 1;
    if (hg_attribute_exactly(dataset, "valid_range", 2, range) == H5_FOUND) {
        values->rule.bounded = true;
        values->rule.low.real = range[0] < range[1] ? range[0] : range[1];
        values->rule.high.real = range[0] < range[1] ? range[1] : range[0];
    }
    return hg_element_size(type->stored) < 8 && isfinite(range[0]) && isfinite(range[1]) &&
           range[0] != range[1];
}

static enum h5grad_status read_factors(hid_t low, hid_t high, uint64_t slices, unsigned axes,
                                       const double range[2], struct values *values,
                                       struct h5grad_error *err)
{
    values->slices = hg_memory_zeroed(slices, 2 * sizeof *values->slices);
    if (!values->slices)
        return hg_error_memory(err, slices * 2 * sizeof *values->slices);
    double *first = values->slices, *second = values->slices + slices;
    enum h5grad_status status = hg_limit_check(low, 0, err);
    if (!status)
        status = hg_limit_check(high, 0, err);
    if (status)
        return status;
    if ((status = hg_read_all(low, H5T_NATIVE_DOUBLE, first, err)) ||
        (status = hg_read_all(high, H5T_NATIVE_DOUBLE, second, err)))
        return hg_error_context(err, status, "image-min and image-max cannot be read");
    if (!make_factors(first, second, slices, range))
        return hg_error_set(err, H5GRAD_FAILED, "image-min and image-max are not finite" WAY_OUT);
    values->packed = true;
    values->unpacked = ELEMENT_F64;
    enter_factors(values, slices, axes);
    values->text = hg_memory_text(values->rule.slice_scale ? "image-min and image-max of each slice"
                                                           : "image-min and image-max");
    return values->text ? H5GRAD_OK : hg_error_memory(err, 64);
}

enum h5grad_status hg_values_read_minc(const struct values_place *field, const struct h5_type *type,
                                       struct values *values, bool *found, struct h5grad_error *err)
{
    *found = false;
    if (!is_image(field->path, type))
        return H5GRAD_OK;
    bool memory = true;
    hid_t low = open_beside(field, "-min", &memory);
    hid_t high = open_beside(field, "-max", &memory);
    enum h5grad_status status = memory ? H5GRAD_OK : hg_error_memory(err, strlen(field->path));
    *found = low >= 0 && high >= 0;
    if (!status && *found) {
        uint64_t slices, others;
        double range[2];
        int axes = leading_axes(low, field->dataset, &slices);
        if (axes < 0 || leading_axes(high, field->dataset, &others) != axes)
            status = hg_error_set(err, H5GRAD_FAILED,
                                  "image-min and image-max are not of its leading axes" WAY_OUT);
        else if (!read_range(field->dataset, type, values, range))
            status = hg_error_set(err, H5GRAD_FAILED, "valid_range is empty" WAY_OUT);
        else
            status = read_factors(low, high, slices, (unsigned)axes, range, values, err);
    }
    hg_close(high);
    hg_close(low);
    return status;
}
