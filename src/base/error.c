/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define MESSAGE_SIZE sizeof(((struct h5grad_error *)0)->message)

/* Bytes of the UTF-8 sequence that starts with lead; 0 when none does. */
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the printable character at text; 0 when there is no whole, valid one. */
static size_t printable_length(const char *text)
{
    unsigned char lead = (unsigned char)text[0];
    unsigned char second = lead ? (unsigned char)text[1] : 0;
    size_t length = sequence_length(lead);
    if (length == 1)
        return lead >= 0x20 && lead != 0x7f;
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text[i]))
            return 0;
    }
    /* U+0080 to U+009F are controls too; the others are overlong, surrogates or above U+10FFFF */
    if ((lead == 0xc2 && second < 0xa0) || (lead == 0xe0 && second < 0xa0) ||
        (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

void error_clean(char *text)
{
    while (*text) {
        size_t length = printable_length(text);
        if (length == 0) {
            *text = '?';
            length = 1;
        }
        text += length;
    }
}

/* Cuts text to at most length bytes, between characters. */
static void cut(char *text, size_t length)
{
    if (strlen(text) <= length)
        return;
    while (length > 0 && is_continuation(text[length]))
        length--;
    text[length] = '\0';
}

/* Formats one printable line of at most MESSAGE_SIZE - 1 bytes. */
__attribute__((format(printf, 2, 0))) static void format_line(char text[static MESSAGE_SIZE],
                                                              const char *format, va_list list)
{
    /* four bytes more: a character that vsnprintf breaks off begins behind the cut */
    char wide[MESSAGE_SIZE + 4];
    if (vsnprintf(wide, sizeof(wide), format, list) < 0)
        wide[0] = '\0';
    error_clean(wide);
    cut(wide, MESSAGE_SIZE - 1);
    memcpy(text, wide, strlen(wide) + 1);
}

/* Writes first, ": " and rest; of the two first is cut before rest, but keeps half of the room. */
static void join(char out[static MESSAGE_SIZE], char *first, const char *rest)
{
    size_t room = MESSAGE_SIZE - 3;
    size_t kept = strlen(rest) < room / 2 ? room - strlen(rest) : room / 2;
    cut(first, kept);
    size_t length = strlen(first);
    char tail[MESSAGE_SIZE];
    memcpy(tail, rest, strlen(rest) + 1);
    cut(tail, room - length);
    memmove(out, first, length);
    memcpy(out + length, ": ", 2);
    memcpy(out + length + 2, tail, strlen(tail) + 1);
}

enum h5grad_status error_set(struct h5grad_error *err, enum h5grad_status status,
                             const char *format, ...)
{
    if (!err)
        return status;
    char text[MESSAGE_SIZE];
    va_list list;
    va_start(list, format);
    format_line(text, format, list);
    va_end(list);
    err->status = status;
    memcpy(err->message, text, strlen(text) + 1);
    return status;
}

/* strerror of any thread: buffer is used where the C library needs one. */
static const char *describe_errno(int number, char *buffer, size_t size)
{
#ifdef __GLIBC__
    return strerror_r(number, buffer, size);
#else
    return strerror_r(number, buffer, size) == 0 ? buffer : "unknown error";
#endif
}

enum h5grad_status error_errno(struct h5grad_error *err, int number, const char *format, ...)
{
    if (!err)
        return H5GRAD_FAILED;
    char text[MESSAGE_SIZE];
    char buffer[256];
    va_list list;
    va_start(list, format);
    format_line(text, format, list);
    va_end(list);
    err->status = H5GRAD_FAILED;
    join(err->message, text, describe_errno(number, buffer, sizeof(buffer)));
    return H5GRAD_FAILED;
}

enum h5grad_status error_memory(struct h5grad_error *err, uint64_t bytes)
{
    return error_set(err, H5GRAD_NO_MEMORY, "out of memory: cannot allocate %" PRIu64 " bytes",
                     bytes);
}

enum h5grad_status error_status(const struct h5grad_error *err)
{
    return err ? err->status : H5GRAD_FAILED;
}

enum h5grad_status error_context(struct h5grad_error *err, enum h5grad_status status,
                                 const char *format, ...)
{
    if (!err)
        return status;
    char text[MESSAGE_SIZE];
    va_list list;
    va_start(list, format);
    format_line(text, format, list);
    va_end(list);
    err->status = status;
    join(err->message, text, err->message);
    return status;
}
