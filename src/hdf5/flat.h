/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets whose points lie in the file one after the other, to be read and written past libhdf5.
 */
#ifndef H5GRAD_HDF5_FLAT_H
#define H5GRAD_HDF5_FLAT_H

#include <stdbool.h>

#include "hdf5/storage.h"

struct h5_flat {
    int fd;          /* the file's own: not to be closed */
    uint64_t offset; /* of the first point */
    uint64_t bytes;  /* of all points */
    size_t size;     /* of a point */
};

/*
 * Whether the points of a dataset of size bytes each lie so: contiguous without external files,
 * allocated, in a file opened with the POSIX driver, as large as its points. within: also within
 * what the file holds now, as for reading, and nobody in this process writes it. Within h5_enter.
 */
bool hg_flat_find(hid_t dataset, const struct h5_storage *storage, size_t size, bool within,
                  struct h5_flat *flat);

/*
 * Whether libhdf5 reads the same bytes there, at both ends: the first and the last points, of
 * datatype memory. H5GRAD_FAILED when it cannot read them; the dataset is not to be tried again
 * then: what libhdf5 failed to bring into its buffer of small reads it takes to be there the next
 * time. Within h5_enter.
 */
enum h5grad_status hg_flat_prove(hid_t dataset, hid_t memory, const struct h5_storage *storage,
                                 const struct h5_flat *flat, bool *proven,
                                 struct h5grad_error *err);

#endif
