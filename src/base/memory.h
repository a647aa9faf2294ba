/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory: cache-line aligned buffers, arrays and strings. Release all with free(). */
#ifndef H5GRAD_BASE_MEMORY_H
#define H5GRAD_BASE_MEMORY_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Allocates bytes (0 allowed) at a multiple of 64, or returns NULL. */
void *hg_memory_aligned(uint64_t bytes);

/* Allocates n zeroed elements; NULL also if n * size overflows. */
void *hg_memory_zeroed(uint64_t n, uint64_t size);

/* Makes room for one more element in an array of n, which this function allocated and which grows
 * by doubling. Returns the array, perhaps moved; or NULL, leaving the array as it was. */
void *hg_memory_more(void *array, size_t n, size_t size);

/* True if all bytes are zero. */
static inline bool hg_memory_is_zero(const void *data, uint64_t bytes)
{
    const unsigned char *byte = data;
    return bytes == 0 || (byte[0] == 0 && memcmp(byte, byte + 1, bytes - 1) == 0);
}

/* Declares a pointer whose memory is freed at the end of its block. */
#define BASE_FREED __attribute__((cleanup(hg_memory_free_at)))
void hg_memory_free_at(void *pointer_to_it);

/* Copies text; NULL if text is NULL or allocation fails. */
char *hg_memory_text(const char *text);

/* printf into new memory; NULL if allocation fails. */
char *hg_memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

char *hg_memory_format_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* The same as one line of UTF-8, with names as utf8_show shows them. */
char *hg_memory_line(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* printf behind the text in out, truncated to size bytes in all. */
void hg_memory_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Closes a stream of open_memstream; false if it lacks part of what was written. Free its text in
 * either case. */
bool hg_memory_close_stream(FILE *stream);

#endif
