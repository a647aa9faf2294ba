/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What attributes are about, by their names. One table says which attributes of a source hold for
 * results and copies made from it, and which names look like packing or missing values.
 */
#ifndef H5GRAD_VALUES_MEANING_H
#define H5GRAD_VALUES_MEANING_H

#include <stdbool.h>

/* MEANING_SCALE to MEANING_RANGE are about what stored numbers stand for. */
enum meaning {
    MEANING_OTHER,    /* not in the table */
    MEANING_TIE,      /* to other objects of the file */
    MEANING_NAME,     /* of a dimension scale */
    MEANING_LIBRARY,  /* who wrote the file, and in which form */
    MEANING_IDENTITY, /* of this very object or file */
    MEANING_RECORD,   /* of openPMD: what its unit and place are */
    MEANING_SCALE,    /* values are the stored numbers times this */
    MEANING_GAIN,     /* the same, if it is not said of something else */
    MEANING_FORMULA,  /* words that say so */
    MEANING_OFFSET,   /* values are the stored numbers plus this */
    MEANING_MISSING,  /* a stored number that stands for no value */
    MEANING_RANGE,    /* of stored numbers that stand for values */
    MEANING_SOURCE,   /* the source's values in another way, or what they are called */
    MEANING_METHODS,  /* cell_methods of CF */
};

/* Letter case, and characters other than letters and digits, mostly do not matter. */
enum meaning hg_meaning_of(const char *attribute);

/* Whether it is about what stored numbers stand for. */
bool hg_meaning_is_of_values(enum meaning meaning);

/* Whether an attribute of the source holds for ... */
bool hg_meaning_holds_for_result(const char *attribute);    /* a derivative */
bool hg_meaning_holds_for_record(const char *attribute);    /* openPMD's record of derivatives */
bool hg_meaning_holds_for_companion(const char *attribute); /* a copy that may be a scale */
bool hg_meaning_holds_for_copy(const char *attribute);      /* a copy */
bool hg_meaning_holds_for_group(const char *attribute);     /* a group of results, whose history is
                                                            written anew */

/* Whether a text of cell_methods holds for a derivative: only methods that are linear in the values
 * do, as sums and means are. */
bool hg_meaning_methods_hold(const char *methods);

/* Whether numbers of that unit are dates written as numbers ("day as %Y%m%d.%f" of CDO), whose
 * differences are no time. unit may be NULL. */
bool hg_meaning_is_dates(const char *unit);

/* Whether a number whose unit is not said may be a date like 20200131; *month: 202001. */
bool hg_meaning_may_be_date(double x, int *month);

#endif
