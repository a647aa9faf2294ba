/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tiling plan: how an array is cut into tiles, each read with its halo, differentiated and
 * written by one worker. No HDF5, no OpenMP.
 *
 * A tile's core is the box of points that it makes results for; the cores partition the array, or
 * the part of it that a region spans. If the region has steps, a core begins and ends with a
 * result; the points between results are derived, too, unless they are too many: then a tile has
 * one result. The halo box is the core grown to all points that its stencils read (grid/halo.h).
 *
 * If nothing is chunked, a worker may sweep along an axis: it does tiles one after the other and
 * keeps the points that the next tile needs, so that only the halos of the other axes are read
 * twice. The sweep axis is the first differentiated one, and a tile has one point along the axes
 * before it, so that the points kept are contiguous.
 *
 * If results are chunked, a core is made of whole result chunks, so that each chunk is encoded
 * once. If the source is chunked, tiles that share a chunk follow one another; if memory is too
 * small for all chunks in use, tiles are grouped into blocks, done one after the other, and chunks
 * at the borders of blocks are decoded again. If that is too often, or memory is smaller still,
 * blocks are gathered: chunks are decoded one by one, and only the points that the block needs are
 * kept.
 */
#ifndef H5GRAD_GRID_PLAN_H
#define H5GRAD_GRID_PLAN_H

#include "grid/halo.h"
#include "grid/region.h"
#include "h5grad.h"

struct plan_request {
    unsigned rank;
    uint64_t extent[GRID_MAX_RANK];
    const struct region *region;          /* of the results; NULL: the whole array */
    struct halo_rule rule[GRID_MAX_RANK]; /* all zero for axes that are not differentiated */
    bool result_chunked;
    uint64_t result_chunk[GRID_MAX_RANK]; /* in results: chunks begin with the region */
    bool cached; /* the source is chunked, and its reader keeps decoded chunks for other tiles */
    uint64_t source_chunk[GRID_MAX_RANK];
    uint64_t source_size; /* bytes of one point of a decoded chunk */
    uint64_t source_more; /* bytes of a decoded chunk besides its points */
    uint64_t more_chunks; /* decoded with each one: they have other scalars of the same points */
    bool carries;         /* a worker can keep points for the next tile; nothing is chunked */
    /* Bytes of a worker: */
    uint64_t halo_size;   /* per point of the halo box */
    uint64_t core_size;   /* per point of the core */
    uint64_t axis_size;   /* per point of the core along each differentiated axis */
    uint64_t worker_size; /* whatever the tile */
    uint64_t team_size;   /* if there are several workers */
    /* Other bytes: */
    uint64_t held;   /* whatever the plan */
    uint64_t caches; /* of libraries; they get half of the memory at most */
    /* Aims for the bytes of a tile, without worker_size: */
    uint64_t tile_bytes;   /* normally; */
    uint64_t sweep_bytes;  /* in a sweep, if that saves some cost of moving data; */
    uint64_t shared_bytes; /* in a sweep, if that saves more, and tiles enough are left */
    uint64_t memory;       /* the limit for all of these together */
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
    uint64_t tile[GRID_MAX_RANK];  /* results of a tile; the last along an axis may have fewer */
    uint64_t grid[GRID_MAX_RANK];  /* tiles per axis */
    uint64_t block[GRID_MAX_RANK]; /* tiles of a block; the last along an axis may have fewer */
    unsigned order[GRID_MAX_RANK]; /* axes from the slowest to the fastest in tile order */
    unsigned sweep_axis;           /* the fastest of the order; rank: no sweeps */
    uint64_t sweep_tiles;          /* tiles of a sweep; the last along the axis may have fewer */
    uint64_t tiles;                /* number of tiles; 0 for an array without points */
    uint64_t blocks;               /* number of blocks; likewise */
    uint64_t halo_points;          /* points of the largest halo box */
    uint64_t core_points;          /* points of the largest core */
    uint64_t read_points;          /* points of all halo boxes, corners left out */
    uint64_t chunks;               /* chunks of a cached source that are read */
    uint64_t chunk_decodes;        /* how often chunks are decoded, in all */
    uint64_t block_points;         /* points of the largest gathered block's halo box; 0: none */
    uint64_t cache_bytes; /* of decoded chunks, their bookkeeping and a gathered block, at most */
    uint64_t memory;      /* bytes of all buffers, at most */
};

/* Bytes that a caching reader may use besides for each chunk that a block touches. */
#define PLAN_CHUNK_ENTRY 32

/* Makes the plan. Fails (H5GRAD_FAILED) if and only if request->memory is less than the least plan
 * needs. That plan, one worker with small tiles, does not depend on request->memory; the message
 * names the --memory that suffices for it. */
enum h5grad_status hg_plan_make(const struct plan_request *request, struct plan *plan,
                                struct h5grad_error *err);

/* Sets *tile to number index of 0 .. plan->tiles - 1. Workers do tiles in the order of index. */
void hg_plan_tile(const struct plan *plan, uint64_t index, struct tile *tile);

/* Sets [*first, *end) to the tiles of sweep number index, all done by one worker; without sweeps to
 * tile number index alone. After the last one *first is at least plan->tiles. */
void hg_plan_sweep(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end);

/* Sets [*first, *end) to the tiles of block number index, and *block to them as one tile: the box
 * of their cores, and its halo. */
void hg_plan_block(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end,
                   struct tile *block);

#endif
