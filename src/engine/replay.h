/* SPDX-License-Identifier: BSD-3-Clause */
/* What a run that was stopped has left of the results, and need not be done again. */
#ifndef H5GRAD_ENGINE_REPLAY_H
#define H5GRAD_ENGINE_REPLAY_H

#include "engine/crew.h"

/* What a run that is stopped leaves to be resumed: the same of all results. */
enum writer_keeping hg_replay_keeping(const struct engine_job *job);

/* Takes over the first tiles of the field, as many of them as the journal has all chunks of; *first
 * is the first that is not. */
enum h5grad_status hg_replay_tiles(struct crew *crew, uint64_t *first, struct h5grad_error *err);

/* Whether the results that the journal notes of a tile are in the file. */
bool hg_replay_has_tile(const struct crew *crew, struct worker *worker, uint64_t index,
                        const struct tile *tile);

#endif
