/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/utf8.h"

#define MESSAGE_SIZE sizeof(((struct h5grad_error *)0)->message)

#define GAP       "..."
#define LONG_WORD 64 /* bytes; shorter words stay as they are */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Returns the longest word, mostly a name, and its length. */
static char *longest_word(char *text, size_t *length)
{
    char *longest = text;
    *length = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (word > *length) {
            longest = text;
            *length = word;
        }
        text += word + (text[word] == ' ');
    }
    return longest;
}

/* Replaces at least bytes bytes in the middle of a word by "...", at character boundaries. */
static void shorten_word(char *word, size_t length, size_t bytes)
{
    size_t kept = length - size_min(length, bytes + strlen(GAP));
    size_t before = kept - kept / 2, after = length - kept / 2;
    while (before > 0 && is_continuation(word[before]))
        before--;
    while (is_continuation(word[after]))
        after++;
    memmove(word + before + strlen(GAP), word + after, strlen(word + after) + 1);
    memcpy(word + before, GAP, strlen(GAP));
}

/* Shortens text to most bytes: first the words that make it long, mostly names, then its end. */
static void shorten_text(char *text, size_t most)
{
    size_t length, word;
    while ((length = strlen(text)) > most) {
        char *longest = longest_word(text, &word);
        if (word < LONG_WORD)
            break;
        shorten_word(longest, word, size_min(length - most, word - LONG_WORD / 2));
    }
    if (length <= most)
        return;
    while (most > 0 && is_continuation(text[most]))
        most--;
    text[most] = '\0';
}

/* Formats one printable line of at most MESSAGE_SIZE - 1 bytes. */
__attribute__((format(printf, 2, 0))) static void format_line(char text[static MESSAGE_SIZE],
                                                              const char *format, va_list list)
{
    char raw[MESSAGE_SIZE];
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(raw, sizeof raw, format, list);
    if (length < 0)
        raw[0] = '\0';
    size_t shown = utf8_show_all(raw, text, MESSAGE_SIZE);
    char *line = NULL;
    if (length >= (int)MESSAGE_SIZE || shown >= MESSAGE_SIZE)
        line = hg_memory_line(format, again); /* NULL: text stays truncated */
    va_end(again);
    if (line) {
        shorten_text(line, MESSAGE_SIZE - 1);
        memcpy(text, line, strlen(line) + 1);
    }
    free(line);
}

/* Writes first, ": " and rest, either of which may alias out. */
static void join_texts(char out[static MESSAGE_SIZE], const char *first, const char *rest)
{
    char both[2 * MESSAGE_SIZE + 1];
    snprintf(both, sizeof both, "%s: %s", first, rest);
    shorten_text(both, MESSAGE_SIZE - 1);
    memcpy(out, both, strlen(both) + 1);
}

enum h5grad_status hg_error_set_list(struct h5grad_error *err, enum h5grad_status status,
                                     const char *format, va_list list)
{
    if (!err)
        return status;
    char text[MESSAGE_SIZE];
    format_line(text, format, list);
    err->status = status;
    memcpy(err->message, text, strlen(text) + 1);
    return status;
}

enum h5grad_status hg_error_set(struct h5grad_error *err, enum h5grad_status status,
                                const char *format, ...)
{
    va_list list;
    va_start(list, format);
    hg_error_set_list(err, status, format, list);
    va_end(list);
    return status;
}

/* strerror for any thread; uses buffer if the C library needs one. */
static const char *describe_errno(int number, char *buffer, size_t size)
{
#ifdef __GLIBC__
    return strerror_r(number, buffer, size);
#else
    return strerror_r(number, buffer, size) == 0 ? buffer : "unknown error";
#endif
}

enum h5grad_status hg_error_errno(struct h5grad_error *err, int number, const char *format, ...)
{
    enum h5grad_status status = number == ENOMEM ? H5GRAD_NO_MEMORY : H5GRAD_FAILED;
    char buffer[256];
    va_list list;
    va_start(list, format);
    hg_error_set_list(err, status, format, list);
    va_end(list);
    if (err)
        join_texts(err->message, err->message, describe_errno(number, buffer, sizeof(buffer)));
    return status;
}

enum h5grad_status hg_error_memory(struct h5grad_error *err, uint64_t bytes)
{
    return hg_error_set(err, H5GRAD_NO_MEMORY, "out of memory: cannot allocate %" PRIu64 " bytes",
                        bytes);
}

enum h5grad_status hg_error_status(const struct h5grad_error *err)
{
    return err && err->status ? err->status : H5GRAD_FAILED;
}

enum h5grad_status hg_error_context(struct h5grad_error *err, enum h5grad_status status,
                                    const char *format, ...)
{
    if (!err)
        return status;
    char text[MESSAGE_SIZE];
    va_list list;
    va_start(list, format);
    format_line(text, format, list);
    va_end(list);
    if (!err->status)
        err->status = status;
    join_texts(err->message, text, err->message);
    return err->status;
}
