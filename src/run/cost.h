/* SPDX-License-Identifier: BSD-3-Clause */
/* What fields cost: bytes that their plans move, and the work that is done and left of a run. */
#ifndef H5GRAD_RUN_COST_H
#define H5GRAD_RUN_COST_H

#include "run/task.h"

/* Of a planned task: bytes of points that are read, halos included, and bytes of chunks that are
 * decoded beyond the first time. */
uint64_t hg_cost_read(const struct task *task);
uint64_t hg_cost_decoded_again(const struct task *task);

/* The fields of a run in the order in which they are done. A zeroed struct has none. */
struct costs {
    size_t n, at;
    struct cost {
        uint64_t bytes, work; /* of the results of all fields up to this one */
    } * upto;
};

/* Adds a planned field. Its work is about the nanoseconds that it takes where files are in memory;
 * what matters is how fields compare. */
enum h5grad_status hg_costs_add(struct costs *costs, const struct task *task,
                                struct h5grad_error *err);

/* Sets the bytes and the work of all fields. */
void hg_costs_total(const struct costs *costs, struct h5grad_progress *progress);

/* Sets the work that is done when so many bytes of results are; these never become fewer. */
void hg_costs_done(struct costs *costs, struct h5grad_progress *progress);

void hg_costs_free(struct costs *costs);

#endif
