/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"

/* The cost of a system call besides the bytes that it moves, in bytes that could be read meanwhile.
 * Writers wait for the file's lock, so it pays to read some halo twice for long writes. */
#define PLAN_READ_CALL  4096.0
#define PLAN_WRITE_CALL 32768.0

/* Results that lie farther apart, in bytes, are read by a call each, and nothing between them. */
#define PLAN_GAP ((uint64_t)16 << 10)

/* The cost of keeping a byte for the next tile; reading one costs 1. */
#define PLAN_CARRY 0.25

/* A tile grows beyond a core's own cache only by steps each of which saves this part of the cost.
 */
#define PLAN_WORTH 0.08

/* It needs the shared cache only if such steps save this part together and leave each worker so
 * many tiles. */
#define PLAN_WORTH_SHARED 0.10
#define PLAN_SHARED_TILES 128

/* Bytes of a tile of the least plan if the source is chunked, unless result chunks are larger. */
#define PLAN_LEAST_TILE ((uint64_t)64 << 10)

/* The least plan's gathered blocks take one part in this many of a chunk's bytes; with smaller ones
 * the run would take forever. */
#define PLAN_LEAST_BLOCK 4

/* If blocks are gathered, tiles get one part in this many of the memory. */
#define PLAN_GATHERED_TILES 4

/* Sweeps per worker, at least, so that all workers end at about the same time. */
#define PLAN_SWEEPS 32

/* Tiles per sweep, at least, so that the first one's halo does not matter. */
#define PLAN_SWEEP_TILES 8

/* Returns whether stencils lie along axis. */
static bool is_differentiated(const struct plan_request *q, unsigned axis)
{
    return q->rule[axis].before + q->rule[axis].after > 0;
}

static uint64_t results_along(const struct plan_request *q, unsigned axis)
{
    return q->region->count[axis];
}

/* Returns the width of the core of t results along axis, in points. */
static uint64_t core_width(const struct plan_request *q, unsigned axis, uint64_t t)
{
    return region_span(q->region, axis, size_min(t, results_along(q, axis)));
}

/* Returns the greatest width of the halo box of t results along axis. */
static uint64_t halo_width(const struct plan_request *q, unsigned axis, uint64_t t)
{
    return hg_halo_width(&q->rule[axis], q->extent[axis], core_width(q, axis, t));
}

/*
 * Returns whether the points between results along axis are too many to be read and derived, so
 * that a tile has one result along it. If they are few, or lie in chunks that are decoded or pages
 * that are read for the results, a tile derives them all and picks the results.
 */
static bool is_sparse(const struct plan_request *q, unsigned axis)
{
    const struct halo_rule *rule = &q->rule[axis];
    const uint64_t step = q->region->step[axis];
    uint64_t bytes = size_mul_capped(step, q->source_size);
    if (results_along(q, axis) == 1 || (q->result_chunked && q->result_chunk[axis] > 1))
        return false;
    if (q->cached)
        return step > 1 && step >= q->source_chunk[axis];
    for (unsigned i = axis + 1; i < q->rank; i++)
        bytes = size_mul_capped(bytes, q->extent[i]);
    return step > 1 + (uint64_t)rule->before + rule->after && bytes > PLAN_GAP;
}

static void tile_points(const struct plan_request *q, const uint64_t *tile, uint64_t *core,
                        uint64_t *halo)
{
    *core = *halo = 1;
    for (unsigned i = 0; i < q->rank; i++) {
        *core = size_mul_capped(*core, core_width(q, i, tile[i]));
        *halo = size_mul_capped(*halo, halo_width(q, i, tile[i]));
    }
}

static uint64_t point_bytes(const struct plan_request *q, const uint64_t *tile, uint64_t core,
                            uint64_t halo)
{
    uint64_t bytes =
        size_add_capped(size_mul_capped(core, q->core_size), size_mul_capped(halo, q->halo_size));
    for (unsigned i = 0; i < q->rank; i++) {
        if (is_differentiated(q, i))
            bytes =
                size_add_capped(bytes, size_mul_capped(core_width(q, i, tile[i]), q->axis_size));
    }
    return bytes;
}

/* Returns the bytes that a worker holds for a tile. */
static uint64_t tile_bytes(const struct plan_request *q, const uint64_t *tile)
{
    uint64_t core, halo;
    tile_points(q, tile, &core, &halo);
    return point_bytes(q, tile, core, halo);
}

/* Returns how many of tile_bytes are touched: all but the corners of the halo. */
static uint64_t touched_bytes(const struct plan_request *q, const uint64_t *tile)
{
    uint64_t core, box, halo;
    tile_points(q, tile, &core, &box);
    halo = core;
    for (unsigned i = 0; i < q->rank; i++) {
        uint64_t own = core_width(q, i, tile[i]);
        halo = size_add_capped(halo, size_mul_capped(core / own, halo_width(q, i, tile[i]) - own));
    }
    return point_bytes(q, tile, core, halo);
}

/* Sets unit to the least tile, of whole result chunks, and grain to the preferred multiple, of
 * whole chunks of a cached source, too. */
