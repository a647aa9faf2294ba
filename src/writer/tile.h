/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker hands to a sink and its writers: the results of a tile. */
#ifndef H5GRAD_WRITER_TILE_H
#define H5GRAD_WRITER_TILE_H

#include "codec/codec.h"
#include "grid/box.h"

struct order;

/* A tile that a worker makes; hg_sink_begin sets the second part. */
struct result_tile {
    uint64_t number; /* in the plan: tiles are begun in the order of their numbers */
    struct box core;
    struct codec_worker *codec; /* the worker's */
    void *const *space;         /* per output: room for its results, unused when the tile begins */

    bool there;          /* the results are in the file already */
    struct order *order; /* of chunks; NULL: any */
    uint64_t sum;        /* checksum of the results up to now */
};

#endif
