/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the bytes of a dataset's chunks lie in its file. One thread fills a window of the map by
 * libhdf5; any number of threads then read it without.
 */
#ifndef H5GRAD_HDF5_CHUNK_MAP_H
#define H5GRAD_HDF5_CHUNK_MAP_H

#include "hdf5/storage.h"
#include "libhdf5/handle.h"

/* Address of a chunk that must be read by libhdf5: unknown, or the index is damaged. */
#define H5_PLACE_UNKNOWN UINT64_MAX

struct h5_chunk_place {
    uint64_t address; /* in the file, including its user block */
    uint32_t size;    /* stored bytes; 0 with a known address: the chunk is not stored */
    uint32_t mask;    /* bit k: filter k was skipped */
};

struct h5_chunk_map {
    hid_t dataset;
    const struct h5_storage *storage;
    uint64_t raw;                 /* of a decoded chunk */
    struct h5_probe *probe;       /* of the file; NULL: no address can be known */
    int (*cancelled)(void *user); /* nonzero ends a move that takes long; NULL: none is asked */
    void *user;
    struct box window; /* numbers of the chunks in the map */
    uint64_t stride[GRID_MAX_RANK];
    struct h5_chunk_place *place; /* per chunk of the window, in C order */
};

/* Starts with an empty window. dataset and storage stay the caller's. Within hg_enter. */
void hg_chunk_map_init(struct h5_chunk_map *map, hid_t dataset, const struct h5_storage *storage,
                       uint64_t raw);

/* Fills the map for another window, of sizeof(struct h5_chunk_place) per chunk. Takes libhdf5's
 * lock itself, and releases it from time to time where it can, to ask whether the run is cancelled
 * (H5GRAD_CANCELLED). On failure the window is empty. */
enum h5grad_status hg_chunk_map_move(struct h5_chunk_map *map, const struct box *window,
                                     struct h5grad_error *err);

/* Locates the chunk that begins at point start, in the window or not. Within hg_enter. */
enum h5grad_status hg_chunk_map_locate(const struct h5_chunk_map *map, const uint64_t *start,
                                       struct h5_chunk_place *place, struct h5grad_error *err);

void hg_chunk_map_free(struct h5_chunk_map *map);

/* Returns the index in map->place of a chunk of the window. */
uint64_t hg_chunk_map_index(const struct h5_chunk_map *map, const uint64_t *number);

/* False if a chunk of raw bytes cannot have that stored size: no filter makes one much larger. */
static inline bool h5_chunk_is_credible(uint64_t size, uint64_t raw)
{
    return size <= 2 * raw + 65536;
}

#endif
