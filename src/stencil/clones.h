/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * STENCIL_CLONES, in front of a function of plain loops, makes the compiler emit a copy of it for
 * each instruction set, of which the loader takes the best. All copies give the same bits: as
 * a * b + c is not contracted (-ffp-contract=off), each rounds every operation as IEEE 754 says.
 */
#ifndef H5GRAD_STENCIL_CLONES_H
#define H5GRAD_STENCIL_CLONES_H

#ifdef HAVE_CONFIG_H
    #include "config.h"
#endif

#ifdef HAVE_TARGET_CLONES
    #define STENCIL_CLONES                                                                         \
        __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
    #define STENCIL_CLONES
#endif

/* In front of a function that is inlined into clones. */
#define STENCIL_BODY static inline __attribute__((always_inline))

#ifdef __clang__
    #pragma STDC FP_CONTRACT OFF
#endif

#endif
