/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters of HDF5's pipeline, decoded and encoded outside libhdf5 and its lock. Each filter is one
 * file and one word of the list in codec/filter.h.
 *
 * Chunks come from untrusted files: a decoder writes at most capacity bytes whatever the input
 * says, and reads nothing beyond it. Functions are reentrant: state lives in a struct codec_worker
 * per thread.
 */
#ifndef H5GRAD_CODEC_CODEC_H
#define H5GRAD_CODEC_CODEC_H

#include "codec/filter.h"

/* Finds a filter by number or name; NULL if it cannot be decoded here. */
const struct codec *hg_codec_find(H5Z_filter_t id);
const struct codec *hg_codec_find_name(const char *name);

/* Fills in *filter for a new dataset of points of size bytes. level: the number after "=" in
 * --filter, -1 if none. False if level is out of range, or the filter takes none. */
bool hg_codec_choose(const struct codec *codec, int level, size_t size, struct h5_filter *filter);

/* Returns the registered name of a filter and what would provide it, for messages: "Zstandard;
 * h5grad built with libzstd, or an HDF5 filter plugin"; "unknown" otherwise. Static. */
const char *hg_codec_describe(H5Z_filter_t id);

/* True if a filter gives back any bytes, whatever they stand for. */
bool hg_codec_is_lossless(H5Z_filter_t id);

/* Appends the lines of --version to text as hg_memory_append does: "codecs: gzip (libdeflate 1.14),
 * shuffle, ..." and "left out: szip blosc ...". */
void hg_codec_print_versions(char *text, size_t size);

/* True if every filter of the storage, with its parameters, can be decoded (encoded) here. */
bool hg_codec_can_decode(const struct h5_storage *storage);
bool hg_codec_can_encode(const struct h5_storage *storage);

/* Nanoseconds that a thread takes to undo, or to apply, the pipeline for a byte of points, roughly.
 */
double hg_codec_cost(const struct h5_storage *storage, bool encode);

/* A stored chunk. */
struct codec_chunk {
    const struct h5_storage *storage;
    size_t raw;       /* bytes of its decoded points */
    const void *data; /* size bytes */
    size_t size;
    unsigned mask; /* bit k: filter k was skipped; all 32 bits: stored raw */
    void *scratch; /* of the size below, at a multiple of 64 */
};

/*
 * Undoes the pipeline into out, to exactly chunk->raw bytes: anything else is an error.
 * Intermediate results may exceed raw (checksums, headers) by raw / 8 + 4096 bytes. data, out and
 * scratch do not overlap, but data may be out if hg_codec_between is not 0 or all filters are
 * checksums or were skipped.
 */
enum h5grad_status hg_codec_decode_chunk(struct codec_worker *worker,
                                         const struct codec_chunk *chunk, void *out,
                                         struct h5grad_error *err);

/*
 * Applies the pipeline to the raw bytes of in. Sets data, which is in or points into scratch, size,
 * and in mask the bits of optional filters that were skipped because they made the data larger. A
 * mandatory filter whose result exceeds raw by more than raw / 8 + 4096 bytes is an error.
 */
enum h5grad_status hg_codec_encode_chunk(struct codec_worker *worker, struct codec_chunk *chunk,
                                         const void *in, struct h5grad_error *err);

/* Bytes of scratch for chunks of raw bytes: 0 if none is needed, SIZE_MAX on overflow. */
size_t hg_codec_decode_scratch(const struct h5_storage *storage, size_t raw);
size_t hg_codec_scratch(const struct h5_storage *storage, size_t raw);

/* Number of intermediate results of decoding a chunk, which go to scratch. */
unsigned hg_codec_between(const struct h5_storage *storage, unsigned mask);

/* The most bytes of a stored chunk of raw bytes, except for strange ones; SIZE_MAX on overflow. */
size_t hg_codec_stored_most(size_t raw);

/* The most bytes that hg_codec_encode_chunk keeps in a worker for chunks of raw bytes, besides
 * scratch and other buffers. */
uint64_t hg_codec_encoder_memory(const struct h5_storage *storage, uint64_t raw);

#endif
