/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "values/values.h"
#include "hdf5/attribute.h"
#include "trust/input_driver.h"
#include "hdf5/limit.h"
#include "hdf5/storage.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "axis/coord_array.h"
#include "reader/reader.h"
#include "stencil/convert.h"

#define PIECE ((uint64_t)512) /* integers converted at a time */

struct coord_array {
    uint64_t extent; /* of the stored values that hg_coord_array_take selects */
    bool grows;
    enum coord_array_points points;
    uint64_t first;        /* integer that is subtracted from all; 0: none */
    double origin;         /* first as a coordinate */
    const double *values;  /* all of them; NULL if they are read on demand */
    double *kept;          /* values, if the array owns them */
    hid_t dataset;         /* -1 if values are held */
    unsigned rank, along;  /* of the dataset, and its axis along which the values lie; rank 0: it
                              has one value */
    struct h5_type type;   /* of the dataset */
    struct values meaning; /* of its numbers */
    struct array_scale scale;
    uint64_t jump; /* the stored value from which on turn, unless it is 0, is added */
    double turn;
    double start; /* the first value, from which those that are scaled count */
};

/* A stored 64-bit integer in native byte order. */
static uint64_t array_integer(const struct coord_array *array, uint64_t bits)
{
    return array->type.swapped ? __builtin_bswap64(bits) : bits;
}

/* integer - array->first, rounded once. */
static double array_difference(const struct coord_array *array, uint64_t integer)
{
    bool below = array->meaning.stored == ELEMENT_I64 ? (int64_t)integer < (int64_t)array->first
                                                      : integer < array->first;
    return below ? -(double)(array->first - integer) : (double)(integer - array->first);
}

/* Converts piece by piece, since out may alias in. */
static void array_convert_relative(const struct coord_array *array, const void *in, double *out,
                                   uint64_t count)
{
    const struct values *meaning = &array->meaning;
    uint64_t piece[PIECE];
    for (uint64_t done = 0; done < count; done += PIECE) {
        uint64_t n = size_min(count - done, PIECE);
        memcpy(piece, (const char *)in + done * sizeof *piece, n * sizeof *piece);
        if (meaning->applies)
            hg_unpack(&meaning->rule, meaning->stored, array->type.swapped, ELEMENT_F64, piece,
                      out + done, n);
        for (uint64_t i = 0; i < n; i++) {
            if (!meaning->applies || !isnan(out[done + i]))
                out[done + i] =
                    array_difference(array, array_integer(array, piece[i])) * meaning->rule.scale;
        }
    }
}

/* Converts stored values to doubles. in may be out if a stored value has 8 bytes. */
static void array_convert(const struct coord_array *array, const void *in, double *out,
                          uint64_t count)
{
    const struct values *meaning = &array->meaning;
    if (array->first != 0)
        array_convert_relative(array, in, out, count);
    else if (meaning->applies)
        hg_unpack(&meaning->rule, meaning->stored, array->type.swapped, ELEMENT_F64, in, out,
                  (size_t)count);
    else
        hg_convert_decode(array->type.stored, array->type.swapped, ELEMENT_F64, in, out,
                          (size_t)count);
}

/* A buffer for count values as H5Dread delivers them: out itself if they fit. */
static void *array_buffer(const struct coord_array *array, uint64_t count, double *out,
                          struct h5grad_error *err)
{
    size_t size = hg_type_size(&array->type);
    if (size == sizeof(double))
        return out;
    void *buffer = hg_memory_aligned(count * size);
    if (!buffer)
        hg_error_memory(err, count * size);
    return buffer;
}

static enum h5grad_status array_fetch(const struct coord_array *array, uint64_t first,
                                      uint64_t count, void *buffer, struct h5grad_error *err)
{
    struct box box = {.start = {0}};
    for (unsigned i = 0; i < array->rank; i++)
        box.count[i] = 1;
    box.start[array->along] = first;
    box.count[array->along] = count;
    enum h5grad_status status =
        array->rank == 0
            ? hg_read_all(array->dataset, array->type.memory, buffer, err)
            : hg_read_box(array->dataset, array->type.memory, array->rank, &box, buffer, err);
    return status ? status : hg_dataset_check(array->dataset, err);
}

static bool array_is_large(const struct coord_array *array, uint64_t integer)
{
    bool negative = array->meaning.stored == ELEMENT_I64 && integer >> 63;
    return (negative ? 0 - integer : integer) > (uint64_t)1 << 53;
}

/* Sets first and origin if doubles cannot tell neighbours apart. Coordinates are monotonic, so
 * looking at both ends is enough. A single value has no neighbour. */
