/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"

#define ALIGNMENT   64
#define SLACK_SHARE 8
#define SLACK_BYTES 4096

static const struct codec *const table[] = {
#define CODEC_ROW(name) &hg_codec_##name,
    CODEC_LIST(CODEC_ROW)
#undef CODEC_ROW
};

#define CODECS (sizeof table / sizeof table[0])

/* Registered filters without a row. */
static const struct other {
    H5Z_filter_t id;
    const char *provider;
    bool lossless;
} others[] = {
    {H5Z_FILTER_NBIT, "nbit; the HDF5 library", false},
    {H5Z_FILTER_SCALEOFFSET, "scaleoffset; the HDF5 library", false},
    {305, "LZO, of PyTables; " CODEC_PLUGIN, true},
    {307, "bzip2; " CODEC_PLUGIN, true},
    {32002, "MAFISC; " CODEC_PLUGIN, false},
    {32003, "Snappy; " CODEC_PLUGIN, true},
    {32009, "SPDP; " CODEC_PLUGIN, false},
    {32013, "zfp; " CODEC_PLUGIN, false},
    {32014, "fpzip; " CODEC_PLUGIN, false},
    {32017, "SZ; " CODEC_PLUGIN, false},
    {32018, "FCIDECOMP; " CODEC_PLUGIN, false},
    {32019, "JPEG; " CODEC_PLUGIN, false},
    {32020, "VBZ; " CODEC_PLUGIN, false},
    {32022, "BitGroom; " CODEC_PLUGIN, false},
    {32023, "Granular BitRound; " CODEC_PLUGIN, false},
    {32024, "SZ3; " CODEC_PLUGIN, false},
    {32025, "Delta-Rice; " CODEC_PLUGIN, false},
    {32026, "Blosc2; " CODEC_PLUGIN, true},
    {32028, "SPERR; " CODEC_PLUGIN, false},
};

/* Returns the row of a filter, decodable here or not; NULL. */
static const struct codec *find_row(H5Z_filter_t id)
{
    for (size_t i = 0; i < CODECS; i++) {
        if (table[i]->id == id)
            return table[i];
    }
    return NULL;
}

static const struct other *find_other(H5Z_filter_t id)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i].id == id)
            return &others[i];
    }
    return NULL;
}

const struct codec *hg_codec_find(H5Z_filter_t id)
{
    const struct codec *codec = find_row(id);
    return codec && codec->decode ? codec : NULL;
}

const struct codec *hg_codec_find_name(const char *name)
{
    for (size_t i = 0; i < CODECS; i++) {
        if (strcmp(table[i]->name, name) == 0 && table[i]->decode)
            return table[i];
    }
    return NULL;
}

const char *hg_codec_describe(H5Z_filter_t id)
{
    const struct codec *codec = find_row(id);
    const struct other *other = find_other(id);
    return codec ? codec->provider : other ? other->provider : "unknown";
}

bool hg_codec_is_lossless(H5Z_filter_t id)
{
    const struct other *other = find_other(id);
    return find_row(id) || (other && other->lossless);
}

void hg_codec_print_versions(char *text, size_t size)
{
    bool complete = true;
    hg_memory_append(text, size, "codecs:");
    for (size_t i = 0; i < CODECS; i++) {
        const struct codec *codec = table[i];
        complete = complete && codec->decode;
        if (!codec->decode)
            continue;
        hg_memory_append(text, size, "%s %s", i > 0 ? "," : "", codec->name);
        if (codec->version)
            hg_memory_append(text, size, " (%s)", codec->version);
    }
    hg_memory_append(text, size, "\nleft out:%s", complete ? " nothing" : "");
    for (size_t i = 0; i < CODECS; i++) {
        if (!table[i]->decode)
            hg_memory_append(text, size, " %s", table[i]->name);
    }
    hg_memory_append(text, size, "\n");
}

