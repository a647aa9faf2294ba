/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UTF-8, and how to show a name in a line of text. Names in files may hold any bytes; shown this
 * way they can neither break a line nor command a terminal. Everything printed uses it: messages of
 * the library, the program, and in Python h5grad-plot.
 */
#ifndef H5GRAD_BASE_UTF8_H
#define H5GRAD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define UTF8_PIECE 8 /* room for one shown character */

/* Returns the length of the character at text, and its code; 0 if it is not valid. The end of the
 * text is a 0 of length one. */
static inline size_t utf8_decode(const char *text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80             ? 1
                    : (byte[0] & 0xe0) == 0xc0 ? 2
                    : (byte[0] & 0xf0) == 0xe0 ? 3
                    : (byte[0] & 0xf8) == 0xf0 ? 4
                                               : 0;
    *code = byte[0];
    if (length < 2)
        return length;
    *code &= 0x7fU >> length;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (byte[i] & 0x3fU);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < smallest[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

/* True for C0, DEL, C1, what reorders or breaks the text around it, and noncharacters. */
static inline bool utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfffe || code == 0xffff;
}

/* Takes the next character off *text, which must not be at its end, and writes to piece how to show
 * it: as itself, or, if it is a control character or invalid, one byte of it as "\x1b". Returns its
 * code, or that of a backslash. */
static inline uint32_t utf8_show(const char **text, char piece[UTF8_PIECE])
{
    uint32_t code;
    size_t length = utf8_decode(*text, &code);
    if (length == 0 || utf8_is_control(code)) {
        (void)snprintf(piece, UTF8_PIECE, "\\x%02x", (unsigned char)**text);
        *text += 1;
        return '\\';
    }
    memcpy(piece, *text, length);
    piece[length] = '\0';
    *text += length;
    return code;
}

/* Returns the number of printable characters of ASCII that the text begins with. */
static inline size_t utf8_plain(const char *text)
{
    size_t length = 0;
    while (text[length] >= 0x20 && text[length] < 0x7f)
        length++;
    return length;
}

/* Writes the text as shown to out, truncated to size bytes at a character boundary. Returns the
 * length of the whole. */
static inline size_t utf8_show_all(const char *text, char *out, size_t size)
{
    char piece[UTF8_PIECE];
    size_t total = 0, used = 0;
    while (*text) {
        const size_t room = used == total && size > used ? size - used - 1 : 0;
        const size_t plain = utf8_plain(text);
        const char *shown = plain > 0 ? text : piece;
        size_t length = plain;
        if (plain > 0) {
            text += plain;
        } else {
            (void)utf8_show(&text, piece);
            length = strlen(piece);
        }
        total += length;
        if (length > room && plain == 0)
            continue; /* a character that is cut is left out */
        length = length < room ? length : room;
        if (length > 0)
            memcpy(out + used, shown, length);
        used += length;
    }
    if (size > 0)
        out[used] = '\0';
    return total;
}

#endif
