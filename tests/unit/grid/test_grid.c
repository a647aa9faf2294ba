/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes and plans: properties that hold for any array, over random ones. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"
#include "grid/chunks.h"
#include "grid/part.h"
#include "grid/plan.h"
#include "tests/support/suite.h"
#include "tests/support/random.h"

START_TEST(intersections)
{
    struct box a = {{0, 5}, {4, 5}}, b = {{3, 2}, {4, 4}}, c = {{4, 0}, {1, 9}}, out;
    ck_assert(hg_box_intersect(2, &a, &b, &out));
    ck_assert_uint_eq(out.start[0], 3);
    ck_assert_uint_eq(out.count[0], 1);
    ck_assert_uint_eq(out.start[1], 5);
    ck_assert_uint_eq(out.count[1], 1);
    ck_assert(!hg_box_intersect(2, &a, &c, &out));
    ck_assert_uint_eq(hg_box_points(2, &a), 20);
}
END_TEST

static void copy_bytes(void *restrict to, const void *restrict from, size_t size)
{
    memcpy(to, from, size);
}

/* Copies between random boxes, compared with a loop over points. */
START_TEST(copies)
{
    for (int turn = 0; turn < 2000; turn++) {
        unsigned rank = 1 + (unsigned)draw(4);
        size_t size = (size_t[]){1, 2, 4, 8, 16, 3}[draw(6)];
        struct box from, to, part;
        for (unsigned i = 0; i < rank; i++) {
            from.start[i] = draw(3);
            from.count[i] = 1 + draw(6);
            to.start[i] = from.start[i] + draw(2);
            to.count[i] = 1 + draw(6);
        }
        if (!hg_box_intersect(rank, &from, &to, &part))
            continue;
        size_t n = hg_box_points(rank, &from) * size, m = hg_box_points(rank, &to) * size;
        unsigned char *source = malloc(n), *got = calloc(m, 1), *want = calloc(m, 1);
        for (size_t i = 0; i < n; i++)
            source[i] = (unsigned char)(1 + draw(255));
        uint64_t fs[4], ts[4];
        hg_box_strides(rank, from.count, fs);
        hg_box_strides(rank, to.count, ts);
        for (uint64_t p = 0; p < hg_box_points(rank, &part); p++) {
            uint64_t rest = p, a = 0, b = 0;
            for (unsigned i = rank; i-- > 0;) {
                uint64_t at = part.start[i] + rest % part.count[i];
                rest /= part.count[i];
                a += (at - from.start[i]) * fs[i];
                b += (at - to.start[i]) * ts[i];
            }
            memcpy(want + b * size, source + a * size, size);
        }
        hg_box_copy(rank, size, &part, &from, source, &to, got);
        ck_assert_mem_eq(got, want, m);
        memset(got, 0, m);
        unsigned char *points = malloc(hg_box_points(rank, &part) * size);
        hg_box_copy(rank, size, &part, &from, source, &part, points);
        hg_box_copy_by(copy_bytes, rank, size, &part, points, &to, got);
        ck_assert_mem_eq(got, want, m);
        free(points);
        free(source);
        free(got);
        free(want);
    }
}
END_TEST

static const struct halo_rule three_points = {1, 1, 2, 2, false}, of_order_2 = {1, 1, 3, 3, false},
                              nine_points = {4, 4, 9, 9, false}, around = {4, 4, 0, 0, true};

static void check_reach(struct halo_rule rule, uint64_t extent, uint64_t first, uint64_t count,
                        int64_t low, int64_t high)
{
    int64_t got_low, got_high;
    hg_halo_reach(&rule, extent, first, count, &got_low, &got_high);
    ck_assert_int_eq(got_low, low);
    ck_assert_int_eq(got_high, high);
    ck_assert_uint_le((uint64_t)(high - low), hg_halo_width(&rule, extent, count));
}

START_TEST(reach)
{
    check_reach(three_points, 10, 4, 2, 3, 7);
    check_reach(of_order_2, 10, 0, 1, 0, 3);
    check_reach(of_order_2, 10, 9, 1, 7, 10);
    check_reach(three_points, 10, 9, 1, 8, 10);
    check_reach(of_order_2, 3, 1, 1, 0, 3);
    check_reach((struct halo_rule){0}, 10, 4, 2, 4, 6);
    check_reach(nine_points, 30, 4, 2, 0, 10);
    check_reach(nine_points, 30, 3, 1, 0, 9);
    check_reach(nine_points, 30, 26, 1, 21, 30);
    check_reach(nine_points, 9, 4, 1, 0, 9);
    const struct halo_rule uneven = {2, 1, 6, 5, false};
    check_reach(uneven, 10, 1, 1, 0, 6);
    check_reach(uneven, 10, 2, 1, 0, 4);
    check_reach(uneven, 10, 8, 1, 6, 10);
    check_reach(uneven, 10, 9, 1, 5, 10);
    check_reach(around, 30, 0, 2, -4, 6);
    check_reach(around, 30, 28, 2, 24, 34);
    check_reach(around, 5, 0, 4, -4, 8);
    check_reach(around, 5, 0, 5, 0, 5);
}
END_TEST

