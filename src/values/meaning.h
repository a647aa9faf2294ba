/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What attributes are about, by their names. One table says which attributes of a source hold for
 * its results and copies, and which names look like packing or missing values.
 */
#ifndef H5GRAD_VALUES_MEANING_H
#define H5GRAD_VALUES_MEANING_H

#include <stdbool.h>

/* MEANING_SCALE to MEANING_RANGE say what stored numbers stand for. */
enum meaning {
    MEANING_OTHER,    /* not in the table */
    MEANING_TIE,      /* refers to other objects of the file */
    MEANING_NAME,     /* of a dimension scale */
    MEANING_LIBRARY,  /* the writing program or its format */
    MEANING_IDENTITY, /* identifies this object or file */
    MEANING_RECORD,   /* of openPMD: unit and position of a record */
    MEANING_SCALE,    /* factor of the stored numbers */
    MEANING_GAIN,     /* the same, unless said of something else */
    MEANING_FORMULA,  /* the same, in words */
    MEANING_OFFSET,   /* summand of the stored numbers */
    MEANING_MISSING,  /* a stored number for a missing value */
    MEANING_RANGE,    /* of stored numbers that are values */
    MEANING_SOURCE,   /* describes or names the source's values */
    MEANING_METHODS,  /* cell_methods of CF */
    MEANING_FORMAT,   /* a mark of a format, or a name of members that it wants */
};

/* Ignores letter case, and characters other than letters and digits, of most names. */
enum meaning hg_meaning_of(const char *attribute);

/* True if it says what stored numbers stand for. */
bool hg_meaning_is_of_values(enum meaning meaning);

/* True if an attribute of the source holds for ... */
bool hg_meaning_holds_for_result(const char *attribute);    /* a derivative */
bool hg_meaning_holds_for_record(const char *attribute);    /* openPMD's record of derivatives */
bool hg_meaning_holds_for_companion(const char *attribute); /* a copy that may be a scale */
bool hg_meaning_holds_for_copy(const char *attribute);      /* a copy */
bool hg_meaning_holds_for_group(
    const char *attribute); /* a group of results, which gets a history of its own */

/* Likewise, where the results do not have the format of the source: Conventions, nwb_version, ...
 */
bool hg_meaning_holds_for_plain_group(const char *attribute);

/* True if a text of cell_methods holds for a derivative: if all methods are linear in the values,
 * such as sums and means. */
bool hg_meaning_methods_hold(const char *methods);

/* True if numbers of that unit are dates written as numbers ("day as %Y%m%d.%f" of CDO), whose
 * differences are no time. unit may be NULL. */
bool hg_meaning_is_dates(const char *unit);

/* True if a number without a unit may be a date like 20200131; *month is then 202001. */
bool hg_meaning_may_be_date(double x, int *month);

#endif
