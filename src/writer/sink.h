/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sinks: "take these results", tile by tile, for all outputs of a job. A sink hands them to the
 * outputs' writers, and around that keeps chunks in one order (writer/order) and goes on where
 * another run was stopped (writer/replay). Both go by whole tiles of all outputs, which is why a
 * job has one sink.
 */
#ifndef H5GRAD_WRITER_SINK_H
#define H5GRAD_WRITER_SINK_H

#include "writer/writer.h"

struct sink;

struct sink_request {
    unsigned n; /* outputs */
    struct writer *const *writer;
    struct journal *journal; /* at the field: what is in it is not made again; NULL */
    bool ordered;            /* chunks come to lie in the same order every time */
    unsigned workers;
    uint64_t waiting; /* bytes of chunks that may wait for their turn */
};

/* The writers stay the caller's, and outlive the sink. NULL with the reason. */
struct sink *hg_sink_open(const struct sink_request *request, struct h5grad_error *err);
void hg_sink_close(struct sink *sink); /* NULL allowed */

/* A worker begins a tile. Where tile->there is set then, nothing is to be written. */
enum h5grad_status hg_sink_begin(struct sink *sink, struct result_tile *tile,
                                 struct h5grad_error *err);

/* The results of one output, dense and C-ordered; the outputs of a tile in their order. */
enum h5grad_status hg_sink_write(struct sink *sink, struct result_tile *tile, unsigned output,
                                 const void *points, struct h5grad_error *err);

/* All of the tile is written, or was there. */
enum h5grad_status hg_sink_end(struct sink *sink, const struct result_tile *tile,
                               struct h5grad_error *err);

/* A tile will never end: nobody waits for it any more. */
void hg_sink_stop(struct sink *sink);

/* writer_method.place of an output; NULL where there is none. */
void *hg_sink_place(const struct sink *sink, unsigned output, const uint64_t *point);

#endif