/* Draws a rule that an axis is long enough for. */
static struct halo_rule random_rule(uint64_t extent)
{
    struct halo_rule rule = draw(2) ? three_points : of_order_2;
    unsigned kind = (unsigned)draw(4);
    if (kind == 1 && extent >= nine_points.first_width)
        return nine_points;
    if (kind == 2) {
        rule.before = (unsigned)draw(size_min(extent, 5) + 1);
        rule.after = (unsigned)draw(size_min(extent, 5)) + (rule.before == 0);
        rule.periodic = true;
    }
    if (kind == 3 && extent >= 5)
        rule = (struct halo_rule){2, 1, 4, 5, false};
    return rule;
}

/* A random core of an array of rank up to 4, with its halo. */
struct cross {
    unsigned rank;
    uint64_t extent[4];
    struct halo_rule rule[4];
    struct tile tile;
};

static void random_cross(struct cross *cross)
{
    memset(cross, 0, sizeof *cross);
    cross->rank = 1 + (unsigned)draw(4);
    for (unsigned i = 0; i < cross->rank; i++) {
        cross->extent[i] = 3 + draw(9);
        if (draw(4))
            cross->rule[i] = random_rule(cross->extent[i]);
        cross->tile.core.count[i] = draw(3) ? 1 + draw(cross->extent[i]) : cross->extent[i];
        cross->tile.core.start[i] = draw(cross->extent[i] - cross->tile.core.count[i] + 1);
    }
    hg_halo_make(cross->rank, cross->rule, cross->extent, &cross->tile);
}

/* Returns the number of the array's point, from 1, that is the halo's point number k; *outside is
 * the number of axes along which it lies outside the core or, if wrapped, outside the array. */
static uint64_t halo_point(const struct cross *cross, uint64_t k, unsigned *outside,
                           unsigned *wrapped)
{
    const struct tile *tile = &cross->tile;
    uint64_t point = 0, step = 1;
    *outside = *wrapped = 0;
    for (unsigned i = cross->rank; i-- > 0;) {
        int64_t at = tile->halo.start[i] + (int64_t)(k % tile->halo.count[i]);
        int64_t all = (int64_t)cross->extent[i], first = (int64_t)tile->core.start[i];
        k /= tile->halo.count[i];
        *outside += at < first || at >= first + (int64_t)tile->core.count[i];
        *wrapped += at < 0 || at >= all;
        point += (uint64_t)((at + all) % all) * step;
        step *= cross->extent[i];
    }
    return point + 1;
}

/* Returns an array whose points are numbered from 1. */
static uint64_t *numbered(const struct cross *cross, struct box *whole)
{
    *whole = (struct box){.start = {0}};
    memcpy(whole->count, cross->extent, sizeof cross->extent);
    uint64_t n = hg_box_points(cross->rank, whole), *array = calloc(n, sizeof *array);
    for (uint64_t i = 0; i < n; i++)
        array[i] = i + 1;
    return array;
}

/* The pieces of a halo lie in the array and have each point of core and faces once, and corners
 * only if asked for. */
START_TEST(pieces_of_halos)
{
    unsigned wrapping = 0;
    for (int turn = 0; turn < 4000; turn++) {
        struct cross cross;
        struct halo_pieces pieces;
        struct halo_piece piece;
        struct box whole;
        uint64_t brought = 0, due = 0, wrong = 0;
        random_cross(&cross);
        const enum halo_cut cut = (enum halo_cut)draw(3);
        uint64_t n = hg_halo_points(cross.rank, &cross.tile.halo);
        uint64_t *array = numbered(&cross, &whole), *buffer = calloc(n, sizeof *buffer);
        hg_halo_cut(&pieces, cross.rank, cross.extent, &cross.tile, cut);
        while (hg_halo_next(&pieces, &piece)) {
            struct box inside;
            ck_assert(hg_box_intersect(cross.rank, &piece.box, &whole, &inside));
            ck_assert_mem_eq(inside.count, piece.box.count, cross.rank * sizeof *inside.count);
            hg_box_copy(cross.rank, sizeof *array, &piece.box, &whole, array, &piece.within,
                        buffer);
            brought += hg_box_points(cross.rank, &piece.box);
        }
        for (uint64_t k = 0; k < n; k++) {
            unsigned outside, wrapped;
            uint64_t point = halo_point(&cross, k, &outside, &wrapped);
            wrong += buffer[k] != point && (buffer[k] != 0 || outside <= 1);
            due += buffer[k] != 0;
            wrapping += wrapped > 0;
        }
        ck_assert_uint_eq(wrong, 0);
        ck_assert_uint_eq(brought, due);
        if (cut == HALO_WHOLE && hg_halo_inside(cross.rank, cross.extent, &cross.tile.halo))
            ck_assert_uint_eq(brought, n);
        free(array);
        free(buffer);
    }
    ck_assert_uint_gt(wrapping, 1000);
}
END_TEST

/* The planes that a sweep has yet to read are complete, with their faces. */
START_TEST(planes_of_sweeps)
{
    for (int turn = 0; turn < 3000; turn++) {
        struct cross cross, rest;
        struct halo_pieces pieces;
        struct halo_piece piece;
        random_cross(&cross);
        unsigned axis = (unsigned)draw(cross.rank);
        uint64_t skipped = draw(cross.tile.halo.count[axis]), covered = 0, due = 0;
        rest = cross;
        hg_halo_planes(&cross.tile, axis, cross.extent[axis], skipped, &rest.tile);
        ck_assert_int_eq(rest.tile.halo.start[axis],
                         cross.tile.halo.start[axis] + (int64_t)skipped);
        hg_halo_cut(&pieces, cross.rank, cross.extent, &rest.tile, HALO_FACES);
        while (hg_halo_next(&pieces, &piece))
            covered += hg_box_points(cross.rank, &piece.box);
        for (uint64_t k = 0; k < hg_halo_points(cross.rank, &rest.tile.halo); k++) {
            unsigned outside, wrapped;
            halo_point(&rest, k, &outside, &wrapped);
            due += outside <= 1;
        }
        ck_assert_uint_eq(covered, due);
    }
}
END_TEST

