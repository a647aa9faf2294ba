/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "codec/codec.h"
#include "hdf5/create.h"
#include "output/layout.h"

#define CHUNK_BYTES   (UINT64_C(1) << 20)  /* of a chosen chunk, at most */
#define ROW_BYTES     UINT64_C(4096)       /* of a chosen chunk along the fastest axis, at least */
#define COMPACT_BYTES (UINT64_C(60) << 10) /* object headers hold 64 KiB, with all else in them */

/* --layout */

static enum h5grad_status parse_layout(const char *text, struct layout_request *request,
                                       struct h5grad_error *err)
{
    if (!text || strcmp(text, "same") == 0)
        request->layout = LAYOUT_SAME;
    else if (strcmp(text, "contiguous") == 0)
        request->layout = LAYOUT_CONTIGUOUS;
    else if (hg_parse_shape(text, GRID_MAX_RANK, &request->chunk_rank, request->chunk))
        request->layout = LAYOUT_CHUNK;
    else
        return hg_error_set(err, H5GRAD_USAGE,
                            "--layout=%s: give same, contiguous or a chunk shape like 64x64x64",
                            text);
    return H5GRAD_OK;
}

/* --filter */

/* Parses one filter, "name" or "name=level", of length characters at text. */
static enum h5grad_status parse_filter(const char *text, size_t length,
                                       struct layout_request *request, struct h5grad_error *err)
{
    char name[64];
    if (length == 0 || length >= sizeof name)
        return hg_error_set(err, H5GRAD_USAGE, "give names joined by +, like shuffle+gzip=4");
    memcpy(name, text, length);
    name[length] = '\0';
    int level = -1;
    char *equals = strchr(name, '=');
    if (equals) {
        uint64_t number;
        if (!hg_parse_u64(equals + 1, &number) || number > INT_MAX)
            return hg_error_set(err, H5GRAD_USAGE, "\"%s\" is not a level", equals + 1);
        level = (int)number;
        *equals = '\0';
    }
    if (strcmp(name, "auto") == 0 || strcmp(name, "same") == 0 || strcmp(name, "none") == 0)
        return hg_error_set(err, H5GRAD_USAGE, "%s stands alone", name);
    const struct codec *codec = hg_codec_find_name(name);
    if (!codec)
        return hg_error_set(err, H5GRAD_USAGE,
                            "there is no filter \"%s\" here; --version lists them", name);
    if (codec->choice == CODEC_NOT_CHOSEN)
        return hg_error_set(err, H5GRAD_USAGE, "%s can be read, not chosen", name);
    struct h5_filter filter;
    if (!hg_codec_choose(codec, level, sizeof(double), &filter))
        return level < 0 ? hg_error_set(err, H5GRAD_USAGE, "%s needs a level", name)
                         : hg_error_set(err, H5GRAD_USAGE, "%s takes no level %d", name, level);
    for (unsigned i = 0; i < request->n_filters; i++) {
        if (request->filter[i] == codec->id)
            return hg_error_set(err, H5GRAD_USAGE, "%s is named twice", name);
    }
    if (request->n_filters == H5_MAX_FILTERS)
        return hg_error_set(err, H5GRAD_USAGE, "more than %d filters", H5_MAX_FILTERS);
    request->filter[request->n_filters] = codec->id;
    request->level[request->n_filters++] = level;
    return H5GRAD_OK;
}

