/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Decodes single chunks. Workers look up a chunk's place in a map made beforehand, read its bytes
 * and undo the filters without libhdf5, which delivers chunks of unknown place and the fill value.
 */
#ifndef H5GRAD_READER_DECODER_H
#define H5GRAD_READER_DECODER_H

#include <stdatomic.h>

#include "hdf5/chunk_map.h"
#include "reader/reader.h"

struct decoder {
    struct reader_source source;
    unsigned rank;
    size_t size;   /* of a point */
    uint64_t raw;  /* bytes of a decoded chunk */
    int fd;        /* owned by the file */
    uint64_t held; /* size of the file */
    struct h5_chunk_map map;
    void *fill; /* fill value of a point; NULL until needed */
    atomic_bool fill_known;
};

/* True if chunks can be decoded without libhdf5; *raw is then the size of a decoded chunk. */
bool hg_decoder_takes(const struct reader_source *source, uint64_t *raw);

/* On H5GRAD_NO_MEMORY there is nothing to close. Within hg_enter. */
enum h5grad_status hg_decoder_open(struct decoder *decoder, const struct reader_source *source,
                                   uint64_t raw, struct h5grad_error *err);
void hg_decoder_close(struct decoder *decoder);

/* Compares the first row of the first chunk as decoded here with what libhdf5 reads. True if they
 * are equal, or if libhdf5 cannot read it. Within hg_enter. */
bool hg_decoder_verify(struct decoder *decoder);

/* True if the chunk of that index in the map's window is not stored. */
bool hg_decoder_is_absent(const struct decoder *decoder, uint64_t index);

/* Announces to ahead what hg_decoder_read will read of the file. */
void hg_decoder_foresee(const struct decoder *decoder, uint64_t index, const struct box *chunk,
                        const struct box *planes, struct ahead *ahead);

/* Decodes planes along the first axis of a chunk to a dense array at data. index: of the chunk in
 * the map's window; chunk: its points. Only datasets without filters allow less than all planes.
 * Takes libhdf5's lock itself. */
enum h5grad_status hg_decoder_read(struct decoder *decoder, uint64_t index, const struct box *chunk,
                                   const struct box *planes, void *data,
                                   struct codec_worker *worker, struct h5grad_error *err);

#endif