/* A tile can be taken from the buffer of a block that contains it. */
START_TEST(tile_within_block)
{
    for (int turn = 0; turn < 3000; turn++) {
        struct cross cross, tile;
        struct halo_pieces pieces;
        struct halo_piece piece;
        struct box whole, within;
        random_cross(&cross);
        tile = cross;
        for (unsigned i = 0; i < cross.rank; i++) {
            uint64_t cut = draw(cross.tile.core.count[i]);
            tile.tile.core.start[i] += cut;
            tile.tile.core.count[i] = 1 + draw(cross.tile.core.count[i] - cut);
        }
        hg_halo_make(tile.rank, tile.rule, tile.extent, &tile.tile);
        uint64_t n = hg_halo_points(tile.rank, &tile.tile.halo), wrong = 0;
        uint64_t *array = numbered(&cross, &whole), *buffer = calloc(n, sizeof *buffer);
        uint64_t *block = calloc(hg_halo_points(cross.rank, &cross.tile.halo), sizeof *block);
        hg_halo_cut(&pieces, cross.rank, cross.extent, &cross.tile, HALO_FACES);
        while (hg_halo_next(&pieces, &piece))
            hg_box_copy(cross.rank, sizeof *array, &piece.box, &whole, array, &piece.within, block);
        hg_halo_cut(&pieces, tile.rank, tile.extent, &tile.tile, HALO_FACES);
        while (hg_halo_next(&pieces, &piece)) {
            hg_halo_within(cross.rank, cross.extent, &cross.tile.halo, &piece.box, &within);
            hg_box_copy(cross.rank, sizeof *array, &piece.box, &within, block, &piece.within,
                        buffer);
        }
        for (uint64_t k = 0; k < n; k++) {
            unsigned outside, wrapped;
            uint64_t point = halo_point(&tile, k, &outside, &wrapped);
            wrong += buffer[k] != point && outside <= 1;
        }
        ck_assert_uint_eq(wrong, 0);
        free(array);
        free(block);
        free(buffer);
    }
}
END_TEST

static void random_request(struct plan_request *q)
{
    memset(q, 0, sizeof *q);
    q->rank = 1 + (unsigned)draw(4);
    q->result_chunked = draw(2);
    q->cached = draw(2);
    q->carries = !q->cached && !q->result_chunked && draw(4) > 0;
    q->source_size = 4;
    q->halo_size = 4;
    q->core_size = 4;
    q->axis_size = 32 * draw(2);
    q->worker_size = draw(1000);
    q->team_size = draw(2) * draw(1000);
    q->held = draw(4) ? 0 : draw(4000);
    q->tile_bytes = 64 + draw(20000);
    q->sweep_bytes = q->tile_bytes + draw(20000);
    q->shared_bytes = draw(2) * draw(100000);
    q->source_more = draw(2) * draw(100);
    q->memory = (uint64_t)4 << (10 + draw(10));
    q->threads = 1 + (unsigned)draw(4);
    for (unsigned i = 0; i < q->rank; i++) {
        q->extent[i] = 3 + draw(20);
        if (draw(3) > 0)
            q->rule[i] = random_rule(q->extent[i]);
        q->source_chunk[i] = 1 + draw(q->extent[i] + 3);
        q->result_chunk[i] = draw(2) ? q->source_chunk[i] : 1 + draw(q->extent[i]);
    }
    unsigned axis = (unsigned)draw(q->rank);
    q->rule[axis] = random_rule(q->extent[axis]);
}

static uint64_t index_of(const struct plan *p, const uint64_t *at)
{
    uint64_t index = 0;
    for (unsigned i = 0; i < p->rank; i++)
        index = index * p->region.count[i] + at[i];
    return index;
}

/* Sweeps partition the tiles; those of one lie side by side along the sweep axis, and the axes
 * before it have one point each. */
static void check_sweeps(const struct plan *p)
{
    uint64_t index = 0, first, end, number = 0;
    for (hg_plan_sweep(p, 0, &first, &end); first < p->tiles;
         hg_plan_sweep(p, ++number, &first, &end)) {
        ck_assert_uint_eq(first, index);
        ck_assert_uint_gt(end, first);
        struct tile tile;
        struct box before, results;
        hg_plan_tile(p, first, &tile);
        hg_region_results(p->rank, &p->region, &tile.core, &before);
        for (index = first + 1; index < end; index++, before = results) {
            hg_plan_tile(p, index, &tile);
            hg_region_results(p->rank, &p->region, &tile.core, &results);
            for (unsigned i = 0; i < p->rank; i++) {
                uint64_t moved = i == p->sweep_axis ? before.count[i] : 0;
                ck_assert_uint_eq(results.start[i], before.start[i] + moved);
            }
        }
    }
    ck_assert_uint_eq(index, p->tiles);
    for (unsigned i = 0; p->sweep_axis < p->rank && i < p->sweep_axis; i++)
        ck_assert_uint_eq(p->tile[i], 1);
    ck_assert(p->sweep_tiles == 1 || p->sweep_axis < p->rank);
}