bool hg_codec_choose(const struct codec *codec, int level, size_t size, struct h5_filter *filter)
{
    bool leveled = codec->choice == CODEC_LEVEL, sized = codec->choice == CODEC_POINT_SIZE;
    if (level != -1 && (!leveled || level < 1 || level > codec->most_level))
        return false;
    if (sized && (size == 0 || size > UINT32_MAX))
        return false;
    *filter = (struct h5_filter){.id = codec->id, .flags = codec->flags, .n_cd = leveled || sized};
    strncpy(filter->name, codec->name, sizeof filter->name - 1);
    if (sized)
        filter->cd[0] = (unsigned)size;
    if (leveled)
        filter->cd[0] = (unsigned)(level == -1 ? codec->default_level : level);
    return true;
}

/* Returns the row of a filter if it accepts the parameters. */
static const struct codec *row_for(const struct h5_filter *filter)
{
    const struct codec *codec = hg_codec_find(filter->id);
    return codec && (!codec->accepts || codec->accepts(filter)) ? codec : NULL;
}

static bool can_do(const struct h5_storage *storage, bool encode)
{
    for (unsigned i = 0; i < storage->n_filters; i++) {
        const struct codec *codec = row_for(&storage->filter[i]);
        if (!codec || (encode && !codec->encode))
            return false;
    }
    return true;
}

bool hg_codec_can_decode(const struct h5_storage *storage)
{
    return can_do(storage, false);
}

bool hg_codec_can_encode(const struct h5_storage *storage)
{
    return can_do(storage, true);
}

/* How many times the work of the default level a filter's level takes. */
static float level_factor(const struct codec *codec, const struct h5_filter *filter)
{
    if (codec->choice != CODEC_LEVEL || (int)filter->cd[0] <= codec->default_level)
        return 1;
    const float level = (float)filter->cd[0] / (float)codec->default_level;
    return level * level;
}

double hg_codec_cost(const struct h5_storage *storage, bool encode)
{
    float cost = 0;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        const struct codec *codec = find_row(storage->filter[i].id);
        if (codec)
            cost += encode ? codec->encode_cost * level_factor(codec, &storage->filter[i])
                           : codec->decode_cost;
    }
    return (double)cost;
}

/* Size of a buffer for an intermediate result, and distance of two of them. */
static bool buffer_size(uint64_t raw, uint64_t *size)
{
    uint64_t slack = raw / SLACK_SHARE + SLACK_BYTES;
    if (!size_add(raw, slack, size) || !size_add(*size, ALIGNMENT - 1, size))
        return false;
    *size -= *size % ALIGNMENT;
    return true;
}

/* Bytes of the buffers that n results alternate between. */
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

/* Returns the first filter that was applied, the last to undo; n_filters if all were skipped. */
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
        /* A larger result of any other filter is dropped: see apply_filter. */
        bool optional = filter->flags & H5Z_FLAG_OPTIONAL;
        if (codec && (codec->checksum || !optional) && !buffer_size(raw, &size))
            size = UINT64_MAX;
    }
    return bytes;
}

/* Data passing through the filters, as the next call's in and size; intermediate results alternate
 * between the two halves of scratch. */
struct flow {
    struct codec_call call;
    unsigned char *half[2];
    size_t capacity; /* bytes of a half */
    unsigned next;   /* the half that does not hold the data */
};

static enum h5grad_status flow_begin(struct flow *flow, struct codec_worker *worker,
                                     const struct codec_chunk *chunk, struct h5grad_error *err)
{
    uint64_t capacity;
    if (!buffer_size(chunk->raw, &capacity) || capacity > SIZE_MAX / 2)
        return hg_error_memory(err, chunk->raw);
    unsigned char *first = chunk->scratch;
    *flow = (struct flow){.call = {.worker = worker, .err = err},
                          .half = {first, first ? first + capacity : NULL},
                          .capacity = (size_t)capacity};
    return H5GRAD_OK;
}

