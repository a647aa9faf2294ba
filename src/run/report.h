/* SPDX-License-Identifier: BSD-3-Clause */
/* The report of a run, built as fields are seen. Its memory is one arena, freed at once. */
#ifndef H5GRAD_RUN_REPORT_H
#define H5GRAD_RUN_REPORT_H

#include "base/budget.h"
#include "run/task.h"

struct report;

struct report *hg_report_new(uint64_t memory_cap); /* NULL if memory runs out */
void hg_report_free(struct report *report);        /* NULL allowed */

/* Adds the field of task, planned or only opened; false if memory runs out. */
bool hg_report_add(struct report *report, const struct task *task, bool planned);

/* Sets the method by which the results of a field are written. number counts fields and skipped
 * datasets from 0, in the order in which they were added. */
void hg_report_write_method(struct report *report, size_t number, const char *method);

/* Adds a dataset that is not done, with the reason. */
bool hg_report_skip(struct report *report, const char *path, const char *why);

/* Returns the public form; the report is then the caller's, to be freed by h5grad_report_free. */
struct h5grad_report *hg_report_finish(struct report *report, double seconds);

#endif