/* Returns the points that all sweeps read: of each plane across the sweep axis those that are
 * outside the cores along at most one axis. */
static uint64_t sweep_points(const struct plan *p)
{
    uint64_t read = 0, first, end, number = 0;
    for (hg_plan_sweep(p, 0, &first, &end); first < p->tiles;
         hg_plan_sweep(p, ++number, &first, &end)) {
        struct tile tile, last;
        hg_plan_tile(p, first, &tile);
        hg_plan_tile(p, end - 1, &last);
        unsigned s = p->sweep_axis;
        uint64_t planes = (uint64_t)(last.halo.start[s] - tile.halo.start[s]) + last.halo.count[s];
        uint64_t area = hg_box_points(p->rank, &tile.core) / tile.core.count[s];
        read += area * planes;
        for (unsigned i = 0; i < p->rank; i++) {
            if (i != s)
                read +=
                    area / tile.core.count[i] * (tile.halo.count[i] - tile.core.count[i]) * planes;
        }
    }
    return read;
}

/* Every result is in exactly one core; cores are whole result chunks. */
static void check_partition(const struct plan_request *q, const struct plan *p)
{
    uint64_t points = 1, read = 0;
    for (unsigned i = 0; i < q->rank; i++)
        points *= p->region.count[i];
    unsigned char *seen = calloc(points, 1);
    for (uint64_t t = 0; t < p->tiles; t++) {
        struct tile tile;
        struct box results;
        hg_plan_tile(p, t, &tile);
        hg_region_results(p->rank, &p->region, &tile.core, &results);
        uint64_t core = hg_box_points(p->rank, &tile.core);
        ck_assert_uint_le(core, p->core_points);
        ck_assert_uint_le(hg_halo_points(p->rank, &tile.halo), p->halo_points);
        read += core;
        for (unsigned i = 0; i < p->rank; i++) {
            uint64_t low = tile.core.start[i], high = low + tile.core.count[i];
            read += core / tile.core.count[i] * (tile.halo.count[i] - tile.core.count[i]);
            ck_assert_uint_eq(low, p->region.start[i] + results.start[i] * p->region.step[i]);
            if (q->result_chunked) {
                uint64_t end = results.start[i] + results.count[i], all = p->region.count[i];
                ck_assert_uint_eq(results.start[i] % size_min(q->result_chunk[i], all), 0);
                ck_assert(end == all || end % q->result_chunk[i] == 0);
            }
            int64_t from, to;
            hg_halo_reach(&q->rule[i], q->extent[i], low, high - low, &from, &to);
            ck_assert_int_eq(tile.halo.start[i], from);
            ck_assert_int_eq(tile.halo.start[i] + (int64_t)tile.halo.count[i], to);
        }
        for (uint64_t k = 0; k < hg_box_points(p->rank, &results); k++) {
            uint64_t rest = k, at[4];
            for (unsigned i = p->rank; i-- > 0;) {
                at[i] = results.start[i] + rest % results.count[i];
                rest /= results.count[i];
            }
            seen[index_of(p, at)]++;
        }
    }
    for (uint64_t k = 0; k < points; k++)
        ck_assert_uint_eq(seen[k], 1);
    ck_assert_uint_eq(p->sweep_axis < p->rank ? sweep_points(p) : read, p->read_points);
    free(seen);
}

/* Lists the chunks of a cached source that the pieces of a tile's halo touch. */
static uint64_t needed(const struct plan *p, const struct tile *tile, uint64_t *chunk)
{
    uint64_t n = 0;
    struct halo_pieces pieces;
    struct halo_piece piece;
    hg_halo_cut(&pieces, p->rank, p->extent, tile, HALO_FACES);
    while (hg_halo_next(&pieces, &piece)) {
        struct box grid;
        hg_chunks_touched_by(p->rank, p->source_chunk, &piece.box, &grid);
        for (uint64_t k = 0; k < hg_box_points(p->rank, &grid); k++) {
            uint64_t rest = k, number = 0, at[4];
            for (unsigned i = p->rank; i-- > 0;) {
                at[i] = grid.start[i] + rest % grid.count[i];
                rest /= grid.count[i];
            }
            for (unsigned i = 0; i < p->rank; i++)
                number = number * size_ceil_div(p->extent[i], p->source_chunk[i]) + at[i];
            uint64_t j = 0;
            while (j < n && chunk[j] != number)
                j++;
            if (j == n)
                chunk[n++] = number;
        }
    }
    return n;
}

/* Chunks of the source. */
static uint64_t all_chunks(const struct plan *p)
{
    uint64_t n = 1;
    for (unsigned i = 0; i < p->rank; i++)
        n *= size_ceil_div(p->extent[i], p->source_chunk[i]);
    return n;
}

/* Compares decodings with the plan, which may count more if results have steps: no tile may need a
 * chunk that lies between two. */
static void check_decodes(const struct plan *p, uint64_t decodes)
{
    bool steps = false;
    for (unsigned i = 0; i < p->rank; i++)
        steps = steps || p->region.step[i] > 1;
    if (steps)
        ck_assert_uint_le(decodes, p->chunk_decodes);
    else
        ck_assert_uint_eq(decodes, p->chunk_decodes);
    ck_assert_uint_le(p->chunks, p->chunk_decodes);
}

