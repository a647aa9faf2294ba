/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The codec room: each filter against a slow reference or its library, both directions against
 * libhdf5, pipelines with masks, and damaged streams. Buffers end at a guard page.
 */
#ifdef HAVE_CONFIG_H
    #include <config.h>
#endif

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef HAVE_BLOSC
    #include <blosc.h>
#endif
#ifdef HAVE_LIBDEFLATE
    #include <libdeflate.h>
#endif
#ifdef HAVE_LZ4
    #include <lz4.h>
#endif
#ifdef HAVE_ZSTD
    #include <zstd.h>
#endif

#include "codec/codec.h"
#include "codec/shuffle.h"
#include "hdf5/chunk.h"
#include "tests/support/skip.h"
#include "tests/support/suite.h"

#define FILTER_LZF        32000
#define FILTER_BLOSC      32001
#define FILTER_LZ4        32004
#define FILTER_BITSHUFFLE 32008
#define FILTER_ZSTD       32015
#define LENGTH(array)     (sizeof(array) / sizeof(array)[0])

static struct codec_worker *worker;
static struct h5grad_error err;

static void setup(void)
{
    worker = hg_codec_worker_new();
    ck_assert_ptr_nonnull(worker);
    memset(&err, 0, sizeof err);
}

static void teardown(void)
{
    hg_codec_worker_free(worker);
}

/* ---- buffers and data ---- */

static size_t pages_of(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

/* Returns size bytes that end at a guard page. */
static unsigned char *guarded(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = pages_of(size);
    unsigned char *base =
        mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(base, MAP_FAILED);
    ck_assert_int_eq(mprotect(base + bytes, page, PROT_NONE), 0);
    return base + bytes - size;
}

static void release(unsigned char *p, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = pages_of(size);
    ck_assert_int_eq(munmap(p + size - bytes, bytes + page), 0);
}

static unsigned char *guarded_copy(const void *data, size_t size)
{
    unsigned char *copy = guarded(size);
    memcpy(copy, data, size);
    return copy;
}

enum data { DATA_ZERO, DATA_ONES, DATA_RAMP, DATA_NOISE, DATA_KINDS };

static void fill(unsigned char *p, size_t size, enum data kind)
{
    uint32_t state = 12345;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        p[i] = kind == DATA_ZERO   ? 0
               : kind == DATA_ONES ? 255
               : kind == DATA_RAMP ? (unsigned char)(i % 4 == 0 ? i / 16 : i % 4)
                                   : (unsigned char)(state >> 24);
    }
}

static struct h5_filter filter_of(const char *name, int level, size_t size)
{
    struct h5_filter filter;
    const struct codec *codec = hg_codec_find_name(name);
    ck_assert_ptr_nonnull(codec);
    ck_assert(hg_codec_choose(codec, level, size, &filter));
    return filter;
}

/* decode or encode of one filter. */
static enum h5grad_status run_filter(enum h5grad_status (*run)(struct codec_call *call),
                                     const struct h5_filter *filter, const void *in, size_t size,
                                     void *out, size_t capacity, size_t *out_size)
{
    struct codec_call call = {worker, filter, in, size, out, capacity, SIZE_MAX, &err};
    enum h5grad_status status = run(&call);
    *out_size = call.out_size;
    return status;
}

static enum h5grad_status decode_chunk(const struct h5_storage *storage, unsigned mask,
                                       const void *in, size_t size, void *out, size_t raw,
                                       void *scratch)
{
    const struct codec_chunk chunk = {storage, raw, in, size, mask, scratch};
    return hg_codec_decode_chunk(worker, &chunk, out, &err);
}

static enum h5grad_status encode_chunk(const struct h5_storage *storage, const void *in, size_t raw,
                                       void *scratch, const void **out, size_t *size,
                                       unsigned *mask)
{
    struct codec_chunk chunk = {storage, raw, .scratch = scratch};
    enum h5grad_status status = hg_codec_encode_chunk(worker, &chunk, in, &err);
    *out = chunk.data;
    *size = chunk.size;
    *mask = chunk.mask;
    return status;
}

static void *scratch_for(const struct h5_storage *storage, size_t raw)
{
    void *scratch = aligned_alloc(64, hg_codec_scratch(storage, raw) + 64);
    ck_assert_ptr_nonnull(scratch);
    return scratch;
}

/* Asserts that stream decodes to data in a buffer of exactly that size. */
static void assert_decodes(const struct h5_filter *filter, const void *stream, size_t stream_size,
                           const void *data, size_t size)
{
    const struct codec *codec = hg_codec_find(filter->id);
    ck_assert_ptr_nonnull(codec);
    ck_assert(!codec->accepts || codec->accepts(filter));
    unsigned char *in = guarded_copy(stream, stream_size), *out = guarded(size);
    size_t out_size = SIZE_MAX;
    enum h5grad_status status =
        run_filter(codec->decode, filter, in, stream_size, out, size, &out_size);
    ck_assert_msg(status == H5GRAD_OK, "%s: %s", codec->name, err.message);
    ck_assert_uint_eq(out_size, size);
    ck_assert_mem_eq(out, data, size);
    release(in, stream_size);
    release(out, size);
}

static void assert_fails(const struct h5_filter *filter, const void *stream, size_t stream_size,
                         size_t capacity)
{
    const struct codec *codec = hg_codec_find(filter->id);
    unsigned char *in = guarded_copy(stream, stream_size), *out = guarded(capacity);
    size_t out_size;
    err.message[0] = 0;
    ck_assert_int_eq(run_filter(codec->decode, filter, in, stream_size, out, capacity, &out_size),
                     H5GRAD_FAILED);
    ck_assert_msg(err.message[0] != 0, "%s: no message", codec->name);
    release(in, stream_size);
    release(out, capacity);
}

/* ---- shuffle ---- */

static const size_t sizes[] = {0,   1,   2,   3,   7,    15,   16,   17,   31,   33,    63,   64,
                               100, 127, 128, 255, 1000, 1024, 4095, 4096, 4100, 12288, 70001};

START_TEST(shuffle_is_the_transposition)
{
    static const size_t elements[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 24, 5000};
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        size_t size = sizes[s];
        unsigned char *in = guarded(size), *out = guarded(size), *back = guarded(size);
        fill(in, size, DATA_NOISE);
        for (size_t e = 0; e < LENGTH(elements); e++) {
            size_t element = elements[e], n = size / element;
            hg_codec_shuffle_bytes(element, in, size, out);
            size_t wrong = 0;
            for (size_t i = 0; i < size; i++)
                wrong += out[i < n * element ? i % element * n + i / element : i] != in[i];
            ck_assert_msg(wrong == 0, "%zu bytes, elements of %zu: %zu wrong", size, element,
                          wrong);
            hg_codec_unshuffle_bytes(element, out, size, back);
            ck_assert_mem_eq(back, in, size);
        }
        release(in, size);
        release(out, size);
        release(back, size);
    }
}
END_TEST

START_TEST(shuffle_takes_any_alignment)
{
    static const size_t elements[] = {2, 4, 8, 16};
    unsigned char in[1000], out[1000], back[1000];
    fill(in, sizeof in, DATA_NOISE);
    for (size_t e = 0; e < LENGTH(elements); e++) {
        for (size_t shift = 1; shift < 16; shift++) {
            hg_codec_shuffle_bytes(elements[e], in + shift, 900, out + 16 - shift);
            hg_codec_unshuffle_bytes(elements[e], out + 16 - shift, 900, back + 3);
            ck_assert_mem_eq(back + 3, in + shift, 900);
        }
    }
}
END_TEST

