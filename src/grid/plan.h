/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tiling plan: how an array is cut into tiles, each read with its halo, differentiated and
 * written by one worker. No HDF5, no OpenMP.
 *
 * A tile's core is the box of points of which it makes results; the cores partition the array, or
 * those points of it that lie in a region. Where the region has every step-th point only, a core
 * ends with results, and those between are made with them but where they are too many: there a tile
 * has one result. The halo box is the core grown to all points that the stencils of the core read
 * (grid/halo.h).
 *
 * Where a worker does tiles one after the other along an axis, and keeps what the next one needs of
 * what it has read, only the other axes' halos are read twice. That is the stream axis, the first
 * differentiated one; a tile has one point along the axes before it, so that what is kept lies in
 * one piece.
 *
 * Where results are chunked, cores are made of whole result chunks, so that each chunk is written
 * once. Where the source is chunked, tiles are ordered so that the tiles that share a chunk come
 * close to each other; when memory is too small for all the chunks in flight, the tiles are grouped
 * into blocks that are done one after the other, and chunks at the blocks' borders are decoded
 * again. Where that would be too often, or memory is smaller still, blocks are gathered: one chunk
 * after the other is decoded, and only the points that the block needs of it are kept.
 */
#ifndef H5GRAD_GRID_PLAN_H
#define H5GRAD_GRID_PLAN_H

#include "grid/halo.h"
#include "grid/region.h"
#include "h5grad.h"

struct plan_request {
    unsigned rank;
    uint64_t extent[GRID_MAX_RANK];
    const struct region *region;          /* of the results; NULL: all points have one */
    struct halo_rule rule[GRID_MAX_RANK]; /* of the axes that are not differentiated: all zero */
    bool result_chunked;                  /* chunks are those of the region */
    uint64_t result_chunk[GRID_MAX_RANK];
    bool cached; /* the source is chunked, and its reader keeps decoded chunks for other tiles */
    uint64_t source_chunk[GRID_MAX_RANK];
    uint64_t source_size; /* bytes of one point of a decoded chunk */
    uint64_t source_more; /* bytes of a decoded chunk besides its points */
    bool carries;       /* what tiles share along the stream axis can be kept from one to the next;
                           neither source nor result is chunked */
    uint64_t halo_size; /* bytes a worker holds per point of the halo box */
    uint64_t core_size; /* bytes a worker holds per point of the core */
    uint64_t
        axis_size; /* bytes a worker holds per point of the core along each differentiated axis */
    uint64_t worker_size;  /* bytes a worker holds besides, whatever the tile */
    uint64_t team_size;    /* and, where it is one of several, so many more */
    uint64_t held;         /* bytes that are held besides, whatever the plan */
    uint64_t caches;       /* and that are wanted, but no more than half of the memory */
    uint64_t tile_bytes;   /* aim for so many bytes per tile, worker_size left out */
    uint64_t stream_bytes; /* a stream's may have so many where less is moved for it, */
    uint64_t shared_bytes; /* and so many where much less is and there are tiles enough */
    uint64_t memory;       /* bytes for all of these together */
    unsigned threads;      /* at most this many workers */
};

struct plan {
    unsigned rank;
    unsigned threads; /* workers that the memory allows, at least 1 */
    uint64_t extent[GRID_MAX_RANK];
    struct region region;
    struct halo_rule rule[GRID_MAX_RANK];
    bool cached;
    uint64_t source_chunk[GRID_MAX_RANK];
    uint64_t tile[GRID_MAX_RANK];  /* results of a tile, but at the region's far ends */
    uint64_t grid[GRID_MAX_RANK];  /* tiles per axis */
    uint64_t block[GRID_MAX_RANK]; /* extent of a block in tiles, but at the far ends */
    unsigned order[GRID_MAX_RANK]; /* axes from the slowest to the fastest in tile order */
    unsigned stream;               /* the stream axis, the fastest of the order; rank: none */
    uint64_t turn;                 /* tiles along it, in a row, that one worker is to do */
    uint64_t tiles;                /* number of tiles; 0 for an array without points */
    uint64_t blocks;               /* number of blocks; 0 likewise */
    uint64_t halo_points;          /* of the largest halo box */
    uint64_t core_points;          /* of the largest core */
    uint64_t read_points;          /* of all tiles' halo boxes, corners left out */
    uint64_t chunks;               /* of a cached source that are read, and how many */
    uint64_t chunk_decodes;        /* decodings of them it takes in all */
    uint64_t block_points; /* of the largest block's halo box, where blocks are gathered; or 0 */
    uint64_t cache_bytes;  /* of decoded chunks, their bookkeeping and a gathered block, at most */
    uint64_t memory;       /* bytes of all buffers, at most */
};

/* Bytes of bookkeeping that a caching reader may use for each chunk that a block touches. */
#define PLAN_CHUNK_ENTRY 32

/* Makes the plan. Fails (H5GRAD_FAILED) if, and only if, request->memory is below what the least
 * plan takes, one worker with small tiles, which does not depend on request->memory: the message
 * names the --memory that leaves as much. */
enum h5grad_status hg_plan_make(const struct plan_request *request, struct plan *plan,
                                struct h5grad_error *err);

/* Tile number index of 0 .. plan->tiles - 1, in the order in which they are to be done. */
void hg_plan_tile(const struct plan *plan, uint64_t index, struct tile *tile);

/* The tiles [*first, *end) that one worker is to do in a row, in turn number index: where nothing
 * is streamed the tile of that number. Past the last turn *first is at least plan->tiles. */
void hg_plan_turn(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end);

/* The tiles [*first, *end) that make up block number index, and the block as one tile: the points
 * of their cores, and the halo of these. */
void hg_plan_block(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end,
                   struct tile *block);

#endif
