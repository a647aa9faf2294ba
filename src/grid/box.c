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

bool hg_box_next(unsigned rank, const struct box *box, uint64_t *position)
{
    for (unsigned i = rank; i-- > 0;) {
        if (++position[i] < box->start[i] + box->count[i])
            return true;
        position[i] = box->start[i];
    }
    return false;
}

/* A part of one or two dense arrays as rows of runs of adjacent points: axes folded wherever the
 * part spans them wholly in every array. */
struct runs {
    unsigned axes;     /* axes left to step over from row to row */
    uint64_t run;      /* bytes of a run */
    uint64_t row;      /* runs of a row */
    uint64_t row_a;    /* from one of them to the next, in bytes */
    uint64_t row_b;    /* likewise */
    uint64_t offset_a; /* of the first run, in bytes */
    uint64_t offset_b;
    uint64_t count[GRID_MAX_RANK];
    uint64_t step_a[GRID_MAX_RANK]; /* bytes */
    uint64_t step_b[GRID_MAX_RANK];
};

static void runs_make(unsigned rank, uint64_t size, const struct box *part, const struct box *a,
                      const struct box *b, struct runs *runs)
{
    uint64_t stride_a[GRID_MAX_RANK], stride_b[GRID_MAX_RANK];
    hg_box_strides(rank, a->count, stride_a);
    hg_box_strides(rank, b->count, stride_b);
    runs->offset_a = runs->offset_b = 0;
    for (unsigned i = 0; i < rank; i++) {
        runs->offset_a += (part->start[i] - a->start[i]) * stride_a[i] * size;
        runs->offset_b += (part->start[i] - b->start[i]) * stride_b[i] * size;
    }
    unsigned inner = rank;
    runs->run = size;
    while (inner > 0) {
        inner--;
        runs->run *= part->count[inner];
        if (part->count[inner] != a->count[inner] || part->count[inner] != b->count[inner])
            break;
    }
    runs->row = 1;
    runs->row_a = runs->row_b = 0;
    if (inner > 0) {
        inner--;
        runs->row = part->count[inner];
        runs->row_a = stride_a[inner] * size;
        runs->row_b = stride_b[inner] * size;
    }
    runs->axes = inner;
    for (unsigned i = 0; i < inner; i++) {
        runs->count[i] = part->count[i];
        runs->step_a[i] = stride_a[i] * size;
        runs->step_b[i] = stride_b[i] * size;
    }
}

/* Steps to the next row; false after the last. position starts all zero. */
static bool runs_next(const struct runs *runs, uint64_t *position, uint64_t *a, uint64_t *b)
{
    for (unsigned i = runs->axes; i-- > 0;) {
        *a += runs->step_a[i];
        *b += runs->step_b[i];
        if (++position[i] < runs->count[i])
            return true;
        *a -= runs->step_a[i] * runs->count[i];
        *b -= runs->step_b[i] * runs->count[i];
        position[i] = 0;
    }
    return false;
}

/* Runs of a few bytes (a chunk one point wide) are common enough that a call to memcpy each would
 * be most of the work. */
static inline void copy_run(void *restrict to, const void *restrict from, size_t size)
{
    switch (size) {
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

/* Inlined, so that hg_box_copy has no call through a pointer for each of its short runs. */
static inline void move_runs(box_move *move, const struct runs *runs, const void *source,
                             void *destination)
{
    uint64_t position[GRID_MAX_RANK] = {0};
    uint64_t a = runs->offset_a, b = runs->offset_b;
    const unsigned char *in = source;
    unsigned char *out = destination;
    do {
        for (uint64_t i = 0; i < runs->row; i++)
            move(out + b + i * runs->row_b, in + a + i * runs->row_a, runs->run);
    } while (runs_next(runs, position, &a, &b));
}

void hg_box_copy(unsigned rank, size_t size, const struct box *part, const struct box *from,
                 const void *source, const struct box *to, void *destination)
{
    struct runs runs;
    if (hg_box_points(rank, part) == 0)
        return;
    runs_make(rank, size, part, from, to, &runs);
    move_runs(copy_run, &runs, source, destination);
}

void hg_box_copy_by(box_move *move, unsigned rank, size_t size, const struct box *from,
                    const void *source, const struct box *to, void *destination)
{
    struct runs runs;
    if (hg_box_points(rank, from) == 0)
        return;
    runs_make(rank, size, from, from, to, &runs);
    move_runs(move, &runs, source, destination);
}
