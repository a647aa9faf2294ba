/* SPDX-License-Identifier: BSD-3-Clause */
/* Contiguous datasets, to be read and written past libhdf5. */
#ifndef H5GRAD_HDF5_CONTIGUOUS_H
#define H5GRAD_HDF5_CONTIGUOUS_H

#include <stdbool.h>

#include "hdf5/storage.h"

struct h5_contiguous {
    int fd;          /* the file's own: not to be closed */
    uint64_t offset; /* of the first point */
    uint64_t bytes;  /* of all points */
    size_t size;     /* of a point */
};

/*
 * Whether the points of a dataset, of size bytes each, lie one after the other in its file:
 * contiguous, no external files, allocated to their full size, in a file with a POSIX descriptor.
 * With within, as for reading, the file must also hold them already, and nobody in this process may
 * write it. Within hg_enter.
 */
bool hg_contiguous_find(hid_t dataset, const struct h5_storage *storage, size_t size, bool within,
                        struct h5_contiguous *place);

/*
 * *same: whether libhdf5 reads the same bytes at both ends, as datatype memory. H5GRAD_FAILED when
 * it cannot read them. The dataset must not be read again then: libhdf5 takes its buffer of small
 * reads for filled although that failed. Within hg_enter.
 */
enum h5grad_status hg_contiguous_verify(hid_t dataset, hid_t memory,
                                        const struct h5_storage *storage,
                                        const struct h5_contiguous *place, bool *same,
                                        struct h5grad_error *err);

#endif
