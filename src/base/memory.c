/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/utf8.h"

#define CACHE_LINE 64
#define FIRST_ROOM 16 /* elements of a new growing array; a power of two */

void *hg_memory_aligned(uint64_t bytes)
{
    uint64_t whole;
    if (!size_add(size_max(bytes, 1), CACHE_LINE - 1, &whole) || whole > SIZE_MAX)
        return NULL;
    return aligned_alloc(CACHE_LINE, (size_t)(whole / CACHE_LINE * CACHE_LINE));
}

void *hg_memory_zeroed(uint64_t n, uint64_t size)
{
    uint64_t bytes;
    if (!size_mul(n, size, &bytes) || bytes > SIZE_MAX)
        return NULL;
    return calloc(1, (size_t)size_max(bytes, 1));
}

void *hg_memory_more(void *array, size_t n, size_t size)
{
    uint64_t bytes;
    if (n > 0 && (n < FIRST_ROOM || (n & (n - 1)) != 0))
        return array;
    if (!size_mul(size_max(2 * (uint64_t)n, FIRST_ROOM), size, &bytes) || bytes > SIZE_MAX)
        return NULL;
    return realloc(array, (size_t)bytes);
}

void hg_memory_free_at(void *pointer_to_it)
{
    void *memory;
    memcpy(&memory, pointer_to_it, sizeof memory);
    free(memory);
}

char *hg_memory_text(const char *text)
{
    return text ? strdup(text) : NULL;
}

char *hg_memory_format_list(const char *format, va_list list)
{
    char *text;
    return vasprintf(&text, format, list) < 0 ? NULL : text;
}

char *hg_memory_format(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = hg_memory_format_list(format, list);
    va_end(list);
    return text;
}

void hg_memory_append(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(out + used, size - used, format, list);
    va_end(list);
}

char *hg_memory_line(const char *format, va_list list)
{
    char *text = hg_memory_format_list(format, list);
    if (!text)
        return NULL;
    size_t size = utf8_show_all(text, NULL, 0) + 1;
    char *line = malloc(size);
    if (line)
        utf8_show_all(text, line, size);
    free(text);
    return line;
}

bool hg_memory_close_stream(FILE *stream)
{
    bool whole = !ferror(stream);
    return fclose(stream) == 0 && whole;
}