/* Likewise for gathered blocks: each chunk that a block needs is decoded once for it. */
static void check_gathered(const struct plan_request *q, const struct plan *p)
{
    uint64_t *chunk = calloc(all_chunks(p), sizeof *chunk), decodes = 0, next = 0, bytes;
    bytes = q->source_size;
    for (unsigned i = 0; i < q->rank; i++)
        bytes *= q->source_chunk[i];
    ck_assert_uint_le(bytes + p->block_points * q->source_size, p->cache_bytes);
    for (uint64_t b = 0; b < p->blocks; b++) {
        uint64_t first, end;
        struct tile block, tile;
        hg_plan_block(p, b, &first, &end, &block);
        ck_assert_uint_eq(first, next);
        ck_assert_uint_le(hg_halo_points(p->rank, &block.halo), p->block_points);
        decodes += needed(p, &block, chunk);
        for (next = first; next < end; next++) {
            hg_plan_tile(p, next, &tile);
            for (unsigned i = 0; i < p->rank; i++) {
                int64_t before = tile.halo.start[i] - block.halo.start[i];
                if (block.core.count[i] == p->extent[i])
                    continue; /* it has all points, whether the tile's halo wraps around or not */
                ck_assert_int_ge(before, 0);
                ck_assert_uint_le((uint64_t)before + tile.halo.count[i], block.halo.count[i]);
            }
        }
    }
    ck_assert_uint_eq(next, p->tiles);
    check_decodes(p, decodes);
    free(chunk);
}

/* Simulates one worker: checks how many chunks are decoded, and kept at a time, against the plan.
 */
static void check_cache(const struct plan_request *q, const struct plan *p)
{
    const uint64_t all = all_chunks(p);
    uint64_t *need = calloc(all, sizeof *need), *chunk = calloc(all, sizeof *chunk);
    uint64_t bytes = q->source_size, decodes = 0, alive, most = 0, next = 0;
    bool *held = calloc(all, sizeof *held);
    for (unsigned i = 0; i < q->rank; i++)
        bytes *= q->source_chunk[i];
    for (uint64_t b = 0; b < p->blocks; b++) {
        uint64_t first, end;
        struct tile block, tile;
        hg_plan_block(p, b, &first, &end, &block);
        ck_assert_uint_eq(first, next);
        next = end;
        for (uint64_t t = first; t < end; t++) {
            hg_plan_tile(p, t, &tile);
            struct box inside;
            ck_assert(hg_box_intersect(p->rank, &tile.core, &block.core, &inside));
            ck_assert_mem_eq(inside.count, tile.core.count, p->rank * sizeof *inside.count);
            for (uint64_t n = needed(p, &tile, chunk); n-- > 0;)
                need[chunk[n]]++;
        }
        alive = 0;
        for (uint64_t t = first; t < end; t++) {
            hg_plan_tile(p, t, &tile);
            uint64_t n = needed(p, &tile, chunk);
            for (uint64_t k = 0; k < n; k++) {
                decodes += !held[chunk[k]];
                alive += !held[chunk[k]];
                held[chunk[k]] = true;
            }
            most = size_max(most, alive);
            for (uint64_t k = 0; k < n; k++) {
                if (--need[chunk[k]] == 0) {
                    held[chunk[k]] = false;
                    alive--;
                }
            }
        }
        ck_assert_uint_eq(alive, 0);
    }
    ck_assert_uint_eq(next, p->tiles);
    check_decodes(p, decodes);
    ck_assert_uint_le(most * bytes, p->cache_bytes);
    free(need);
    free(chunk);
    free(held);
}

/* A region of the request's array. */
static void random_region(const struct plan_request *q, struct region *region)
{
    hg_region_whole(q->rank, q->extent, region);
    for (unsigned i = 0; i < q->rank; i++) {
        if (draw(3) == 0)
            continue;
        region->start[i] = draw(q->extent[i] / 2);
        const uint64_t left = q->extent[i] - region->start[i];
        region->step[i] = draw(2) ? 1 : 1 + draw(left);
        const uint64_t most = (left - 1) / region->step[i] + 1;
        region->count[i] = most - draw(most) / 2;
        if (region->count[i] == 1)
            region->step[i] = 1;
    }
}

/* Plans for all points, or for those of regions. */
static void check_plans(bool regions)
{
    unsigned made = 0, blocks = 0, sweeps = 0, gathered = 0;
    for (int turn = 0; turn < 1500; turn++) {
        struct plan_request q;
        struct plan p;
        struct h5grad_error err = {0};
        struct region region;
        random_request(&q);
        if (regions) {
            random_region(&q, &region);
            q.region = &region;
        }
        if (hg_plan_make(&q, &p, &err)) {
            ck_assert_ptr_nonnull(strstr(err.message, "memory"));
            continue;
        }
        made++;
        blocks += p.blocks > 1;
        ck_assert_uint_le(p.memory, q.memory);
        ck_assert_uint_ge(p.threads, 1);
        ck_assert_uint_le(p.threads, q.threads);
        check_partition(&q, &p);
        check_sweeps(&p);
        sweeps += p.sweep_axis < p.rank;
        gathered += p.block_points > 0;
        if (p.block_points > 0)
            check_gathered(&q, &p);
        else if (q.cached)
            check_cache(&q, &p);
    }
    ck_assert_uint_gt(made, 800);
    ck_assert_uint_gt(blocks, 20);
    ck_assert_uint_gt(sweeps, 20);
    ck_assert_uint_gt(gathered, 20);
}

