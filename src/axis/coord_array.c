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

struct line {
    uint64_t extent; /* of the values stored, without those that hg_line_take leaves out */
    enum line_points points;
    uint64_t first;        /* integer from which the others count; 0: from 0 */
    double origin;         /* what it stands for */
    const double *values;  /* all of them; NULL where they are read when asked for */
    double *kept;          /* values, where they are the line's own */
    hid_t dataset;         /* -1 where values are held */
    struct h5_type type;   /* of the dataset */
    struct values meaning; /* of its numbers */
};

/* Of an integer of 64 bits as it was read. */
static uint64_t line_integer(const struct line *line, uint64_t bits)
{
    return line->type.swapped ? __builtin_bswap64(bits) : bits;
}

/* The integer less the first, rounded once. */
static double line_difference(const struct line *line, uint64_t integer)
{
    bool below = line->meaning.stored == ELEMENT_I64 ? (int64_t)integer < (int64_t)line->first
                                                     : integer < line->first;
    return below ? -(double)(line->first - integer) : (double)(integer - line->first);
}

/* In pieces, since out may be where the integers are. */
static void line_convert_relative(const struct line *line, const void *in, double *out,
                                  uint64_t count)
{
    const struct values *meaning = &line->meaning;
    uint64_t piece[PIECE];
    for (uint64_t done = 0; done < count; done += PIECE) {
        uint64_t n = size_min(count - done, PIECE);
        memcpy(piece, (const char *)in + done * sizeof *piece, n * sizeof *piece);
        if (meaning->applies)
            hg_unpack(&meaning->rule, meaning->stored, line->type.swapped, ELEMENT_F64, piece,
                      out + done, n);
        for (uint64_t i = 0; i < n; i++) {
            if (!meaning->applies || !isnan(out[done + i]))
                out[done + i] =
                    line_difference(line, line_integer(line, piece[i])) * meaning->rule.scale;
        }
    }
}

/* The values as doubles; in is out where the sizes of the types are the same. */
static void line_convert(const struct line *line, const void *in, double *out, uint64_t count)
{
    const struct values *meaning = &line->meaning;
    if (line->first != 0)
        line_convert_relative(line, in, out, count);
    else if (meaning->applies)
        hg_unpack(&meaning->rule, meaning->stored, line->type.swapped, ELEMENT_F64, in, out,
                  (size_t)count);
    else
        hg_convert_decode(line->type.stored, line->type.swapped, ELEMENT_F64, in, out,
                          (size_t)count);
}

/* Memory for count values as H5Dread delivers them: out itself where they fit. */
static void *line_buffer(const struct line *line, uint64_t count, double *out,
                         struct h5grad_error *err)
{
    size_t size = hg_type_size(&line->type);
    if (size == sizeof(double))
        return out;
    void *buffer = hg_memory_aligned(count * size);
    if (!buffer)
        hg_error_memory(err, count * size);
    return buffer;
}

static enum h5grad_status line_fetch(const struct line *line, uint64_t first, uint64_t count,
                                     void *buffer, struct h5grad_error *err)
{
    struct box box = {.start = {first}, .count = {count}};
    enum h5grad_status status = hg_read_box(line->dataset, line->type.memory, 1, &box, buffer, err);
    return status ? status : hg_dataset_check(line->dataset, err);
}

static bool line_is_large(const struct line *line, uint64_t integer)
{
    bool negative = line->meaning.stored == ELEMENT_I64 && integer >> 63;
    return (negative ? 0 - integer : integer) > (uint64_t)1 << 53;
}

/* Coordinates are monotonic: where both ends have doubles of their own all of them have. */
static enum h5grad_status line_find_origin(struct line *line, struct h5grad_error *err)
{
    uint64_t first, last;
    enum element stored = line->meaning.stored;
    if ((stored != ELEMENT_I64 && stored != ELEMENT_U64) || line->extent == 0)
        return H5GRAD_OK;
    enum h5grad_status status = line_fetch(line, 0, 1, &first, err);
    if (!status)
        status = line_fetch(line, line->extent - 1, 1, &last, err);
    if (status || first == 0 ||
        !(line_is_large(line, line_integer(line, first)) ||
          line_is_large(line, line_integer(line, last))))
        return status;
    line_convert(line, &first, &line->origin, 1);
    line->first = line_integer(line, first);
    return H5GRAD_OK;
}

/* Reads all values and lets go of the dataset. */
static enum h5grad_status line_keep(struct line *line, struct h5grad_error *err)
{
    uint64_t bytes = line->extent * sizeof(double);
    line->kept = hg_memory_aligned(bytes);
    if (!line->kept)
        return hg_error_memory(err, bytes);
    void *buffer = line_buffer(line, line->extent, line->kept, err);
    if (!buffer)
        return hg_error_status(err);
    enum h5grad_status status = line_fetch(line, 0, line->extent, buffer, err);
    if (status == H5GRAD_OK) {
        line_convert(line, buffer, line->kept, line->extent);
        line->values = line->kept;
    }
    if (buffer != line->kept)
        free(buffer);
    hg_close(line->dataset);
    line->dataset = -1;
    return status;
}