static enum h5grad_status array_find_origin(struct coord_array *array, struct h5grad_error *err)
{
    uint64_t first, last;
    enum element stored = array->meaning.stored;
    if ((stored != ELEMENT_I64 && stored != ELEMENT_U64) || array->extent < 2)
        return H5GRAD_OK;
    enum h5grad_status status = array_fetch(array, 0, 1, &first, err);
    if (!status)
        status = array_fetch(array, array->extent - 1, 1, &last, err);
    if (status || first == 0 ||
        !(array_is_large(array, array_integer(array, first)) ||
          array_is_large(array, array_integer(array, last))))
        return status;
    array_convert(array, &first, &array->origin, 1);
    array->first = array_integer(array, first);
    return H5GRAD_OK;
}

/* Reads all values into memory and closes the dataset. */
static enum h5grad_status array_keep(struct coord_array *array, struct h5grad_error *err)
{
    uint64_t bytes = array->extent * sizeof(double);
    array->kept = hg_memory_aligned(bytes);
    if (!array->kept)
        return hg_error_memory(err, bytes);
    void *buffer = array_buffer(array, array->extent, array->kept, err);
    if (!buffer)
        return hg_error_status(err);
    enum h5grad_status status = array_fetch(array, 0, array->extent, buffer, err);
    if (status == H5GRAD_OK) {
        array_convert(array, buffer, array->kept, array->extent);
        array->values = array->kept;
    }
    if (buffer != array->kept)
        free(buffer);
    hg_close(array->dataset);
    array->dataset = -1;
    return status;
}

/* Finds the axis along which the values lie: the only one of more or less than one point. */
static enum h5grad_status array_find_axis(struct coord_array *array,
                                          const struct h5_storage *storage,
                                          struct h5grad_error *err)
{
    unsigned n = 0;
    array->rank = storage->rank;
    for (unsigned i = 0; i < storage->rank; i++) {
        if (storage->extent[i] != 1) {
            array->along = i;
            n++;
        }
    }
    array->extent = storage->extent[array->along];
    return n < 2 ? H5GRAD_OK
                 : hg_error_set(err, H5GRAD_FAILED,
                                "coordinates have one axis, this dataset has %u", storage->rank);
}

static enum h5grad_status array_describe(struct coord_array *array, struct h5grad_error *err)
{
    struct h5_storage storage = {.extent = {1}};
    H5_CLOSED hid_t space = H5Dget_space(array->dataset);
    const bool scalar = space >= 0 && H5Sget_simple_extent_type(space) == H5S_SCALAR;
    enum h5grad_status status = scalar ? H5GRAD_OK : hg_storage_read(array->dataset, &storage, err);
    if (!status)
        status = array_find_axis(array, &storage, err);
    if (status != H5GRAD_OK)
        return status;
    H5_CLOSED hid_t datatype = H5Dget_type(array->dataset);
    if (datatype < 0)
        return hg_hdf5_error(err, "its datatype");
    array->grows = hg_storage_may_grow(array->dataset);
    status = hg_type_open(datatype, &array->type, err);
    if (status != H5GRAD_OK)
        return status;
    if (array->type.components != 1)
        return hg_error_set(err, H5GRAD_FAILED, "coordinates are real, this dataset is %s",
                            array->type.name);
    status = hg_values_read_coordinates(array->dataset, &array->type, &array->meaning, err);
    if (!status && !scalar)
        status = hg_reader_check_filters(array->dataset, &storage, err);
    return status ? status : hg_limit_check(array->dataset, 0, err);
}

static struct coord_array *array_new(struct h5grad_error *err)
{
    struct coord_array *array = hg_memory_zeroed(1, sizeof *array);
    if (!array) {
        hg_error_memory(err, sizeof *array);
        return NULL;
    }
    array->dataset = -1;
    array->type.memory = -1;
    array->type.file = -1;
    return array;
}

struct coord_array *hg_coord_array_open(hid_t dataset, uint64_t keep, struct h5grad_error *err)
{
    struct coord_array *array = array_new(err);
    if (!array)
        return NULL;
    array->dataset = dataset;
    if (H5Iinc_ref(dataset) < 0) {
        array->dataset = -1;
        hg_hdf5_error(err, "keeping the dataset open");
        goto fail;
    }
    if (array_describe(array, err) != H5GRAD_OK)
        goto fail;
    if (array_find_origin(array, err) != H5GRAD_OK)
        goto fail;
    if (array->extent <= keep && array_keep(array, err) != H5GRAD_OK)
        goto fail;
    return array;
fail:
    hg_coord_array_close(array);
    return NULL;
}

