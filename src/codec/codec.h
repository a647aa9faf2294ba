/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filters of HDF5's pipeline, undone and done outside libhdf5 and its lock. Each filter is one file
 * and one row of the table in codec.c; those whose library is not there at configure time have no
 * row.
 *
 * Chunks come from files that are not trusted: a decoder writes at most capacity bytes whatever the
 * input says, and reads nothing beyond it. Functions are reentrant: state lives in a struct
 * codec_worker that each thread has of its own.
 */
#ifndef H5GRAD_CODEC_CODEC_H
#define H5GRAD_CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/rows.h"
#include "codec/worker.h"

/* The row for a filter, by number or by name; NULL when there is none. */
const struct codec *hg_codec_find(H5Z_filter_t id);
const struct codec *hg_codec_find_name(const char *name);

/* The registered name of a filter and what would provide it, also of filters without a row, for
 * messages: "Zstandard; h5grad built with libzstd, or an HDF5 filter plugin"; "unknown" otherwise.
 * Static. */
const char *hg_codec_describe(H5Z_filter_t id);

/* Whether every filter of the storage, with its parameters, can be undone (or done) here. */
bool hg_codec_can_decode(const struct h5_storage *storage);
bool hg_codec_can_encode(const struct h5_storage *storage);

/*
 * Undoes the pipeline of a chunk of size bytes into out, which holds exactly raw bytes: anything
 * else is an error. Filters whose bit is set in mask were skipped; all 32 bits mean that the chunk
 * is stored raw. Results between two filters may be larger than raw (checksums, headers) by
 * raw / 8 + 4096 bytes. scratch: hg_codec_decode_scratch(storage, raw) bytes at a multiple of 64.
 * in, out and scratch do not overlap, but in may be out where hg_codec_between is not 0 or all
 * filters are checksums or were skipped.
 */
enum h5grad_status hg_codec_decode_chunk(struct codec_worker *worker,
                                         const struct h5_storage *storage, unsigned mask,
                                         const void *in, size_t size, void *out, size_t raw,
                                         void *scratch, struct h5grad_error *err);

/*
 * Does the pipeline on a chunk of raw bytes: the result is *size bytes at *out, which is in, or
 * lies in scratch (hg_codec_scratch bytes at a multiple of 64); *mask has the bits of optional
 * filters that were skipped because they would have made it larger; a mandatory filter whose result
 * is larger by more than raw / 8 + 4096 bytes is an error.
 */
enum h5grad_status hg_codec_encode_chunk(struct codec_worker *worker,
                                         const struct h5_storage *storage, const void *in,
                                         size_t raw, void *scratch, const void **out, size_t *size,
                                         unsigned *mask, struct h5grad_error *err);

/* How many results lie between a stored chunk and its points when it is decoded: they go to
 * scratch.
 */
unsigned hg_codec_between(const struct h5_storage *storage, unsigned mask);

/* Bytes of scratch to decode chunks of raw bytes: 0 when none is needed, SIZE_MAX on overflow. */
size_t hg_codec_decode_scratch(const struct h5_storage *storage, size_t raw);

/* What a chunk of raw bytes has at most when it is stored, but for strange ones. SIZE_MAX on
 * overflow.
 */
size_t hg_codec_stored_most(size_t raw);

/* Bytes of scratch to encode chunks of raw bytes, likewise. */
size_t hg_codec_scratch(const struct h5_storage *storage, size_t raw);

/* Bytes at most that hg_codec_encode_chunk keeps in a worker for chunks of raw bytes, besides
 * scratch and other buffers. */
uint64_t hg_codec_encoder_memory(const struct h5_storage *storage, uint64_t raw);

/* The line for --version: "codecs: gzip (libdeflate 1.14), shuffle, ...". Static. */
const char *hg_codec_versions(void);

/* What the build lacks: "szip (libaec), blosc, ..."; "" when that is nothing. Static. */
const char *hg_codec_left_out(void);

#endif
