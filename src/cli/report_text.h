/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints reports, as text for people and as JSON for programs.
 *
 * In a plan a field is a block: its path alone on a line, from the first column, then indented
 * lines of a key and a value. In a list, fields on the same grid stand on lines of their own from
 * the first column, and below them, indented, what they share.
 */
#ifndef H5GRAD_CLI_REPORT_TEXT_H
#define H5GRAD_CLI_REPORT_TEXT_H

#include "h5grad.h"
#include "cli/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* For --list. left_out: prints the skipped datasets, too, and why they are. Returns the number of
 * fields that are not skipped. */
size_t report_print_list(FILE *out, const struct h5grad_report *report, bool left_out);

/* For --dry-run. */
void report_print_plan(FILE *out, const struct h5grad_report *report);

/* At the end of a run, for --verbose: a line for each field, on how it was done. */
void report_print_methods(FILE *out, const char *input, const struct h5grad_report *report);

enum report_kind { REPORT_LIST, REPORT_PLAN, REPORT_RUN };

/* Prints a report as JSON, by the schema in doc/json.md: as a document, or into an array. output is
 * not used with REPORT_LIST. */
void report_print_json(struct json *json, enum report_kind kind, const char *input,
                       const char *output, const struct h5grad_report *report);

/* Prints why there is no report. output may be NULL. */
void report_print_json_failed(struct json *json, enum report_kind kind, const char *input,
                              const char *output, const char *reason);

/* Sums over the fields that are not skipped. */
struct report_total {
    size_t fields;
    size_t results;
    uint64_t read;
    uint64_t decoded_again;
    uint64_t written;
    uint64_t peak_memory; /* the maximum: one field is done after the other */
    double seconds;
};

struct report_total report_add_up(const struct h5grad_report *report);

/* At the end of a run: a line on what was written and how fast; with memory: in how much. files: 0
 * if output is no folder. */
void report_print_done(FILE *out, const char *output, const struct report_total *total,
                       size_t files, bool memory);

/* The peak of resident memory so far, in bytes; 0 where the system does not say. */
uint64_t report_peak_resident(void);

/* The word of --compute for a kind of result. */
const char *result_word(enum h5grad_result_kind kind);

#endif
