/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters of HDF5's pipeline, undone and done outside libhdf5 and its lock. Each filter is one file
 * and one word of the list in codec/filter.h.
 *
 * Chunks come from files that are not trusted: a decoder writes at most capacity bytes whatever the
 * input says, and reads nothing beyond it. Functions are reentrant: state lives in a struct
 * codec_worker that each thread has of its own.
 */
#ifndef H5GRAD_CODEC_CODEC_H
#define H5GRAD_CODEC_CODEC_H

#include "codec/filter.h"

/* The filter of that number or name; NULL when it cannot be undone here. */
const struct codec *hg_codec_find(H5Z_filter_t id);
const struct codec *hg_codec_find_name(const char *name);

/* All of *filter for a new dataset of points of size bytes and --filter's number after "=", -1 when
 * there was none; false when level is out of range, or not taken at all. */
bool hg_codec_choose(const struct codec *codec, int level, size_t size, struct h5_filter *filter);

/* The registered name of a filter and what would provide it, also of filters that are not here, for
 * messages: "Zstandard; h5grad built with libzstd, or an HDF5 filter plugin"; "unknown" otherwise.
 * Static. */
const char *hg_codec_describe(H5Z_filter_t id);

/* Whether a filter takes any bytes and gives them back, whatever they stand for. */
bool hg_codec_is_lossless(H5Z_filter_t id);

/* The lines for --version, appended to text as by hg_memory_append: "codecs: gzip (libdeflate
 * 1.14), shuffle, ..." and "left out: szip blosc ...". */
void hg_codec_print_versions(char *text, size_t size);

/* Whether every filter of the storage, with its parameters, can be undone (or done) here. */
bool hg_codec_can_decode(const struct h5_storage *storage);
bool hg_codec_can_encode(const struct h5_storage *storage);

/* A chunk as it is stored. */
struct codec_chunk {
    const struct h5_storage *storage;
    size_t raw;       /* bytes of its points */
    const void *data; /* size bytes */
    size_t size;
    unsigned mask; /* bits of filters that were skipped; all 32: it is stored raw */
    void *scratch; /* bytes as of the two functions below, at a multiple of 64 */
};

/*
 * Undoes the pipeline into out, which holds exactly chunk->raw bytes: anything else is an error.
 * Results between two filters may be larger than raw (checksums, headers) by raw / 8 + 4096 bytes.
 * data, out and scratch do not overlap, but data may be out where hg_codec_between is not 0 or all
 * filters are checksums or were skipped.
 */
enum h5grad_status hg_codec_decode_chunk(struct codec_worker *worker,
                                         const struct codec_chunk *chunk, void *out,
                                         struct h5grad_error *err);

/*
 * Does the pipeline on the raw bytes of in: sets data, which is in or lies in scratch, size, and in
 * mask the bits of optional filters that were skipped because they would have made it larger. A
 * mandatory filter whose result is larger by more than raw / 8 + 4096 bytes is an error.
 */
enum h5grad_status hg_codec_encode_chunk(struct codec_worker *worker, struct codec_chunk *chunk,
                                         const void *in, struct h5grad_error *err);

/* Bytes of scratch to decode or encode chunks of raw bytes: 0 when none is needed, SIZE_MAX on
 * overflow. */
size_t hg_codec_decode_scratch(const struct h5_storage *storage, size_t raw);
size_t hg_codec_scratch(const struct h5_storage *storage, size_t raw);

/* How many intermediate results decoding a chunk has: they go to scratch. */
unsigned hg_codec_between(const struct h5_storage *storage, unsigned mask);

/* The most bytes that a stored chunk of raw bytes has, except for strange ones; SIZE_MAX on
 * overflow. */
size_t hg_codec_stored_most(size_t raw);

/* The most bytes that hg_codec_encode_chunk keeps in a worker for chunks of raw bytes, besides
 * scratch and other buffers. */
uint64_t hg_codec_encoder_memory(const struct h5_storage *storage, uint64_t raw);

#endif
