/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the fuzzing harnesses share. A harness is one file with LLVMFuzzerTestOneInput, for clang's
 * -fsanitize=fuzzer,address,undefined (scripts/fuzz) or for run_corpus.c, which runs it over files.
 * Requirements are written with fuzz_require, which is checked in every build.
 */
#ifndef H5GRAD_TESTS_FUZZ_H
#define H5GRAD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_require(condition)                                                                    \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, __func__, #condition))

_Noreturn static inline void fuzz_fail(const char *file, int line, const char *function,
                                       const char *condition)
{
    fprintf(stderr, "%s:%d: %s: does not hold: %s\n", file, line, function, condition);
    abort();
}

/* The rest of an input; zeros follow its end. */
struct fuzz_input {
    const uint8_t *data;
    size_t size;
};

static inline uint64_t fuzz_take(struct fuzz_input *input, size_t bytes)
{
    uint64_t value = 0;
    size_t n = bytes < input->size ? bytes : input->size;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)input->data[i] << 8 * i;
    input->data += n;
    input->size -= n;
    return value;
}

#endif
