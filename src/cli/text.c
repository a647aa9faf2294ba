/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The columns that a character takes on a terminal. From U+1100 on every character counts as wide,
 * except the range with many narrow letters, arrows and signs. */
static unsigned text_width(uint32_t code)
{
    bool narrow = code < 0x1100 || (code >= 0x1d00 && code < 0x2300);

    if (code >= 0x300 && code < 0x370) /* combining: drawn on the character before */
        return 0;
    return narrow ? 1 : 2;
}

unsigned text_next(const char **text, char piece[UTF8_PIECE])
{
    const char *from = *text;
    uint32_t code = utf8_show(text, piece);

    return *piece == *from ? text_width(code) : (unsigned)strlen(piece);
}

unsigned text_put(FILE *out, const char *text)
{
    char piece[UTF8_PIECE];
    unsigned columns = 0;

    while (*text != '\0') {
        size_t plain = 0; /* bytes that are shown as they are */

        while (text[plain] >= ' ' && text[plain] < 0x7f)
            plain++;
        if (out != NULL)
            fwrite(text, 1, plain, out);
        columns += (unsigned)plain;
        text += plain;
        if (*text != '\0') {
            columns += text_next(&text, piece);
            if (out != NULL)
                fputs(piece, out);
        }
    }
    return columns;
}

unsigned text_columns(FILE *out)
{
    struct winsize size;

    if (!isatty(fileno(out)))
        return 0;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* Copies a piece of text to a string of its own; NULL if memory runs out. */
static unsigned text_put_part(FILE *out, const char *text, size_t length)
{
    char *part = strndup(text, length);
    unsigned columns = part != NULL ? text_put(out, part) : 0;

    free(part);
    return columns;
}

/* Prints a line word by word. */
static void text_wrap_line(FILE *out, const char *line, size_t length, unsigned columns)
{
    size_t indent = strspn(line, " ") < length ? strspn(line, " ") : length;
    size_t at = indent;
    unsigned used = (unsigned)indent;

    fprintf(out, "%*s", (int)indent, "");
    while (at < length) {
        size_t end = at + strspn(line + at, " ");
        size_t gap = end - at;
        end += strcspn(line + end, " \n");
        unsigned width = text_put_part(NULL, line + at + gap, end - at - gap);
        if (used + gap + width > columns && used > indent + 4) {
            fprintf(out, "\n%*s", (int)indent + 4, "");
            used = (unsigned)indent + 4;
        } else {
            fprintf(out, "%*s", (int)gap, "");
            used += (unsigned)gap;
        }
        used += text_put_part(out, line + at + gap, end - at - gap);
        at = end;
    }
}

void text_wrap(FILE *out, const char *text)
{
    unsigned columns = text_columns(out);

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (columns > 0)
            text_wrap_line(out, text, length, columns);
        else
            text_put_part(out, text, length);
        text += length;
        if (*text == '\n') {
            fputc('\n', out);
            text++;
        }
    }
}

void text_print(FILE *out, const char *format, ...)
{
    char brief[2048];
    char *whole = NULL;
    bool line = format[strlen(format) - 1] == '\n';
    va_list list, again;

    va_start(list, format);
    va_copy(again, list);
    if (vasprintf(&whole, format, list) < 0) {
        whole = NULL;
        vsnprintf(brief, sizeof(brief), format, again);
    }
    va_end(again);
    va_end(list);
    char *text = whole != NULL ? whole : brief;
    if (line)
        text[strlen(text) - 1] = '\0';
    if (line && text_columns(out) > 0 && strchr(text, '\n') == NULL)
        text_wrap(out, text);
    else
        text_put(out, text);
    if (line)
        fputc('\n', out);
    free(whole);
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

const char *text_elapsed(double seconds, char out[TEXT_NUMBER])
{
    if (seconds < 100) {
        snprintf(out, TEXT_NUMBER, seconds < 1 ? "%.2g s" : "%.1f s", seconds);
        return out;
    }
    text_duration(seconds, out);
    strcat(out, seconds < 3599.5 ? " min" : " h");
    return out;
}