static void least_tile(const struct plan_request *q, uint64_t *unit, uint64_t *grain)
{
    for (unsigned i = 0; i < q->rank; i++) {
        unit[i] = q->result_chunked ? size_min(q->result_chunk[i], results_along(q, i)) : 1;
        grain[i] = unit[i];
        if (q->cached && !q->result_chunked)
            grain[i] = size_min(size_ceil_div(q->source_chunk[i], q->region->step[i]),
                                results_along(q, i));
    }
}

static uint64_t grown(const struct plan_request *q, const uint64_t *grain, unsigned axis,
                      uint64_t t)
{
    uint64_t twice = size_mul_capped(t, 2) / grain[axis] * grain[axis];
    return is_sparse(q, axis) ? t : size_min(size_max(twice, t), results_along(q, axis));
}

/* What limits the growth of a tile. */
struct tile_limits {
    uint64_t cache;      /* bytes touched, exceeded only if worth it */
    uint64_t most;       /* bytes touched, at most */
    uint64_t memory;     /* bytes held, at most */
    unsigned sweep_axis; /* rank: none */
    uint64_t tiles;      /* the number of tiles to be left, at least */
};

static uint64_t count_tiles(const struct plan_request *q, const uint64_t *tile)
{
    uint64_t tiles = 1;
    for (unsigned i = 0; i < q->rank; i++)
        tiles = size_mul_capped(tiles, size_ceil_div(results_along(q, i), tile[i]));
    return tiles;
}

static bool try_grow(const struct plan_request *q, const struct tile_limits *limits,
                     const uint64_t *grain, unsigned axis, uint64_t *tile)
{
    uint64_t before = tile[axis];
    /* Points are kept for the next tile in one piece. */
    bool fixed = limits->sweep_axis < q->rank && axis < limits->sweep_axis;
    tile[axis] = grown(q, grain, axis, before);
    if (!fixed && tile[axis] > before && tile_bytes(q, tile) <= limits->memory &&
        touched_bytes(q, tile) <= limits->most && count_tiles(q, tile) >= limits->tiles)
        return true;
    tile[axis] = before;
    return false;
}

/* Returns how many points are adjacent in an array of these extents, for a box of these widths. */
static double run_points(unsigned rank, const uint64_t *extent, const uint64_t *width)
{
    double run = 1;
    for (unsigned axis = rank; axis-- > 0;) {
        run *= (double)width[axis];
        if (width[axis] < extent[axis])
            break;
    }
    return run;
}

/* Returns the cost of moving a point of the core, in points: it and its share of the halo are read
 * or kept, it is written once per differentiated axis, and each run of points takes a call. */
static double tile_cost(const struct plan_request *q, unsigned sweep_axis, const uint64_t *tile)
{
    double read = 1, kept = 0, results = 0, size = (double)q->source_size;
    uint64_t width[GRID_MAX_RANK];
    for (unsigned i = 0; i < q->rank; i++) {
        width[i] = halo_width(q, i, tile[i]);
        *(i == sweep_axis ? &kept : &read) += (double)(width[i] - tile[i]) / (double)tile[i];
        results += is_differentiated(q, i);
    }
    return kept * PLAN_CARRY +
           read * (1 + PLAN_READ_CALL / size / run_points(q->rank, q->extent, width)) +
           results * (1 + PLAN_WRITE_CALL / size / run_points(q->rank, q->region->count, tile));
}

/* Doubles the tile again and again along the axis that makes moving the data cheapest. */
static void grow_tile(const struct plan_request *q, const struct tile_limits *limits,
                      const uint64_t *grain, uint64_t *tile)
{
    for (;;) {
        unsigned best = q->rank;
        double least = 0, now = tile_cost(q, limits->sweep_axis, tile);
        for (unsigned i = q->rank; i-- > 0;) {
            uint64_t before = tile[i];
            if (!try_grow(q, limits, grain, i, tile))
                continue;
            double cost = tile_cost(q, limits->sweep_axis, tile);
            bool worth = touched_bytes(q, tile) <= limits->cache || cost < now * (1 - PLAN_WORTH);
            tile[i] = before;
            if (worth && (best == q->rank || cost < least)) {
                best = i;
                least = cost;
            }
        }
        if (best == q->rank)
            return;
        try_grow(q, limits, grain, best, tile);
    }
}

/* Halves a tile that exceeds target, the slowest axis first so that runs stay long, at most down to
 * unit. */
static void shrink(const struct plan_request *q, const uint64_t *unit, uint64_t *tile,
                   uint64_t target)
{
    for (unsigned axis = 0; axis < q->rank; axis++) {
        while (tile[axis] > unit[axis] && tile_bytes(q, tile) > target) {
            uint64_t half = size_round_up(size_ceil_div(tile[axis], 2), unit[axis]);
            tile[axis] = half < tile[axis] ? half : unit[axis];
        }
    }
}

