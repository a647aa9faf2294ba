/* SPDX-License-Identifier: BSD-3-Clause */
/* Single chunks as they are stored, past libhdf5's filters. All within h5_enter. */
#ifndef H5GRAD_HDF5_CHUNK_H
#define H5GRAD_HDF5_CHUNK_H

#include <stdbool.h>

#include "libhdf5/handle.h"

/* The stored bytes of the chunk that begins at point start, of rank coordinates. False where it is
 * not stored, with *size 0, or libhdf5 cannot tell whether it is, with *size UINT64_MAX. */
bool hg_chunk_size(hid_t dataset, const uint64_t *start, unsigned rank, uint64_t *size);

/* Where in the file the chunk's size bytes are, as hg_chunk_size told them: at probe->address;
 * probe is that of the file. data holds size bytes, which are unspecified afterwards. The mask is
 * that of the filters that were skipped. False when libhdf5 cannot tell, or its index gives the
 * chunk another size; probe->size is what it gives then, 0: nothing. */
bool hg_chunk_find(hid_t dataset, const uint64_t *start, unsigned rank, struct h5_probe *probe,
                   void *data, uint64_t size, unsigned *mask);

/* Reads the chunk's size bytes, as hg_chunk_size told them, and the mask of the filters that were
 * skipped. */
enum h5grad_status hg_chunk_read(hid_t dataset, const uint64_t *start, unsigned rank, void *data,
                                 uint64_t size, unsigned *mask, struct h5grad_error *err);

/* Bytes that libhdf5 may keep of the decoded chunks of a dataset, of chunk bytes each: none where
 * they are larger than its cache. */
uint64_t hg_chunk_cache(hid_t dataset, uint64_t chunk);

enum h5grad_status hg_chunk_write(hid_t dataset, const uint64_t *start, unsigned rank,
                                  const void *data, size_t size, unsigned mask,
                                  struct h5grad_error *err);

#endif
