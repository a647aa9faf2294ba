/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/growing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Appends n bytes that format prints. The memory has the size of the text: what is kept of many
 * fields leaves no gaps. */
BASE_PRINTF(3, 0)
static bool append(struct growing *growing, size_t n, const char *format, va_list list)
{
    char *text = realloc(growing->text, growing->length + n + 1);
    if (!text)
        return false;
    growing->text = text;
    vsnprintf(text + growing->length, n + 1, format, list);
    growing->length += n;
    return true;
}

void hg_growing_print(struct growing *growing, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(NULL, 0, format, list);
    va_end(list);
    va_start(list, format);
    if (!growing->lost && n != 0)
        growing->lost = n < 0 || !append(growing, (size_t)n, format, list);
    va_end(list);
}

bool hg_growing_take(struct growing *growing, char **text)
{
    const bool whole = !growing->lost;
    if (!whole)
        free(growing->text);
    *text = whole ? growing->text : NULL;
    *growing = (struct growing){.text = NULL};
    return whole;
}