static void choose_tile(const struct plan_request *q, const struct tile_limits *limits,
                        uint64_t *tile)
{
    uint64_t unit[GRID_MAX_RANK], grain[GRID_MAX_RANK];
    least_tile(q, unit, grain);
    memcpy(tile, grain, sizeof grain);
    if (tile_bytes(q, tile) > size_min(limits->cache, limits->memory)) {
        shrink(q, unit, tile, size_min(limits->cache, limits->memory));
    } else {
        grow_tile(q, limits, grain, tile);
    }
}

/* Returns the axis to sweep along, the first differentiated one; rank if that is the last axis,
 * whose halo is small, or if results are so far apart that tiles share no points. */
static unsigned find_sweep_axis(const struct plan_request *q)
{
    unsigned axis = 0;
    while (axis < q->rank && !is_differentiated(q, axis))
        axis++;
    if (!q->carries || axis + 1 >= q->rank)
        return q->rank;
    const uint64_t reach = 1 + (uint64_t)q->rule[axis].before + q->rule[axis].after;
    return q->region->step[axis] <= reach ? axis : q->rank;
}

static uint64_t chunks_along(const struct plan_request *q, unsigned axis)
{
    return size_ceil_div(q->extent[axis], q->source_chunk[axis]);
}

/* Returns how many chunks the points [low, high) of an axis touch. */
static uint64_t chunks_touched(uint64_t chunk, uint64_t low, uint64_t high)
{
    return (high - 1) / chunk - low / chunk + 1;
}

/* Returns how many chunks along axis the halo outside a core touches at most, if the core begins
 * and ends with chunks. A halo that wraps around may touch one more on each side, since the array
 * may end within a chunk. */
static uint64_t chunks_beside(const struct plan_request *q, unsigned axis)
{
    const struct halo_rule *rule = &q->rule[axis];
    uint64_t chunk = q->source_chunk[axis];
    uint64_t beside = size_ceil_div(rule->before, chunk) + size_ceil_div(rule->after, chunk);
    return beside + (rule->periodic ? 2 : 0);
}

/* Returns the width of the wider of the one-sided stencils at the ends of an axis. */
static uint64_t end_width(const struct halo_rule *rule)
{
    return rule->periodic ? 0 : size_max(rule->first_width, rule->last_width);
}

/* Returns whether tiles as wide as whole chunks begin and end with chunks. */
static bool is_aligned(const struct plan_request *q, unsigned axis)
{
    return q->region->step[axis] == 1 && q->region->start[axis] % q->source_chunk[axis] == 0;
}

/* Returns how many chunks along axis the halo box of a core touches at most. The core is
 * points wide and made of whole tiles. */
static uint64_t chunks_reached(const struct plan_request *q, unsigned axis, uint64_t points)
{
    const struct halo_rule *rule = &q->rule[axis];
    uint64_t chunk = q->source_chunk[axis], width = end_width(rule), some;
    if (is_aligned(q, axis) && points % chunk == 0) {
        some = points / chunk;
        some +=
            size_max(chunks_beside(q, axis), size_ceil_div(width - size_min(width, points), chunk));
    } else {
        some = size_max(size_add_capped(points, rule->before + rule->after), width);
        some = (some - 1) / chunk + 2 + (rule->periodic ? 2 : 0);
    }
    return size_min(some, chunks_along(q, axis));
}

/* Returns how many chunks the core alone touches at most. */
static uint64_t chunks_owned(const struct plan_request *q, unsigned axis, uint64_t points)
{
    uint64_t chunk = q->source_chunk[axis], all = chunks_along(q, axis);
    const bool aligned = is_aligned(q, axis);
    if (points == 1 || (aligned && chunk % points == 0))
        return 1;
    return size_min(aligned && points % chunk == 0 ? points / chunk : (points - 1) / chunk + 2,
                    all);
}

/* Returns how many of the chunks that a row of tiles across axis reaches are also reached by the
 * row before or after it, and so are kept from one row of a block to the next. Those at the ends of
 * a periodic axis are kept from the first row to the last. */
static uint64_t chunks_shared(const struct plan_request *q, const struct plan *p, unsigned axis)
{
    const uint64_t own = core_width(q, axis, p->tile[axis]);
    uint64_t reached = chunks_reached(q, axis, own), shared = reached;
    uint64_t width = end_width(&q->rule[axis]);
    if (p->block[axis] <= 1)
        return 0;
    if (is_aligned(q, axis) && own % q->source_chunk[axis] == 0) {
        uint64_t ends = width >= 2 ? 2 + size_ceil_div(width - 2, q->source_chunk[axis]) : width;
        shared = size_min(reached, size_max(chunks_beside(q, axis), ends));
    }
    if (q->rule[axis].periodic)
        shared = size_min(shared + chunks_beside(q, axis), chunks_along(q, axis));
    return shared;
}

/* Returns how many chunks a box touches, its halo included, over the axes from number first of the
 * tile order on. The box spans span[] points and is made of whole tiles. */
