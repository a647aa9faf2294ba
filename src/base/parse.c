/* SPDX-License-Identifier: BSD-3-Clause */
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Parses the decimal number at *text and moves *text behind it. */
static bool read_u64(const char **text, uint64_t *out)
{
    if (!is_digit(**text))
        return false;
    uint64_t value = 0;
    for (; is_digit(**text); (*text)++) {
        if (!size_mul(value, 10, &value) || !size_add(value, (uint64_t)(**text - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool hg_parse_u64(const char *text, uint64_t *out)
{
    uint64_t value;
    if (!read_u64(&text, &value) || *text)
        return false;
    *out = value;
    return true;
}

bool hg_parse_i64(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    uint64_t value;
    if (!hg_parse_u64(text + negative, &value) || value > (uint64_t)INT64_MAX + negative)
        return false;
    if (!negative)
        *out = (int64_t)value;
    else
        *out = value == 0 ? 0 : -(int64_t)(value - 1) - 1;
    return true;
}

/* Returns the C locale; (locale_t)0 if allocation fails. */
static locale_t plain_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* strtod in the C locale, or else in the current one: that cannot misread what hg_parse_double lets
 * through, only stop at an unknown decimal point. */
static double plain_strtod(const char *text, char **end)
{
    locale_t plain = plain_locale();
    if (!plain)
        return strtod(text, end);
    double value = strtod_l(text, end, plain);
    freelocale(plain);
    return value;
}

bool hg_parse_double(const char *text, double *out)
{
    /* refuse leading white space and the separators of all locales */
    for (const char *c = text; *c; c++) {
        if (!is_digit(*c) && !is_letter(*c) && !strchr(".+-()_", *c))
            return false;
    }
    char *end;
    double value = plain_strtod(text, &end);
    if (end == text || *end)
        return false;
    *out = value;
    return true;
}

/* Returns the power of 1024 that a letter stands for; 1 if none. */
static uint64_t unit_of(char letter)
{
    static const char letters[] = "kKmMgGtT";
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? UINT64_C(1) << 10 * (1 + (at - letters) / 2) : 1;
}

/* Converts the n digits behind a decimal point to whole bytes of unit. Dividing from the last digit
 * on is exact: floor((a + x) / 10) = floor((a + floor(x)) / 10) for every whole a. */
static uint64_t fraction_bytes(const char *digits, size_t n, uint64_t unit)
{
    uint64_t bytes = 0;
    while (n-- > 0)
        bytes = ((uint64_t)(digits[n] - '0') * unit + bytes) / 10;
    return bytes;
}

bool hg_parse_size(const char *text, uint64_t *out)
{
    uint64_t whole;
    if (!read_u64(&text, &whole))
        return false;
    const char *digits = "";
    size_t n = 0;
    if (*text == '.') {
        digits = ++text;
        while (is_digit(*text))
            text++;
        n = (size_t)(text - digits);
        if (n == 0)
            return false;
    }
    uint64_t unit = unit_of(*text);
    if (unit > 1) {
        text++;
        text += (*text == 'i' || *text == 'I') && (text[1] == 'b' || text[1] == 'B');
        text += *text == 'b' || *text == 'B';
    }
    if (*text || (unit == 1 && n > 0))
        return false;
    uint64_t bytes;
    if (!size_mul(whole, unit, &bytes) || !size_add(bytes, fraction_bytes(digits, n, unit), &bytes))
        return false;
    if (bytes > INT64_MAX)
        return false;
    *out = bytes;
    return true;
}

bool hg_parse_shape(const char *text, unsigned max, unsigned *rank, uint64_t *shape)
{
    for (unsigned n = 0; n < max; n++) {
        if (!read_u64(&text, &shape[n]) || shape[n] == 0)
            return false;
        if (*text == '\0') {
            *rank = n + 1;
            return true;
        }
        if (*text++ != 'x')
            return false;
    }
    return false;
}

void hg_parse_print_shape(unsigned rank, const uint64_t *shape, char *out, size_t size)
{
    *out = '\0';
    for (unsigned i = 0; i < rank; i++)
        hg_memory_append(out, size, "%s%" PRIu64, i ? "x" : "", shape[i]);
}

void hg_parse_print_double(double value, char *out, size_t size)
{
    if (isnan(value)) {
        (void)snprintf(out, size, "nan");
        return;
    }
    locale_t plain = plain_locale();
    locale_t before = plain ? uselocale(plain) : (locale_t)0;
    /* 15 digits are never too many for a normal number; %g drops trailing zeros */
    for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        double back;
        (void)snprintf(out, size, "%.*g", digits, value);
        if (hg_parse_double(out, &back) && back == value)
            break;
    }
    if (plain) {
        (void)uselocale(before);
        freelocale(plain);
    }
}

const char *hg_parse_print_size(uint64_t bytes, char out[PARSE_SIZE_BYTES])
{
    static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    unsigned step = 0;
    for (; value >= 1023.95; step++) /* else it would print as "1024.0" */
        value /= 1024;
    (void)snprintf(out, PARSE_SIZE_BYTES, step == 0 ? "%.0f %s" : "%.1f %s", value, unit[step]);
    return out;
}
