/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzzing of the filters, for clang's -fsanitize=fuzzer,address. An input is a filter, its
 * parameters, the room for the result, and a stream to undo, alone or between shuffle and
 * fletcher32; the stream is also taken for data, to be encoded and decoded to the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"

#define HEADER 10
#define MAX_CD 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const H5Z_filter_t filters[] = {1, 2, 3, 4, 32000, 32001, 32004, 32008, 32015};

/* In memory of its own, so that the sanitizer sees every byte too far. */
static void *copy_of(const void *data, size_t size)
{
    void *copy = malloc(size > 0 ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    return copy;
}

static void decode_alone(struct codec_worker *worker, const struct h5_filter *filter,
                         const void *in, size_t size, size_t capacity)
{
    const struct codec *codec = codec_find(filter->id);
    struct h5grad_error err;
    size_t out_size;
    void *out = malloc(capacity);
    if (!out)
        abort();
    if (codec && codec->decode && (!codec->accepts || codec->accepts(filter)) &&
        codec->decode(worker, filter, in, size, out, capacity, &out_size, &err) == H5GRAD_OK &&
        out_size > capacity)
        abort();
    free(out);
}

static void decode_chunk(struct codec_worker *worker, const struct h5_storage *storage,
                         unsigned mask, const void *in, size_t size, size_t raw)
{
    struct h5grad_error err;
    void *out = malloc(raw);
    void *scratch = aligned_alloc(64, codec_scratch(storage, raw));
    if (!out || !scratch)
        abort();
    (void)codec_decode_chunk(worker, storage, mask, in, size, out, raw, scratch, &err);
    free(scratch);
    free(out);
}

static void round_trip(struct codec_worker *worker, const struct h5_storage *storage,
                       const void *in, size_t size)
{
    struct h5grad_error err;
    const void *coded;
    size_t coded_size;
    unsigned mask;
    void *out = malloc(size), *scratch = aligned_alloc(64, codec_scratch(storage, size));
    if (!out || !scratch)
        abort();
    if (codec_encode_chunk(worker, storage, in, size, scratch, &coded, &coded_size, &mask, &err) ==
        H5GRAD_OK) {
        void *stored = copy_of(coded, coded_size);
        if (codec_decode_chunk(worker, storage, mask, stored, coded_size, out, size, scratch,
                               &err) != H5GRAD_OK ||
            memcmp(in, out, size) != 0)
            abort();
        free(stored);
    }
    free(scratch);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= HEADER)
        return 0;
    struct h5_filter shuffle = {.id = 2, .n_cd = 1, .cd = {4}}, fletcher32 = {.id = 3};
    struct h5_filter filter = {.id = filters[data[0] % (sizeof filters / sizeof filters[0])],
                               .flags = H5Z_FLAG_OPTIONAL};
    filter.n_cd = data[1] % (MAX_CD + 1);
    for (size_t i = 0; i < MAX_CD; i++)
        filter.cd[i] = data[2 + i];
    if (filter.id == 1 || filter.id == 32015)
        filter.cd[0] %= 7; /* the higher levels only take longer */
    size_t capacity = 1 + (data[7] | (size_t)data[8] << 8);
    unsigned mask = data[9];
    struct h5_storage storage = {.n_filters = 3, .filter = {shuffle, filter, fletcher32}};

    struct codec_worker *worker = codec_worker_new();
    if (!worker)
        abort();
    size_t stream = size - HEADER;
    void *in = copy_of(data + HEADER, stream);
    decode_alone(worker, &filter, in, stream, capacity);
    decode_chunk(worker, &storage, mask, in, stream, capacity);
    if (codec_can_encode(&storage))
        round_trip(worker, &storage, in, stream);
    free(in);
    codec_worker_free(worker);
    return 0;
}
