/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/support/random.h"

uint64_t random_bits(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double random_unit(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) * 0x1p-53;
}

uint64_t draw(uint64_t below)
{
    static uint64_t state = 20240229;
    return random_bits(&state) % below;
}
