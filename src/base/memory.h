/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory: cache-line aligned buffers and strings. All are released with free(). */
#ifndef H5GRAD_BASE_MEMORY_H
#define H5GRAD_BASE_MEMORY_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* At least bytes (0 allowed) at a multiple of 64; NULL when there is no memory. */
void *memory_aligned(uint64_t bytes);

/* n zeroed elements; NULL when there is no memory or n * size overflows. */
void *memory_zeroed(uint64_t n, uint64_t size);

/* A copy of text; NULL when text is NULL or there is no memory. */
char *memory_text(const char *text);

/* printf into new memory; NULL when there is none. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Likewise; the text becomes one line of UTF-8, with names shown as utf8_show does. */
char *memory_line(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* Closes a stream of open_memstream; false when it does not hold all that was written to it. Its
 * text is then to be freed all the same. */
bool memory_close_stream(FILE *stream);

/* Bytes of memory this process may use: the machine's, its cgroup's (v1 and v2) or RLIMIT_AS,
 * whichever is least. */
uint64_t memory_available(void);

/* The part of a cap on resident memory that coordinates may have: one in so many. */
#define MEMORY_COORDINATES_SHARE 16

/* What a cap, of H5GRAD_LEAST_MEMORY at least, leaves for the buffers of a field when the program
 * itself and coordinates have theirs. */
uint64_t memory_buffers(uint64_t cap);

/* The least cap of whole MiB that leaves so many bytes for buffers. */
uint64_t memory_cap(uint64_t buffers);

#endif
