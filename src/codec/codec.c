/* SPDX-License-Identifier: BSD-3-Clause */
#include "codec/worker_state.h"

#include <stdint.h>
#include <string.h>
#if defined(HAVE_ZLIB) && !defined(HAVE_LIBDEFLATE)
    #include <zlib.h>
#endif
#ifdef HAVE_LZ4
    #include <lz4.h>
#endif
#ifdef HAVE_BLOSC
    #include <blosc.h>
#endif

#include "base/size.h"
#include "codec/codec.h"
#include "codec/codec.h"

#define ALIGNMENT   64
#define SLACK_SHARE 8
#define SLACK_BYTES 4096

static const struct codec *const table[] = {
#if defined(HAVE_LIBDEFLATE) || defined(HAVE_ZLIB)
    &hg_codec_gzip,
#endif
    &hg_codec_shuffle,    &hg_codec_fletcher32,
#ifdef HAVE_LIBAEC
    &hg_codec_szip,
#endif
    &hg_codec_lzf,
#ifdef HAVE_BLOSC
    &hg_codec_blosc,
#endif
#ifdef HAVE_LZ4
    &hg_codec_lz4,
#endif
    &hg_codec_bitshuffle,
#ifdef HAVE_ZSTD
    &hg_codec_zstd,
#endif
};

#define BUILT_WITH(library) "h5grad built with " library ", or "
#define PLUGIN              "an HDF5 filter plugin"

static const struct {
    H5Z_filter_t id;
    const char *text;
} descriptions[] = {
    {H5Z_FILTER_DEFLATE, "gzip; " BUILT_WITH("libdeflate") "an HDF5 library built with zlib"},
    {H5Z_FILTER_SHUFFLE, "shuffle; the HDF5 library"},
    {H5Z_FILTER_FLETCHER32, "fletcher32; the HDF5 library"},
    {H5Z_FILTER_SZIP, "szip; " BUILT_WITH("libaec") "an HDF5 library built with szip"},
    {H5Z_FILTER_NBIT, "nbit; the HDF5 library"},
    {H5Z_FILTER_SCALEOFFSET, "scaleoffset; the HDF5 library"},
    {305, "LZO, of PyTables; " PLUGIN},
    {307, "bzip2; " PLUGIN},
    {32000, "LZF, h5py's own; h5grad itself or " PLUGIN},
    {32001, "Blosc; " BUILT_WITH("libblosc") PLUGIN},
    {32002, "MAFISC; " PLUGIN},
    {32003, "Snappy; " PLUGIN},
    {32004, "LZ4; " BUILT_WITH("liblz4") PLUGIN},
    {32008, "bitshuffle; " BUILT_WITH("liblz4 and libzstd") PLUGIN},
    {32009, "SPDP; " PLUGIN},
    {32013, "zfp; " PLUGIN},
    {32014, "fpzip; " PLUGIN},
    {32015, "Zstandard; " BUILT_WITH("libzstd") PLUGIN},
    {32017, "SZ; " PLUGIN},
    {32018, "FCIDECOMP; " PLUGIN},
    {32019, "JPEG; " PLUGIN},
    {32020, "VBZ; " PLUGIN},
    {32022, "BitGroom; " PLUGIN},
    {32023, "Granular BitRound; " PLUGIN},
    {32024, "SZ3; " PLUGIN},
    {32025, "Delta-Rice; " PLUGIN},
    {32026, "Blosc2; " PLUGIN},
    {32028, "SPERR; " PLUGIN},
};

const struct codec *hg_codec_find(H5Z_filter_t id)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i]->id == id)
            return table[i];
    }
    return NULL;
}

const struct codec *hg_codec_find_name(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    }
    return NULL;
}

const char *hg_codec_describe(H5Z_filter_t id)
{
    for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0]; i++) {
        if (descriptions[i].id == id)
            return descriptions[i].text;
    }
    return "unknown";
}

const char *hg_codec_versions(void)
{
    return "codecs: "
#ifdef HAVE_LIBDEFLATE
           "gzip (libdeflate " LIBDEFLATE_VERSION_STRING "), "
#elif defined(HAVE_ZLIB)
           "gzip (zlib " ZLIB_VERSION "), "
#endif
           "shuffle, fletcher32"
#ifdef HAVE_LIBAEC
           ", szip (libaec)"
#endif
           ", lzf"
#ifdef HAVE_BLOSC
           ", blosc (" BLOSC_VERSION_STRING ")"
#endif
#ifdef HAVE_LZ4
           ", lz4 (" LZ4_VERSION_STRING ")"
#endif
           ", bitshuffle"
#ifdef HAVE_ZSTD
           ", zstd (" ZSTD_VERSION_STRING ")"
#endif
        ;
}

