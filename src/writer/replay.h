/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal of a run, for its sink: what it tells of a run that was stopped is not made again,
 * and what is made is noted. Where results lie where they belong, that is done by tile; where
 * libhdf5 is to be told of each chunk, in their order, the first tiles of which all chunks are
 * there are taken over.
 */
#ifndef H5GRAD_WRITER_REPLAY_H
#define H5GRAD_WRITER_REPLAY_H

#include "writer/writer.h"

struct replay;

/* The writers, n of one method that keeps something, outlive the replay. NULL with the reason. */
struct replay *hg_replay_open(struct journal *journal, unsigned n, struct writer *const *writer,
                              struct h5grad_error *err);
void hg_replay_close(struct replay *replay); /* NULL allowed */

/* Sets tile->there. Waits until it is known of the tiles before, where the first are taken over. */
enum h5grad_status hg_replay_begin(struct replay *replay, struct result_tile *tile,
                                   struct h5grad_error *err);

/* Results of an output, in the order of the outputs, which are to be written. */
void hg_replay_sum(const struct replay *replay, struct result_tile *tile, unsigned output,
                   const void *points);
enum h5grad_status hg_replay_end(struct replay *replay, const struct result_tile *tile,
                                 struct h5grad_error *err);

/* A tile will never begin. */
void hg_replay_stop(struct replay *replay);

#endif