/* ---- fletcher32 ---- */

/* Word by word, from the definition. */
static uint32_t slow_fletcher(const unsigned char *p, size_t size)
{
    uint32_t first = 0, second = 0;
    for (size_t i = 0; i < size; i += 2) {
        first += (uint32_t)p[i] << 8 | (i + 1 < size ? p[i + 1] : 0);
        first = first > 65535 ? first - 65535 : first;
        second += first;
        second = second > 65535 ? second - 65535 : second;
    }
    return second << 16 | first;
}

START_TEST(fletcher32_is_the_sum)
{
    struct h5_filter filter = filter_of("fletcher32", -1, 4);
    for (size_t s = 1; s < LENGTH(sizes); s++) {
        for (enum data kind = 0; kind < DATA_KINDS; kind++) {
            size_t size = sizes[s], out_size;
            unsigned char *in = guarded(size), *out = guarded(size + 4);
            fill(in, size, kind);
            ck_assert_int_eq(run_filter(hg_codec_find_name("fletcher32")->encode, &filter, in, size,
                                        out, size + 4, &out_size),
                             H5GRAD_OK);
            ck_assert_uint_eq(out_size, size + 4);
            ck_assert_mem_eq(out, in, size);
            uint32_t sum = slow_fletcher(in, size);
            for (unsigned i = 0; i < 4; i++)
                ck_assert_uint_eq(out[size + i], sum >> 8 * i & 255);
            assert_decodes(&filter, out, size + 4, in, size);
            release(in, size);
            release(out, size + 4);
        }
    }
}
END_TEST

