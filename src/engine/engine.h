/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: read, differentiate, write, over the tiles of a plan, by OpenMP workers.
 *
 * A worker takes the next tile, reads its halo box, brings the points to the arithmetic type, and
 * for each differentiated axis computes the core and hands it to that axis's writer. Nothing is
 * shared but the readers and writers, so the result does not depend on the number of workers or on
 * the tiling.
 */
#ifndef H5GRAD_ENGINE_ENGINE_H
#define H5GRAD_ENGINE_ENGINE_H

#include "engine/demand.h"
#include "engine/job.h"

/* Workers where nobody says how many: OMP_NUM_THREADS, else the processors this process may use. */
unsigned hg_engine_default_threads(void);

/* Does all tiles. H5GRAD_CANCELLED when job->cancelled said so. Not within h5_enter. */
enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err);

#endif
