/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports as text for people, and as JSON for programs.
 *
 * In a plan a field is a block: its path alone on a line, from the first column, then indented
 * lines of a key and a value. In a list, fields on the same grid stand on lines of their own from
 * the first column, and below them, indented, what they share.
 */
#ifndef H5GRAD_CLI_REPORT_TEXT_H
#define H5GRAD_CLI_REPORT_TEXT_H

#include "h5grad.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* For --list; left_out: also the datasets that cannot be done, and why. Returns how many fields
 * there were. */
size_t report_print_list(FILE *out, const struct h5grad_report *report, bool left_out);

/* For --dry-run. */
void report_print_plan(FILE *out, const struct h5grad_report *report);

/* At the end of a run, for --verbose: a line for each field, on how it was done, and one on how
 * much was done, how fast, in how much memory. */
void report_print_done(FILE *out, const char *input, const char *output,
                       const struct h5grad_report *report);

enum report_kind { REPORT_LIST, REPORT_PLAN, REPORT_RUN };

/* The same as JSON, whose schema is in doc/json.md; output is not used with REPORT_LIST. */
void report_print_json(FILE *out, enum report_kind kind, const char *input, const char *output,
                       const struct h5grad_report *report);

/* Sums over the fields that are done. */
struct report_total {
    size_t fields;
    size_t results;
    uint64_t read;
    uint64_t decoded_again;
    uint64_t written;
    uint64_t peak_memory; /* one field is done after the other */
};

struct report_total report_add_up(const struct h5grad_report *report);

/* The most memory that was resident so far, in bytes; 0 where the system does not say. */
uint64_t report_peak_resident(void);

/* What the spacing of an axis is. */
enum report_spacing {
    REPORT_UNIT,        /* nothing is known: 1 */
    REPORT_UNUSABLE,    /* something is known that cannot be used: source says why */
    REPORT_STEP,        /* a number */
    REPORT_COORDINATES, /* the path of coordinates */
};

enum report_spacing report_spacing(const struct h5grad_axis *axis);

#endif