START_TEST(fletcher32_finds_damage)
{
    struct h5_filter filter = filter_of("fletcher32", -1, 4);
    unsigned char stream[45], swapped[45];
    size_t out_size;
    fill(stream, 41, DATA_NOISE);
    ck_assert_int_eq(run_filter(hg_codec_find_name("fletcher32")->encode, &filter, stream, 41,
                                stream, 45, &out_size),
                     H5GRAD_OK);
    for (size_t bit = 0; bit < 8 * sizeof stream; bit++) {
        stream[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_fails(&filter, stream, sizeof stream, 41);
        stream[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    memcpy(swapped, stream, sizeof stream); /* as HDF5 1.6.2 wrote it */
    for (size_t i = 0; i < 4; i++)
        swapped[41 + i] = stream[41 + (i ^ 1)];
    assert_decodes(&filter, swapped, sizeof swapped, stream, 41);
    assert_fails(&filter, stream, 3, 41);
    assert_fails(&filter, stream, sizeof stream, 40);
}
END_TEST

/* ---- round trips ---- */

static const char *const encoders[] = {
#if defined(HAVE_LIBDEFLATE) || defined(HAVE_ZLIB)
    "gzip",
#endif
#ifdef HAVE_ZSTD
    "zstd",
#endif
#ifdef HAVE_LZ4
    "lz4",
#endif
    "shuffle", "fletcher32"};

static void round_trip(const char *name, size_t size, enum data kind)
{
    struct h5_filter filter = filter_of(name, -1, 4);
    const struct codec *codec = hg_codec_find_name(name);
    size_t capacity = size + size / 8 + 4096, coded_size = 0;
    unsigned char *in = guarded(size), *coded = guarded(capacity);
    fill(in, size, kind);
    ck_assert_int_eq(run_filter(codec->encode, &filter, in, size, coded, capacity, &coded_size),
                     H5GRAD_OK);
    ck_assert_msg(coded_size > 0, "%s: %zu bytes of kind %d do not fit", name, size, (int)kind);
    assert_decodes(&filter, coded, coded_size, in, size);

    /* No encoder exceeds its buffer, and if it succeeds the result is right. */
    for (size_t room = 0; room <= coded_size; room += 1 + coded_size / 50) {
        unsigned char *less = guarded(room);
        size_t less_size = SIZE_MAX;
        ck_assert_int_eq(run_filter(codec->encode, &filter, in, size, less, room, &less_size),
                         H5GRAD_OK);
        ck_assert_uint_le(less_size, room);
        if (less_size > 0)
            assert_decodes(&filter, less, less_size, in, size);
        release(less, room);
    }
    if (size > 1 && !codec->checksum)
        assert_fails(&filter, coded, coded_size, size - 1);
    release(in, size);
    release(coded, capacity);
}

START_TEST(encoders_round_trip)
{
    for (size_t s = 1; s < LENGTH(sizes); s++) {
        for (enum data kind = 0; kind < DATA_KINDS; kind++)
            round_trip(encoders[_i], sizes[s], kind);
    }
}
END_TEST

#ifdef HAVE_ZSTD
/* Sizes just above those at which zstd changes its parameters, and on both sides of powers of 2. */
START_TEST(encoders_take_what_they_say)
{
    static const size_t raws[] = {
        100, 4096, 20000, 65536, 200000, 1 << 18, (1 << 18) + 100, 1 << 20, 3 << 20, (1 << 22) + 1};
    size_t largest = raws[LENGTH(raws) - 1];
    unsigned char *in = calloc(1, largest), *out = malloc(largest);
    for (unsigned level = 0; level <= 23; level++) {
        for (size_t i = 0; i < LENGTH(raws); i++) {
            struct h5_storage storage = {.n_filters = 1};
            storage.filter[0] = filter_of("zstd", 1, 4);
            storage.filter[0].cd[0] = level;
            uint64_t said = hg_codec_encoder_memory(&storage, raws[i]);
            size_t size;
            teardown();
            setup();
            ck_assert_int_eq(run_filter(hg_codec_find_name("zstd")->encode, &storage.filter[0], in,
                                        raws[i], out, largest, &size),
                             H5GRAD_OK);
            uint64_t took = ZSTD_sizeof_CCtx(worker->zstd_writer);
            ck_assert_msg(took <= said && said <= 2 * took + (2 << 20),
                          "level %u, %zu bytes: %llu taken, %llu said", level, raws[i],
                          (unsigned long long)took, (unsigned long long)said);
        }
    }
    free(in);
    free(out);
}
END_TEST

/* A checksum may carry a chunk over a power of 2. */
START_TEST(encoders_take_more_behind_a_checksum)
{
    struct h5_storage storage = {.n_filters = 1};
    storage.filter[0] = filter_of("zstd", 19, 4);
    uint64_t alone = hg_codec_encoder_memory(&storage, 1 << 20);
    storage.n_filters = 2;
    storage.filter[1] = storage.filter[0];
    storage.filter[0] = filter_of("fletcher32", -1, 4);
    ck_assert_uint_gt(hg_codec_encoder_memory(&storage, 1 << 20), alone);
    storage.filter[0] = filter_of("shuffle", -1, 4);
    ck_assert_uint_eq(hg_codec_encoder_memory(&storage, 1 << 20), alone);
}
END_TEST
#endif

START_TEST(levels_round_trip)
{
    static const struct {
        const char *name;
        int last;
    } ranges[] = {{"gzip", 9}, {"zstd", 22}};
    unsigned char in[5000], coded[10000];
    fill(in, sizeof in, DATA_RAMP);
    for (size_t r = 0; r < LENGTH(ranges); r++) {
        const struct codec *codec = hg_codec_find_name(ranges[r].name);
        for (int level = 1; codec && level <= ranges[r].last; level++) {
            struct h5_filter filter = filter_of(ranges[r].name, level, 4);
            size_t size;
            ck_assert_uint_eq(filter.cd[0], (unsigned)level);
            ck_assert_int_eq(
                run_filter(codec->encode, &filter, in, sizeof in, coded, sizeof coded, &size),
                H5GRAD_OK);
            ck_assert(size > 0 && size < sizeof in);
            assert_decodes(&filter, coded, size, in, sizeof in);
        }
    }
}
END_TEST

/* ---- formats without an encoder of ours ---- */

START_TEST(lzf_vectors)
{
    static const struct {
        const char *in;
        size_t in_size;
        const char *out;
        size_t out_size;
    } vectors[] = {
        {"\x02"
         "abc",
         4, "abc", 3},
        {"\x00"
         "a\x20\x00",
         4, "aaaa", 4}, /* 3 bytes from 1 back */
        {"\x02"
         "abc\x80\x02",
         6, "abcabcabc", 9}, /* 6 from 3 back, over its own result */
        {"\x00"
         "a\xe0\x03\x00",
         5, "aaaaaaaaaaaaa", 13}, /* 7 + 2 + 3 from 1 back */
        {"\x03"
         "wxyz\x20\x03\x00!",
         9, "wxyzwxy!", 8},
        {"", 0, "", 0},
    };
    static const struct {
        const char *in;
        size_t in_size;
    } bad[] = {
        {"\x03"
         "abc",
         4},             /* a literal short */
        {"\x20\x00", 2}, /* a copy from before the data */
        {"\x00"
         "a\x20\x01",
         4},
        {"\x00"
         "a\x20",
         3}, /* no offset */
        {"\x00"
         "a\xe0",
         3}, /* no length */
        {"\x00"
         "a\xe0\x01",
         4},
        {"\x00"
         "a\xe0\xff\x00",
         5}, /* more than there is room */
    };
    struct h5_filter filter = {.id = FILTER_LZF, .n_cd = 3, .cd = {4, 0x105, 13}};
    for (size_t i = 0; i < LENGTH(vectors); i++)
        assert_decodes(&filter, vectors[i].in, vectors[i].in_size, vectors[i].out,
                       vectors[i].out_size);
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_fails(&filter, bad[i].in, bad[i].in_size, 64);
}
END_TEST

START_TEST(lzf_reaches_8192_back)
{
    struct h5_filter filter = {.id = FILTER_LZF};
    unsigned char stream[9000], data[8200];
    size_t at = 0;
    fill(data, 8192, DATA_NOISE);
    for (size_t i = 0; i < 8192; i += 32) {
        stream[at++] = 31;
        memcpy(stream + at, data + i, 32);
        at += 32;
    }
    stream[at++] = 6 << 5 | 31; /* 8 bytes from 1 + 31 * 256 + 255 back */
    stream[at++] = 255;
    memcpy(data + 8192, data, 8);
    assert_decodes(&filter, stream, at, data, sizeof data);
}
END_TEST

#ifdef HAVE_LZ4
START_TEST(lz4_frames)
{
    struct h5_filter filter = {.id = FILTER_LZ4};
    static const unsigned char raw_blocks[] = {0, 0, 0, 0,   0,   0,   0, 5, 0, 0, 0,   3,  0,
                                               0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 2, 'd', 'e'};
    assert_decodes(&filter, raw_blocks, sizeof raw_blocks, "abcde", 5);
    static const unsigned char packed[] = {0,    0,   0, 0, 0,    0,   0,   20,  0,   0,
                                           0,    20,  0, 0, 0,    10, /* headers */
                                           0x1a, 'a', 1, 0, 0x50, 'a', 'a', 'a', 'a', 'a'};
    assert_decodes(&filter, packed, sizeof packed, "aaaaaaaaaaaaaaaaaaaa", 20);

    unsigned char bad[sizeof raw_blocks];
    memcpy(bad, raw_blocks, sizeof bad);
    bad[11] = 0; /* blocks of no bytes */
    assert_fails(&filter, bad, sizeof bad, 64);
    memset(bad, 255, 8); /* a size of 2^64 - 1 */
    assert_fails(&filter, bad, sizeof bad, 64);
    assert_fails(&filter, raw_blocks, 11, 64);
    assert_fails(&filter, raw_blocks, sizeof raw_blocks, 4);

    /* Blocks of cd[0] bytes, the last one shorter. */
    unsigned char in[1000], out[3000];
    size_t size;
    filter.n_cd = 1;
    filter.cd[0] = 300;
    fill(in, sizeof in, DATA_RAMP);
    ck_assert_int_eq(run_filter(hg_codec_find(FILTER_LZ4)->encode, &filter, in, sizeof in, out,
                                sizeof out, &size),
                     H5GRAD_OK);
    ck_assert_int_eq(out[10] << 8 | out[11], 300);
    assert_decodes(&filter, out, size, in, sizeof in);
}
END_TEST
#endif

/* Bit by bit, from the definition. */
static void slow_bitshuffle(const unsigned char *in, size_t n, size_t element, unsigned char *out)
{
    memset(out, 0, n * element);
    for (size_t i = 0; i < n; i++) {
        for (size_t bit = 0; bit < 8 * element; bit++) {
            unsigned value = in[i * element + bit / 8] >> bit % 8 & 1;
            out[(bit * n + i) / 8] |= (unsigned char)(value << i % 8);
        }
    }
}

static void put_be(unsigned char *p, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

static size_t pack(unsigned compression, const unsigned char *in, size_t size, unsigned char *out,
                   size_t capacity)
{
    (void)compression;
    (void)capacity;
#ifdef HAVE_LZ4
    if (compression == 2)
        return (size_t)LZ4_compress_default((const char *)in, (char *)out, (int)size,
                                            (int)capacity);
#endif
#ifdef HAVE_ZSTD
    if (compression == 3)
        return ZSTD_compress(out, capacity, in, size, 1);
#endif
    memcpy(out, in, size);
    return size;
}

/* The filter's stream; out has room for 2 * size + 1000. block: elements, 0 for the default. */
static size_t bitshuffle_stream(unsigned compression, size_t block, const unsigned char *in,
                                size_t size, size_t element, unsigned char *out)
{
    size_t at = 0, n = size / element, rest = n % 8;
    unsigned char *shuffled = malloc(size + 1);
    ck_assert_ptr_nonnull(shuffled);
    if (block == 0) {
        block = 8192 / element / 8 * 8;
        block = block < 128 ? 128 : block;
    }
    if (compression) {
        put_be(out, size, 8);
        put_be(out + 8, block * element, 4);
        at = 12;
    }
    for (size_t i = 0; i < n - rest; i += block) {
        size_t count = n - rest - i < block ? n - rest - i : block;
        size_t header = compression ? 4 : 0;
        slow_bitshuffle(in + i * element, count, element, shuffled);
        size_t packed = pack(compression, shuffled, count * element, out + at + header,
                             2 * size + 1000 - at - header);
        if (compression)
            put_be(out + at, packed, 4);
        at += header + packed;
    }
    memcpy(out + at, in + (n - rest) * element, rest * element);
    free(shuffled);
    return at + rest * element;
}

static const unsigned compressions[] = {
    0,
#ifdef HAVE_LZ4
    2,
#endif
#ifdef HAVE_ZSTD
    3,
#endif
};

START_TEST(bitshuffle_streams)
{
    static const size_t elements[] = {1, 2, 3, 4, 8, 16, 100}, blocks[] = {0, 8, 64, 1000};
    static const size_t counts[] = {0, 1, 7, 8, 9, 16, 127, 128, 200, 1003};
    for (size_t e = 0; e < LENGTH(elements); e++) {
        for (size_t c = 0; c < LENGTH(counts); c++) {
            size_t element = elements[e], size = counts[c] * element;
            unsigned char *in = guarded(size), *stream = malloc(2 * size + 1000);
            ck_assert_ptr_nonnull(stream);
            fill(in, size, DATA_NOISE);
            for (size_t b = 0; b < LENGTH(blocks); b++) {
                unsigned compression = compressions[_i];
                struct h5_filter filter = {
                    .id = FILTER_BITSHUFFLE,
                    .n_cd = 5,
                    .cd = {0, 4, (unsigned)element, (unsigned)blocks[b], compression}};
                size_t length =
                    bitshuffle_stream(compression, blocks[b], in, size, element, stream);
                assert_decodes(&filter, stream, length, in, size);
            }
            release(in, size);
            free(stream);
        }
    }
}
END_TEST

START_TEST(bitshuffle_parameters)
{
    const struct codec *codec = hg_codec_find(FILTER_BITSHUFFLE);
    struct h5_filter filter = {.id = FILTER_BITSHUFFLE, .n_cd = 2, .cd = {0, 4, 0, 0, 9}};
    unsigned char stream[64] = {0};
    ck_assert(!codec->accepts(&filter)); /* no element size */
    filter.n_cd = 3;
    ck_assert(!codec->accepts(&filter)); /* of 0 */
    filter.cd[2] = 4;
    ck_assert(codec->accepts(&filter));
    filter.n_cd = 5;
    ck_assert(!codec->accepts(&filter)); /* unknown compression */
    filter.n_cd = 4;
    assert_fails(&filter, stream, 63, 64); /* not whole elements */
    filter.cd[3] = 12;
    assert_fails(&filter, stream, 64, 64); /* block not a multiple of 8 */
}
END_TEST

#ifdef HAVE_BLOSC
START_TEST(blosc_buffers)
{
    unsigned char in[20000], out[sizeof in + BLOSC_MAX_OVERHEAD];
    struct h5_filter filter = {.id = FILTER_BLOSC, .n_cd = 4, .cd = {2, 2, 4, sizeof in}};
    for (enum data kind = 0; kind < DATA_KINDS; kind++) {
        fill(in, sizeof in, kind);
        for (int shuffle = 0; shuffle <= 2; shuffle++) {
            int size =
                blosc_compress_ctx(5, shuffle, 4, sizeof in, in, out, sizeof out, "blosclz", 0, 1);
            ck_assert_int_gt(size, 0);
            assert_decodes(&filter, out, (size_t)size, in, sizeof in);
            assert_fails(&filter, out, (size_t)size, sizeof in - 1);
            assert_fails(&filter, out, (size_t)size - 1, sizeof in);
        }
    }
    assert_fails(&filter, out, 15, sizeof in);
}
END_TEST
#endif

/* ---- libhdf5, in memory ---- */

struct dataset {
    hid_t file, creation, id;
    struct h5_storage storage; /* chunks and filters as libhdf5 completed them */
};

static hid_t memory_file(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert_int_ge(H5Pset_fapl_core(access, 1 << 20, 0), 0);
    hid_t file = H5Fcreate("test_codec.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    ck_assert_int_ge(file, 0);
    H5Pclose(access);
    return file;
}

static void read_filters(struct dataset *set)
{
    hid_t creation = H5Dget_create_plist(set->id);
    set->storage.n_filters = (unsigned)H5Pget_nfilters(creation);
    for (unsigned i = 0; i < set->storage.n_filters; i++) {
        struct h5_filter *filter = &set->storage.filter[i];
        unsigned config;
        filter->n_cd = H5_MAX_CD;
        filter->id = H5Pget_filter2(creation, i, &filter->flags, &filter->n_cd, filter->cd,
                                    sizeof filter->name, filter->name, &config);
        ck_assert_int_ge(filter->id, 0);
    }
    H5Pclose(creation);
}

/* One chunk of rows x columns of the type; set->creation has the filters. */
static void create(struct dataset *set, hid_t type, hsize_t rows, hsize_t columns)
{
    hsize_t extent[2] = {rows, columns};
    hid_t space = H5Screate_simple(2, extent, NULL);
    set->file = memory_file();
    ck_assert_int_ge(H5Pset_chunk(set->creation, 2, extent), 0);
    set->id = H5Dcreate2(set->file, "u", type, space, H5P_DEFAULT, set->creation, H5P_DEFAULT);
    ck_assert_int_ge(set->id, 0);
    H5Sclose(space);
    read_filters(set);
}

static void destroy(struct dataset *set)
{
    H5Dclose(set->id);
    H5Pclose(set->creation);
    H5Fclose(set->file);
}

static void libhdf5_to_ours(struct dataset *set, hid_t type, hsize_t rows, hsize_t columns,
                            enum data kind)
{
    static const uint64_t origin[2] = {0, 0};
    create(set, type, rows, columns);
    size_t raw = (size_t)(rows * columns) * H5Tget_size(type);
    unsigned char *data = malloc(raw), *out = guarded(raw);
    ck_assert_ptr_nonnull(data);
    fill(data, raw, kind);
    ck_assert_int_ge(H5Dwrite(set->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    ck_assert_int_ge(H5Dflush(set->id), 0);

    uint64_t size;
    unsigned mask;
    ck_assert(hg_chunk_size(set->id, origin, 2, &size));
    unsigned char *in = guarded((size_t)size);
    void *scratch = scratch_for(&set->storage, raw);
    ck_assert_int_eq(hg_chunk_read(set->id, origin, 2, in, size, &mask, &err), H5GRAD_OK);
    ck_assert(hg_codec_can_decode(&set->storage));
    enum h5grad_status status =
        decode_chunk(&set->storage, mask, in, (size_t)size, out, raw, scratch);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    ck_assert_mem_eq(out, data, raw);
    release(in, (size_t)size);
    release(out, raw);
    free(scratch);
    free(data);
    destroy(set);
}

START_TEST(chunks_of_libhdf5_are_decoded)
{
    static const hsize_t shapes[][2] = {{1, 1}, {1, 3}, {7, 5}, {33, 65}, {64, 100}};
    const hid_t types[] = {H5T_STD_I8LE, H5T_STD_I16BE, H5T_IEEE_F32LE, H5T_IEEE_F64BE};
    for (size_t s = 0; s < LENGTH(shapes); s++) {
        for (size_t t = 0; t < LENGTH(types); t++) {
            struct dataset set = {.creation = H5Pcreate(H5P_DATASET_CREATE)};
            H5Pset_shuffle(set.creation);
            if (hg_codec_find(H5Z_FILTER_DEFLATE))
                H5Pset_deflate(set.creation, 4);
            H5Pset_fletcher32(set.creation);
            libhdf5_to_ours(&set, types[t], shapes[s][0], shapes[s][1], DATA_RAMP);
        }
    }
}
END_TEST

START_TEST(filters_in_any_order_are_decoded)
{
    struct dataset set = {.creation = H5Pcreate(H5P_DATASET_CREATE)};
    H5Pset_fletcher32(set.creation);
    if (hg_codec_find(H5Z_FILTER_DEFLATE))
        H5Pset_deflate(set.creation, 1);
    H5Pset_shuffle(set.creation);
    H5Pset_fletcher32(set.creation);
    libhdf5_to_ours(&set, H5T_IEEE_F32LE, 40, 40, DATA_NOISE);
}
END_TEST

#ifdef HAVE_LIBAEC
START_TEST(szip_of_libhdf5_is_decoded)
{
    static const hsize_t shapes[][2] = {{8, 32}, {7, 33}, {5, 70}, {3, 5000}, {100, 4}};
    static const unsigned blocks[] = {2, 8, 32};
    const hid_t types[] = {H5T_STD_I8LE,   H5T_STD_U16LE,  H5T_STD_I16BE, H5T_STD_I32LE,
                           H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE};
    unsigned config = 0;
    H5Zget_filter_info(H5Z_FILTER_SZIP, &config);
    for (size_t s = 0; s < LENGTH(shapes) && (config & H5Z_FILTER_CONFIG_ENCODE_ENABLED); s++) {
        for (size_t i = 0; i < LENGTH(types) * LENGTH(blocks); i++) {
            struct dataset set = {.creation = H5Pcreate(H5P_DATASET_CREATE)};
            unsigned options = i % 2 ? H5_SZIP_NN_OPTION_MASK : H5_SZIP_EC_OPTION_MASK;
            H5Pset_szip(set.creation, options, blocks[i / LENGTH(types)]);
            libhdf5_to_ours(&set, types[i % LENGTH(types)], shapes[s][0], shapes[s][1], DATA_RAMP);
        }
    }
}
END_TEST

START_TEST(szip_parameters)
{
    const struct codec *codec = hg_codec_find(H5Z_FILTER_SZIP);
    static const unsigned bad[][4] = {{141, 0, 32, 64}, {141, 3, 32, 64},  {141, 34, 32, 64},
                                      {141, 8, 0, 64},  {141, 8, 25, 64},  {141, 8, 40, 64},
                                      {141, 8, 32, 7},  {141, 8, 32, 1025}};
    struct h5_filter filter = {.id = H5Z_FILTER_SZIP, .n_cd = 4, .cd = {141, 8, 32, 64}};
    ck_assert(codec->accepts(&filter));
    assert_fails(&filter, "\x04\0\0", 3, 16);
    assert_fails(&filter, "\x03\0\0\0 ", 5, 16);
    assert_fails(&filter, "\x14\0\0\0 ", 5, 16);
    assert_fails(&filter, "\x10\0\0\0 ", 5, 16); /* ends early */
    assert_decodes(&filter, "\0\0\0\0", 4, "", 0);
    filter.n_cd = 3;
    ck_assert(!codec->accepts(&filter));
    for (size_t i = 0; i < LENGTH(bad); i++) {
        filter.n_cd = 4;
        memcpy(filter.cd, bad[i], sizeof bad[i]);
        ck_assert(!codec->accepts(&filter));
    }
}
END_TEST
#endif

/* Chunks encoded by h5grad are written raw and read by libhdf5. */
static void ours_to_libhdf5(const char *const *names, unsigned n, enum data kind, hsize_t rows,
                            hsize_t columns)
{
    static const hsize_t origin[2] = {0, 0};
    size_t raw = (size_t)(rows * columns) * 4, size;
    struct dataset set = {.creation = H5Pcreate(H5P_DATASET_CREATE)};
    for (unsigned i = 0; i < n; i++) {
        struct h5_filter filter = filter_of(names[i], -1, 4);
        ck_assert_int_ge(
            H5Pset_filter(set.creation, filter.id, filter.flags, filter.n_cd, filter.cd), 0);
    }
    create(&set, H5T_NATIVE_FLOAT, rows, columns);
    ck_assert(hg_codec_can_encode(&set.storage));
    unsigned char *in = guarded(raw), *back = malloc(raw);
    void *scratch = scratch_for(&set.storage, raw);
    const void *out;
    unsigned mask;
    fill(in, raw, kind);
    enum h5grad_status status = encode_chunk(&set.storage, in, raw, scratch, &out, &size, &mask);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    ck_assert_int_ge(H5Dwrite_chunk(set.id, H5P_DEFAULT, mask, origin, size, out), 0);
    H5Dclose(
        set.id); /* an open dataset of HDF5 1.10 does not know the mask of a chunk just written */
    set.id = H5Dopen2(set.file, "u", H5P_DEFAULT);
    ck_assert_int_ge(H5Dread(set.id, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, back), 0);
    ck_assert_mem_eq(back, in, raw);
    free(scratch);
    free(back);
    release(in, raw);
    destroy(&set);
}

START_TEST(our_chunks_are_read_by_libhdf5)
{
    static const hsize_t shapes[][2] = {{1, 1}, {3, 5}, {64, 100}};
    static const char *const pipelines[][3] = {{"shuffle", "gzip", "fletcher32"},
                                               {"fletcher32", "shuffle", "gzip"},
                                               {"shuffle", "lz4", "fletcher32"},
                                               {"shuffle", "zstd", "fletcher32"}};
    for (size_t p = 0; p < LENGTH(pipelines); p++) {
        bool here = true; /* and in libhdf5, by itself or by its plugins */
        for (unsigned i = 0; i < 3; i++) {
            const struct codec *codec = hg_codec_find_name(pipelines[p][i]);
            here = here && codec && H5Zfilter_avail(codec->id) > 0;
        }
        for (size_t s = 0; here && s < LENGTH(shapes); s++) {
            for (enum data kind = 0; kind < DATA_KINDS; kind++)
                ours_to_libhdf5(pipelines[p], 3, kind, shapes[s][0], shapes[s][1]);
        }
    }
}
END_TEST

/* ---- pipelines ---- */

static struct h5_storage pipeline_of(const char *const *names, unsigned n)
{
    struct h5_storage storage = {.n_filters = n};
    for (unsigned i = 0; i < n; i++)
        storage.filter[i] = filter_of(names[i], -1, 4);
    return storage;
}

/* Encodes with the filters that mask leaves; decodes with all filters and the mask. */
static void masked_trip(const struct h5_storage *storage, unsigned mask, size_t raw)
{
    struct h5_storage part = {0};
    unsigned char *in = guarded(raw), *out = guarded(raw);
    void *scratch = scratch_for(storage, raw);
    const void *coded;
    size_t size;
    unsigned skipped;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        if (!(mask & 1U << i))
            part.filter[part.n_filters++] = storage->filter[i];
    }
    for (unsigned i = 0; i < part.n_filters; i++)
        part.filter[i].flags = H5Z_FLAG_MANDATORY;
    fill(in, raw, DATA_NOISE);
    ck_assert_int_eq(encode_chunk(&part, in, raw, scratch, &coded, &size, &skipped), H5GRAD_OK);
    ck_assert_uint_eq(skipped, 0);
    unsigned char *stored = guarded_copy(coded, size);
    enum h5grad_status status = decode_chunk(storage, mask, stored, size, out, raw, scratch);
    ck_assert_msg(status == H5GRAD_OK, "mask %x: %s", mask, err.message);
    ck_assert_mem_eq(out, in, raw);
    release(stored, size);
    release(in, raw);
    release(out, raw);
    free(scratch);
}

START_TEST(masks_are_honoured)
{
    const char *names[LENGTH(encoders) + 1];
    unsigned n = LENGTH(encoders);
    memcpy(names, encoders, sizeof encoders);
    names[n++] = "fletcher32";
    struct h5_storage storage = pipeline_of(names, n);
    for (unsigned mask = 0; mask < 1U << n; mask++) {
        masked_trip(&storage, mask, 4);
        masked_trip(&storage, mask, 1003);
        masked_trip(&storage, mask, 40000);
    }
}
END_TEST

START_TEST(all_ones_is_raw)
{
    static const char *const names[] = {"shuffle", "fletcher32"};
    struct h5_storage storage = pipeline_of(names, 2);
    unsigned char in[100], out[100];
    void *scratch = scratch_for(&storage, sizeof in);
    fill(in, sizeof in, DATA_NOISE);
    ck_assert_int_eq(decode_chunk(&storage, 0xffffffffU, in, sizeof in, out, sizeof out, scratch),
                     H5GRAD_OK);
    ck_assert_mem_eq(in, out, sizeof in);

    /* All 32 filters of a mask. */
    for (unsigned i = 0; i < H5_MAX_FILTERS; i++)
        storage.filter[i] = filter_of("shuffle", -1, 4);
    storage.n_filters = H5_MAX_FILTERS;
    ck_assert_int_eq(decode_chunk(&storage, 0xffffffffU, in, sizeof in, out, sizeof out, scratch),
                     H5GRAD_OK);
    masked_trip(&storage, 0, 1000);
    masked_trip(&storage, 0x7fffffffU, 1000);
    masked_trip(&storage, 0xfffffffeU, 1000);
    free(scratch);
}
END_TEST

START_TEST(wrong_sizes_are_errors)
{
    struct h5_storage none = {0};
    static const char *const names[] = {"shuffle", "fletcher32"};
    struct h5_storage two = pipeline_of(names, 2);
    unsigned char in[104], out[100];
    void *scratch = scratch_for(&two, 104);
    fill(in, sizeof in, DATA_ZERO); /* with its checksum, 0 */
    ck_assert_int_eq(decode_chunk(&none, 0, in, 99, out, 100, NULL), H5GRAD_FAILED);
    ck_assert_int_eq(decode_chunk(&none, 0, in, 101, out, 100, NULL), H5GRAD_FAILED);
    ck_assert_int_eq(decode_chunk(&none, 0, in, 100, out, 100, NULL), H5GRAD_OK);
    for (size_t size = 0; size <= sizeof in; size++) {
        enum h5grad_status status = decode_chunk(&two, 0, in, size, out, 100, scratch);
        ck_assert_int_eq(status, size == 104 ? H5GRAD_OK : H5GRAD_FAILED);
        status = decode_chunk(&two, 1, in, size, out, 100, scratch);
        ck_assert_int_eq(status, size == 104 ? H5GRAD_OK : H5GRAD_FAILED);
    }
    free(scratch);
}
END_TEST

START_TEST(optional_filters_are_skipped)
{
    struct h5_storage storage = {0};
    unsigned char in[5000], out[5000];
    const void *coded;
    size_t size;
    unsigned mask;
    storage.n_filters = 3;
    storage.filter[0] = filter_of("shuffle", -1, 4);
    storage.filter[1] = filter_of(encoders[0], -1, 4);
    storage.filter[2] = filter_of("fletcher32", -1, 4);
    storage.filter[2].flags = H5Z_FLAG_OPTIONAL;
    if (strcmp(encoders[0], "shuffle") == 0)
        return; /* built without any compressor */
    void *scratch = scratch_for(&storage, sizeof in);
    fill(in, sizeof in, DATA_NOISE);
    ck_assert_int_eq(encode_chunk(&storage, in, sizeof in, scratch, &coded, &size, &mask),
                     H5GRAD_OK);
    ck_assert_uint_eq(mask, 2);
    ck_assert_uint_eq(size, sizeof in + 4);
    unsigned char *stored = guarded_copy(coded, size);
    ck_assert_int_eq(decode_chunk(&storage, mask, stored, size, out, sizeof out, scratch),
                     H5GRAD_OK);
    ck_assert_mem_eq(in, out, sizeof in);
    release(stored, size);

    storage.filter[1].flags = H5Z_FLAG_MANDATORY;
    ck_assert_int_eq(encode_chunk(&storage, in, sizeof in, scratch, &coded, &size, &mask),
                     H5GRAD_OK);
    ck_assert_uint_eq(mask, 0);
    ck_assert_uint_gt(size, sizeof in + 4);
    free(scratch);
}
END_TEST

#ifdef HAVE_LZ4
START_TEST(mandatory_filters_may_be_too_large)
{
    /* Blocks of one byte take five. */
    struct h5_storage storage = {
        .n_filters = 1,
        .filter = {{.id = FILTER_LZ4, .flags = H5Z_FLAG_MANDATORY, .n_cd = 1, .cd = {1}}}};
    static unsigned char in[50000];
    const void *coded;
    size_t size;
    unsigned mask;
    void *scratch = scratch_for(&storage, sizeof in);
    ck_assert_int_eq(encode_chunk(&storage, in, sizeof in, scratch, &coded, &size, &mask),
                     H5GRAD_FAILED);
    storage.filter[0].flags = H5Z_FLAG_OPTIONAL;
    ck_assert_int_eq(encode_chunk(&storage, in, sizeof in, scratch, &coded, &size, &mask),
                     H5GRAD_OK);
    ck_assert_uint_eq(mask, 1);
    ck_assert_ptr_eq(coded, in);
    ck_assert_uint_eq(size, sizeof in);
    free(scratch);
}
END_TEST
#endif

START_TEST(scratch_is_checked)
{
    struct h5_storage storage = {0};
    ck_assert_uint_eq(hg_codec_scratch(&storage, 1000), 0);
    storage.n_filters = 1;
    ck_assert_uint_ge(hg_codec_scratch(&storage, 1000), 1000);
    storage.n_filters = 5;
    ck_assert_uint_ge(hg_codec_scratch(&storage, 1000), 2000);
    ck_assert_uint_eq(hg_codec_scratch(&storage, SIZE_MAX), SIZE_MAX);
    ck_assert_uint_eq(hg_codec_scratch(&storage, SIZE_MAX / 2), SIZE_MAX);
}
END_TEST

START_TEST(spaces_grow)
{
    for (enum codec_space space = 0; space < CODEC_SPACES; space++) {
        unsigned char *p = hg_codec_worker_space(worker, space, 100);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 64, 0);
        memset(p, (int)space, 100);
    }
    for (enum codec_space space = 0; space < CODEC_SPACES; space++) {
        unsigned char *p = hg_codec_worker_space(worker, space, 50);
        ck_assert_uint_eq(p[0], space);
        ck_assert_uint_eq(p[99], space);
        p = hg_codec_worker_space(worker, space, 100000);
        ck_assert_ptr_nonnull(p);
        memset(p, 1, 100000);
    }
    ck_assert_ptr_null(hg_codec_worker_space(worker, CODEC_SCRATCH, UINT64_MAX));
    ck_assert_ptr_nonnull(hg_codec_worker_space(worker, CODEC_SCRATCH, 0));
}
END_TEST

/* ---- damaged streams ---- */

static void survives(const struct h5_filter *filter, const unsigned char *stream, size_t size,
                     size_t capacity)
{
    const struct codec *codec = hg_codec_find(filter->id);
    unsigned char *in = guarded(size), *out = guarded(capacity);
    size_t out_size;
    memcpy(in, stream, size);
    for (size_t i = 0; i < size; i++) {
        for (unsigned change = 0; change < 10; change++) {
            in[i] = (unsigned char)(change < 8 ? stream[i] ^ 1 << change : change == 8 ? 0 : 255);
            err.message[0] = 0;
            out_size = SIZE_MAX;
            if (run_filter(codec->decode, filter, in, size, out, capacity, &out_size) == H5GRAD_OK)
                ck_assert_uint_le(out_size, capacity);
            else
                ck_assert(err.message[0] != 0);
        }
        in[i] = stream[i];
    }
    for (size_t length = 0; length < size; length++) {
        unsigned char *end = in + size - length;
        memcpy(end, stream, length);
        out_size = SIZE_MAX;
        if (run_filter(codec->decode, filter, end, length, out, capacity, &out_size) == H5GRAD_OK)
            ck_assert_uint_le(out_size, capacity);
    }
    release(in, size);
    release(out, capacity);
}

/* Decodes a stream undamaged, damaged, and into buffers smaller and larger than its data. */
static void torture(const struct h5_filter *filter, const unsigned char *stream, size_t size,
                    const unsigned char *data, size_t raw)
{
    assert_decodes(filter, stream, size, data, raw);
    survives(filter, stream, size, raw);
    survives(filter, stream, size, raw / 2);
    survives(filter, stream, size, raw + 1000);
}

START_TEST(damaged_streams_of_encoders)
{
    struct h5_filter filter = filter_of(encoders[_i], -1, 4);
    unsigned char in[400], out[2000];
    size_t size;
    for (enum data kind = DATA_RAMP; kind <= DATA_NOISE; kind++) {
        fill(in, sizeof in, kind);
        ck_assert_int_eq(run_filter(hg_codec_find_name(encoders[_i])->encode, &filter, in,
                                    sizeof in, out, sizeof out, &size),
                         H5GRAD_OK);
        torture(&filter, out, size, in, sizeof in);
    }
}
END_TEST

START_TEST(damaged_streams_of_bitshuffle)
{
    unsigned char in[420], out[2000];
    struct h5_filter filter = {
        .id = FILTER_BITSHUFFLE, .n_cd = 5, .cd = {0, 4, 4, 32, compressions[_i]}};
    fill(in, sizeof in, DATA_RAMP);
    size_t size = bitshuffle_stream(compressions[_i], 32, in, sizeof in, 4, out);
    torture(&filter, out, size, in, sizeof in);
}
END_TEST

START_TEST(damaged_streams_of_lzf)
{
    static const unsigned char stream[] = "\x02"
                                          "abc\x80\x02\x00!\xe0\x20\x05\x04"
                                          "hello\x20\x00\x40\x07";
    struct h5_filter filter = {.id = FILTER_LZF};
    unsigned char data[200];
    size_t size;
    ck_assert_int_eq(run_filter(hg_codec_find(FILTER_LZF)->decode, &filter, stream,
                                sizeof stream - 1, data, sizeof data, &size),
                     H5GRAD_OK);
    torture(&filter, stream, sizeof stream - 1, data, size);
}
END_TEST

#ifdef HAVE_BLOSC
START_TEST(damaged_streams_of_blosc)
{
    unsigned char in[400], out[sizeof in + BLOSC_MAX_OVERHEAD];
    struct h5_filter filter = {.id = FILTER_BLOSC, .n_cd = 4, .cd = {2, 2, 4, sizeof in}};
    fill(in, sizeof in, DATA_RAMP);
    int size = blosc_compress_ctx(5, 1, 4, sizeof in, in, out, sizeof out, "lz4", 0, 1);
    ck_assert_int_gt(size, 0);
    torture(&filter, out, (size_t)size, in, sizeof in);
}
END_TEST
#endif

#ifdef HAVE_LIBAEC
START_TEST(damaged_streams_of_szip)
{
    static const uint64_t origin[2] = {0, 0};
    unsigned config = 0;
    H5Zget_filter_info(H5Z_FILTER_SZIP, &config);
    if (!(config & H5Z_FILTER_CONFIG_ENCODE_ENABLED)) {
        skip("damaged szip", "this libhdf5 cannot make any");
        return;
    }
    for (unsigned block = 4; block <= 8; block += 4) {
        struct dataset set = {.creation = H5Pcreate(H5P_DATASET_CREATE)};
        unsigned char in[400], out[2000];
        unsigned mask;
        uint64_t size;
        H5Pset_szip(set.creation, H5_SZIP_NN_OPTION_MASK, block);
        create(&set, H5T_NATIVE_INT32, 10, 10);
        fill(in, sizeof in, DATA_RAMP);
        ck_assert_int_ge(H5Dwrite(set.id, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, in), 0);
        ck_assert_int_ge(H5Dflush(set.id), 0);
        ck_assert(hg_chunk_size(set.id, origin, 2, &size) && size <= sizeof out);
        ck_assert_int_eq(hg_chunk_read(set.id, origin, 2, out, size, &mask, &err), H5GRAD_OK);
        ck_assert_uint_eq(mask, 0);
        torture(&set.storage.filter[0], out, (size_t)size, in, sizeof in);
        destroy(&set);
    }
}
END_TEST
#endif

/* ---- the table ---- */

#ifdef HAVE_LIBDEFLATE
static void *no_memory(size_t size)
{
    (void)size;
    return NULL;
}

/* If memory for a decoder runs out, the data are not called damaged. */
START_TEST(no_memory_is_no_damage)
{
    static const unsigned char in[64];
    unsigned char out[256];
    size_t size;
    struct h5_filter gzip = filter_of("gzip", 6, 4);
    const struct codec *codec = hg_codec_find_name("gzip");
    libdeflate_set_memory_allocator(no_memory, free);
    ck_assert_int_eq(run_filter(codec->decode, &gzip, in, sizeof in, out, sizeof out, &size),
                     H5GRAD_NO_MEMORY);
    ck_assert_int_eq(err.status, H5GRAD_NO_MEMORY);
    ck_assert_int_eq(run_filter(codec->encode, &gzip, in, sizeof in, out, sizeof out, &size),
                     H5GRAD_NO_MEMORY);
    libdeflate_set_memory_allocator(malloc, free);
}
END_TEST
#endif

START_TEST(names_and_numbers)
{
    const struct codec *shuffle = hg_codec_find_name("shuffle");
    ck_assert_ptr_nonnull(shuffle);
    ck_assert_ptr_eq(hg_codec_find(H5Z_FILTER_SHUFFLE), shuffle);
    ck_assert_ptr_null(hg_codec_find(H5Z_FILTER_NBIT));
    ck_assert_ptr_null(hg_codec_find_name("nbit"));
    ck_assert_ptr_null(hg_codec_find_name(""));
    ck_assert_ptr_nonnull(strstr(hg_codec_describe(32026), "Blosc2"));
    ck_assert_ptr_nonnull(strstr(hg_codec_describe(FILTER_ZSTD), "libzstd"));
    ck_assert_ptr_nonnull(strstr(hg_codec_describe(FILTER_LZF), "LZF"));
    ck_assert_str_eq(hg_codec_describe(405), "unknown");
}
END_TEST

START_TEST(codecs_are_there_or_left_out)
{
    static const char *const names[] = {"szip", "blosc", "lz4", "zstd"};
    char there[512] = "", *left_out;
    bool complete = true;
    hg_codec_print_versions(there, sizeof there);
    ck_assert_int_eq(strncmp(there, "codecs: gzip (", 14), 0);
    ck_assert_ptr_nonnull(strstr(there, "), shuffle, fletcher32, "));
    ck_assert_ptr_nonnull(left_out = strstr(there, "\nleft out: "));
    ck_assert_ptr_eq(strchr(left_out + 1, '\n'), there + strlen(there) - 1);
    *left_out++ = '\0';
    for (size_t i = 0; i < LENGTH(names); i++) {
        bool found = hg_codec_find_name(names[i]) != NULL;
        ck_assert_int_eq(found, strstr(there, names[i]) != NULL);
        ck_assert_int_eq(found, strstr(left_out, names[i]) == NULL);
        complete = complete && found;
    }
    ck_assert_int_eq(complete, strcmp(left_out, "left out: nothing\n") == 0);
}
END_TEST

START_TEST(parameters_are_checked)
{
    struct h5_filter filter = filter_of("shuffle", -1, 8);
    ck_assert_int_eq(filter.id, H5Z_FILTER_SHUFFLE);
    ck_assert_uint_eq(filter.n_cd, 1);
    ck_assert_uint_eq(filter.cd[0], 8);
    ck_assert_str_eq(filter.name, "shuffle");
    ck_assert(!hg_codec_choose(hg_codec_find_name("shuffle"), 1, 8, &filter));
    ck_assert(!hg_codec_choose(hg_codec_find_name("fletcher32"), 0, 8, &filter));
    ck_assert_int_eq(hg_codec_find_name("lzf")->choice, CODEC_NOT_CHOSEN);
    for (size_t i = 0; i < LENGTH(encoders); i++) {
        const struct codec *codec = hg_codec_find_name(encoders[i]);
        ck_assert(!hg_codec_choose(codec, 0, 4, &filter));
        ck_assert(!hg_codec_choose(codec, 1000, 4, &filter));
        ck_assert(!hg_codec_choose(codec, -2, 4, &filter));
        ck_assert(hg_codec_choose(codec, -1, 4, &filter));
        ck_assert_int_eq(filter.id, codec->id);
    }
}
END_TEST

START_TEST(what_can_be_done_is_known)
{
    struct h5_storage storage = {0};
    ck_assert(hg_codec_can_decode(&storage));
    ck_assert(hg_codec_can_encode(&storage));
    storage.n_filters = 2;
    storage.filter[0] = filter_of("shuffle", -1, 4);
    storage.filter[1].id = FILTER_LZF;
    ck_assert(hg_codec_can_decode(&storage));
    ck_assert(!hg_codec_can_encode(&storage));
    storage.filter[0].n_cd = 0; /* a shuffle of nothing known */
    ck_assert(!hg_codec_can_decode(&storage));
    storage.filter[0] = filter_of("shuffle", -1, 4);
    storage.filter[1].id = 32026;
    ck_assert(!hg_codec_can_decode(&storage));

    unsigned char in[16] = {0}, out[16];
    void *scratch = scratch_for(&storage, sizeof in);
    const void *coded;
    size_t size;
    unsigned mask;
    ck_assert_int_eq(decode_chunk(&storage, 0, in, sizeof in, out, sizeof out, scratch),
                     H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "32026"));
    ck_assert_int_eq(encode_chunk(&storage, in, sizeof in, scratch, &coded, &size, &mask),
                     H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "Blosc2"));
    free(scratch);
}
END_TEST

static void add_filters(TCase *tc)
{
    ADD_TESTS(tc, shuffle_is_the_transposition, shuffle_takes_any_alignment, fletcher32_is_the_sum,
              fletcher32_finds_damage);
    tcase_add_loop_test(tc, encoders_round_trip, 0, LENGTH(encoders));
    ADD_TESTS(tc, levels_round_trip);
#ifdef HAVE_ZSTD
    ADD_TESTS(tc, encoders_take_what_they_say, encoders_take_more_behind_a_checksum);
#else
    skip("what zstd makes and reads", "no zstd in this build");
#endif
    ADD_TESTS(tc, lzf_vectors, lzf_reaches_8192_back);
    tcase_add_loop_test(tc, bitshuffle_streams, 0, LENGTH(compressions));
    ADD_TESTS(tc, bitshuffle_parameters);
#ifdef HAVE_LZ4
    ADD_TESTS(tc, lz4_frames, mandatory_filters_may_be_too_large);
#else
    skip("what lz4 makes and reads", "no lz4 in this build");
#endif
#ifdef HAVE_BLOSC
    ADD_TESTS(tc, blosc_buffers, damaged_streams_of_blosc);
#else
    skip("what blosc reads", "no blosc in this build");
#endif
#ifdef HAVE_LIBAEC
    ADD_TESTS(tc, szip_of_libhdf5_is_decoded, szip_parameters, damaged_streams_of_szip);
#else
    skip("what szip reads", "no libaec in this build");
#endif
    tcase_add_loop_test(tc, damaged_streams_of_encoders, 0, LENGTH(encoders));
    tcase_add_loop_test(tc, damaged_streams_of_bitshuffle, 0, LENGTH(compressions));
    ADD_TESTS(tc, damaged_streams_of_lzf);
}

static void add_pipelines(TCase *tc)
{
    ADD_TESTS(tc, chunks_of_libhdf5_are_decoded, filters_in_any_order_are_decoded,
              our_chunks_are_read_by_libhdf5, masks_are_honoured, all_ones_is_raw,
              wrong_sizes_are_errors, optional_filters_are_skipped, scratch_is_checked, spaces_grow,
              names_and_numbers);
#ifdef HAVE_LIBDEFLATE
    ADD_TESTS(tc, no_memory_is_no_damage);
#endif
    ADD_TESTS(tc, codecs_are_there_or_left_out, parameters_are_checked, what_can_be_done_is_known);
}

int main(void)
{
    Suite *suite = suite_create("codec");
    TCase *filters = tcase_create("filters"), *pipelines = tcase_create("pipelines");
    tcase_add_checked_fixture(filters, setup, teardown);
    tcase_add_checked_fixture(pipelines, setup, teardown);
    add_filters(filters);
    add_pipelines(pipelines);
    suite_add_tcase(suite, filters);
    suite_add_tcase(suite, pipelines);
    return run_suite(suite);
}
