/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

size_t text_decode(const char *text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80             ? 1
                    : (byte[0] & 0xe0) == 0xc0 ? 2
                    : (byte[0] & 0xf0) == 0xe0 ? 3
                    : (byte[0] & 0xf8) == 0xf0 ? 4
                                               : 0;

    if (length < 2) {
        *code = byte[0];
        return length;
    }
    *code = byte[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (byte[i] & 0x3fU);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < smallest[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

/* C0, DEL, C1, and what reorders or breaks the text around it. */
static bool text_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

unsigned text_next(const char **text, char piece[TEXT_PIECE])
{
    uint32_t code;
    size_t length = text_decode(*text, &code);

    if (length == 0 || text_is_control(code)) {
        snprintf(piece, TEXT_PIECE, "\\x%02x", (unsigned char)**text);
        *text += 1;
        return 4;
    }
    memcpy(piece, *text, length);
    piece[length] = '\0';
    *text += length;
    return code < 0x1100 ? 1 : 2;
}

unsigned text_put(FILE *out, const char *text)
{
    char piece[TEXT_PIECE];
    unsigned columns = 0;

    while (*text != '\0') {
        columns += text_next(&text, piece);
        fputs(piece, out);
    }
    return columns;
}

unsigned text_columns(const char *text)
{
    char piece[TEXT_PIECE];
    unsigned columns = 0;

    while (*text != '\0')
        columns += text_next(&text, piece);
    return columns;
}

const char *text_size(uint64_t bytes, char out[TEXT_NUMBER])
{
    static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    unsigned step = 0;

    /* 1023.95 would be printed as "1024.0". */
    while (value >= 1023.95 && step < 6) {
        value /= 1024;
        step++;
    }
    snprintf(out, TEXT_NUMBER, step == 0 ? "%.0f %s" : "%.1f %s", value, unit[step]);
    return out;
}

const char *text_rate(double bytes_per_second, char out[TEXT_NUMBER])
{
    static const char *const unit[] = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
    double value = bytes_per_second;
    unsigned step = 0;

    while (value >= 999.5 && step < 4) {
        value /= 1000;
        step++;
    }
    snprintf(out, TEXT_NUMBER, value < 99.95 ? "%.1f %s" : "%.0f %s", value, unit[step]);
    return out;
}

const char *text_duration(double seconds, char out[TEXT_NUMBER])
{
    double limit = 9999 * 3600.0;
    unsigned whole = (unsigned)(seconds < limit ? seconds + 0.5 : limit);
    unsigned hours = whole / 3600;
    unsigned minutes = whole / 60 % 60;

    if (hours > 0)
        snprintf(out, TEXT_NUMBER, "%u:%02u:%02u", hours, minutes, whole % 60);
    else
        snprintf(out, TEXT_NUMBER, "%u:%02u", minutes, whole % 60);
    return out;
}
