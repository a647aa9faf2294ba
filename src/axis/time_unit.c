/* SPDX-License-Identifier: BSD-3-Clause */
#include "axis/time_unit.h"

#include <string.h>
#include <strings.h>

#define SINCE  " since "
#define SECOND 1000000000.0
#define DAY    (86400 * SECOND)

/* Fixed times in nanoseconds, of which each is a multiple of all shorter ones, and the spellings of
 * UDUNITS, the option's first. Words of one or two letters are symbols, whose case counts. */
static const struct {
    double nanoseconds;
    const char *const names[7];
} times[] = {
    {1, {"ns", "nanosecond", "nanoseconds", "nanosec", "nanosecs", "nsec", "nsecs"}},
    {1e3, {"us", "microsecond", "microseconds", "microsec", "microsecs", "usec", "usecs"}},
    {1e6, {"ms", "millisecond", "milliseconds", "millisec", "millisecs", "msec", "msecs"}},
    {SECOND, {"s", "second", "seconds", "sec", "secs"}},
    {60 * SECOND, {"min", "minute", "minutes", "mins"}},
    {3600 * SECOND, {"h", "hour", "hours", "hr", "hrs"}},
    {DAY, {"d", "day", "days"}},
    {7 * DAY, {"week", "weeks"}},
};

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length &&
           (length > 2 ? strncasecmp(text, word, length) : strncmp(text, word, length)) == 0;
}

static bool is_any(const char *text, size_t length, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && words[i]; i++) {
        if (is_word(text, length, words[i]))
            return true;
    }
    return false;
}

/* 0: none of the fixed times. */
static double find_fixed(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (is_any(word, length, times[i].names, sizeof times[i].names / sizeof *times[i].names))
            return times[i].nanoseconds;
    }
    return strncmp(word, "µs", length) == 0 && length == strlen("µs") ? 1e3 : 0;
}

/* Returns the nanoseconds of a month or a year; 0 if the calendar has some of different lengths. */
static double find_calendar(const char *name, const char *calendar)
{
    static const char *const short_years[] = {"noleap", "365_day"};
    static const char *const long_years[] = {"all_leap", "366_day"};
    const size_t length = strlen(calendar);
    const bool year = strcmp(name, "year") == 0;
    if (is_word(calendar, length, "360_day"))
        return (year ? 360 : 30) * DAY;
    if (year && is_any(calendar, length, short_years, 2))
        return 365 * DAY;
    return year && is_any(calendar, length, long_years, 2) ? 366 * DAY : 0;
}

/* Returns "month" or "year" if the word is one of their names; else NULL. */
static const char *find_calendar_unit(const char *word, size_t length)
{
    static const char *const months[] = {"month", "months", "mon"};
    static const char *const years[] = {"year", "years", "yr", "yrs"};
    if (is_any(word, length, months, sizeof months / sizeof *months))
        return "month";
    return is_any(word, length, years, sizeof years / sizeof *years) ? "year" : NULL;
}

enum h5grad_status hg_time_scale(const char *units, const char *calendar, const char *wanted,
                                 struct array_scale *out, struct h5grad_error *err)
{
    const char *since = units ? strcasestr(units, SINCE) : NULL;
    const double unit = find_fixed(wanted, strlen(wanted));
    *out = (struct array_scale){.factor = 0};
    if (!since)
        return H5GRAD_OK;
    const char *word = units + strspn(units, " ");
    size_t length = word < since ? (size_t)(since - word) : 0;
    while (length > 0 && word[length - 1] == ' ')
        length--;
    double time = find_fixed(word, length);
    const char *uneven = find_calendar_unit(word, length);
    if (!calendar || !*calendar)
        calendar = "standard";
    if (uneven)
        time = find_calendar(uneven, calendar);
    if (uneven && time == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "a %s of the calendar %s is not a fixed time; leave --time-unit out to "
                            "get the derivative per %s",
                            uneven, calendar, uneven);
    if (time == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "'%.*s' is no unit of time that --time-unit knows; leave it out to get "
                            "the derivative per %.*s",
                            (int)length, word, (int)length, word);
    out->divides = time < unit;
    out->factor = out->divides ? unit / time : time / unit;
    return H5GRAD_OK;
}
