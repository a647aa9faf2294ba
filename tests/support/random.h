/* SPDX-License-Identifier: BSD-3-Clause */
/* Pseudo-random numbers, the same in every run. */
#ifndef H5GRAD_TESTS_RANDOM_H
#define H5GRAD_TESTS_RANDOM_H

#include <stdint.h>

/* Returns the next number of the sequence; *state begins as any seed. */
uint64_t random_bits(uint64_t *state);

/* Returns a number in [0, 1). */
double random_unit(uint64_t *state);

/* Returns a number less than below, which is not 0, from a sequence of the program. */
uint64_t draw(uint64_t below);

#endif