START_TEST(random_plans)
{
    check_plans(false);
}
END_TEST

START_TEST(plans_of_regions)
{
    check_plans(true);
}
END_TEST

/* A request of any size: up to 2^40 points, chunks of up to 2^30 bytes. */
static void large_request(struct plan_request *q)
{
    random_request(q);
    q->source_size = (uint64_t)1 << draw(5);
    q->halo_size = q->source_size + draw(2) * 8;
    q->core_size = (uint64_t)1 << (1 + draw(4));
    q->worker_size = draw(2) * draw((uint64_t)8 << 20);
    q->team_size = draw(2) * draw((uint64_t)8 << 20);
    q->held = draw(4) ? 0 : draw((uint64_t)64 << 20);
    q->caches = draw(4) ? 0 : draw((uint64_t)64 << 20);
    q->tile_bytes = (uint64_t)256 << (10 + draw(4));
    q->sweep_bytes = q->tile_bytes * 2;
    q->threads = 1 + (unsigned)draw(9);
    unsigned bits = 40 / q->rank;
    for (unsigned i = 0; i < q->rank; i++) {
        q->extent[i] = 3 + draw((uint64_t)1 << draw(bits + 1));
        q->source_chunk[i] = 1 + draw(size_min(q->extent[i], (uint64_t)1 << 30 / q->rank));
        q->result_chunk[i] = draw(2) ? q->source_chunk[i] : 1 + draw(q->source_chunk[i]);
    }
}

static bool can_plan(const struct plan_request *q, uint64_t memory, struct h5grad_error *err)
{
    struct plan_request with = *q;
    struct plan p;
    with.memory = memory;
    bool made = hg_plan_make(&with, &p, err) == H5GRAD_OK;
    ck_assert(!made || p.memory <= memory);
    return made;
}

/* More memory never makes a plan impossible; the limit that a refusal names suffices, with less
 * than a MiB to spare. */
START_TEST(feasible_from_some_memory_on)
{
    for (int turn = 0; turn < 400; turn++) {
        struct plan_request q;
        struct h5grad_error err = {0};
        uint64_t low = 0, high = (uint64_t)1 << 45, asked;
        large_request(&q);
        ck_assert(!can_plan(&q, 0, &err));
        ck_assert_ptr_nonnull(strstr(err.message, "--memory="));
        asked = strtoull(strstr(err.message, "--memory=") + 9, NULL, 10) << 20;
        ck_assert(can_plan(&q, high, NULL));
        while (high - low > 1) {
            uint64_t middle = low + (high - low) / 2;
            *(can_plan(&q, middle, NULL) ? &high : &low) = middle;
        }
        for (int i = 0; i < 20; i++) {
            uint64_t some = draw(4 * high);
            ck_assert_int_eq(can_plan(&q, some, NULL), some >= high);
            ck_assert(can_plan(&q, high + draw(1000), NULL));
        }
        ck_assert_uint_ge(hg_budget_buffers(asked), high);
        if (asked > H5GRAD_LEAST_MEMORY)
            ck_assert_uint_lt(hg_budget_buffers(asked - ((uint64_t)1 << 20)), high);
    }
}
END_TEST

/* With contiguous results, chunks of a quarter of the cap can be done, whatever their shape, with a
 * bounded number of decodings. */
START_TEST(quarter_of_the_cap)
{
    static const uint64_t mib[] = {32, 40, 64, 100, 1024};
    unsigned gathered = 0;
    for (int turn = 0; turn < 400; turn++) {
        struct plan_request q;
        struct plan p;
        struct h5grad_error err = {0};
        uint64_t cap = mib[draw(5)] << 20, points;
        random_request(&q);
        q.carries = q.result_chunked = false;
        q.cached = true;
        q.source_size = (uint64_t)2 << draw(3);
        q.halo_size = q.source_size + draw(2) * 4;
        q.core_size = 4 + 4 * draw(2);
        q.held = 0;
        q.tile_bytes = 1280 << 10;
        points = cap / 4 / q.source_size;
        for (unsigned i = 0; i < q.rank; i++) {
            q.source_chunk[i] = i + 1 < q.rank ? 1 + draw(size_min(points, 400)) : points;
            points /= q.source_chunk[i];
            q.extent[i] = 3 + draw(4 * q.source_chunk[i]);
            if (q.rule[i].after > 0)
                q.rule[i] = draw(2) ? three_points : of_order_2;
        }
        uint64_t raw = q.source_size;
        for (unsigned i = 0; i < q.rank; i++)
            raw *= q.source_chunk[i];
        q.source_more = raw / 16;
        q.worker_size = raw / 8 * 9 + 4160;
        q.team_size = 256 << 10;
        q.memory = hg_budget_buffers(cap);
        ck_assert_msg(hg_plan_make(&q, &p, &err) == H5GRAD_OK, "%s", err.message);
        ck_assert_uint_le(p.memory, q.memory);
        ck_assert_uint_le(p.chunk_decodes, 100 * p.chunks);
        gathered += p.block_points > 0;
    }
    ck_assert_uint_gt(gathered, 50);
}
END_TEST

