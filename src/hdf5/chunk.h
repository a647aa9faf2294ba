/* SPDX-License-Identifier: BSD-3-Clause */
/* Single chunks as they are stored, past libhdf5's filters. All within h5_enter. */
#ifndef H5GRAD_HDF5_CHUNK_H
#define H5GRAD_HDF5_CHUNK_H

#include <stdbool.h>

#include "hdf5/h5.h"

/* The stored bytes of the chunk that starts at point start (rank of them); false when there is no
 * such chunk, or it cannot be found. */
bool h5_chunk_size(hid_t dataset, const uint64_t *start, unsigned rank, uint64_t *size);

/* Reads the chunk's size bytes, as h5_chunk_size told them, and the mask of the filters that were
 * skipped. */
enum h5grad_status h5_chunk_read(hid_t dataset, const uint64_t *start, unsigned rank, void *data,
                                 uint64_t size, unsigned *mask, struct h5grad_error *err);

enum h5grad_status h5_chunk_write(hid_t dataset, const uint64_t *start, unsigned rank,
                                  const void *data, size_t size, unsigned mask,
                                  struct h5grad_error *err);

#endif
