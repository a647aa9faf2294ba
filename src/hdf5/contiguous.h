/* SPDX-License-Identifier: BSD-3-Clause */
/* Contiguous datasets that can be read and written without libhdf5. */
#ifndef H5GRAD_HDF5_CONTIGUOUS_H
#define H5GRAD_HDF5_CONTIGUOUS_H

#include <stdbool.h>

#include "hdf5/storage.h"

struct h5_contiguous {
    int fd;          /* owned by the file */
    uint64_t offset; /* of the first point */
    uint64_t bytes;  /* of all points */
    size_t size;     /* of a point */
};

/*
 * True if the points of a dataset, of size bytes each, are contiguous in its file: no external
 * files, allocated to their full size, in a file with a POSIX descriptor. With within, as for
 * reading, the file must also be long enough, and not open for writing in this process. Within
 * hg_enter.
 */
bool hg_contiguous_find(hid_t dataset, const struct h5_storage *storage, size_t size, bool within,
                        struct h5_contiguous *place);

/* To compare a small array takes longer than all else that is done with it, so hg_contiguous_verify
 * of the first one of a kind, a bit, tells it of all in the file: note that, and ask before the
 * next. Within hg_enter. */
bool hg_contiguous_is_proven(const struct h5_contiguous *place, hid_t dataset, unsigned kind);
void hg_contiguous_note_proven(hid_t dataset, unsigned kind);

/* Arrays of at most so many bytes are small. */
#define H5_SMALL_BYTES ((uint64_t)64 << 10)

/*
 * *same: libhdf5 reads the same bytes at both ends, as datatype memory. If it cannot read them,
 * H5GRAD_FAILED: the dataset must not be read again, because libhdf5 takes its sieve buffer for
 * filled although reading failed. Within hg_enter.
 */
enum h5grad_status hg_contiguous_verify(hid_t dataset, hid_t memory,
                                        const struct h5_storage *storage,
                                        const struct h5_contiguous *place, bool *same,
                                        struct h5grad_error *err);

#endif
