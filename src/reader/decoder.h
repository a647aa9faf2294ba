/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The points of single chunks: where a chunk's bytes lie is looked up in a map, made ahead; workers
 * read them and undo the filters without libhdf5. It brings what has no known place, and the fill
 * value.
 */
#ifndef H5GRAD_READER_DECODER_H
#define H5GRAD_READER_DECODER_H

#include <stdatomic.h>

#include "hdf5/chunk_map.h"
#include "reader/reader.h"

struct decoder {
    struct reader_source source;
    unsigned rank;
    size_t size;   /* bytes of a point */
    uint64_t raw;  /* bytes of a decoded chunk */
    int fd;        /* the file's own */
    uint64_t held; /* bytes of the file */
    struct h5_chunk_map map;
    void *fill; /* a point of chunks that are not stored, once it is known */
    atomic_bool fill_known;
};

/* Whether chunks of the dataset can be decoded past libhdf5; *raw is then what one has decoded. */
bool hg_decoder_takes(const struct reader_source *source, uint64_t *raw);

/* H5GRAD_NO_MEMORY leaves nothing to be closed. Within hg_enter. */
enum h5grad_status hg_decoder_open(struct decoder *decoder, const struct reader_source *source,
                                   uint64_t raw, struct h5grad_error *err);
void hg_decoder_close(struct decoder *decoder);

/* Whether libhdf5 reads the same as is decoded here, by the first row of the first chunk; true
 * where it cannot read it. Within hg_enter. */
bool hg_decoder_verify(struct decoder *decoder);

/* Decodes planes along the first axis of the chunk of that index in the map's window, which has the
 * points of box chunk: all, or some where there are no filters, to a dense array at data. Takes
 * libhdf5's lock itself. */
enum h5grad_status hg_decoder_read(struct decoder *decoder, uint64_t index, const struct box *chunk,
                                   const struct box *planes, void *data,
                                   struct codec_worker *worker, struct h5grad_error *err);

#endif
