/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: sources times derivatives to outputs, over the tiles of a plan, by OpenMP workers.
 *
 * A worker takes the next tile, reads the halo box of each source, converts the stored numbers to
 * values, computes the core of each output and hands it to the sink. Workers share only the readers
 * and the sink, so results depend neither on the number of workers nor on the tiling.
 */
#ifndef H5GRAD_ENGINE_ENGINE_H
#define H5GRAD_ENGINE_ENGINE_H

#include "engine/job.h"

/* Returns the default number of workers: OMP_NUM_THREADS, else the processors that this process may
 * use. */
unsigned hg_engine_default_threads(void);

/* Returns whether this process can have several workers: not a child that fork made of one that had
 * them. Call it before another thread is started. */
bool hg_engine_has_threads(void);

/* Makes the plan for a job. */
enum h5grad_status hg_engine_plan(const struct engine_job *job, struct plan *plan,
                                  struct h5grad_error *err);

/* Returns how many bytes of encoded results an ordered sink may hold back for all workers of the
 * plan: about a tile's outputs for each, and at least its largest output. */
uint64_t hg_engine_waiting(const struct engine_job *job, const struct plan *plan);

/* Does all tiles. H5GRAD_CANCELLED if job->cancelled returned true. Not within hg_enter. */
enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err);

#endif