static uint64_t chunks_cross(const struct plan_request *q, const struct plan *p, unsigned first,
                             const uint64_t *span)
{
    uint64_t core = 1, total;
    for (unsigned k = first; k < q->rank; k++)
        core = size_mul_capped(core, chunks_owned(q, p->order[k], span[p->order[k]]));
    total = core;
    for (unsigned k = first; k < q->rank; k++) {
        unsigned axis = p->order[k];
        uint64_t own = chunks_owned(q, axis, span[axis]);
        uint64_t reached = size_max(chunks_reached(q, axis, span[axis]), own);
        total = size_add_capped(total, size_mul_capped(core / own, reached - own));
    }
    return total;
}

/* Returns the bytes of the points of a chunk of a cached source. */
static uint64_t chunk_bytes(const struct plan_request *q)
{
    uint64_t bytes = q->source_size;
    for (unsigned i = 0; i < q->rank; i++)
        bytes = size_mul_capped(bytes, q->source_chunk[i]);
    return bytes;
}

static void block_span(const struct plan_request *q, const struct plan *p, uint64_t *span)
{
    for (unsigned i = 0; i < q->rank; i++)
        span[i] = region_span(q->region, i, size_mul_capped(p->block[i], p->tile[i]));
}

/* Returns the bytes of bookkeeping for the chunks of a block. Along a periodic axis there is an
 * entry for every chunk: a halo that wraps around reaches both ends. */
static uint64_t entry_bytes(const struct plan_request *q, const uint64_t *span)
{
    uint64_t bytes = size_mul_capped(PLAN_CHUNK_ENTRY, 1 + q->more_chunks);
    for (unsigned i = 0; i < q->rank; i++)
        bytes = size_mul_capped(bytes, q->rule[i].periodic ? chunks_along(q, i)
                                                           : chunks_reached(q, i, span[i]));
    return bytes;
}

/*
 * Returns the bytes of the decoded chunks that are kept at a time, when tiles are done in plan
 * order within a block: along the slowest axis the layers shared with the row of tiles before or
 * after; within the row being done likewise along the next axis, and so on; and what the tiles
 * being done reach.
 */
static uint64_t cache_need(const struct plan_request *q, const struct plan *p)
{
    uint64_t window = 0, slower = 1, span[GRID_MAX_RANK], tile[GRID_MAX_RANK] = {0};
    block_span(q, p, span);
    for (unsigned i = 0; i < q->rank; i++)
        tile[i] = core_width(q, i, p->tile[i]);
    const uint64_t entries = entry_bytes(q, span);
    for (unsigned k = 0; k < q->rank; k++) {
        uint64_t rows = size_mul_capped(chunks_shared(q, p, p->order[k]), slower);
        window = size_add_capped(window, size_mul_capped(rows, chunks_cross(q, p, k + 1, span)));
        slower = size_mul_capped(slower, chunks_owned(q, p->order[k], tile[p->order[k]]));
    }
    window = size_add_capped(window, size_mul_capped(p->threads, chunks_cross(q, p, 0, tile)));
    window = size_min(entries / PLAN_CHUNK_ENTRY / (1 + q->more_chunks), window);
    return size_add_capped(size_mul_capped(window, size_add_capped(chunk_bytes(q), q->source_more)),
                           entries);
}

/* The axis with the most chunks becomes the slowest: then the layers of chunks that are kept are
 * the smallest. */
static void choose_order(const struct plan_request *q, struct plan *p)
{
    for (unsigned i = 0; i < q->rank; i++) {
        unsigned k = i;
        for (; q->cached && k > 0; k--) {
            if (chunks_along(q, i) <= chunks_along(q, p->order[k - 1]))
                break;
            p->order[k] = p->order[k - 1];
        }
        p->order[k] = i;
    }
    if (p->sweep_axis < q->rank) {
        for (unsigned k = p->sweep_axis; k + 1 < q->rank; k++)
            p->order[k] = k + 1;
        p->order[q->rank - 1] = p->sweep_axis;
    }
}

/* Halves the block until its cache fits, along other axes than the slowest first: along that one a
 * long block costs nothing but bookkeeping. False if even a block of one tile needs more. */
static bool choose_block(const struct plan_request *q, struct plan *p, uint64_t memory)
{
    memcpy(p->block, p->grid, sizeof p->block);
    if (!q->cached) {
        p->cache_bytes = 0;
        return true;
    }
    while ((p->cache_bytes = cache_need(q, p)) > memory) {
        unsigned widest = q->rank;
        for (unsigned k = 1; k < q->rank; k++) {
            unsigned axis = p->order[k];
            if (p->block[axis] > 1 &&
                (widest == q->rank ||
                 p->block[axis] * p->tile[axis] / q->source_chunk[axis] >
                     p->block[widest] * p->tile[widest] / q->source_chunk[widest]))
                widest = axis;
        }
        unsigned slowest = p->order[0];
        if (widest == q->rank || p->block[slowest] / 4096 > p->block[widest])
            widest = slowest;
        if (p->block[widest] <= 1)
            return false;
        p->block[widest] = size_ceil_div(p->block[widest], 2);
    }
    return true;
}

