/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: sources times derivatives to outputs, over the tiles of a plan, by OpenMP workers.
 *
 * A worker takes the next tile, reads the halo box of each source, brings the points to their
 * values, computes the core of each output, and hands it to the sink. Nothing is shared but the
 * readers and the sink, so the result does not depend on the number of workers or on the tiling.
 */
#ifndef H5GRAD_ENGINE_ENGINE_H
#define H5GRAD_ENGINE_ENGINE_H

#include "engine/job.h"

/* Workers where nobody says how many: OMP_NUM_THREADS, else the processors this process may use. */
unsigned hg_engine_default_threads(void);

/* Makes the plan for a job. */
enum h5grad_status hg_engine_plan(const struct engine_job *job, struct plan *plan,
                                  struct h5grad_error *err);

/* Bytes of encoded results that the sink may keep for all workers of the plan until it is their
 * turn to be written: about a tile's of each, and at least its largest output's. */
uint64_t hg_engine_waiting(const struct engine_job *job, const struct plan *plan);

/* Does all tiles. H5GRAD_CANCELLED when job->cancelled said so. Not within hg_enter. */
enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err);

#endif
