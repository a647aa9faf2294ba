/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a tile: made by the kernels and combined, handed to the sink. */
#ifndef H5GRAD_ENGINE_DERIVE_H
#define H5GRAD_ENGINE_DERIVE_H

#include "engine/buffers.h"

/* Of the values that hg_sweep_read has read; out is the tile as the sink knows it. */
enum h5grad_status hg_derive_tile(struct worker *worker, const struct tile *tile,
                                  struct result_tile *out, struct h5grad_error *err);

#endif
