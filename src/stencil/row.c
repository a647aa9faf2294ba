/* SPDX-License-Identifier: BSD-3-Clause */
#include "stencil/row.h"

#include <string.h>

#include "base/size.h"
#include "stencil/clones.h"

#define PIECE 128 /* sums of any taps that are held at a time */

#define KERNEL_IN         float
#define KERNEL_SCALAR     float
#define KERNEL_OUT        float
#define KERNEL_NAME(verb) verb##_F32_F32_F32
#define KERNEL_LANES      1
#include "stencil/kernel_template.h"

#define KERNEL_IN         float
#define KERNEL_SCALAR     double
#define KERNEL_OUT        float
#define KERNEL_NAME(verb) verb##_F32_F64_F32
#define KERNEL_LANES      1
#include "stencil/kernel_template.h"

#define KERNEL_IN         float
#define KERNEL_SCALAR     double
#define KERNEL_OUT        double
#define KERNEL_NAME(verb) verb##_F32_F64_F64
#define KERNEL_LANES      1
#include "stencil/kernel_template.h"

#define KERNEL_IN         double
#define KERNEL_SCALAR     double
#define KERNEL_OUT        double
#define KERNEL_NAME(verb) verb##_F64_F64_F64
#define KERNEL_LANES      1
#include "stencil/kernel_template.h"

#define KERNEL_IN         double
#define KERNEL_SCALAR     double
#define KERNEL_OUT        float
#define KERNEL_NAME(verb) verb##_F64_F64_F32
#define KERNEL_LANES      1
#include "stencil/kernel_template.h"

const struct stencil_kernel *hg_stencil_find(enum element in, enum element arithmetic,
                                             enum element out)
{
    static const struct {
        enum element in, arithmetic, out;
        struct stencil_kernel kernel;
    } list[] = {
#define KERNEL_ROW(in, in_type, arithmetic, out, out_type)                                         \
    {                                                                                              \
        ELEMENT_##in, ELEMENT_##arithmetic, ELEMENT_##out,                                         \
        {                                                                                          \
            sizeof(in_type), sizeof(out_type), rows_##in##_##arithmetic##_##out,                   \
                rows_##in##_F64_##out                                                              \
        }                                                                                          \
    }
        KERNEL_ROW(F32, float, F32, F32, float),  KERNEL_ROW(F32, float, F64, F32, float),
        KERNEL_ROW(F32, float, F64, F64, double), KERNEL_ROW(F64, double, F64, F64, double),
        KERNEL_ROW(F64, double, F64, F32, float),
#undef KERNEL_ROW
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        if (list[i].in == in && list[i].arithmetic == arithmetic && list[i].out == out)
            return &list[i].kernel;
    }
    return NULL;
}

void hg_row_inside(const struct stencil_block *block, ptrdiff_t *inside, ptrdiff_t *end)
{
    const uint64_t count = block->count[block->axis], ends = block->stencil->op->ends;
    const uint64_t first = size_min(count, ends - size_min(ends, block->before));
    const uint64_t last = ends - size_min(ends, block->after);
    *inside = (ptrdiff_t)first;
    *end = (ptrdiff_t)size_max(first, count - size_min(count, last));
}

row_function *hg_row_find(const struct stencil_kernel *kernel, const struct stencil_block *block,
                          uint64_t point, struct rows *rows, ptrdiff_t *base)
{
    const struct stencil_axis *axis = block->stencil;
    const bool uneven = axis->op->uneven;
    const uint64_t count = block->count[block->axis];
    const struct taps *taps =
        hg_operator_taps(axis->op, block->before + point, block->after + (count - 1 - point));
    rows->taps = taps;
    rows->shift = block->in_stride[block->axis];
    rows->step = axis->step;
    rows->weight = uneven ? block->weight + point : taps->weight;
    rows->weight_tap = uneven ? block->weight_tap : 1;
    *base = 0;
    if (taps->form == TAPS_DIFFERENCE) {
        *base = taps->from[0];
        rows->step = uneven ? *rows->weight : axis->step;
    } else if (taps->form == TAPS_EVEN_SUM || taps->form == TAPS_UNEVEN_SUM) {
        *base = taps->offset[1];
    }
    return (uneven ? kernel->uneven : kernel->even)[taps->form];
}