const char *hg_codec_left_out(void)
{
    return "left out:"
#ifndef HAVE_LIBAEC
           " szip"
#endif
#ifndef HAVE_BLOSC
           " blosc"
#endif
#ifndef HAVE_LZ4
           " lz4"
#endif
#ifndef HAVE_ZSTD
           " zstd"
#endif
#if defined(HAVE_LIBAEC) && defined(HAVE_BLOSC) && defined(HAVE_LZ4) && defined(HAVE_ZSTD)
           " nothing"
#endif
        ;
}

void hg_codec_begin_filter(const struct codec *codec, unsigned flags, struct h5_filter *filter)
{
    memset(filter, 0, sizeof *filter);
    filter->id = codec->id;
    filter->flags = flags;
    strncpy(filter->name, codec->name, sizeof filter->name - 1);
}

/* The row for a filter with parameters that it knows. */
static const struct codec *row_for(const struct h5_filter *filter)
{
    const struct codec *codec = hg_codec_find(filter->id);
    return codec && (!codec->accepts || codec->accepts(filter)) ? codec : NULL;
}

static bool can_decode(const struct h5_filter *filter)
{
    const struct codec *codec = row_for(filter);
    return codec && codec->decode;
}

static bool can_encode(const struct h5_filter *filter)
{
    const struct codec *codec = row_for(filter);
    return codec && codec->encode;
}

bool hg_codec_can_decode(const struct h5_storage *storage)
{
    for (unsigned i = 0; i < storage->n_filters; i++) {
        if (!can_decode(&storage->filter[i]))
            return false;
    }
    return true;
}

bool hg_codec_can_encode(const struct h5_storage *storage)
{
    for (unsigned i = 0; i < storage->n_filters; i++) {
        if (!can_encode(&storage->filter[i]))
            return false;
    }
    return true;
}

/* What an intermediate result has room for; the buffers are that far apart. */
static bool buffer_size(uint64_t raw, uint64_t *size)
{
    uint64_t slack = raw / SLACK_SHARE + SLACK_BYTES;
    if (!size_add(raw, slack, size) || !size_add(*size, ALIGNMENT - 1, size))
        return false;
    *size -= *size % ALIGNMENT;
    return true;
}

/* Bytes of the buffers that n results go to in turn. */
static size_t scratch_size(unsigned n, size_t raw)
{
    uint64_t size;
    if (!buffer_size(raw, &size) || !size_mul(size, size_min(n, 2), &size) || size > SIZE_MAX)
        return SIZE_MAX;
    return (size_t)size;
}

size_t hg_codec_stored_most(size_t raw)
{
    return scratch_size(1, raw);
}

size_t hg_codec_scratch(const struct h5_storage *storage, size_t raw)
{
    return scratch_size(storage->n_filters, raw);
}

/* The last filter to undo is the first one that was done; n_filters where none was. */
static unsigned find_last(const struct h5_storage *storage, unsigned mask)
{
    unsigned last = 0;
    while (last < storage->n_filters && (mask & 1U << last))
        last++;
    return last;
}

unsigned hg_codec_between(const struct h5_storage *storage, unsigned mask)
{
    unsigned n = 0;
    for (unsigned i = find_last(storage, mask) + 1; i < storage->n_filters; i++) {
        const struct codec *codec = row_for(&storage->filter[i]);
        n += !(mask & 1U << i) && codec && !codec->checksum;
    }
    return n;
}

size_t hg_codec_decode_scratch(const struct h5_storage *storage, size_t raw)
{
    return scratch_size(hg_codec_between(storage, 0), raw);
}

uint64_t hg_codec_encoder_memory(const struct h5_storage *storage, uint64_t raw)
{
    uint64_t bytes = 0, size = raw;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        const struct h5_filter *filter = &storage->filter[i];
        const struct codec *codec = row_for(filter);
        if (codec && codec->encode && codec->memory)
            bytes += codec->memory(filter, size);
        /* See apply: any other result that is larger is left out. */
        bool optional = filter->flags & H5Z_FLAG_OPTIONAL;
        if (codec && (codec->checksum || !optional) && !buffer_size(raw, &size))
            size = UINT64_MAX;
    }
    return bytes;
}

/* Intermediate results go to the two halves of scratch in turn. */
struct flow {
    const void *data;
    size_t size;
    unsigned char *half[2];
    size_t capacity; /* of a half */
    unsigned next;   /* the half that data do not lie in */
};

