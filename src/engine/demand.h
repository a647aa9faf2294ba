/* SPDX-License-Identifier: BSD-3-Clause */
/* What a job takes of memory and caches, and the plan that is made of it. */
#ifndef H5GRAD_ENGINE_DEMAND_H
#define H5GRAD_ENGINE_DEMAND_H

#include "engine/job.h"

/* Makes the plan for a job whose writers may still be missing. source and result may be NULL:
 * memory. */
enum h5grad_status hg_engine_plan(const struct engine_job *job, const struct h5_storage *source,
                                  const struct h5_storage *result, struct plan *plan,
                                  struct h5grad_error *err);

/* Bytes of encoded results that a worker may keep until it is their turn to be written: about a
 * tile's, and at least largest, the bytes of a chunk or of the largest core. */
uint64_t hg_demand_waiting(const struct engine_job *job, uint64_t largest);

#endif
