/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SINCE " since "

/* Returns the text without blanks at its ends, to be freed. */
static char *trimmed(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    size_t blanks = 0;
    while (blanks < length && isspace((unsigned char)text[blanks]))
        blanks++;
    return hg_memory_format("%.*s", (int)(length - blanks), text + blanks);
}

/* Returns the unit of a time counted from a date, which ends where since begins: "day" for "Days".
 */
static char *time_unit(const char *unit, const char *since)
{
    size_t length = (size_t)(since - unit);
    bool word = length > 2; /* else a symbol: s, ms */
    if (word && tolower((unsigned char)unit[length - 1]) == 's')
        length--;
    char *time = hg_memory_format("%.*s", (int)length, unit);
    for (size_t i = 0; time && word && time[i]; i++)
        time[i] = (char)tolower((unsigned char)time[i]);
    return time;
}

/* Returns the unit of differences: of a time the word before "since", of degrees in any direction
 * "degree". To be freed. */
static char *plain_unit(const char *unit)
{
    static const char *const directions[] = {"_north", "_east", "_N", "_E", "N", "E", ""};
    const char *since = strcasestr(unit, SINCE);
    if (since)
        return time_unit(unit, since);
    size_t length = strncasecmp(unit, "degree", 6) != 0      ? 0
                    : tolower((unsigned char)unit[6]) == 's' ? 7
                                                             : 6;
    for (size_t i = 0; length && i < sizeof directions / sizeof *directions; i++) {
        if (strcasecmp(unit + length, directions[i]) == 0)
            return hg_memory_text("degree");
    }
    return hg_memory_text(unit);
}

/* Makes the units of numerator and denominator, to be freed; false if memory runs out. */
static bool read_both(const char *value, const char *axis, char **above, char **below)
{
    BASE_FREED char *own = trimmed(value);
    BASE_FREED char *of_axis = trimmed(axis ? axis : "1");
    if (!own || !of_axis)
        return false;
    *above = strcasestr(own, SINCE) ? plain_unit(own) : hg_memory_text(own);
    *below = plain_unit(of_axis);
    return *above && *below;
}

/* A factor of a product: a word and its exponent. */
struct factor {
    const char *word;
    int length;
    long power;
};

/* A raised figure or sign is an exponent, and a raised dot stands between factors. */
static bool is_letter(const char *text)
{
    static const char *const others[] = {"\u00b9", "\u00b2", "\u00b3", "\u00b7"};
    const unsigned char c = (unsigned char)*text;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strncmp(text, others[i], strlen(others[i])) == 0)
            return false;
    }
    if (strncmp(text, "\u2070", 2) == 0)
        return false;
    return isalpha(c) || c == '_' || c == '%' || c >= 0x80;
}

/* Takes "m", "s-1", "s^-1" or "s**-1" off the text, and the separator after it. */
static bool take_factor(const char **text, struct factor *factor)
{
    const char *at = *text;
    factor->word = at;
    while (is_letter(at))
        at++;
    factor->length = (int)(at - factor->word);
    const bool divides = factor->length == 3 && strncasecmp(factor->word, "per", 3) == 0;
    const size_t mark = *at == '^' ? 1 : strncmp(at, "**", 2) == 0 ? 2 : 0;
    const char *number = at + mark;
    const size_t sign = *number == '-', digits = strspn(number + sign, "0123456789");
    factor->power = digits > 0 ? strtol(number, NULL, 10) : 1;
    if (digits > 0)
        at = number + sign + digits;
    if (factor->length == 0 || divides || digits > 3 || (mark > 0 && digits == 0))
        return false;
    const char *next = at + strspn(at, " ");
    if (next == at && (*at == '.' || *at == '*'))
        next++;
    *text = next;
    return !*at || (next > at && *next);
}

/* Returns whether a unit is a product of words and their powers. */
static bool is_product(const char *unit)
{
    struct factor factor;
    do {
        if (!take_factor(&unit, &factor))
            return false;
    } while (*unit);
    return true;
}

/* Appends a product with each exponent multiplied. */
static void put_powers(FILE *out, const char *unit, long power)
{
    struct factor factor;
    for (const char *before = ""; *unit && take_factor(&unit, &factor); before = " ") {
        fprintf(out, "%s%.*s", before, factor.length, factor.word);
        if (factor.power * power != 1)
            fprintf(out, "%ld", factor.power * power);
    }
}

/* Returns whether parentheses are around a unit as a whole. */
static bool is_enclosed(const char *unit)
{
    long depth = 0;
    do
        depth += (*unit == '(') - (*unit == ')');
    while (depth > 0 && *++unit);
    return depth == 0 && *unit == ')' && !unit[1];
}

/* Appends a unit as a factor of a product. */
static void put_enclosed(FILE *out, const char *unit)
{
    fprintf(out, is_enclosed(unit) ? "%s" : "(%s)", unit);
}

static void put_by(FILE *out, const char *above, const char *below, unsigned power)
{
    const bool divided = strcmp(below, "1") != 0;
    if (!divided || is_product(above))
        fputs(above, out);
    else if (strcmp(above, "1") != 0)
        put_enclosed(out, above);
    if (!divided)
        return;
    if (strcmp(above, "1") != 0)
        fputc(' ', out);
    if (is_product(below)) {
        put_powers(out, below, -(long)power);
        return;
    }
    put_enclosed(out, below);
    fprintf(out, "-%u", power);
}

char *hg_unit_by(const char *value, const char *axis, unsigned power)
{
    BASE_FREED char *above = NULL;
    BASE_FREED char *below = NULL;
    char *unit = NULL;
    size_t size;
    FILE *out = read_both(value, axis, &above, &below) ? open_memstream(&unit, &size) : NULL;
    if (!out)
        return NULL;
    put_by(out, above, below, power);
    if (hg_memory_close_stream(out))
        return unit;
    free(unit);
    return NULL;
}

char *hg_unit_square(const char *unit)
{
    struct factor factor;
    const char *rest = unit;
    if (strcmp(unit, "1") == 0)
        return hg_memory_text(unit);
    if (take_factor(&rest, &factor) && !*rest)
        return hg_memory_format("%.*s%ld", factor.length, factor.word, 2 * factor.power);
    return hg_memory_format(is_enclosed(unit) ? "%s2" : "(%s)2", unit);
}
