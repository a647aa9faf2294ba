/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers without a pattern that are the same in every run. */
#ifndef H5GRAD_TESTS_RANDOM_H
#define H5GRAD_TESTS_RANDOM_H

#include <stdint.h>

/* What follows from the state, a seed. */
uint64_t random_bits(uint64_t *state);

/* In [0, 1). */
double random_unit(uint64_t *state);

/* Below a limit, which is not 0, from a state of the program. */
uint64_t draw(uint64_t below);

#endif
