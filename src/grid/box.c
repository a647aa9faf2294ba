/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/box.h"

#include <string.h>

#include "base/size.h"

uint64_t hg_box_points(unsigned rank, const struct box *box)
{
    uint64_t points = 1;
    for (unsigned i = 0; i < rank; i++)
        points *= box->count[i];
    return points;
}

bool hg_box_intersect(unsigned rank, const struct box *a, const struct box *b, struct box *out)
{
    for (unsigned i = 0; i < rank; i++) {
        uint64_t start = size_max(a->start[i], b->start[i]);
        uint64_t end = size_min(a->start[i] + a->count[i], b->start[i] + b->count[i]);
        if (end <= start)
            return false;
        out->start[i] = start;
        out->count[i] = end - start;
    }
    return true;
}

void hg_box_cover(unsigned rank, const struct box *part, struct box *box)
{
    for (unsigned i = 0; i < rank; i++) {
        uint64_t start = size_min(box->start[i], part->start[i]);
        uint64_t end = size_max(box->start[i] + box->count[i], part->start[i] + part->count[i]);
        box->start[i] = start;
        box->count[i] = end - start;
    }
}

void hg_box_strides(unsigned rank, const uint64_t *count, uint64_t *stride)
{
    uint64_t step = 1;
    for (unsigned i = rank; i-- > 0;) {
        stride[i] = step;
        step *= count[i];
    }
}

void hg_box_byte_strides(unsigned rank, size_t size, const uint64_t *count, int64_t *stride)
{
    int64_t step = (int64_t)size;
    for (unsigned i = rank; i-- > 0;) {
        stride[i] = step;
        step *= (int64_t)count[i];
    }
}

void hg_box_add_axis(struct box *box, unsigned rank, unsigned axis, uint64_t start, uint64_t count)
{
    for (unsigned i = rank; i > axis; i--) {
        box->start[i] = box->start[i - 1];
        box->count[i] = box->count[i - 1];
    }
    box->start[axis] = start;
    box->count[axis] = count;
}

bool hg_box_next(unsigned rank, const struct box *box, uint64_t *position)
{
    for (unsigned i = rank; i-- > 0;) {
        if (++position[i] < box->start[i] + box->count[i])
            return true;
        position[i] = box->start[i];
    }
    return false;
}

/* The points of two arrays as rows of runs, a run being adjacent in both. Axes are folded where
 * that makes longer runs. */
struct runs {
    unsigned axes;        /* the axes that are stepped along from row to row */
    uint64_t run;         /* bytes of a run */
    uint64_t row;         /* runs of a row */
    int64_t row_a, row_b; /* bytes from one run of a row to the next */
    const uint64_t *count;
    const int64_t *stride_a, *stride_b; /* bytes */
};

static struct runs runs_make(unsigned rank, uint64_t size, const uint64_t *count,
                             const int64_t *stride_a, const int64_t *stride_b)
{
    struct runs runs = {
        .run = size, .row = 1, .count = count, .stride_a = stride_a, .stride_b = stride_b};
    unsigned inner = rank;
    while (inner > 0 && (uint64_t)stride_a[inner - 1] == runs.run &&
           (uint64_t)stride_b[inner - 1] == runs.run)
        runs.run *= count[--inner];
    if (inner > 0) {
        inner--;
        runs.row = count[inner];
        runs.row_a = stride_a[inner];
        runs.row_b = stride_b[inner];
    }
    runs.axes = inner;
    return runs;
}

/* Steps to the next row; false after the last. position starts all zero. */
static bool runs_next(const struct runs *runs, uint64_t *position, const char **a, char **b)
{
    for (unsigned i = runs->axes; i-- > 0;) {
        if (++position[i] < runs->count[i]) {
            *a += runs->stride_a[i];
            *b += runs->stride_b[i];
            return true;
        }
        *a -= runs->stride_a[i] * (int64_t)(runs->count[i] - 1);
        *b -= runs->stride_b[i] * (int64_t)(runs->count[i] - 1);
        position[i] = 0;
    }
    return false;
}

/* Runs of one point are common (chunks one point wide), and a call of memcpy would take longer than
 * the copy. */
static inline void copy_run(void *restrict to, const void *restrict from, size_t size)
{
    switch (size) {
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    case 16:
        memcpy(to, from, 16);
        break;
    default:
        memcpy(to, from, size);
    }
}

/* Inline, so that hg_box_copy copies short runs without calls through a pointer. */
static inline void move_runs(box_move *move, const struct runs *runs, const char *from, char *to)
{
    uint64_t position[GRID_MAX_RANK] = {0};
    do {
        for (uint64_t i = 0; i < runs->row; i++)
            move(to + (int64_t)i * runs->row_b, from + (int64_t)i * runs->row_a, runs->run);
    } while (runs_next(runs, position, &from, &to));
}

/* Computes the strides of the dense array of box's points; returns the offset of part in it. Both
 * in bytes. */
static int64_t place_part(unsigned rank, size_t size, const struct box *part, const struct box *box,
                          int64_t *stride)
{
    int64_t offset = 0;
    hg_box_byte_strides(rank, size, box->count, stride);
    for (unsigned i = 0; i < rank; i++)
        offset += (int64_t)(part->start[i] - box->start[i]) * stride[i];
    return offset;
}

void hg_box_copy(unsigned rank, size_t size, const struct box *part, const struct box *from,
                 const void *source, const struct box *to, void *destination)
{
    int64_t from_stride[GRID_MAX_RANK], to_stride[GRID_MAX_RANK];
    int64_t from_offset = place_part(rank, size, part, from, from_stride);
    int64_t to_offset = place_part(rank, size, part, to, to_stride);
    hg_box_copy_strided(rank, size, part->count, (const char *)source + from_offset, from_stride,
                        (char *)destination + to_offset, to_stride);
}

void hg_box_copy_strided(unsigned rank, size_t size, const uint64_t *count, const void *from,
                         const int64_t *from_stride, void *to, const int64_t *to_stride)
{
    const struct runs runs = runs_make(rank, size, count, from_stride, to_stride);
    for (unsigned i = 0; i < rank; i++) {
        if (count[i] == 0)
            return;
    }
    move_runs(copy_run, &runs, from, to);
}

void hg_box_copy_by(box_move *move, unsigned rank, size_t size, const struct box *from,
                    const void *source, const struct box *to, void *destination)
{
    int64_t from_stride[GRID_MAX_RANK], to_stride[GRID_MAX_RANK];
    place_part(rank, size, from, from, from_stride);
    int64_t offset = place_part(rank, size, from, to, to_stride);
    const struct runs runs = runs_make(rank, size, from->count, from_stride, to_stride);
    if (hg_box_points(rank, from) > 0)
        move_runs(move, &runs, source, (char *)destination + offset);
}
