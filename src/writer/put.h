/* SPDX-License-Identifier: BSD-3-Clause */
/* Hands finished chunks to libhdf5 one at a time. */
#ifndef H5GRAD_WRITER_PUT_H
#define H5GRAD_WRITER_PUT_H

#include "codec/codec.h"
#include "libhdf5/handle.h"
#include "output/journal.h"
#include "writer/lease.h"

/* Destination of chunks. */
struct put {
    hid_t dataset;
    unsigned rank;
    struct journal *journal; /* records each chunk; NULL: no journal */
    struct h5_probe *probe;  /* of the file; not NULL if there is a journal */
};

/* Writes the encoded chunk that begins at start; one of size 0 is not stored. Takes libhdf5's lock
 * itself, as does the next. */
enum h5grad_status hg_put_chunk(const struct put *put, const uint64_t *start,
                                const struct codec_chunk *chunk, struct h5grad_error *err);

/* Makes libhdf5 allocate the journal's next chunk, whose bytes are in the file already.
 * H5GRAD_FAILED if libhdf5 places it elsewhere. */
enum h5grad_status hg_put_replay(const struct put *put, const uint64_t *start,
                                 struct h5grad_error *err);

/* Makes libhdf5 note that a chunk lies at its address in a lease. data: at least the chunk's bytes,
 * which are not read. H5GRAD_FAILED if libhdf5 places it elsewhere. Within hg_enter. */
enum h5grad_status hg_put_told(const struct put *put, const struct h5_storage *storage,
                               const struct lease_chunk *chunk, const void *data,
                               struct h5grad_error *err);

#endif
