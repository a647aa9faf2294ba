/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "writer/order.h"
#include "writer/replay.h"

struct sink {
    struct order *order;   /* NULL: chunks are written in any order */
    struct replay *replay; /* NULL: no journal, or nothing can be resumed */
    struct writer *writer[];
};

/* Returns what an interrupted run leaves of all outputs together. */
static enum writer_resume resume_granularity(const struct sink_request *request)
{
    for (unsigned k = 1; k < request->n; k++) {
        if (request->writer[k]->method != request->writer[0]->method)
            return WRITER_RESUMES_NOTHING;
    }
    return request->writer[0]->method->resume;
}

struct sink *hg_sink_open(const struct sink_request *request, struct h5grad_error *err)
{
    const enum writer_resume resume = resume_granularity(request);
    /* One worker keeps the order anyway, and results with fixed places can be written at any
     * time. */
    const bool orders = request->ordered && request->workers > 1 && resume != WRITER_RESUMES_TILES;
    const bool replays = request->journal && resume != WRITER_RESUMES_NOTHING;
    size_t size = sizeof(struct sink) + request->n * sizeof(struct writer *);
    struct sink *sink = hg_memory_zeroed(1, size);
    if (!sink) {
        hg_error_memory(err, size);
        return NULL;
    }
    memcpy(sink->writer, request->writer, request->n * sizeof *sink->writer);
    if (orders)
        sink->order = hg_order_open(request->workers, request->waiting, err);
    if (replays && orders == (sink->order != NULL))
        sink->replay = hg_replay_open(request->journal, request->n, sink->writer, err);
    if (orders == (sink->order != NULL) && replays == (sink->replay != NULL))
        return sink;
    hg_sink_close(sink);
    return NULL;
}

void hg_sink_close(struct sink *sink)
{
    if (!sink)
        return;
    hg_order_close(sink->order);
    hg_replay_close(sink->replay);
    free(sink);
}

enum h5grad_status hg_sink_begin(struct sink *sink, struct result_tile *tile,
                                 struct h5grad_error *err)
{
    tile->there = false;
    tile->order = sink->order;
    tile->sum = HASH_START;
    if (sink->order)
        hg_order_begin(tile);
    return sink->replay ? hg_replay_begin(sink->replay, tile, err) : H5GRAD_OK;
}

enum h5grad_status hg_sink_write(struct sink *sink, struct result_tile *tile, unsigned output,
                                 const void *points, struct h5grad_error *err)
{
    if (sink->replay)
        hg_replay_sum(sink->replay, tile, output, points);
    return hg_writer_write(sink->writer[output], tile, points, err);
}

enum h5grad_status hg_sink_end(struct sink *sink, const struct result_tile *tile,
                               struct h5grad_error *err)
{
    enum h5grad_status status = sink->order ? hg_order_end(tile, err) : H5GRAD_OK;
    return status || !sink->replay ? status : hg_replay_end(sink->replay, tile, err);
}

void hg_sink_stop(struct sink *sink)
{
    if (sink->order)
        hg_order_stop(sink->order);
    if (sink->replay)
        hg_replay_stop(sink->replay);
}

void *hg_sink_place(const struct sink *sink, unsigned output, const uint64_t *point)
{
    const struct writer *writer = sink->writer[output];
    return writer->method->place ? writer->method->place(writer, point) : NULL;
}
