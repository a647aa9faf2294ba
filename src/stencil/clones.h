/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * STENCIL_CLONES in front of a function of plain loops: the compiler makes one copy of it for each
 * instruction set and the loader takes the best one. All have the same bits: without contraction
 * of a * b + c (-ffp-contract=off) every operation is IEEE's in each of them.
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

/* A loop body that is to be cloned with the function that it is part of. */
#define STENCIL_BODY static inline __attribute__((always_inline))

#ifdef __clang__
    #pragma STDC FP_CONTRACT OFF
#endif

#endif
