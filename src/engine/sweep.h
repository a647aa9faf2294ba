/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the tiles of a worker. In a sweep the points that a tile shares with the tile before are
 * kept and not read again.
 */
#ifndef H5GRAD_ENGINE_SWEEP_H
#define H5GRAD_ENGINE_SWEEP_H

#include "engine/buffers.h"

/* Reads the values of all sources in the tile's halo box; their views show them. */
enum h5grad_status hg_sweep_read(struct worker *worker, const struct tile *tile,
                                 struct h5grad_error *err);

#endif