/* Returns the points of the largest halo box of a block that spans span[] points. */
static uint64_t span_halo(const struct plan_request *q, const uint64_t *span)
{
    uint64_t points = 1;
    for (unsigned i = 0; i < q->rank; i++)
        points = size_mul_capped(points, hg_halo_width(&q->rule[i], q->extent[i], span[i]));
    return points;
}

/* Returns half of the block along axis, in tiles; of whole chunks if possible. */
static uint64_t half_block(const struct plan_request *q, const struct plan *p, unsigned axis)
{
    uint64_t half = size_ceil_div(p->block[axis], 2), chunk = q->source_chunk[axis];
    uint64_t tiles = chunk % p->tile[axis] == 0 ? chunk / p->tile[axis] : 1;
    return half > tiles ? half / tiles * tiles : half;
}

/* Returns how many chunks are decoded per point of a gathered block of this span, but width along
 * axis. */
static double decodes_per_point(const struct plan_request *q, const struct plan *p,
                                const uint64_t *span, unsigned axis, uint64_t width)
{
    uint64_t other[GRID_MAX_RANK];
    double points = 1;
    memcpy(other, span, q->rank * sizeof *other);
    other[axis] = width;
    for (unsigned i = 0; i < q->rank; i++)
        points *= (double)other[i];
    return (double)chunks_cross(q, p, 0, other) / points;
}

/* Halves the block until its points fit into memory, along the axis where that adds the least
 * decoding. False if a single tile needs more. */
static bool choose_gathered(const struct plan_request *q, struct plan *p, uint64_t memory)
{
    uint64_t span[GRID_MAX_RANK];
    memcpy(p->block, p->grid, sizeof p->block);
    for (;;) {
        unsigned best = q->rank;
        double least = 0;
        block_span(q, p, span);
        p->block_points = span_halo(q, span);
        uint64_t bytes =
            size_add_capped(size_mul_capped(p->block_points, q->source_size), entry_bytes(q, span));
        p->cache_bytes = size_add_capped(bytes, chunk_bytes(q));
        if (bytes <= memory)
            return true;
        for (unsigned i = 0; i < q->rank; i++) {
            if (p->block[i] == 1)
                continue;
            uint64_t half = region_span(q->region, i, half_block(q, p, i) * p->tile[i]);
            double cost = decodes_per_point(q, p, span, i, half);
            if (best == q->rank || cost < least) {
                best = i;
                least = cost;
            }
        }
        if (best == q->rank)
            return false;
        p->block[best] = half_block(q, p, best);
    }
}

/* Counts what results [first, first + n) of an axis touch: *core by their core, *extra by the rest
 * of its halo box. In chunks of unit points, each counted once; if unit is 0 in points, counted
 * twice if they wrap around to the core, since they are read twice. */
static void piece_touches(const struct plan *p, unsigned axis, uint64_t first, uint64_t n,
                          uint64_t unit, uint64_t *core, uint64_t *extra)
{
    uint64_t extent = p->extent[axis], count = region_span(&p->region, axis, n);
    uint64_t start = p->region.start[axis] + first * p->region.step[axis];
    int64_t low, high, all = (int64_t)extent;
    hg_halo_reach(&p->rule[axis], extent, start, count, &low, &high);
    *core = count;
    *extra = (uint64_t)(high - low) - count;
    if (unit == 0)
        return;
    uint64_t lowest = (low < 0 ? 0 : (uint64_t)low) / unit;
    uint64_t end = size_ceil_div(size_min((uint64_t)high, extent), unit), touched = end - lowest;
    if (low < 0)
        touched += size_ceil_div(extent, unit) - size_max((uint64_t)(low + all) / unit, end);
    if (high > all)
        touched += size_min(size_ceil_div((uint64_t)(high - all), unit), lowest);
    *core = chunks_touched(unit, start, start + count);
    *extra = touched - *core;
}

/* Sums the units that all pieces of an axis touch. If there are too many to visit, all between the
 * first and the last are taken to be alike, as they are if pieces consist of whole units. If each
 * result lies in a chunk of its own, a piece touches only the chunks of its results, none between:
 * so results are visited. */
static void axis_touches(const struct plan *p, unsigned axis, uint64_t piece, uint64_t unit,
                         uint64_t *core, uint64_t *extra)
{
    const uint64_t many = (uint64_t)1 << 16, count = p->region.count[axis];
    const uint64_t step = p->region.step[axis];
    if (step > 1 && step >= unit && unit > 0 && p->tile[axis] == 1)
        piece = 1;
    uint64_t n = size_ceil_div(count, piece), c, e;
    *core = *extra = 0;
    for (uint64_t k = 0; k < n; k++) {
        const uint64_t first = k * piece;
        piece_touches(p, axis, first, size_min(piece, count - first), unit, &c, &e);
        uint64_t alike = n > many && k == n / 2 ? n - 2 : 1;
        *core += c * alike;
        *extra += e * alike;
        if (n > many)
            k = k == 0 ? n / 2 - 1 : size_max(k, n - 2);
    }
}

