/* SPDX-License-Identifier: BSD-3-Clause */
/* Text to numbers. Each function parses the whole text or fails: no leading or trailing characters.
 * Independent of the locale. */
#ifndef H5GRAD_BASE_PARSE_H
#define H5GRAD_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only. */
bool hg_parse_u64(const char *text, uint64_t *out);

/* An optional '-', then decimal digits. */
bool hg_parse_i64(const char *text, int64_t *out);

/* Accepts every number that strtod does, "inf" and "nan" included, which the caller may refuse. */
bool hg_parse_double(const char *text, double *out);

/* "4096", "512K", "64M", "2G", "1T", with optional "B" or "iB" behind the letter, any case; powers
 * of 1024; a decimal fraction is allowed before a letter ("1.5G"). Fails above INT64_MAX. */
bool hg_parse_size(const char *text, uint64_t *out);

/* "64x64x64": 1 to max positive numbers. */
bool hg_parse_shape(const char *text, unsigned max, unsigned *rank, uint64_t *shape);

/* Prints a shape as hg_parse_shape reads it; what out has no room for is cut off. */
void hg_parse_print_shape(unsigned rank, const uint64_t *shape, char *out, size_t size);

/* Prints the shortest text that hg_parse_double reads back to the same value. out has room for 32
 * bytes. */
void hg_parse_print_double(double value, char *out, size_t size);

/* Prints a number of bytes as "12.3 MiB"; returns out. */
#define PARSE_SIZE_BYTES 32
const char *hg_parse_print_size(uint64_t bytes, char out[PARSE_SIZE_BYTES]);

#endif
