/* SPDX-License-Identifier: BSD-3-Clause */
/* Finished chunks, handed to libhdf5 one after the other. */
#ifndef H5GRAD_WRITER_PUT_H
#define H5GRAD_WRITER_PUT_H

#include "codec/codec.h"
#include "libhdf5/handle.h"
#include "output/journal.h"

/* Where chunks go. */
struct put {
    hid_t dataset;
    unsigned rank;
    struct journal *journal; /* told of each chunk; NULL: nobody is */
    struct h5_probe *probe;  /* of the file; not NULL where there is a journal */
};

/* The encoded chunk that begins at start. Takes libhdf5's lock itself, as the other does. */
enum h5grad_status hg_put_chunk(const struct put *put, const uint64_t *start,
                                const struct codec_chunk *chunk, struct h5grad_error *err);

/* The same for the next chunk of the journal, which is in the file: libhdf5 is told where it lies.
 * H5GRAD_FAILED when libhdf5 would put it elsewhere. */
enum h5grad_status hg_put_replay(const struct put *put, const uint64_t *start,
                                 struct h5grad_error *err);

#endif