/*
 * Returns what all pieces of an array touch together with their halos' faces, in chunks of size
 * unit, or in points if unit is NULL: prod_i N_i + sum_i E_i prod_{j != i} N_j, where N_i and E_i
 * are the sums of *core and *extra over the pieces of axis i.
 */
static uint64_t cross_sum(const struct plan *p, const uint64_t *piece, const uint64_t *unit)
{
    uint64_t core[GRID_MAX_RANK], extra[GRID_MAX_RANK], sum = 1;
    for (unsigned i = 0; i < p->rank; i++) {
        axis_touches(p, i, piece[i], unit ? unit[i] : 0, &core[i], &extra[i]);
        if (i == p->sweep_axis) { /* the halo behind a tile becomes the core of the next one */
            const struct halo_rule *rule = &p->rule[i];
            const uint64_t count = p->region.count[i];
            if (rule->periodic && piece[i] >= count && count == p->extent[i] && p->tile[i] < count)
                extra[i] += rule->before + rule->after; /* the sweep is whole, its tiles are not */
            core[i] += extra[i];
            extra[i] = 0;
        }
        sum = size_mul_capped(sum, core[i]);
    }
    uint64_t total = sum;
    for (unsigned i = 0; i < p->rank; i++)
        total = size_add_capped(total, size_mul_capped(sum / core[i], extra[i]));
    return total;
}

static void count_reading(const struct plan_request *q, struct plan *p)
{
    uint64_t piece[GRID_MAX_RANK];
    memcpy(piece, p->tile, sizeof piece);
    if (p->sweep_axis < q->rank)
        piece[p->sweep_axis] *= p->sweep_tiles;
    p->read_points = cross_sum(p, piece, NULL);
    p->chunks = p->chunk_decodes = 0;
    if (!q->cached)
        return;
    uint64_t span[GRID_MAX_RANK];
    for (unsigned i = 0; i < q->rank; i++)
        span[i] = size_mul_capped(p->block[i], p->tile[i]);
    p->chunks = cross_sum(p, q->region->count, q->source_chunk);
    p->chunk_decodes = cross_sum(p, span, q->source_chunk);
}

/* Enough sweeps for all workers, as long as they are not too short. */
static void choose_sweep(const struct plan_request *q, struct plan *p)
{
    p->sweep_tiles = 1;
    if (p->sweep_axis == q->rank)
        return;
    uint64_t along = p->grid[p->sweep_axis], across = p->tiles / along;
    uint64_t pieces = size_ceil_div((uint64_t)PLAN_SWEEPS * q->threads, across);
    pieces = size_max(1, size_min(pieces, along / PLAN_SWEEP_TILES));
    p->sweep_tiles = size_ceil_div(along, pieces);
}

/* Chooses the tile of sweeps; returns its cost. */
static double choose_sweep_tile(const struct plan_request *q, uint64_t memory, uint64_t *tile)
{
    uint64_t cache = size_min(q->tile_bytes, memory), shared = size_min(q->shared_bytes, memory);
    uint64_t most = size_max(cache, size_min(q->sweep_bytes, memory)), large[GRID_MAX_RANK];
    struct tile_limits limits = {cache, most, memory, find_sweep_axis(q), 0};
    choose_tile(q, &limits, tile);
    double cost = tile_cost(q, limits.sweep_axis, tile);
    if (shared <= most)
        return cost;
    limits.cache = limits.most = shared;
    limits.tiles = size_mul_capped(q->threads, PLAN_SHARED_TILES);
    choose_tile(q, &limits, large);
    double less = tile_cost(q, limits.sweep_axis, large);
    if (less >= cost * (1 - PLAN_WORTH_SHARED))
        return cost;
    memcpy(tile, large, sizeof large);
    return less;
}

static void set_tile(const struct plan_request *q, struct plan *p, uint64_t memory)
{
    uint64_t cache = size_min(q->tile_bytes, memory);
    struct tile_limits limits = {cache, cache, memory, q->rank, 0};
    choose_tile(q, &limits, p->tile);
    p->sweep_axis = q->rank;
    if (find_sweep_axis(q) < q->rank) {
        uint64_t tile[GRID_MAX_RANK];
        if (choose_sweep_tile(q, memory, tile) < tile_cost(q, q->rank, p->tile)) {
            memcpy(p->tile, tile, sizeof tile);
            p->sweep_axis = find_sweep_axis(q);
        }
    }
    choose_order(q, p);
    p->tiles = count_tiles(q, p->tile);
    for (unsigned i = 0; i < q->rank; i++)
        p->grid[i] = size_ceil_div(results_along(q, i), p->tile[i]);
    choose_sweep(q, p);
    tile_points(q, p->tile, &p->core_points, &p->halo_points);
}

static uint64_t worker_bytes(const struct plan_request *q, unsigned threads)
{
    return size_add_capped(q->worker_size, threads > 1 ? q->team_size : 0);
}

/* Returns the memory without the share of libraries' caches. */
static uint64_t memory_besides(const struct plan_request *q)
{
    return q->memory - size_min(q->caches, q->memory / 2);
}

