/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a tile, as a worker hands them to a sink and its writers. */
#ifndef H5GRAD_WRITER_TILE_H
#define H5GRAD_WRITER_TILE_H

#include "codec/codec.h"
#include "grid/box.h"

struct order;

/* A tile in progress; hg_sink_begin sets the second part. */
struct result_tile {
    uint64_t number; /* in the plan; tiles begin in the order of their numbers */
    struct box core;
    struct codec_worker *codec; /* the worker's */
    void *const
        *space; /* buffer for the results of each output, free to use when the tile begins */

    bool there;          /* the file holds the results already */
    struct order *order; /* NULL: chunks are written in any order */
    uint64_t sum;        /* checksum of the results so far */
};

#endif
