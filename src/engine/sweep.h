/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the tiles of a worker. Where the plan has a stream axis, the tiles of a turn are a sweep
 * along it: what a tile has in common with the one before is kept and not read again.
 */
#ifndef H5GRAD_ENGINE_SWEEP_H
#define H5GRAD_ENGINE_SWEEP_H

#include "engine/buffers.h"

/* The values of all sources in the tile's halo box, as their views show them. */
enum h5grad_status hg_sweep_read(struct worker *worker, const struct tile *tile,
                                 struct h5grad_error *err);

#endif
