/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a field in the output file: datasets, attributes. */
#ifndef H5GRAD_RUN_RESULTS_H
#define H5GRAD_RUN_RESULTS_H

#include "formats/aux_vars.h"
#include "run/task.h"
#include "run/options.h"

/* A result being written: of axis number k of the field's order. */
struct result {
    hid_t dataset, memory;
    struct h5_storage storage;
    struct writer *writer;
};

/* Makes the dataset for axis number k of the order of the field at hand in file, with its
 * attributes and scales, and opens its writer. hg_result_close is due in either case. Within
 * h5_enter. */
enum h5grad_status hg_result_create(const struct task *task, struct aux_vars *aux_vars,
                                    const struct scale_links *links, hid_t file, unsigned k,
                                    struct result *result, struct h5grad_error *err);

/* After the engine is done: completes the dataset. Within h5_enter. */
enum h5grad_status hg_result_finish(struct result *result, struct h5grad_error *err);
void hg_result_close(struct result *result);

#endif