/* Returns the memory that is left for tiles and chunks. */
static uint64_t memory_left(const struct plan_request *q, unsigned threads)
{
    uint64_t taken = size_add_capped(q->held, size_mul_capped(threads, worker_bytes(q, threads)));
    return memory_besides(q) - size_min(memory_besides(q), taken);
}

/* Sets p->memory, libraries' caches left out. */
static void add_memory(const struct plan_request *q, struct plan *p)
{
    uint64_t worker = size_add_capped(worker_bytes(q, p->threads), tile_bytes(q, p->tile));
    p->memory = size_add_capped(size_add_capped(q->held, p->cache_bytes),
                                size_mul_capped(p->threads, worker));
}

/* Chooses tile and block for a number of threads; false if they do not fit. A single worker makes
 * do with smaller tiles if chunks need more than half of the memory. */
static bool fit(const struct plan_request *q, struct plan *p, unsigned threads)
{
    uint64_t left = memory_left(q, threads), share = left / threads;
    p->threads = threads;
    p->block_points = 0;
    for (uint64_t tile = q->cached ? share / 2 : share;; tile /= 2) {
        set_tile(q, p, tile);
        uint64_t tiles = size_mul_capped(threads, tile_bytes(q, p->tile));
        if (tiles <= left && choose_block(q, p, left - tiles))
            break;
        if (threads > 1 || tile / 2 < PLAN_LEAST_TILE)
            return false;
    }
    add_memory(q, p);
    return true;
}

/* Likewise with gathered blocks. */
static bool fit_gathered(const struct plan_request *q, struct plan *p, unsigned threads)
{
    uint64_t left = memory_left(q, threads);
    left -= size_min(left, chunk_bytes(q));
    p->threads = threads;
    set_tile(q, p, left / PLAN_GATHERED_TILES / threads);
    uint64_t tiles = size_mul_capped(threads, tile_bytes(q, p->tile));
    if (tiles > left || !choose_gathered(q, p, left - tiles))
        return false;
    add_memory(q, p);
    return true;
}

/* Makes the plan of one worker, small tiles and the smallest blocks. */
static void make_least(const struct plan_request *q, struct plan *p, bool gathered)
{
    uint64_t unit[GRID_MAX_RANK], grain[GRID_MAX_RANK];
    least_tile(q, unit, grain);
    p->threads = 1;
    p->block_points = 0;
    set_tile(q, p, size_max(q->cached ? PLAN_LEAST_TILE : 0, tile_bytes(q, unit)));
    if (gathered) {
        choose_gathered(q, p, chunk_bytes(q) / PLAN_LEAST_BLOCK);
    } else {
        for (unsigned i = 0; i < q->rank; i++)
            p->block[i] = 1;
        p->cache_bytes = q->cached ? cache_need(q, p) : 0;
    }
    add_memory(q, p);
}

/* Enlarges the blocks of the least plan by the memory that it leaves. */
static void use_memory(const struct plan_request *q, struct plan *p)
{
    uint64_t cache = p->cache_bytes + (memory_besides(q) - p->memory);
    if (p->block_points > 0)
        choose_gathered(q, p, cache - chunk_bytes(q));
    else
        choose_block(q, p, cache);
    add_memory(q, p);
}

static enum h5grad_status too_small(const struct plan_request *q, const struct plan *least,
                                    struct h5grad_error *err)
{
    uint64_t need = size_add_capped(least->memory, size_min(q->caches, least->memory));
    return hg_error_set(err, H5GRAD_FAILED, "needs --memory=%" PRIu64 "M at least%s",
                        hg_budget_cap(need) >> 20,
                        q->result_chunked ? " (less with --layout=contiguous)" : "");
}

static void start_plan(const struct plan_request *request, struct plan *plan)
{
    memset(plan, 0, sizeof *plan);
    plan->rank = request->rank;
    plan->cached = request->cached;
    plan->threads = 1;
    plan->sweep_axis = request->rank;
    plan->sweep_tiles = 1;
    memcpy(plan->extent, request->extent, sizeof plan->extent);
    memcpy(plan->rule, request->rule, sizeof plan->rule);
    plan->region = *request->region;
    memcpy(plan->source_chunk, request->source_chunk, sizeof plan->source_chunk);
}

/* Plans for as many workers as fit; false if not even one does. */
static bool fit_most(const struct plan_request *q, struct plan *p, bool gathered)
{
    bool fits = false;
    for (unsigned threads = q->threads > 0 ? q->threads : 1; threads > 0 && !fits; threads--)
        fits = gathered ? fit_gathered(q, p, threads) : fit(q, p, threads);
    if (fits)
        count_reading(q, p);
    return fits;
}

/* Returns the time of all decoding, in chunks. The chunks of a gathered block are decoded by one
 * worker. */
static double decoding_time(const struct plan *p)
{
    return (double)p->chunk_decodes / (p->block_points > 0 ? 1 : p->threads);
}

