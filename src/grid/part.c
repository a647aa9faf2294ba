/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/part.h"

#include <string.h>

#include "base/size.h"

/* A part takes up to this many times its bytes for the sake of a wish. */
#define WISH_WORTH 4

/* Returns how many results along axis, of row bytes each, make parts of so many bytes: of whole
 * grains, at least one. */
static uint64_t choose_step(const struct parts_request *request, unsigned axis, uint64_t row,
                            uint64_t bytes)
{
    const uint64_t grain = request->grain[axis], wish = request->wish[axis];
    uint64_t step = size_max(bytes / size_max(row, 1) / grain * grain, grain);
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

/* Sets the step of the axis before that of the parts, and how many lie abreast; row: the bytes of
 * those along axis for one result. Returns the results of all that do. Parts that lie abreast may
 * have twice the bytes of one, since fewer can be handed out. */
static uint64_t lay_abreast(const struct parts_request *request, uint64_t row, struct parts *parts)
{
    const unsigned before = parts->axis - 1;
    const uint64_t grain = request->grain[before], abreast = size_max(request->abreast, 1);
    uint64_t bytes = request->part_bytes;
    if (abreast > 1 && bytes <= UINT64_MAX / 2)
        bytes *= 2;
    const uint64_t all = choose_step(request, before, row, bytes);
    uint64_t step = size_max(all / abreast / grain * grain, grain);
    step = size_min(size_max(step, size_round_up(request->thick[before], grain)), all);
    parts->step[before] = step;
    parts->abreast = size_min(size_ceil_div(all, step), abreast);
    return parts->abreast * step;
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
    parts->abreast = 1;
    if (!request->pieces && axis > 0) {
        grains /= parts->step[axis - 1];
        grains *= lay_abreast(request, later[axis] * parts->step[axis] * grains, parts);
    }
    parts->step[axis] = choose_step(request, axis, later[axis] * grains, request->part_bytes);
    for (unsigned i = axis + 1; i < request->rank; i++)
        parts->step[i] = request->count[i];
    for (unsigned i = 0; i < request->rank; i++)
        parts->n *= size_ceil_div(request->count[i], size_max(parts->step[i], 1));
}

/* Where a part lies. */
struct place {
    uint64_t outer;  /* C-order number by the axes before both */
    uint64_t before; /* parts along the axis before */
    uint64_t side;   /* of which so many lie abreast of it */
    uint64_t along;  /* parts along axis */
    uint64_t wide;   /* parts abreast there */
};

static uint64_t count_along(const struct parts *parts, unsigned axis)
{
    return size_ceil_div(parts->count[axis], size_max(parts->step[axis], 1));
}

/* Finds where part number lies. Fewer parts are abreast at the end of the axis before. */
static struct place locate(const struct parts *parts, uint64_t number)
{
    const uint64_t along = count_along(parts, parts->axis);
    const uint64_t before = parts->axis > 0 ? count_along(parts, parts->axis - 1) : 1;
    struct place place = {.outer = number / (before * along)};
    number %= before * along;
    const uint64_t first = number / (parts->abreast * along) * parts->abreast;
    number %= parts->abreast * along;
    place.wide = size_min(parts->abreast, before - first);
    place.along = number / place.wide;
    place.side = number % place.wide;
    place.before = first + place.side;
    return place;
}

uint64_t hg_parts_fit(const struct parts *parts, uint64_t number, uint64_t most)
{
    const struct place place = locate(parts, number);
    if (place.side > 0 || most < place.wide)
        return size_min(most, place.wide - place.side);
    return size_min(most / place.wide, count_along(parts, parts->axis) - place.along) * place.wide;
}

uint64_t hg_parts_abreast(const struct parts *parts, uint64_t number)
{
    return number - locate(parts, number).side;
}

unsigned hg_parts_along(const struct parts *parts, uint64_t number, uint64_t n)
{
    const struct place place = locate(parts, number);
    return (place.side + n) % place.wide == 0 ? parts->axis : parts->axis - 1;
}

void hg_parts_box(const struct parts *parts, uint64_t number, uint64_t n, struct box *box)
{
    const struct place place = locate(parts, number);
    const bool whole = place.side == 0 && n % place.wide == 0;
    uint64_t outer = place.outer;
    for (unsigned i = parts->rank; i-- > 0;) {
        uint64_t at = 0, many = 1;
        if (i == parts->axis) {
            at = place.along;
            many = whole ? n / place.wide : 1;
        } else if (i + 1 == parts->axis) {
            at = place.before;
            many = whole ? place.wide : n;
        } else if (i < parts->axis) {
            at = outer % count_along(parts, i);
            outer /= count_along(parts, i);
        }
        box->start[i] = at * parts->step[i];
        box->count[i] = size_min(many * parts->step[i], parts->count[i] - box->start[i]);
    }
}