struct coord_array *hg_coord_array_open_attribute(hid_t object, const char *name,
                                                  struct h5grad_error *err)
{
    size_t n = 0;
    double *numbers = hg_attribute_numbers(object, name, &n);
    struct coord_array *array = numbers ? array_new(err) : NULL;
    if (!array) {
        free(numbers);
        if (!numbers)
            hg_error_set(err, H5GRAD_FAILED, "attribute %s: %s", name,
                         hg_has_attribute(object, name) ? "it is not an array of numbers"
                                                        : "there is none of that name");
        return NULL;
    }
    array->extent = n;
    array->values = array->kept = numbers;
    return array;
}

struct coord_array *hg_coord_array_open_memory(const double *values, uint64_t extent,
                                               struct h5grad_error *err)
{
    struct coord_array *array = array_new(err);
    if (!array)
        return NULL;
    array->extent = extent;
    array->values = values;
    return array;
}

void hg_coord_array_take(struct coord_array *array, enum coord_array_points points, uint64_t n)
{
    array->points = points;
    if (points == COORD_ARRAY_FIRST)
        array->extent = size_min(array->extent, n);
    else if (points == COORD_ARRAY_MIDPOINTS && array->extent > 0)
        array->extent--;
}

bool hg_coord_array_grows(const struct coord_array *array)
{
    return array->grows;
}

uint64_t hg_coord_array_extent(const struct coord_array *array)
{
    return array->extent;
}

double hg_coord_array_origin(const struct coord_array *array)
{
    return array->scale.factor > 0 ? 0 : array->origin;
}

bool hg_coord_array_has_missing(const struct coord_array *array)
{
    return array->meaning.missing;
}

bool hg_coord_array_is_held(const struct coord_array *array)
{
    return array->values != NULL;
}

bool hg_coord_array_is_single(const struct coord_array *array)
{
    return array->type.stored == ELEMENT_F32 && !array->meaning.packed;
}

const char *hg_coord_array_note(const struct coord_array *array)
{
    return array->meaning.note;
}

void hg_coord_array_unwrap(struct coord_array *array, uint64_t first, double turn)
{
    array->jump = first;
    array->turn = turn;
}

static enum h5grad_status fetch_stored(const struct coord_array *array, uint64_t first,
                                       uint64_t count, double *out, struct h5grad_error *err)
{
    void *buffer = array_buffer(array, count, out, err);
    if (!buffer)
        return hg_error_status(err);
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = array_fetch(array, first, count, buffer, err);
    hg_leave(&guard);
    if (status == H5GRAD_OK)
        array_convert(array, buffer, out, count);
    if (buffer != out)
        free(buffer);
    return status;
}

static enum h5grad_status read_stored(const struct coord_array *array, uint64_t first,
                                      uint64_t count, double *out, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (array->values)
        memcpy(out, array->values + first, count * sizeof *out);
    else
        status = fetch_stored(array, first, count, out, err);
    for (uint64_t i = 0; i < count && array->turn != 0 && !status; i++)
        out[i] += first + i < array->jump ? 0 : array->turn;
    return status;
}

static enum h5grad_status read_midpoints(const struct coord_array *array, uint64_t first,
                                         uint64_t count, double *out, struct h5grad_error *err)
{
    BASE_FREED double *edges = hg_memory_aligned((count + 1) * sizeof *edges);
    if (!edges)
        return hg_error_memory(err, (count + 1) * sizeof *edges);
    enum h5grad_status status = read_stored(array, first, count + 1, edges, err);
    for (uint64_t i = 0; i < count && !status; i++)
        out[i] = (edges[i] + edges[i + 1]) / 2;
    return status;
}

enum h5grad_status hg_coord_array_read(struct coord_array *array, uint64_t first, uint64_t count,
                                       double *out, struct h5grad_error *err)
{
    if (count == 0)
        return H5GRAD_OK;
    const struct array_scale scale = array->scale;
    enum h5grad_status status =
        (array->points == COORD_ARRAY_MIDPOINTS ? read_midpoints : read_stored)(array, first, count,
                                                                                out, err);
    for (uint64_t i = 0; i < count && scale.factor > 0 && !status; i++) {
        const double distance = out[i] - array->start;
        out[i] = scale.divides ? distance / scale.factor : distance * scale.factor;
    }
    return status;
}

enum h5grad_status hg_coord_array_rescale(struct coord_array *array, struct array_scale scale,
                                          struct h5grad_error *err)
{
    const uint64_t n = size_min(array->extent, 1);
    enum h5grad_status status = hg_coord_array_read(array, 0, n, &array->start, err);
    array->scale = scale;
    return status;
}

void hg_coord_array_close(struct coord_array *array)
{
    if (!array)
        return;
    hg_values_free(&array->meaning);
    hg_type_close(&array->type);
    hg_close(array->dataset);
    free(array->kept);
    free(array);
}
