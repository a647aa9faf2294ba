/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the bytes of a dataset's chunks lie in its file. One thread finds it out for a window of
 * chunks, with libhdf5; any number of threads then look it up without.
 */
#ifndef H5GRAD_HDF5_CHUNK_MAP_H
#define H5GRAD_HDF5_CHUNK_MAP_H

#include "hdf5/storage.h"
#include "libhdf5/handle.h"

/* The address of a chunk that libhdf5 must be asked for: its place is not known, or its index is
 * damaged. */
#define H5_PLACE_UNKNOWN UINT64_MAX

struct h5_chunk_place {
    uint64_t address; /* in the file, its user block included */
    uint32_t size;    /* stored bytes; 0 at a known address: the chunk is not stored */
    uint32_t mask;    /* bit k: filter k was skipped */
};

struct h5_chunk_map {
    hid_t dataset;
    const struct h5_storage *storage;
    uint64_t raw;           /* bytes of a decoded chunk */
    struct h5_probe *probe; /* of the file's driver; NULL: all places are unknown */
    struct box window;      /* numbers of the chunks whose places are known */
    uint64_t stride[GRID_MAX_RANK];
    struct h5_chunk_place *place; /* of the chunks of the window, in C order */
};

/* Starts without a window. dataset and storage stay the caller's. Within hg_enter. */
void hg_chunk_map_init(struct h5_chunk_map *map, hid_t dataset, const struct h5_storage *storage,
                       uint64_t raw);

/* Finds the places of the chunks of another window, which take sizeof(struct h5_chunk_place) each.
 * Takes libhdf5's lock itself, for a moment at a time where it can. On failure there is no window.
 */
enum h5grad_status hg_chunk_map_move(struct h5_chunk_map *map, const struct box *window,
                                     struct h5grad_error *err);

/* Finds the place of one chunk, which begins at point start, whatever the window is. Within
 * hg_enter. */
enum h5grad_status hg_chunk_map_locate(const struct h5_chunk_map *map, const uint64_t *start,
                                       struct h5_chunk_place *place, struct h5grad_error *err);

void hg_chunk_map_free(struct h5_chunk_map *map);

/* The index in map->place of a chunk of the window. */
uint64_t hg_chunk_map_index(const struct h5_chunk_map *map, const uint64_t *number);

/* Whether a chunk of raw bytes can be stored in so many: no filter makes one much larger. */
static inline bool h5_chunk_is_credible(uint64_t size, uint64_t raw)
{
    return size <= 2 * raw + 65536;
}

#endif
