/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the results of a tile, derivatives and combinations, and hands them to the sink. */
#ifndef H5GRAD_ENGINE_DERIVE_H
#define H5GRAD_ENGINE_DERIVE_H

#include "engine/buffers.h"

/* After hg_sweep_read of the same tile. out is the tile as the sink knows it. */
enum h5grad_status hg_derive_tile(struct worker *worker, const struct tile *tile,
                                  struct result_tile *out, struct h5grad_error *err);

#endif
