/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal of a run, for its sink: results that a stopped run left are not made again, and new
 * ones are recorded. If results have fixed places, this goes tile by tile; if chunks must be placed
 * in order, the leading tiles whose chunks are all in the file are replayed.
 */
#ifndef H5GRAD_WRITER_REPLAY_H
#define H5GRAD_WRITER_REPLAY_H

#include "writer/writer.h"

struct replay;

/* The n writers have one method, which can resume, and outlive the replay. NULL with the reason. */
struct replay *hg_replay_open(struct journal *journal, unsigned n, struct writer *const *writer,
                              struct h5grad_error *err);
void hg_replay_close(struct replay *replay); /* NULL allowed */

/* Sets tile->there. If chunks are replayed, waits until that is known of all earlier tiles. */
enum h5grad_status hg_replay_begin(struct replay *replay, struct result_tile *tile,
                                   struct h5grad_error *err);

/* Adds results to the tile's checksum: in the order of the outputs, before they are written. */
void hg_replay_sum(const struct replay *replay, struct result_tile *tile, unsigned output,
                   const void *points);
enum h5grad_status hg_replay_end(struct replay *replay, const struct result_tile *tile,
                                 struct h5grad_error *err);

/* Makes waiting workers return, because a tile will never begin. */
void hg_replay_stop(struct replay *replay);

#endif
