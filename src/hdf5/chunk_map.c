/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/chunk_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/size.h"
#include "grid/chunks.h"
#include "hdf5/chunk.h"
#include "libhdf5/handle.h"

/* Chunks to locate before libhdf5's lock is released for a moment. */
#define TURN_CHUNKS 4096

/* A pass over all chunks is cheaper than looking up those of a window that is at least this part of
 * them. */
#define PASS_PART 16

/* Buffer into which libhdf5 is told to read a chunk: large enough, and never written. */
struct room {
    void *data;
    uint64_t size;
};

void hg_chunk_map_init(struct h5_chunk_map *map, hid_t dataset, const struct h5_storage *storage,
                       uint64_t raw)
{
    *map = (struct h5_chunk_map){
        .dataset = dataset, .storage = storage, .raw = raw, .probe = hg_probe_of(dataset)};
}

void hg_chunk_map_free(struct h5_chunk_map *map)
{
    free(map->place);
    map->place = NULL;
}

uint64_t hg_chunk_map_index(const struct h5_chunk_map *map, const uint64_t *number)
{
    uint64_t index = 0;
    for (unsigned i = 0; i < map->storage->rank; i++)
        index += (number[i] - map->window.start[i]) * map->stride[i];
    return index;
}

/* Sizes beyond 32 bits are as wrong as UINT32_MAX. */
static struct h5_chunk_place place_at(uint64_t address, uint64_t size, unsigned mask)
{
    return (struct h5_chunk_place){address, (uint32_t)size_min(size, UINT32_MAX), mask};
}

/* Makes libhdf5 read the chunk while the driver discards, and records where from. */
static enum h5grad_status probe_chunk(const struct h5_chunk_map *map, const uint64_t *start,
                                      struct room *room, struct h5_chunk_place *place,
                                      struct h5grad_error *err)
{
    uint64_t size;
    unsigned mask = 0, rank = map->storage->rank;
    *place = place_at(H5_PLACE_UNKNOWN, 0, 0);
    if (!map->probe)
        return H5GRAD_OK;
    bool stored = hg_chunk_size(map->dataset, start, rank, &size);
    bool credible = h5_chunk_is_credible(size, map->raw);
    if (stored ? !credible : size == 0)
        *place = place_at(0, size, 0);
    if (!stored || !credible)
        return H5GRAD_OK;
    if (size > room->size) {
        free(room->data);
        room->data = hg_memory_aligned(size);
        room->size = room->data ? size : 0;
    }
    if (!room->data)
        return hg_error_memory(err, size);
    hg_chunk_find(map->dataset, start, rank, map->probe, room->data, size, &mask);
    if (map->probe->size > 0)
        *place = place_at(map->probe->address, map->probe->size, mask);
    return H5GRAD_OK;
}

enum h5grad_status hg_chunk_map_locate(const struct h5_chunk_map *map, const uint64_t *start,
                                       struct h5_chunk_place *place, struct h5grad_error *err)
{
    struct room room = {NULL, 0};
    enum h5grad_status status = probe_chunk(map, start, &room, place, err);
    free(room.data);
    return status;
}

static enum h5grad_status check_cancelled(const struct h5_chunk_map *map, struct h5grad_error *err)
{
    return cancel_is_asked(map->cancelled, map->user)
               ? hg_error_set(err, H5GRAD_CANCELLED, "cancelled")
               : H5GRAD_OK;
}

static enum h5grad_status probe_window(struct h5_chunk_map *map, struct h5grad_error *err)
{
    const unsigned rank = map->storage->rank;
    enum h5grad_status status = H5GRAD_OK;
    struct room room = {NULL, 0};
    struct h5_guard guard;
    struct box points;
    uint64_t number[GRID_MAX_RANK], index = 0;
    bool more = true;
    memcpy(number, map->window.start, rank * sizeof *number);
    while (more && !status) {
        status = check_cancelled(map, err);
        if (status)
            break;
        hg_enter(&guard);
        do {
            hg_chunks_points(rank, map->storage->chunk, number, &points);
            status = probe_chunk(map, points.start, &room, &map->place[index++], err);
            more = hg_box_next(rank, &map->window, number);
        } while (more && !status && index % TURN_CHUNKS > 0);
        hg_leave(&guard);
    }
    free(room.data);
    return status;
}

