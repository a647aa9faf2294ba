/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages that a run without --verbose prints once, for the first case, with the number of others.
 */
#ifndef H5GRAD_RUN_TALLY_H
#define H5GRAD_RUN_TALLY_H

#include <stdbool.h>

#include "libhdf5/message.h"

enum tally_kind {
    TALLY_LOST,         /* possible fields that cannot be reached */
    TALLY_UNUSABLE,     /* fields skipped for what the file says of them */
    TALLY_TOO_LARGE,    /* fields skipped for the memory that they need */
    TALLY_DROPPED,      /* axes left out for their coordinates, by the reason */
    TALLY_UNIT_SPACING, /* axes with unit spacing because the file says none */
    TALLY_ROUND,        /* axes that go round the globe and have ends, by their names */
    TALLY_KINDS,
};

/* Cases with one reason. */
struct tally_entry {
    char *first; /* the message of the first */
    char *why;
    char *hint; /* NULL: none */
    size_t n;
};

/* A struct with messages alone is empty. */
struct tally {
    struct messages *messages;
    struct {
        size_t n;
        struct tally_entry *entry;
    } of[TALLY_KINDS];
};

/* Counts a case with that reason. The message of the first one waits for hg_tally_report; that of
 * another one is a detail. */
enum h5grad_status hg_tally_add(struct tally *tally, enum tally_kind kind, const char *why,
                                struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(5, 6);

/* Adds a hint to the end of the message about the latest reason, unless it has one. The message is
 * about the case that it helps, first, from then on. */
enum h5grad_status hg_tally_hint(struct tally *tally, enum tally_kind kind, const char *first,
                                 const char *hint, struct h5grad_error *err);

/* Returns whether the message about the latest reason has a hint. */
bool hg_tally_is_hinted(const struct tally *tally, enum tally_kind kind);

/* Returns the message about the first of the cases of a kind that has some, to be freed; NULL if
 * memory runs out. */
char *hg_tally_first(const struct tally *tally, enum tally_kind kind);

void hg_tally_report(const struct tally *tally, enum tally_kind kind, enum h5grad_level level);
void hg_tally_free(struct tally *tally);

#endif