/* Undoes one filter, into the raw bytes of out unless that is NULL. */
static enum h5grad_status undo_filter(struct flow *flow, const struct h5_filter *filter, void *out,
                                      size_t raw)
{
    struct codec_call *call = &flow->call;
    const struct codec *codec = row_for(filter);
    if (!codec)
        return hg_error_set(call->err, H5GRAD_FAILED, "filter %d cannot be undone (%s)",
                            (int)filter->id, hg_codec_describe(filter->id));

    call->filter = filter;
    call->out = out ? out : flow->half[flow->next];
    call->capacity = out ? raw : flow->capacity;
    if (codec->checksum && (!out || out == call->in)) {
        call->out = NULL;
        call->capacity = call->size;
    }
    enum h5grad_status status = codec->decode(call);
    if (status != H5GRAD_OK)
        return hg_error_context(call->err, status, "%s", codec->name);
    if (call->out && !out)
        flow->next = 1 - flow->next;
    if (call->out)
        call->in = call->out;
    call->size = call->out_size;
    return H5GRAD_OK;
}

enum h5grad_status hg_codec_decode_chunk(struct codec_worker *worker,
                                         const struct codec_chunk *chunk, void *out,
                                         struct h5grad_error *err)
{
    struct flow flow;
    const struct h5_storage *storage = chunk->storage;
    unsigned last = find_last(storage, chunk->mask);
    enum h5grad_status status = flow_begin(&flow, worker, chunk, err);
    flow.call.in = chunk->data;
    flow.call.size = chunk->size;
    for (unsigned i = storage->n_filters; i-- > last && !status;) {
        if (!(chunk->mask & 1U << i))
            status = undo_filter(&flow, &storage->filter[i], i == last ? out : NULL, chunk->raw);
    }
    if (status != H5GRAD_OK)
        return status;
    if (flow.call.size != chunk->raw)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: %zu bytes where the chunk has %zu",
                            flow.call.size, chunk->raw);
    if (flow.call.in != out)
        memcpy(out, flow.call.in, chunk->raw);
    return H5GRAD_OK;
}

/* Applies one filter; *done is false if it must be skipped. mine: the data are in scratch. */
static enum h5grad_status apply_filter(struct flow *flow, const struct h5_filter *filter, bool mine,
                                       bool *done)
{
    struct codec_call *call = &flow->call;
    const struct codec *codec = row_for(filter);
    if (!codec || !codec->encode)
        return hg_error_set(call->err, H5GRAD_FAILED, "filter %d cannot be done (%s)",
                            (int)filter->id, hg_codec_describe(filter->id));

    bool optional = filter->flags & H5Z_FLAG_OPTIONAL;
    unsigned half = codec->checksum && mine ? 1 - flow->next : flow->next;
    call->filter = filter;
    call->out = flow->half[half];
    call->capacity = flow->capacity;
    enum h5grad_status status = codec->encode(call);
    if (status != H5GRAD_OK)
        return hg_error_context(call->err, status, "%s", codec->name);
    *done = call->out_size > 0 && !(optional && !codec->checksum && call->out_size > call->size);
    if (!*done && !optional)
        return hg_error_set(call->err, H5GRAD_FAILED,
                            "%s: the result is larger than a chunk may get", codec->name);
    if (*done) {
        call->in = call->out;
        call->size = call->out_size;
        flow->next = 1 - half;
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_codec_encode_chunk(struct codec_worker *worker, struct codec_chunk *chunk,
                                         const void *in, struct h5grad_error *err)
{
    struct flow flow;
    const struct h5_storage *storage = chunk->storage;
    enum h5grad_status status = flow_begin(&flow, worker, chunk, err);
    flow.call.in = in;
    flow.call.size = chunk->raw;
    chunk->mask = 0;
    for (unsigned i = 0; i < storage->n_filters && !status; i++) {
        bool done = false;
        status = apply_filter(&flow, &storage->filter[i], flow.call.in != in, &done);
        chunk->mask |= done ? 0 : 1U << i;
    }
    chunk->data = flow.call.in;
    chunk->size = flow.call.size;
    return status;
}