#ifdef HAVE_H5DCHUNK_ITER
/* A pass over the chunks of a dataset. */
struct pass {
    struct h5_chunk_map *map;
    struct h5_chunk_place *sample; /* the first chunk visited; NULL: none yet */
    uint64_t start[GRID_MAX_RANK]; /* of the sample */
};

static int meet_chunk(const hsize_t *offset, unsigned mask, haddr_t address, hsize_t size,
                      void *user)
{
    struct pass *pass = user;
    struct h5_chunk_map *map = pass->map;
    uint64_t number[GRID_MAX_RANK];
    for (unsigned i = 0; i < map->storage->rank; i++) {
        number[i] = offset[i] / map->storage->chunk[i];
        if (number[i] - map->window.start[i] >= map->window.count[i])
            return H5_ITER_CONT;
    }
    struct h5_chunk_place *place = &map->place[hg_chunk_map_index(map, number)];
    *place = place_at(size > 0 ? address : H5_PLACE_UNKNOWN, size, mask);
    if (!pass->sample && place->address != H5_PLACE_UNKNOWN) {
        pass->sample = place;
        for (unsigned i = 0; i < map->storage->rank; i++)
            pass->start[i] = offset[i];
    }
    return H5_ITER_CONT;
}

/* Adds the user block, which libhdf5 before 1.14.4 leaves out of the addresses. False if the driver
 * sees the sample at another address still. */
static bool settle_addresses(struct pass *pass)
{
    struct h5_chunk_map *map = pass->map;
    struct h5_chunk_place seen;
    if (!pass->sample)
        return true;
    if (hg_chunk_map_locate(map, pass->start, &seen, NULL) != H5GRAD_OK ||
        seen.address == H5_PLACE_UNKNOWN || seen.address < pass->sample->address ||
        seen.size != pass->sample->size || seen.mask != pass->sample->mask)
        return false;
    const uint64_t shift = seen.address - pass->sample->address;
    const uint64_t n = hg_box_points(map->storage->rank, &map->window);
    for (uint64_t i = 0; i < n && shift > 0; i++) {
        if (map->place[i].size > 0)
            map->place[i].address += shift;
    }
    return true;
}

/* True if one pass filled the window. Chunks that the pass does not visit are not stored. */
static bool pass_window(struct h5_chunk_map *map)
{
    struct pass pass = {.map = map};
    struct h5_guard guard;
    uint64_t all = 1, n = hg_box_points(map->storage->rank, &map->window);
    for (unsigned i = 0; i < map->storage->rank; i++)
        all *= size_ceil_div(map->storage->extent[i], map->storage->chunk[i]);
    if (!map->probe || n < all / PASS_PART)
        return false;
    memset(map->place, 0, n * sizeof *map->place);
    hg_enter(&guard);
    bool done =
        H5Dchunk_iter(map->dataset, H5P_DEFAULT, meet_chunk, &pass) >= 0 && settle_addresses(&pass);
    H5Eclear2(H5E_DEFAULT);
    hg_leave(&guard);
    return done;
}
#else
static bool pass_window(struct h5_chunk_map *map)
{
    (void)map;
    return false;
}
#endif

enum h5grad_status hg_chunk_map_move(struct h5_chunk_map *map, const struct box *window,
                                     struct h5grad_error *err)
{
    const unsigned rank = map->storage->rank;
    const uint64_t n = hg_box_points(rank, window);
    hg_chunk_map_free(map);
    map->window = *window;
    hg_box_strides(rank, window->count, map->stride);
    map->place = hg_memory_zeroed(n, sizeof *map->place);
    if (!map->place)
        return hg_error_memory(err, n * sizeof *map->place);
    enum h5grad_status status = check_cancelled(map, err);
    if (!status && !pass_window(map))
        status = probe_window(map, err);
    if (status)
        hg_chunk_map_free(map);
    return status;
}