START_TEST(empty_array)
{
    struct plan_request q = {.rank = 2,
                             .extent = {4, 0},
                             .rule = {{1, 1, 2, 2, false}},
                             .source_size = 4,
                             .halo_size = 4,
                             .core_size = 4,
                             .tile_bytes = 1000,
                             .memory = 10000,
                             .threads = 2};
    struct plan p;
    ck_assert_int_eq(hg_plan_make(&q, &p, NULL), H5GRAD_OK);
    ck_assert_uint_eq(p.tiles, 0);
    ck_assert_uint_eq(p.blocks, 0);
}
END_TEST

/* The shapes that large arrays have: long runs, little halo, a tile near the aim. */
START_TEST(large_arrays)
{
    static const struct {
        unsigned rank;
        uint64_t extent[5];
    } shape[] = {{1, {134217728}},        {2, {11585, 11585}},     {3, {512, 512, 512}},
                 {3, {4096, 4096, 4096}}, {4, {64, 64, 180, 182}}, {5, {32, 32, 32, 64, 64}}};
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
        struct plan_request q = {.rank = shape[s].rank,
                                 .carries = true,
                                 .source_size = 4,
                                 .halo_size = 4,
                                 .core_size = 4,
                                 .tile_bytes = 1280 << 10,
                                 .sweep_bytes = 2304 << 10,
                                 .memory = (uint64_t)1 << 30,
                                 .threads = 2};
        struct plan p;
        uint64_t points = 1;
        for (unsigned i = 0; i < q.rank; i++) {
            q.extent[i] = shape[s].extent[i];
            q.rule[i] = of_order_2;
            points *= q.extent[i];
        }
        ck_assert_int_eq(hg_plan_make(&q, &p, NULL), H5GRAD_OK);
        ck_assert_uint_eq(p.threads, 2);
        ck_assert_uint_ge(4 * (p.core_points + p.halo_points), q.tile_bytes / 3);
        ck_assert_uint_le(4 * p.halo_points, 2 * q.tile_bytes);
        ck_assert_uint_le(p.read_points, points * (q.rank >= 4 ? q.rank - 1 : 2));
        check_sweeps(&p);
    }
}
END_TEST

/* With a cap too small for all chunks in use, chunks are decoded again, and results stay right. */
START_TEST(small_memory)
{
    struct plan_request q = {.rank = 3,
                             .cached = true,
                             .result_chunked = true,
                             .source_size = 4,
                             .halo_size = 4,
                             .core_size = 4,
                             .worker_size = 6 << 20,
                             .tile_bytes = 1280 << 10,
                             .memory = (uint64_t)1 << 30,
                             .threads = 2};
    struct plan p;
    for (unsigned i = 0; i < 3; i++) {
        q.extent[i] = 512;
        q.rule[i] = three_points;
        q.source_chunk[i] = q.result_chunk[i] = 64;
    }
    ck_assert_int_eq(hg_plan_make(&q, &p, NULL), H5GRAD_OK);
    ck_assert_uint_eq(p.blocks, 1);
    ck_assert_uint_eq(p.chunk_decodes, 512);
    ck_assert_uint_le(p.memory, (uint64_t)256 << 20);
    q.memory = (uint64_t)60 << 20;
    ck_assert_int_eq(hg_plan_make(&q, &p, NULL), H5GRAD_OK);
    ck_assert_uint_gt(p.blocks, 1);
    ck_assert_uint_gt(p.chunk_decodes, 512);
    ck_assert_uint_le(p.memory, q.memory);
    ck_assert_uint_eq(p.block_points, 0);
}
END_TEST

/* Returns whether the points of box are adjacent in an array of these extents. */
static bool is_one_piece(unsigned rank, const uint64_t *count, const struct box *box)
{
    unsigned i = 0;
    while (i < rank && box->count[i] == 1)
        i++;
    for (i++; i < rank; i++) {
        if (box->count[i] != count[i])
            return false;
    }
    return true;
}

/* Parts partition an array, begin with grains, are as thick as asked for, and are one piece where
 * grains are points. */
START_TEST(parts)
{
    for (int turn = 0; turn < 1000; turn++) {
        const unsigned rank = 1 + (unsigned)draw(4);
        const bool chunked = turn % 2;
        uint64_t count[4], stride[4];
        struct parts_request q = {.rank = rank,
                                  .count = count,
                                  .point_bytes = 4,
                                  .part_bytes = 1 + draw(2000),
                                  .enough = 1 + draw(20),
                                  .abreast = 1 + draw(4),
                                  .pieces = !chunked};
        for (unsigned i = 0; i < rank; i++) {
            count[i] = 1 + draw(12);
            q.grain[i] = chunked ? 1 + draw(14) : 1;
            q.wish[i] = q.grain[i] * (1 + draw(3));
            q.thick[i] = draw(2) ? 1 : 1 + draw(4);
        }
        struct parts p;
        struct box box;
        hg_parts_make(&q, &p);
        hg_box_strides(rank, count, stride);
        unsigned char *seen = calloc(stride[0] * count[0], 1);
        for (uint64_t n = 0, some; n < p.n; n += some) {
            uint64_t at[GRID_MAX_RANK];
            some = hg_parts_fit(&p, n, 1 + draw(3 * p.abreast));
            ck_assert(hg_parts_abreast(&p, n) <= n && n < hg_parts_abreast(&p, n) + p.abreast);
            hg_parts_box(&p, n, some, &box);
            ck_assert(chunked || is_one_piece(rank, count, &box));
            for (unsigned i = 0; i < rank; i++) {
                const bool last = box.start[i] + box.count[i] == count[i];
                ck_assert_uint_eq(box.start[i] % q.grain[i], 0);
                ck_assert(last || box.count[i] >= q.thick[i]);
            }
            memcpy(at, box.start, sizeof at);
            do {
                uint64_t point = 0;
                for (unsigned i = 0; i < rank; i++)
                    point += at[i] * stride[i];
                ck_assert_uint_eq(seen[point]++, 0);
            } while (hg_box_next(rank, &box, at));
        }
        for (uint64_t i = 0; i < stride[0] * count[0]; i++)
            ck_assert_uint_eq(seen[i], 1);
        free(seen);
    }
}
END_TEST