/* False when the sizes overflow. */
static bool flow_begin(struct flow *flow, const void *in, size_t size, void *scratch, size_t raw)
{
    uint64_t capacity;
    if (!buffer_size(raw, &capacity) || capacity > SIZE_MAX / 2)
        return false;
    flow->data = in;
    flow->size = size;
    flow->capacity = (size_t)capacity;
    flow->half[0] = scratch;
    flow->half[1] = scratch ? flow->half[0] + capacity : NULL;
    flow->next = 0;
    return true;
}

/* Undoes one filter, into out where that is given. */
static enum h5grad_status undo(struct codec_worker *worker, const struct h5_filter *filter,
                               struct flow *flow, void *out, size_t raw, struct h5grad_error *err)
{
    const struct codec *codec = row_for(filter);
    if (!codec || !codec->decode)
        return hg_error_set(err, H5GRAD_FAILED, "filter %d cannot be undone (%s)", (int)filter->id,
                            hg_codec_describe(filter->id));

    void *to = out;
    size_t capacity = raw, size;
    if (codec->checksum && (!out || out == flow->data)) {
        to = NULL;
        capacity = flow->size;
    } else if (!out) {
        to = flow->half[flow->next];
        capacity = flow->capacity;
    }
    enum h5grad_status status =
        codec->decode(worker, filter, flow->data, flow->size, to, capacity, &size, err);
    if (status != H5GRAD_OK)
        return hg_error_context(err, status, "%s", codec->name);
    if (to && !out)
        flow->next = 1 - flow->next;
    if (to)
        flow->data = to;
    flow->size = size;
    return H5GRAD_OK;
}

enum h5grad_status hg_codec_decode_chunk(struct codec_worker *worker,
                                         const struct h5_storage *storage, unsigned mask,
                                         const void *in, size_t size, void *out, size_t raw,
                                         void *scratch, struct h5grad_error *err)
{
    struct flow flow;
    unsigned last = find_last(storage, mask);
    if (!flow_begin(&flow, in, size, scratch, raw))
        return hg_error_memory(err, raw);

    for (unsigned i = storage->n_filters; i-- > last;) {
        if (mask & 1U << i)
            continue;
        enum h5grad_status status =
            undo(worker, &storage->filter[i], &flow, i == last ? out : NULL, raw, err);
        if (status != H5GRAD_OK)
            return status;
    }
    if (flow.size != raw)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: %zu bytes where the chunk has %zu",
                            flow.size, raw);
    if (flow.data != out)
        memcpy(out, flow.data, raw);
    return H5GRAD_OK;
}

/* Does one filter; *done is false when it is to be skipped. mine: data lie in scratch. */
static enum h5grad_status apply(struct codec_worker *worker, const struct h5_filter *filter,
                                struct flow *flow, bool mine, bool *done, struct h5grad_error *err)
{
    const struct codec *codec = row_for(filter);
    if (!codec || !codec->encode)
        return hg_error_set(err, H5GRAD_FAILED, "filter %d cannot be done (%s)", (int)filter->id,
                            hg_codec_describe(filter->id));

    bool optional = filter->flags & H5Z_FLAG_OPTIONAL;
    unsigned half = codec->checksum && mine ? 1 - flow->next : flow->next;
    size_t size;
    enum h5grad_status status = codec->encode(worker, filter, flow->data, flow->size,
                                              flow->half[half], flow->capacity, &size, err);
    if (status != H5GRAD_OK)
        return hg_error_context(err, status, "%s", codec->name);
    *done = size > 0 && !(optional && !codec->checksum && size > flow->size);
    if (!*done && !optional)
        return hg_error_set(err, H5GRAD_FAILED, "%s: the result is larger than a chunk may get",
                            codec->name);
    if (*done) {
        flow->data = flow->half[half];
        flow->size = size;
        flow->next = 1 - half;
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_codec_encode_chunk(struct codec_worker *worker,
                                         const struct h5_storage *storage, const void *in,
                                         size_t raw, void *scratch, const void **out, size_t *size,
                                         unsigned *mask, struct h5grad_error *err)
{
    struct flow flow;
    if (!flow_begin(&flow, in, raw, scratch, raw))
        return hg_error_memory(err, raw);
    *mask = 0;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        bool done = false;
        enum h5grad_status status =
            apply(worker, &storage->filter[i], &flow, flow.data != in, &done, err);
        if (status != H5GRAD_OK)
            return status;
        if (!done)
            *mask |= 1U << i;
    }
    *out = flow.data;
    *size = flow.size;
    return H5GRAD_OK;
}
