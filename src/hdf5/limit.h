/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that a file can make libhdf5 allocate: it decodes a whole chunk to read one of its
 * points, and converts at least one point at a time, whatever their sizes in the file.
 */
#ifndef H5GRAD_HDF5_LIMIT_H
#define H5GRAD_HDF5_LIMIT_H

#include "hdf5/storage.h"

/* Returns the bytes that libhdf5 needs, besides its caches, to read a dataset whose points have
 * size bytes in the file; at most INT64_MAX. */
uint64_t hg_limit_need(const struct h5_storage *storage, uint64_t size);

/*
 * Call before H5Dread. Fails by hg_check_whole; if hg_limit_need and besides, which the caller
 * holds meanwhile, exceed the memory limit of the file's h5_access; or if a filter's parameters
 * claim more bytes than a chunk has, which libhdf5 would believe. Within hg_enter.
 */
enum h5grad_status hg_limit_check(hid_t dataset, uint64_t besides, struct h5grad_error *err);

/* Checks only the filters' parameters; size: of a point in the file. */
enum h5grad_status hg_limit_check_filters(const struct h5_storage *storage, uint64_t size,
                                          struct h5grad_error *err);

/* True if bytes are within the memory limit of the file's h5_access. Within hg_enter. */
bool hg_limit_allows(hid_t dataset, uint64_t bytes);

#endif
