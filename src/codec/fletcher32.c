/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fletcher's checksum of 16-bit big-endian words, modulo 65535, four bytes behind the data. An odd
 * byte at the end is the upper half of a last word.
 *
 * 2^16 is 1 modulo 65535, so swapping the bytes of a word multiplies it by 2^8, and both sums with
 * it: the words are summed as the machine has them and only the sums are swapped.
 */
#include <string.h>

#include "base/size.h"
#include "codec/bytes.h"
#include "codec/filter.h"

#define CHECK_BYTES 4
#define LITTLE      (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* A row is four 32-bit lanes of two words each. With 360 rows the largest a lane's second sum can
 * get is 65535 * 360 * 361 / 2 < 2^32. */
#define ROW_BYTES 16
#define ROW_WORDS 8
#define MAX_ROWS  360

typedef uint32_t lanes __attribute__((vector_size(ROW_BYTES)));

struct sums {
    uint64_t first, second;
};

/* Returns the residue from 1 to 65535; 0 only for 0, as repeated folding of the carries gives. */
static uint64_t reduce(uint64_t sum)
{
    return sum ? (sum - 1) % 65535 + 1 : 0;
}

/*
 * rows * 8 words. Lane l's sums over the rows r are first = sum w and second = sum (rows - r) w;
 * word 8 r + l of n = 8 rows has weight n - (8 r + l) = 8 (rows - r) - l in the second sum of all.
 */
static void add_rows(struct sums *sums, const unsigned char *p, size_t rows)
{
    lanes low_first = {0}, low_second = {0}, high_first = {0}, high_second = {0};
    for (size_t r = 0; r < rows; r++) {
        lanes x;
        memcpy(&x, p + r * ROW_BYTES, ROW_BYTES);
        low_first += x & 0xffff;
        high_first += x >> 16;
        low_second += low_first;
        high_second += high_first;
    }

    sums->second += rows * ROW_WORDS * sums->first;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t low = 2 * i + !LITTLE, high = 2 * i + LITTLE;
        sums->first += (uint64_t)low_first[i] + high_first[i];
        sums->second += ROW_WORDS * ((uint64_t)low_second[i] + high_second[i]);
        sums->second -= low * low_first[i] + high * high_first[i];
    }
    sums->first = reduce(sums->first);
    sums->second = reduce(sums->second);
}

static void add_word(struct sums *sums, const unsigned char *p, size_t bytes)
{
    uint16_t word = 0;
    memcpy(&word, p, bytes);
    sums->first += word;
    sums->second += sums->first;
}

static uint32_t final(uint64_t sum)
{
    uint32_t value = (uint32_t)reduce(sum);
    return LITTLE ? (value << 8 | value >> 8) & 0xffff : value;
}

static uint32_t checksum(const unsigned char *p, size_t size)
{
    struct sums sums = {0, 0};
    while (size >= ROW_BYTES) {
        size_t rows = size_min(size / ROW_BYTES, MAX_ROWS);
        add_rows(&sums, p, rows);
        p += rows * ROW_BYTES;
        size -= rows * ROW_BYTES;
    }
    for (; size > 0; p += size_min(size, 2), size -= size_min(size, 2))
        add_word(&sums, p, size_min(size, 2));
    return final(sums.second) << 16 | final(sums.first);
}

static enum h5grad_status decode(struct codec_call *call)
{
    const unsigned char *from = call->in;
    if (call->size < CHECK_BYTES)
        return hg_error_set(call->err, H5GRAD_FAILED, "shorter than its checksum");
    size_t data = call->size - CHECK_BYTES;
    if (data > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);

    /* HDF5 up to 1.6.2 byte-swapped the sums on little-endian machines. */
    uint32_t stored = bytes_le32(from + data), sum = checksum(from, data);
    uint32_t swapped = (sum & 0x00ff00ff) << 8 | (sum >> 8 & 0x00ff00ff);
    if (stored != sum && stored != swapped)
        return hg_error_set(call->err, H5GRAD_FAILED, "the checksum does not match the data");
    if (call->out)
        memcpy(call->out, from, data);
    call->out_size = data;
    return H5GRAD_OK;
}

static enum h5grad_status encode(struct codec_call *call)
{
    unsigned char *out = call->out;
    size_t size = call->size;
    call->out_size = 0;
    if (call->capacity < CHECK_BYTES || size > call->capacity - CHECK_BYTES)
        return H5GRAD_OK;
    if (out != call->in)
        memcpy(out, call->in, size);
    bytes_put_le32(out + size, checksum(out, size));
    call->out_size = size + CHECK_BYTES;
    return H5GRAD_OK;
}

const struct codec hg_codec_fletcher32 = {
    .id = H5Z_FILTER_FLETCHER32,
    .name = "fletcher32",
    .provider = "fletcher32; the HDF5 library",
    .checksum = true,
    .choice = CODEC_PLAIN,
    .flags = H5Z_FLAG_MANDATORY,
    .decode_cost = 0.5F,
    .encode_cost = 0.5F,
    .decode = decode,
    .encode = encode,
};
