/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that a file can make libhdf5 take. To read any points of a chunk that went through
 * filters it decodes all of the chunk, and to convert points it holds one at least, whatever sizes
 * the file gives them.
 */
#ifndef H5GRAD_HDF5_LIMIT_H
#define H5GRAD_HDF5_LIMIT_H

#include "hdf5/storage.h"

/* Bytes that libhdf5 takes to read from a dataset whose points have size bytes in the file, besides
 * its caches; at most INT64_MAX. */
uint64_t hg_limit_need(const struct h5_storage *storage, uint64_t size);

/*
 * H5GRAD_FAILED where libhdf5 does not have all points, by hg_check_whole; where that and besides,
 * what the caller holds meanwhile, is more than the memory of the file's h5_access, and where a
 * filter's parameters say that a chunk is another size than it is, which libhdf5 would believe. To
 * be called ahead of H5Dread. Within h5_enter.
 */
enum h5grad_status hg_limit_check(hid_t dataset, uint64_t besides, struct h5grad_error *err);

/* The part of it about the parameters: size is that of a point in the file. */
enum h5grad_status hg_limit_check_filters(const struct h5_storage *storage, uint64_t size,
                                          struct h5grad_error *err);

/* Whether so many bytes are within the memory of the file's h5_access. Within h5_enter. */
bool hg_limit_allows(hid_t dataset, uint64_t bytes);

#endif
