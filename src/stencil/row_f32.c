/* SPDX-License-Identifier: BSD-3-Clause */
/* The row functions of float. A file of their own, since compilers take long for them. */
#include <string.h>

#include "stencil/clones.h"
#include "stencil/row.h"

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
#define KERNEL_UNEVEN
#define KERNEL_LANES 1
#include "stencil/kernel_template.h"

#define KERNEL_IN         float
#define KERNEL_SCALAR     double
#define KERNEL_OUT        double
#define KERNEL_NAME(verb) verb##_F32_F64_F64
#define KERNEL_UNEVEN
#define KERNEL_LANES 1
#include "stencil/kernel_template.h"

const struct row_kernel hg_row_f32[] = {
    ROW_KERNEL(F32, float, F32, F32, float),
    ROW_KERNEL(F32, float, F64, F32, float),
    ROW_KERNEL(F32, float, F64, F64, double),
};
