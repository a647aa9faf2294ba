/* SPDX-License-Identifier: BSD-3-Clause */
/* Single chunks as they are stored, past libhdf5's filters. All within hg_enter. */
#ifndef H5GRAD_HDF5_CHUNK_H
#define H5GRAD_HDF5_CHUNK_H

#include <stdbool.h>

#include "hdf5/storage.h"
#include "libhdf5/handle.h"

/* True if chunks of a chunked dataset are known not to be stored. */
bool hg_chunk_has_gaps(hid_t dataset, const struct h5_storage *storage);

/* Finds the stored size of the chunk that begins at point start. False if the chunk is not stored,
 * with *size 0, or if libhdf5 cannot tell, with *size UINT64_MAX. */
bool hg_chunk_size(hid_t dataset, const uint64_t *start, unsigned rank, uint64_t *size);

/* Finds the address of a chunk's bytes: probe->address, where probe is the file's and size is from
 * hg_chunk_size. data: scratch space of size bytes. *mask: the filters that were skipped. False if
 * libhdf5 cannot tell, or its index gives the chunk another size: probe->size, 0 if none. */
bool hg_chunk_find(hid_t dataset, const uint64_t *start, unsigned rank, struct h5_probe *probe,
                   void *data, uint64_t size, unsigned *mask);

/* Reads the chunk's size bytes, as of hg_chunk_size, and the mask of the filters that were
 * skipped. */
enum h5grad_status hg_chunk_read(hid_t dataset, const uint64_t *start, unsigned rank, void *data,
                                 uint64_t size, unsigned *mask, struct h5grad_error *err);

/* Bytes of decoded chunks, of chunk bytes each, that libhdf5 may cache for a dataset: none if a
 * chunk is larger than the cache. */
uint64_t hg_chunk_cache(hid_t dataset, uint64_t chunk);

enum h5grad_status hg_chunk_write(hid_t dataset, const uint64_t *start, unsigned rank,
                                  const void *data, size_t size, unsigned mask,
                                  struct h5grad_error *err);

#endif
