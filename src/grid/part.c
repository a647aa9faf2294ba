/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/part.h"

#include <string.h>

#include "base/size.h"

/* A part takes up to this many times its bytes for the sake of a wish. */
#define WISH_WORTH 4

/* Returns how many results along axis, of row bytes each, make a part: of whole grains, at least
 * one. */
static uint64_t choose_step(const struct parts_request *request, unsigned axis, uint64_t row)
{
    const uint64_t grain = request->grain[axis], wish = request->wish[axis];
    uint64_t step = size_max(request->part_bytes / size_max(row, 1) / grain * grain, grain);
    step = size_max(step, size_round_up(request->thick[axis], grain));
    const uint64_t wished = size_max(step / wish * wish, wish);
    if (wish % grain == 0 && wish <= step * WISH_WORTH && wished >= request->thick[axis])
        step = wished;
    return size_min(step, request->count[axis]);
}

/* Returns whether parts can have one grain of axis, so that a later axis is cut: if its halo is no
 * thinner for that, and its grains are not parts enough. */
static bool can_pass(const struct parts_request *request, unsigned axis)
{
    const uint64_t count = request->count[axis], grain = request->grain[axis];
    return axis + 1 < request->rank && grain >= size_min(request->thick[axis], count) &&
           size_ceil_div(count, grain) < request->enough;
}

void hg_parts_make(const struct parts_request *request, struct parts *parts)
{
    uint64_t later[GRID_MAX_RANK], bytes = request->point_bytes, grains = 1;
    for (unsigned i = request->rank; i-- > 0;) {
        later[i] = bytes;
        if (!size_mul(bytes, request->count[i], &bytes))
            bytes = UINT64_MAX;
    }
    *parts = (struct parts){.rank = request->rank, .n = 1};
    memcpy(parts->count, request->count, request->rank * sizeof *request->count);
    for (unsigned i = 0; i < request->rank; i++)
        parts->step[i] = size_min(request->grain[i], request->count[i]);
    while (can_pass(request, parts->axis) &&
           later[parts->axis] >
               request->part_bytes / size_max(grains * parts->step[parts->axis], 1))
        grains *= parts->step[parts->axis++];
    const unsigned axis = parts->axis;
    if (!request->pieces && axis > 0) {
        grains /= parts->step[axis - 1];
        parts->step[axis - 1] =
            choose_step(request, axis - 1, later[axis] * parts->step[axis] * grains);
        grains *= parts->step[axis - 1];
    }
    parts->step[axis] = choose_step(request, axis, later[axis] * grains);
    for (unsigned i = axis + 1; i < request->rank; i++)
        parts->step[i] = request->count[i];
    for (unsigned i = 0; i < request->rank; i++)
        parts->n *= size_ceil_div(request->count[i], size_max(parts->step[i], 1));
}

uint64_t hg_parts_row(const struct parts *parts)
{
    return size_ceil_div(parts->count[parts->axis], size_max(parts->step[parts->axis], 1));
}

void hg_parts_box(const struct parts *parts, uint64_t number, uint64_t n, struct box *box)
{
    for (unsigned i = parts->rank; i-- > 0;) {
        const uint64_t step = parts->step[i], along = size_ceil_div(parts->count[i], step);
        box->start[i] = number % along * step;
        box->count[i] =
            size_min(i == parts->axis ? n * step : step, parts->count[i] - box->start[i]);
        number /= along;
    }
}
