/* SPDX-License-Identifier: BSD-3-Clause */
/* The interface of a filter, and what each thread keeps for all of them. */
#ifndef H5GRAD_CODEC_FILTER_H
#define H5GRAD_CODEC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "hdf5/storage.h"

/* Buffers of a worker: three for its user's chunks, two for filters within one call. */
enum codec_space {
    CODEC_STORED,
    CODEC_SCRATCH,
    CODEC_PARCEL,
    CODEC_OWN_FIRST,
    CODEC_OWN_SECOND,
    CODEC_SPACES
};

#define WORKER_LEVELS 10 /* of deflate: 0 to 9 */

/* State of a thread between chunks: buffers, and the filter libraries' state, made on first use. */
struct codec_worker {
    struct libdeflate_decompressor *inflater;
    struct libdeflate_compressor *deflater[WORKER_LEVELS];
    struct ZSTD_DCtx_s *zstd_reader;
    struct ZSTD_CCtx_s *zstd_writer;
    void *space[CODEC_SPACES];
    uint64_t space_bytes[CODEC_SPACES];
};

struct codec_worker *hg_codec_worker_new(void);
void hg_codec_worker_free(struct codec_worker *worker); /* NULL allowed */

/* Returns one of the worker's buffers: at least bytes (0 allowed) at a multiple of 64. Its contents
 * last until a call asks for more. NULL if allocation fails. */
void *hg_codec_worker_space(struct codec_worker *worker, enum codec_space space, uint64_t bytes);

/* Frees the buffers when something else needs the memory. */
void hg_codec_worker_release(struct codec_worker *worker);

/* A call of one filter: size bytes of in become at most capacity bytes of out, and out_size tells
 * how many. in and out do not overlap. */
struct codec_call {
    struct codec_worker *worker;
    const struct h5_filter *filter;
    const void *in;
    size_t size;
    void *out;
    size_t capacity;
    size_t out_size;
    struct h5grad_error *err;
};

/* A lossless filter. decode is NULL if the build lacks its library. */
struct codec {
    H5Z_filter_t id;
    const char *name;     /* as in --filter: "gzip", "shuffle", "zstd", ... */
    const char *version;  /* for --version: "libdeflate 1.14"; NULL: no library */
    const char *provider; /* see hg_codec_describe */

    /* The filter appends a checksum to the data: encode works in place too (out == in), decode with
     * out == NULL only checks, and growth is no reason to skip the filter. */
    bool checksum;

    /* How --filter sets up a new dataset: meaning of the first parameter, HDF5's flags, and the
     * levels, from 1 on. */
    enum { CODEC_NOT_CHOSEN, CODEC_PLAIN, CODEC_LEVEL, CODEC_POINT_SIZE } choice;
    unsigned flags;
    int most_level, default_level;
    int most_auto; /* results get no higher level from their source, unless by request; 0: any */

    /* Nanoseconds per byte of decoded data, roughly: what is left of a run is reckoned with it. Of
     * encoding by the default level; the square of a higher level. */
    float decode_cost, encode_cost;

    /* True if decode and encode support these parameters; call it first. NULL: any. */
    bool (*accepts)(const struct h5_filter *filter);

    /* Undoes the filter. On error the message says what is wrong with the data, and out is
     * unspecified. */
    enum h5grad_status (*decode)(struct codec_call *call);

    /* Applies the filter; out_size = 0 if the result exceeds capacity: the chunk is then stored
     * without the filter if that is optional. NULL: no encoder. */
    enum h5grad_status (*encode)(struct codec_call *call);

    /* The most bytes that encode keeps in the worker after chunks of at most size bytes. NULL:
     * hardly any. */
    uint64_t (*memory)(const struct h5_filter *filter, uint64_t size);
};

/* All filters, in the order of --version; each is hg_codec_NAME of a file of its own. */
#define CODEC_LIST(X)                                                                              \
    X(gzip)                                                                                        \
    X(shuffle) X(fletcher32) X(szip) X(lzf) X(blosc) X(lz4) X(bitshuffle) X(zstd)

#define CODEC_DECLARE(name) extern const struct codec hg_codec_##name;
CODEC_LIST(CODEC_DECLARE)
#undef CODEC_DECLARE

/* Suffixes of struct codec.provider. */
#define CODEC_PLUGIN         "an HDF5 filter plugin"
#define CODEC_BUILT(library) "h5grad built with " library ", or "

#define CODEC_TOO_LARGE "more data than the chunk holds"
#define CODEC_TOO_SHORT "shorter than its header"
#define CODEC_CUT       "damaged data: it ends early"

/* Decode a block of LZ4, a frame of zstd; also within bitshuffle. The first is false for a block
 * that does not have exactly size bytes, or is damaged. */
bool hg_codec_unlz4(const void *in, size_t packed, void *out, size_t size);
enum h5grad_status hg_codec_unzstd(struct codec_call *call);

#endif
