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
void *hg_memory_aligned(uint64_t bytes);

/* n zeroed elements; NULL when there is no memory or n * size overflows. */
void *hg_memory_zeroed(uint64_t n, uint64_t size);

/* Room for one more element in an array of n, which was made by this function and grows by
 * doubling: the array, perhaps moved; NULL, and the array as it was, when there is no memory. */
void *hg_memory_more(void *array, size_t n, size_t size);

/* Declares a pointer to memory that is freed at the end of its block. */
#define BASE_FREED __attribute__((cleanup(hg_memory_free_at)))
void hg_memory_free_at(void *pointer_to_it);

/* A copy of text; NULL when text is NULL or there is no memory. */
char *hg_memory_text(const char *text);

/* printf into new memory; NULL when there is none. */
char *hg_memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Likewise; the text becomes one line of UTF-8, with names shown as utf8_show does. */
char *hg_memory_line(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* printf behind the text in out, of size bytes in all; cut where they are not enough. */
void hg_memory_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Closes a stream of open_memstream; false when it does not hold all that was written to it. Its
 * text is then to be freed all the same. */
bool hg_memory_close_stream(FILE *stream);

#endif
