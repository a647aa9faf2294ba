/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a tile: made by the kernels, handed to the writers. */
#ifndef H5GRAD_ENGINE_DERIVE_H
#define H5GRAD_ENGINE_DERIVE_H

#include "engine/buffers.h"

/* view: the points of the tile, as hg_sweep_read has them. */
enum h5grad_status hg_derive_tile(const struct engine_job *job, struct worker *worker,
                                  const struct tile *tile, const struct reader_view *view,
                                  struct h5grad_error *err);

#endif
