/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tiling plan, for requests like the engine's but with numbers of any size. A plan keeps to the
 * memory, its cores partition the array, and the halo of each is what its stencils reach.
 *
 *     1 byte      rank
 *     1 byte      1: edge order 2, 2: results chunked, 4: source cached, 8: carries,
 *                 16: stencils of nine points, 32: periodic axes
 *     4 bytes     differentiated axes, as bits
 *     per axis    extent, chunk of the results, chunk of the source: each 1 byte that says how many
 *                 bytes follow, 0 to 8, and those
 *     then        threads, memory, tile_bytes, the five sizes of a point, sweep_bytes,
 *                 source_more and shared_bytes, likewise
 */
#include "fuzz.h"
#include "base/size.h"
#include "grid/plan.h"

#define MAX_TILES  4096
#define MAX_POINTS 65536
#define MAX_SIZE   4096 /* of what is held per point: 32 results of complex numbers, and more */

/* A number of any magnitude. */
static uint64_t take_number(struct fuzz_input *input)
{
    return fuzz_take(input, fuzz_take(input, 1) % 9);
}

static uint64_t take_size(struct fuzz_input *input)
{
    return 1 + take_number(input) % MAX_SIZE;
}

/* Takes a request with what run/ ensures: points that can be counted, axes that are long enough,
 * chunks that libhdf5 accepts. */
static bool take_request(struct fuzz_input *input, struct plan_request *request)
{
    uint64_t bytes, bits;
    unsigned flags;
    memset(request, 0, sizeof *request);
    request->rank = 1 + (unsigned)fuzz_take(input, 1) % GRID_MAX_RANK;
    flags = (unsigned)fuzz_take(input, 1);
    bits = fuzz_take(input, 4);
    const unsigned width = flags & 16 ? 9 : flags & 1 ? 3 : 2, reach = flags & 16 ? 4 : 1;
    const struct halo_rule rule = {reach, reach, width, width, flags & 32};
    request->result_chunked = flags & 2;
    request->cached = flags & 4;
    request->carries = (flags & 8) && !request->result_chunked && !request->cached;
    for (unsigned i = 0; i < request->rank; i++) {
        request->extent[i] = take_number(input);
        request->result_chunk[i] = 1 + take_number(input) % UINT32_MAX;
        request->source_chunk[i] = 1 + take_number(input) % UINT32_MAX;
        if (bits >> i & 1)
            request->rule[i] = rule;
        if (request->rule[i].before > 0 && request->extent[i] < width)
            return false;
    }
    request->threads = 1 + (unsigned)(take_number(input) % 1024);
    request->memory = take_number(input);
    request->tile_bytes = take_number(input);
    request->source_size = take_size(input);
    request->halo_size = take_size(input);
    request->core_size = take_size(input);
    request->axis_size = take_size(input);
    request->worker_size = take_number(input);
    request->sweep_bytes = take_number(input);
    request->source_more = take_number(input);
    request->shared_bytes = take_number(input);
    return size_product(request->rank, request->extent, MAX_SIZE, &bytes);
}

/* Checks the halo along each axis against the stencils' reach. */
static void check_tile(const struct plan_request *request, const struct tile *tile)
{
    for (unsigned i = 0; i < request->rank; i++) {
        uint64_t extent = request->extent[i];
        uint64_t start = tile->core.start[i], count = tile->core.count[i];
        int64_t low, high;
        fuzz_require(count > 0 && count <= extent && start <= extent - count);
        hg_halo_reach(&request->rule[i], extent, start, count, &low, &high);
        fuzz_require(tile->halo.start[i] == low);
        fuzz_require(tile->halo.count[i] == (uint64_t)(high - low));
        if (request->result_chunked)
            fuzz_require(start % request->result_chunk[i] == 0 &&
                         (count % request->result_chunk[i] == 0 || start + count == extent));
    }
}

static void check_sizes(const struct plan_request *request, const struct plan *plan)
{
    uint64_t tiles = 1, grid;
    fuzz_require(plan->threads >= 1 && plan->threads <= request->threads);
    fuzz_require(plan->memory <= request->memory);
    fuzz_require(plan->cache_bytes <= plan->memory);
    fuzz_require(plan->core_points <= plan->halo_points);
    for (unsigned i = 0; i < request->rank; i++) {
        grid = plan->tile[i] ? size_ceil_div(request->extent[i], plan->tile[i]) : 0;
        fuzz_require(plan->grid[i] == grid && size_mul(tiles, grid, &tiles));
    }
    fuzz_require(plan->tiles == tiles);
}

/* Marks the points of the core, and requires that none is marked already. */
static void mark(const struct plan_request *request, const struct box *core, unsigned char *marks)
{
    uint64_t stride[GRID_MAX_RANK], at[GRID_MAX_RANK];
    hg_box_strides(request->rank, request->extent, stride);
    memcpy(at, core->start, request->rank * sizeof *at);
    do {
        uint64_t index = 0;
        for (unsigned i = 0; i < request->rank; i++)
            index += at[i] * stride[i];
        fuzz_require(!marks[index]);
        marks[index] = 1;
    } while (hg_box_next(request->rank, core, at));
}

static void check_tiles(const struct plan_request *request, const struct plan *plan)
{
    uint64_t points = 0, covered = 0, step = 1 + plan->tiles / MAX_TILES;
    size_product(request->rank, request->extent, 1, &points);
    unsigned char *marks = step == 1 && points <= MAX_POINTS ? calloc(points + 1, 1) : NULL;
    for (uint64_t index = 0; index < plan->tiles; index += step) {
        struct tile tile;
        hg_plan_tile(plan, index, &tile);
        check_tile(request, &tile);
        fuzz_require(hg_box_points(request->rank, &tile.core) <= plan->core_points);
        fuzz_require(hg_halo_points(request->rank, &tile.halo) <= plan->halo_points);
        covered += hg_box_points(request->rank, &tile.core);
        if (marks)
            mark(request, &tile.core, marks);
    }
    fuzz_require(step > 1 || covered == points);
    free(marks);
}

/* Checks that blocks are consecutive and have all tiles. */
static void check_blocks(const struct plan *plan)
{
    uint64_t first, end, before = 0;
    struct tile block;
    for (uint64_t index = 0; index < plan->blocks && index < MAX_TILES; index++) {
        hg_plan_block(plan, index, &first, &end, &block);
        fuzz_require(first == before && end > first && end <= plan->tiles);
        before = end;
    }
    fuzz_require(plan->blocks > MAX_TILES || before == plan->tiles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct plan_request request;
    struct plan plan;
    struct h5grad_error err;
    if (!take_request(&input, &request) || hg_plan_make(&request, &plan, &err) != H5GRAD_OK)
        return 0;
    check_sizes(&request, &plan);
    check_tiles(&request, &plan);
    check_blocks(&plan);
    return 0;
}