static enum h5grad_status line_describe(struct line *line, struct h5grad_error *err)
{
    struct h5_storage storage;
    enum h5grad_status status = hg_storage_read(line->dataset, &storage, err);
    if (status != H5GRAD_OK)
        return status;
    if (storage.rank != 1)
        return hg_error_set(err, H5GRAD_FAILED, "coordinates have one axis, this dataset has %u",
                            storage.rank);
    line->extent = storage.extent[0];
    H5_CLOSED hid_t datatype = H5Dget_type(line->dataset);
    if (datatype < 0)
        return hg_hdf5_error(err, "its datatype");
    status = hg_type_open(datatype, &line->type, err);
    if (status != H5GRAD_OK)
        return status;
    if (line->type.components != 1)
        return hg_error_set(err, H5GRAD_FAILED, "coordinates are real, this dataset is %s",
                            line->type.name);
    status = hg_values_read_coordinates(line->dataset, &line->type, &line->meaning, err);
    if (!status)
        status = hg_reader_check_filters(line->dataset, &storage, err);
    return status ? status : hg_limit_check(line->dataset, 0, err);
}

static struct line *line_new(struct h5grad_error *err)
{
    struct line *line = hg_memory_zeroed(1, sizeof *line);
    if (!line) {
        hg_error_memory(err, sizeof *line);
        return NULL;
    }
    line->dataset = -1;
    line->type.memory = -1;
    line->type.file = -1;
    return line;
}

struct line *hg_line_open(hid_t dataset, uint64_t keep, struct h5grad_error *err)
{
    struct line *line = line_new(err);
    if (!line)
        return NULL;
    line->dataset = dataset;
    if (H5Iinc_ref(dataset) < 0) {
        line->dataset = -1;
        hg_hdf5_error(err, "keeping the dataset open");
        goto fail;
    }
    if (line_describe(line, err) != H5GRAD_OK)
        goto fail;
    if (line_find_origin(line, err) != H5GRAD_OK)
        goto fail;
    if (line->extent <= keep && line_keep(line, err) != H5GRAD_OK)
        goto fail;
    return line;
fail:
    hg_line_close(line);
    return NULL;
}

struct line *hg_line_open_attribute(hid_t object, const char *name, struct h5grad_error *err)
{
    size_t n = 0;
    double *numbers = hg_attribute_numbers(object, name, &n);
    struct line *line = numbers ? line_new(err) : NULL;
    if (!line) {
        free(numbers);
        if (!numbers)
            hg_error_set(err, H5GRAD_FAILED, "attribute %s: %s", name,
                         H5Aexists(object, name) > 0 ? "it is not an array of numbers"
                                                     : "there is none of that name");
        return NULL;
    }
    line->extent = n;
    line->values = line->kept = numbers;
    return line;
}

struct line *hg_line_open_memory(const double *values, uint64_t extent, struct h5grad_error *err)
{
    struct line *line = line_new(err);
    if (!line)
        return NULL;
    line->extent = extent;
    line->values = values;
    return line;
}

void hg_line_take(struct line *line, enum line_points points, uint64_t n)
{
    line->points = points;
    if (points == LINE_FIRST)
        line->extent = size_min(line->extent, n);
    else if (points == LINE_MIDPOINTS && line->extent > 0)
        line->extent--;
}

uint64_t hg_line_extent(const struct line *line)
{
    return line->extent;
}

double hg_line_origin(const struct line *line)
{
    return line->origin;
}

bool hg_line_has_missing(const struct line *line)
{
    return line->meaning.missing;
}

const char *hg_line_note(const struct line *line)
{
    return line->meaning.note;
}

/* Of the values stored. */
static enum h5grad_status read_stored(const struct line *line, uint64_t first, uint64_t count,
                                      double *out, struct h5grad_error *err)
{
    if (line->values) {
        memcpy(out, line->values + first, count * sizeof *out);
        return H5GRAD_OK;
    }
    void *buffer = line_buffer(line, count, out, err);
    if (!buffer)
        return hg_error_status(err);
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = line_fetch(line, first, count, buffer, err);
    hg_leave(&guard);
    if (status == H5GRAD_OK)
        line_convert(line, buffer, out, count);
    if (buffer != out)
        free(buffer);
    return status;
}

static enum h5grad_status read_midpoints(const struct line *line, uint64_t first, uint64_t count,
                                         double *out, struct h5grad_error *err)
{
    BASE_FREED double *edges = hg_memory_aligned((count + 1) * sizeof *edges);
    if (!edges)
        return hg_error_memory(err, (count + 1) * sizeof *edges);
    enum h5grad_status status = read_stored(line, first, count + 1, edges, err);
    for (uint64_t i = 0; i < count && !status; i++)
        out[i] = (edges[i] + edges[i + 1]) / 2;
    return status;
}

enum h5grad_status hg_line_read(struct line *line, uint64_t first, uint64_t count, double *out,
                                struct h5grad_error *err)
{
    if (count == 0)
        return H5GRAD_OK;
    return (line->points == LINE_MIDPOINTS ? read_midpoints : read_stored)(line, first, count, out,
                                                                           err);
}

void hg_line_close(struct line *line)
{
    if (!line)
        return;
    hg_values_free(&line->meaning);
    hg_type_close(&line->type);
    hg_close(line->dataset);
    free(line->kept);
    free(line);
}