/* A large array is cut along its first axis into about as many parts as there is room for. */
START_TEST(parts_of_large_arrays)
{
    const uint64_t count[] = {1000, 1000, 1000}, mib = 1 << 20;
    struct parts_request q = {.rank = 3,
                              .count = count,
                              .grain = {1, 1, 1},
                              .wish = {1, 1, 1},
                              .thick = {16, 16, 16},
                              .point_bytes = 12,
                              .part_bytes = 64 * mib,
                              .enough = UINT64_MAX,
                              .pieces = true};
    struct parts p;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.axis, 0);
    ck_assert_uint_eq(p.step[0], 16); /* halos */
    q.thick[0] = 1;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.step[0], 5);
    ck_assert_uint_eq(p.n, 200);
    q.wish[0] = 10;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.step[0], 10);
    q.wish[0] = 100; /* would cost too many */
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.step[0], 5);
    q.part_bytes = 4 * mib;
    hg_parts_make(&q, &p); /* a plane is too large */
    ck_assert_uint_eq(p.axis, 1);
    ck_assert_uint_eq(p.step[0], 1);
    q.enough = 500; /* but planes are enough */
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.axis, 0);
    ck_assert_uint_eq(p.n, 1000);
}
END_TEST

/* Three results of 4 bytes, in chunks of 64 cubed as those of the source, with thick halos. */
static struct parts_request request_of_chunks(const uint64_t *count)
{
    return (struct parts_request){.rank = 3,
                                  .count = count,
                                  .grain = {64, 64, 64},
                                  .wish = {64, 64, 64},
                                  .thick = {16, 16, 16},
                                  .point_bytes = 12};
}

/* Layers of chunks are parts where there are enough; else parts have several chunks of the first
 * axis and one of the second. */
START_TEST(parts_of_chunks)
{
    const uint64_t count[] = {4096, 4096, 4096};
    struct parts_request q = request_of_chunks(count);
    struct parts p;
    q.part_bytes = (uint64_t)768 << 20;
    q.enough = 64;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.axis, 0);
    ck_assert_uint_eq(p.n, 64);
    q.enough = 65;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.axis, 1);
    ck_assert_uint_eq(p.step[0], 256);
    ck_assert_uint_eq(p.step[1], 64);
    ck_assert_uint_eq(p.n, 1024);
}
END_TEST

/* Boxes of all parts abreast are thicker than single parts would be, and the last ones fewer. */
START_TEST(parts_abreast)
{
    const uint64_t count[] = {448, 512, 512};
    struct parts_request q = request_of_chunks(count);
    struct parts p;
    struct box box;
    q.part_bytes = (uint64_t)64 << 20;
    q.enough = 16;
    q.abreast = 4;
    hg_parts_make(&q, &p);
    ck_assert_uint_eq(p.axis, 1);
    ck_assert_uint_eq(p.step[0], 64);
    ck_assert_uint_eq(p.abreast, 4);
    ck_assert_uint_eq(p.n, 56);
    ck_assert_uint_eq(hg_parts_fit(&p, 0, 11), 8);
    hg_parts_box(&p, 0, 8, &box);
    ck_assert(box.count[0] == 256 && box.count[1] == 128 && box.count[2] == 512);
    ck_assert_uint_eq(hg_parts_along(&p, 0, 8), 1);
    ck_assert_uint_eq(hg_parts_fit(&p, 5, 11), 3);
    hg_parts_box(&p, 5, 3, &box);
    ck_assert(box.start[0] == 64 && box.count[0] == 192 && box.start[1] == 64);
    ck_assert_uint_eq(hg_parts_along(&p, 5, 2), 0);
    ck_assert_uint_eq(hg_parts_fit(&p, 32, 11), 9); /* of the three that are left */
    hg_parts_box(&p, 35, 3, &box);
    ck_assert(box.start[0] == 256 && box.count[0] == 192 && box.start[1] == 64);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grid");
    TCase *box = tcase_create("box"), *plan = tcase_create("plan");
    ADD_TESTS(box, intersections, copies, reach, pieces_of_halos, planes_of_sweeps,
              tile_within_block);
    tcase_set_timeout(plan, 60);
    ADD_TESTS(plan, random_plans, plans_of_regions, empty_array, large_arrays, small_memory,
              feasible_from_some_memory_on, quarter_of_the_cap, parts, parts_of_large_arrays,
              parts_of_chunks, parts_abreast);
    suite_add_tcase(suite, box);
    suite_add_tcase(suite, plan);
    return run_suite(suite);
}
