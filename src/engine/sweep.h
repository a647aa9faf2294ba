/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the tiles of a worker. Where the plan has a stream axis, the tiles of a turn are a sweep
 * along it: what a tile has in common with the one before is kept and not read again.
 */
#ifndef H5GRAD_ENGINE_SWEEP_H
#define H5GRAD_ENGINE_SWEEP_H

#include "engine/buffers.h"

/* The tile's points as arithmetic scalars, in *view. */
enum h5grad_status hg_sweep_read(const struct engine_job *job, const struct plan *plan,
                                 struct worker *worker, const struct tile *tile,
                                 struct reader_view *view, struct h5grad_error *err);

#endif
