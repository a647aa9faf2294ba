/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sinks: "take these results", tile by tile, for all outputs of a job. A sink passes them to the
 * outputs' writers, keeps chunks in order (writer/order), and resumes an interrupted run
 * (writer/replay). Order and replay go by whole tiles of all outputs, so a job has one sink.
 */
#ifndef H5GRAD_WRITER_SINK_H
#define H5GRAD_WRITER_SINK_H

#include "writer/writer.h"

struct sink;

struct sink_request {
    unsigned n; /* outputs */
    struct writer *const *writer;
    struct journal *journal; /* at the field: what it records is not made again; may be NULL */
    bool ordered;            /* chunks are written in the same order in every run */
    unsigned workers;
    uint64_t waiting; /* limit of queued chunks, in bytes */
};

/* The writers stay the caller's and outlive the sink. NULL with the reason. */
struct sink *hg_sink_open(const struct sink_request *request, struct h5grad_error *err);
void hg_sink_close(struct sink *sink); /* NULL allowed */

/* Begins a tile. If it sets tile->there, write nothing. */
enum h5grad_status hg_sink_begin(struct sink *sink, struct result_tile *tile,
                                 struct h5grad_error *err);

/* Takes the results of one output, as hg_writer_write does. Call it in the order of the outputs. */
enum h5grad_status hg_sink_write(struct sink *sink, struct result_tile *tile, unsigned output,
                                 const void *points, struct h5grad_error *err);

/* Ends a tile whose results are all written, or were there. */
enum h5grad_status hg_sink_end(struct sink *sink, const struct result_tile *tile,
                               struct h5grad_error *err);

/* Makes waiting workers return, because a tile will never end. */
void hg_sink_stop(struct sink *sink);

/* Calls writer_method.place of an output; NULL if it has none. */
void *hg_sink_place(const struct sink *sink, unsigned output, const uint64_t *point);

#endif