static enum h5grad_status parse_filters(const char *text, struct layout_request *request,
                                        struct h5grad_error *err)
{
    request->auto_levels = !text || strcmp(text, "auto") == 0;
    request->same_filters = request->auto_levels || strcmp(text, "same") == 0;
    if (request->same_filters || strcmp(text, "none") == 0)
        return H5GRAD_OK;
    for (const char *next = text; next;) {
        size_t length = strcspn(next, "+");
        enum h5grad_status status = parse_filter(next, length, request, err);
        if (status != H5GRAD_OK)
            return hg_error_context(err, status, "--filter=%s", text);
        next = next[length] == '+' ? next + length + 1 : NULL;
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_layout_parse(const char *layout, const char *filter,
                                   struct layout_request *request, struct h5grad_error *err)
{
    memset(request, 0, sizeof *request);
    enum h5grad_status status = parse_layout(layout, request, err);
    if (status == H5GRAD_OK)
        status = parse_filters(filter, request, err);
    if (status == H5GRAD_OK && request->layout == LAYOUT_CONTIGUOUS && request->n_filters > 0)
        status = hg_error_set(err, H5GRAD_USAGE, "--layout=contiguous: --filter=%s needs chunks",
                              filter);
    return status;
}

/* Filters of a result. */

bool hg_layout_library_encodes(H5Z_filter_t id)
{
    return hg_storage_library_can(id, H5Z_FILTER_CONFIG_ENCODE_ENABLED);
}

static bool codec_encodes(const struct h5_filter *filter)
{
    struct h5_storage one = {.layout = H5_CHUNKED, .n_filters = 1, .filter = {*filter}};
    return hg_codec_can_encode(&one);
}

/* Copies the name, with which the description begins. */
static void name_left_out(const struct h5_filter *filter, char *out, size_t size)
{
    const char *text = hg_codec_describe(filter->id);
    hg_memory_append(out, size, "%sfilter %d (%.*s)", *out ? ", " : "", filter->id,
                     (int)strcspn(text, ";"), text);
}

/* libhdf5 accepts szip only for chunks of at least one block. */
static bool fits_chunk(const struct h5_filter *filter, const struct h5_storage *result)
{
    uint64_t points;
    return filter->id != H5Z_FILTER_SZIP || filter->n_cd < 2 ||
           (size_product(result->rank, result->chunk, 1, &points) && points >= filter->cd[1]);
}

/* Lowers a level that takes much time. Those of zstd may be negative. */
static void lower_level(struct h5_filter *filter)
{
    const struct codec *codec = hg_codec_find(filter->id);
    if (codec && codec->most_auto > 0 && filter->n_cd > 0 && (int)filter->cd[0] > codec->most_auto)
        filter->cd[0] = (unsigned)codec->most_auto;
}

/* A result of size bytes per point. */
static void inherit_filters(const struct h5_storage *source, size_t size, bool auto_levels,
                            struct h5_storage *result, char *left_out, size_t left_out_size)
{
    struct h5_filter filter[H5_MAX_FILTERS];
    bool by_library = true; /* libhdf5 can encode all filters that libhdf5 or codec can */
    for (unsigned i = 0; i < source->n_filters; i++) {
        filter[i] = source->filter[i];
        if (auto_levels)
            lower_level(&filter[i]);
        if (filter[i].id == H5Z_FILTER_SHUFFLE) {
            filter[i].n_cd = 1;
            filter[i].cd[0] = (unsigned)size;
        }
        if (hg_codec_is_lossless(filter[i].id) && !hg_layout_library_encodes(filter[i].id) &&
            codec_encodes(&filter[i]))
            by_library = false;
    }
    for (unsigned i = 0; i < source->n_filters; i++) {
        bool encodes =
            by_library ? hg_layout_library_encodes(filter[i].id) : codec_encodes(&filter[i]);
        if (encodes && hg_codec_is_lossless(filter[i].id) && fits_chunk(&filter[i], result))
            result->filter[result->n_filters++] = filter[i];
        else
            name_left_out(&filter[i], left_out, left_out_size);
    }
}

static enum h5grad_status make_filters(const struct layout_request *request, size_t size,
                                       struct h5_storage *result, struct h5grad_error *err)
{
    bool by_library = true;
    bool by_codecs = true;
    for (unsigned i = 0; i < request->n_filters; i++) {
        const struct codec *codec = hg_codec_find(request->filter[i]);
        struct h5_filter *filter = &result->filter[i];
        if (!hg_codec_choose(codec, request->level[i], size, filter))
            return hg_error_set(err, H5GRAD_FAILED,
                                "--filter: %s does not take points of %zu bytes", codec->name,
                                size);
        bool library = hg_layout_library_encodes(codec->id);
        bool codecs = codec_encodes(filter);
        if (!library && !codecs)
            return hg_error_set(err, H5GRAD_FAILED, "--filter: %s can be read here, not written",
                                codec->name);
        by_library = by_library && library;
        by_codecs = by_codecs && codecs;
    }
    if (!by_library && !by_codecs)
        return hg_error_set(err, H5GRAD_FAILED, "--filter: these cannot be written together here");
    result->n_filters = request->n_filters;
    return H5GRAD_OK;
}

/* Chunks of a result. */

/* Clips chunks to the extents; an axis of extent 0 leaves room to grow. */
static void clip_chunk(struct h5_storage *result)
{
    for (unsigned i = 0; i < result->rank; i++) {
        uint64_t limit = result->extent[i] > 0 ? result->extent[i] : result->max_extent[i];
        result->chunk[i] = size_max(1, size_min(result->chunk[i], limit));
    }
}

/* False if libhdf5 would refuse the chunk: before 2.0, at 4 GiB. The points of a result may be
 * larger than the source's. */
static bool chunk_fits(const struct h5_storage *result, size_t size)
{
    uint64_t bytes;
    return size_product(result->rank, result->chunk, size, &bytes) && bytes <= UINT32_MAX;
}

static void shrink_chunk(struct h5_storage *result, size_t size)
{
    unsigned axis = 0;
    while (axis < result->rank && !chunk_fits(result, size)) {
        if (result->chunk[axis] > 1)
            result->chunk[axis] = size_ceil_div(result->chunk[axis], 2);
        else
            axis++;
    }
}

/* Halves the longest extent, the slowest of equals, until the chunk is small enough. */
static void choose_chunk(struct h5_storage *result, size_t size)
{
    unsigned last = result->rank - 1;
    uint64_t halvings[GRID_MAX_RANK] = {0};
    for (unsigned i = 0; i < result->rank; i++)
        result->chunk[i] = size_max(1, result->extent[i]);
    for (;;) {
        uint64_t bytes;
        if (size_product(result->rank, result->chunk, size, &bytes) && bytes <= CHUNK_BYTES)
            return;
        unsigned longest = GRID_MAX_RANK;
        for (unsigned i = 0; i < result->rank; i++) {
            uint64_t half = size_ceil_div(result->chunk[i], 2);
            if (result->chunk[i] == 1 || (i == last && half < size_ceil_div(ROW_BYTES, size)))
                continue;
            if (longest == GRID_MAX_RANK || result->chunk[i] > result->chunk[longest])
                longest = i;
        }
        if (longest == GRID_MAX_RANK)
            return;
        halvings[longest]++;
        result->chunk[longest] =
            size_ceil_div(result->extent[longest], UINT64_C(1) << halvings[longest]);
    }
}

static enum h5grad_status request_chunk(const struct layout_request *request, size_t size,
                                        struct h5_storage *result, struct h5grad_error *err)
{
    char text[256];
    hg_parse_print_shape(request->chunk_rank, request->chunk, text, sizeof text);
    if (request->chunk_rank != result->rank)
        return hg_error_set(err, H5GRAD_FAILED, "--layout=%s: the dataset has rank %u", text,
                            result->rank);
    memcpy(result->chunk, request->chunk, sizeof result->chunk);
    clip_chunk(result);
    if (!chunk_fits(result, size))
        return hg_error_set(err, H5GRAD_FAILED, "--layout=%s: a chunk has to be smaller than 4 GiB",
                            text);
    return H5GRAD_OK;
}

/* Layout of a result. */

static enum h5grad_status choose_layout(const struct layout_request *request,
                                        const struct h5_storage *source, size_t size,
                                        struct h5_storage *result, struct h5grad_error *err)
{
    uint64_t bytes;
    if (!size_product(source->rank, source->extent, size, &bytes))
        return hg_error_set(err, H5GRAD_FAILED, "a result would have 8 EiB or more");
    result->rank = source->rank;
    memcpy(result->extent, source->extent, sizeof result->extent);
    bool chunked = source->layout == H5_CHUNKED && request->layout != LAYOUT_CONTIGUOUS;
    memcpy(result->max_extent, chunked ? source->max_extent : source->extent,
           sizeof result->max_extent);

    if (request->layout == LAYOUT_CHUNK) {
        result->layout = H5_CHUNKED;
        return request_chunk(request, size, result, err);
    }
    if (chunked) {
        result->layout = H5_CHUNKED;
        memcpy(result->chunk, source->chunk, sizeof result->chunk);
        clip_chunk(result);
        shrink_chunk(result, size);
    } else if (request->n_filters > 0) {
        result->layout = H5_CHUNKED;
        choose_chunk(result, size);
    } else if (request->layout == LAYOUT_SAME && source->layout == H5_COMPACT &&
               bytes <= COMPACT_BYTES) {
        result->layout = H5_COMPACT;
    } else {
        result->layout = H5_CONTIGUOUS;
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_layout_result(const struct layout_request *request,
                                    const struct h5_storage *source, size_t size,
                                    struct h5_storage *result, char *left_out, size_t left_out_size,
                                    struct h5grad_error *err)
{
    memset(result, 0, sizeof *result);
    if (left_out_size > 0)
        left_out[0] = '\0';
    enum h5grad_status status = choose_layout(request, source, size, result, err);
    if (status != H5GRAD_OK || result->layout != H5_CHUNKED)
        return status;
    if (!request->same_filters)
        return make_filters(request, size, result, err);
    inherit_filters(source, size, request->auto_levels, result, left_out, left_out_size);
    return H5GRAD_OK;
}

/* Creation of a result. */

/* Adds the filters. libhdf5 accepts a filter without an encoder only as an optional one; its chunks
 * come encoded. */
static bool set_filters(hid_t creation, const struct h5_storage *result)
{
    bool set = true;
    for (unsigned i = 0; i < result->n_filters && set; i++) {
        const struct h5_filter *filter = &result->filter[i];
        unsigned flags = filter->flags & (H5Z_FLAG_OPTIONAL | H5Z_FLAG_MANDATORY);
        if (!hg_layout_library_encodes(filter->id))
            flags |= H5Z_FLAG_OPTIONAL;
        set = H5Pset_filter(creation, filter->id, flags, filter->n_cd, filter->cd) >= 0;
    }
    return set;
}

static bool set_chunks(hid_t creation, const struct h5_storage *result)
{
    hsize_t chunk[GRID_MAX_RANK];
    for (unsigned i = 0; i < result->rank; i++)
        chunk[i] = result->chunk[i];
    return H5Pset_chunk(creation, (int)result->rank, chunk) >= 0 && set_filters(creation, result);
}

static bool set_layout(hid_t creation, const struct h5_storage *result)
{
    switch (result->layout) {
    case H5_CHUNKED:
        return set_chunks(creation, result);
    case H5_COMPACT:
        return H5Pset_layout(creation, H5D_COMPACT) >= 0;
    default:
        return H5Pset_layout(creation, H5D_CONTIGUOUS) >= 0 &&
               H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0;
    }
}

hid_t hg_layout_creation(const struct h5_storage *result, struct h5grad_error *err)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5D_fill_time_t when = result->sparse ? H5D_FILL_TIME_IFSET : H5D_FILL_TIME_NEVER;
    if (creation >= 0 && set_layout(creation, result) && H5Pset_fill_time(creation, when) >= 0 &&
        hg_create_prepare(creation))
        return creation;
    hg_hdf5_error(err, "choosing the storage of a result");
    hg_close(creation);
    return -1;
}
