/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that a file can make libhdf5 allocate: to read a point of a filtered chunk it decodes
 * the whole chunk, and to convert points it holds at least one, whatever sizes the file gives them.
 */
#ifndef H5GRAD_HDF5_LIMIT_H
#define H5GRAD_HDF5_LIMIT_H

#include "hdf5/storage.h"

/* Bytes that libhdf5 takes to read from a dataset whose points have size bytes in the file, besides
 * its caches; at most INT64_MAX. */
uint64_t hg_limit_need(const struct h5_storage *storage, uint64_t size);

/*
 * To be called before H5Dread. H5GRAD_FAILED by hg_check_whole; when hg_limit_need and besides,
 * which the caller holds meanwhile, exceed the memory of the file's h5_access; and when a filter's
 * parameters claim more bytes than a chunk has, which libhdf5 would believe. Within hg_enter.
 */
enum h5grad_status hg_limit_check(hid_t dataset, uint64_t besides, struct h5grad_error *err);

/* Only the check of the parameters; size is that of a point in the file. */
enum h5grad_status hg_limit_check_filters(const struct h5_storage *storage, uint64_t size,
                                          struct h5grad_error *err);

/* Whether so many bytes are within the memory of the file's h5_access. Within hg_enter. */
bool hg_limit_allows(hid_t dataset, uint64_t bytes);

#endif