/* Makes the plan with the least decoding. */
static void choose_plan(const struct plan_request *q, struct plan *p, const struct plan *least)
{
    struct plan gathered = *p, small = *least;
    bool fits = fit_most(q, p, false);
    if (fits && p->chunk_decodes == p->chunks)
        return;
    use_memory(q, &small);
    count_reading(q, &small);
    if (q->cached && fit_most(q, &gathered, true) &&
        decoding_time(&gathered) <= decoding_time(&small))
        small = gathered;
    if (!fits || decoding_time(&small) < decoding_time(p))
        *p = small;
}

static enum h5grad_status make_plan(const struct plan_request *request, struct plan *plan,
                                    struct h5grad_error *err)
{
    struct plan least, gathered;
    start_plan(request, plan);
    for (unsigned i = 0; i < request->rank; i++) {
        if (request->extent[i] == 0)
            return H5GRAD_OK;
    }
    least = gathered = *plan;
    make_least(request, &least, false);
    if (request->cached)
        make_least(request, &gathered, true);
    if (request->cached && gathered.memory < least.memory)
        least = gathered;
    if (least.memory > memory_besides(request))
        return too_small(request, &least, err);
    choose_plan(request, plan, &least);
    plan->memory += request->memory - memory_besides(request);
    plan->blocks = 1;
    for (unsigned i = 0; i < request->rank; i++)
        plan->blocks *= size_ceil_div(plan->grid[i], plan->block[i]);
    if (plan->tiles < plan->threads)
        plan->threads = (unsigned)plan->tiles;
    return H5GRAD_OK;
}

enum h5grad_status hg_plan_make(const struct plan_request *request, struct plan *plan,
                                struct h5grad_error *err)
{
    struct plan_request full = *request;
    struct region whole;
    hg_region_whole(request->rank, request->extent, &whole);
    if (!full.region)
        full.region = &whole;
    return make_plan(&full, plan, err);
}

/* Sets results along axis to those of tiles [first, first + n). */
static void tiles_to_results(const struct plan *plan, unsigned axis, uint64_t first, uint64_t n,
                             struct box *results)
{
    uint64_t tile = plan->tile[axis];
    results->start[axis] = first * tile;
    results->count[axis] = size_min(n * tile, plan->region.count[axis] - first * tile);
}

/* Sets *tile to the one with these results. */
static void make_tile(const struct plan *plan, const struct box *results, struct tile *tile)
{
    hg_region_points(plan->rank, &plan->region, results, &tile->core);
    hg_halo_make(plan->rank, plan->rule, plan->extent, tile);
}

/*
 * Tiles are numbered block by block; the last block along an axis may be smaller. So the axes are
 * taken from the slowest on. Along each, a block before the tile's own takes off the index its full
 * width, times the widths of the tile's block along the slower axes, times all tiles along the
 * faster axes.
 */
void hg_plan_tile(const struct plan *plan, uint64_t index, struct tile *tile)
{
    uint64_t base[GRID_MAX_RANK], size[GRID_MAX_RANK], slower = 1, faster = plan->tiles;
    struct box results;
    for (unsigned k = 0; k < plan->rank; k++) {
        unsigned axis = plan->order[k];
        faster /= plan->grid[axis];
        uint64_t step = slower * plan->block[axis] * faster, before = index / step;
        index -= before * step;
        base[axis] = before * plan->block[axis];
        size[axis] = size_min(plan->block[axis], plan->grid[axis] - base[axis]);
        slower *= size[axis];
    }
    for (unsigned k = plan->rank; k-- > 0;) {
        unsigned axis = plan->order[k];
        tiles_to_results(plan, axis, base[axis] + index % size[axis], 1, &results);
        index /= size[axis];
    }
    make_tile(plan, &results, tile);
}

void hg_plan_sweep(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end)
{
    uint64_t column = plan->sweep_axis < plan->rank ? plan->grid[plan->sweep_axis] : 1;
    uint64_t sweeps = size_ceil_div(column, plan->sweep_tiles),
             done = index % sweeps * plan->sweep_tiles;
    *first = index / sweeps * column + done;
    *end = *first + size_min(plan->sweep_tiles, column - done);
}

void hg_plan_block(const struct plan *plan, uint64_t index, uint64_t *first, uint64_t *end,
                   struct tile *block)
{
    uint64_t where[GRID_MAX_RANK], slower = 1, faster = plan->tiles;
    struct box results;
    for (unsigned k = plan->rank; k-- > 0;) {
        unsigned axis = plan->order[k];
        uint64_t n = size_ceil_div(plan->grid[axis], plan->block[axis]);
        where[axis] = index % n * plan->block[axis];
        index /= n;
    }
    *first = 0;
    for (unsigned k = 0; k < plan->rank; k++) {
        unsigned axis = plan->order[k];
        faster /= plan->grid[axis];
        *first += slower * where[axis] * faster;
        uint64_t size = size_min(plan->block[axis], plan->grid[axis] - where[axis]);
        tiles_to_results(plan, axis, where[axis], size, &results);
        slower *= size;
    }
    *end = *first + slower;
    make_tile(plan, &results, block);
}
