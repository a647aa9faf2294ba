/* SPDX-License-Identifier: BSD-3-Clause */
#include "stencil/row.h"

#include "base/size.h"

const struct stencil_kernel *hg_stencil_find(enum element in, enum element arithmetic,
                                             enum element out)
{
    const struct row_kernel *row = in == ELEMENT_F32 ? hg_row_f32 : hg_row_f64;
    const size_t n = in == ELEMENT_F32 ? ROW_F32 : ROW_F64;
    for (size_t i = 0; i < n; i++) {
        if (row[i].in == in && row[i].arithmetic == arithmetic && row[i].out == out)
            return &row[i].kernel;
    }
    return NULL;
}

void hg_row_inside(const struct stencil_block *block, ptrdiff_t *inside, ptrdiff_t *end)
{
    const uint64_t count = block->count[block->axis];
    const unsigned *ends = block->stencil->ends,
                   least = row_is_whole(block) ? block->stencil->reach : 0;
    const uint64_t before = size_max(ends[0], least), after = size_max(ends[1], least);
    const uint64_t first = size_min(count, before - size_min(before, block->before));
    const uint64_t last = after - size_min(after, block->after);
    *inside = (ptrdiff_t)first;
    *end = (ptrdiff_t)size_max(first, count - size_min(count, last));
}

void hg_row_describe(const struct stencil_block *block, ptrdiff_t first, struct taps *taps,
                     struct rows *rows)
{
    const struct stencil_axis *axis = block->stencil;
    const bool even = axis->even;
    hg_operator_taps(axis, block->before + (uint64_t)first, even ? NULL : block->x + first, taps);
    rows->taps = taps;
    rows->shift = block->in_stride[block->axis];
    rows->step = axis->step;
    rows->divisor = taps->divisor;
    for (unsigned t = 0; even && t < taps->n; t++)
        rows->even[t] = taps->weight[t];
    rows->weight = even ? NULL : block->weight + first;
    rows->weight_tap = block->weight_tap;
}

void hg_row_wrap(const struct stencil_block *block, ptrdiff_t point, struct taps *taps)
{
    const bool pairs = taps->form != TAPS_SUM && taps->form != TAPS_DIFFERENCES;
    taps->center = row_wrap(block, point, taps->center);
    for (unsigned t = 0; t < taps->n; t++) {
        taps->offset[t] = row_wrap(block, point, taps->offset[t]);
        if (pairs)
            taps->from[t] = row_wrap(block, point, taps->from[t]);
    }
}

void hg_row_ends(const struct stencil_block *block, struct row_ends *ends)
{
    const struct stencil_axis *axis = block->stencil;
    ptrdiff_t inside, end;
    hg_row_inside(block, &inside, &end);
    const ptrdiff_t first[2] = {0, end};
    ends->n[0] = (unsigned)inside;
    ends->n[1] = (unsigned)((ptrdiff_t)block->count[block->axis] - end);
    for (int side = 0; side < 2; side++) {
        for (unsigned k = 0; k < ends->n[side]; k++) {
            const ptrdiff_t point = first[side] + k;
            hg_operator_taps(axis, block->before + (uint64_t)point,
                             axis->even ? NULL : block->x + point, &ends->taps[side][k]);
            if (row_is_whole(block))
                hg_row_wrap(block, point, &ends->taps[side][k]);
        }
    }
}

void hg_row_place_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out)
{
    const ptrdiff_t behind = (ptrdiff_t)block->count[block->axis];
    struct row_ends ends;
    hg_row_ends(block, &ends);
    char *last = (char *)out + (behind - (ptrdiff_t)ends.n[1]) * block->out_stride[block->axis] *
                                   (ptrdiff_t)kernel->out_size;
    void *const places[2] = {out, last};
    hg_row_apply_ends(kernel, block, &ends, in, places);
}
