/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor under compressed data: in memory, every chunk of the input is inflated and unshuffled,
 * and every chunk of the results is shuffled and deflated, with libdeflate, at the level that the
 * results were stored with, by several threads. Nothing is computed, read or written.
 *
 * The results are taken from an output of h5grad, so that what is compressed is what it compressed.
 * Before the clock starts, the input's chunks are loaded as stored, the results' loaded and
 * decoded. Prints the seconds of each round.
 */
#include <hdf5.h>
#include <libdeflate.h>
#include <omp.h>
#include <stdbool.h>

#include "common.h"

#define MAX_RESULTS 32

struct chunk {
    unsigned char *bytes;
    size_t size;
};

/* A dataset's chunks, all of the same size when decoded. */
struct chunks {
    size_t n;
    struct chunk *chunk;
    size_t element; /* bytes */
    size_t raw;     /* bytes of a decoded chunk */
    int level;
    bool shuffled;
};

static void check(bool good, const char *what)
{
    if (!good)
        bench_fail(what, "failed, or not of chunks with deflate, or shuffle and deflate");
}

static void unshuffle_bytes(const unsigned char *in, unsigned char *out, size_t n, size_t element)
{
    for (size_t k = 0; k < element; k++)
        for (size_t i = 0; i < n; i++)
            out[i * element + k] = in[k * n + i];
}

static void shuffle_bytes(const unsigned char *in, unsigned char *out, size_t n, size_t element)
{
    for (size_t k = 0; k < element; k++)
        for (size_t i = 0; i < n; i++)
            out[k * n + i] = in[i * element + k];
}

/* The same for four bytes in little-endian order, in a form that compilers vectorise. */
static void unshuffle_4(const unsigned char *restrict in, uint32_t *restrict out, size_t n)
{
    const unsigned char *b = in + n, *c = b + n, *d = c + n;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] =
            (uint32_t)in[i] | (uint32_t)b[i] << 8 | (uint32_t)c[i] << 16 | (uint32_t)d[i] << 24;
}

static void shuffle_4(const uint32_t *restrict in, unsigned char *restrict out, size_t n)
{
    enum { PIECE = 2048 };
    for (size_t first = 0; first < n; first += PIECE) {
        size_t end = first + PIECE < n ? first + PIECE : n;
        for (unsigned k = 0; k < 4; k++) {
            unsigned char *to = out + k * n;
#pragma omp simd
            for (size_t i = first; i < end; i++)
                to[i] = (unsigned char)(in[i] >> (8 * k));
        }
    }
}

static bool little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void unshuffle(const struct chunks *chunks, const unsigned char *in, unsigned char *out)
{
    size_t n = chunks->raw / chunks->element;
    if (chunks->element == 4 && little_endian())
        unshuffle_4(in, (uint32_t *)(void *)out, n);
    else
        unshuffle_bytes(in, out, n, chunks->element);
}

static void shuffle(const struct chunks *chunks, const unsigned char *in, unsigned char *out)
{
    size_t n = chunks->raw / chunks->element;
    if (chunks->element == 4 && little_endian())
        shuffle_4((const uint32_t *)(const void *)in, out, n);
    else
        shuffle_bytes(in, out, n, chunks->element);
}

/* What a thread works with. */
struct worker {
    struct libdeflate_decompressor *inflater;
    struct libdeflate_compressor *deflater;
    unsigned char *plain, *shuffled, *packed;
    size_t room; /* of packed */
};

static struct worker worker_new(size_t raw, int level)
{
    struct worker worker = {.inflater = libdeflate_alloc_decompressor(),
                            .deflater = libdeflate_alloc_compressor(level)};
    check(worker.inflater != NULL && worker.deflater != NULL, "libdeflate");
    worker.room = libdeflate_zlib_compress_bound(worker.deflater, raw);
    worker.plain = bench_memory(raw);
    worker.shuffled = bench_memory(raw);
    worker.packed = bench_memory(worker.room);
    return worker;
}

static void worker_free(struct worker *worker)
{
    libdeflate_free_decompressor(worker->inflater);
    libdeflate_free_compressor(worker->deflater);
    free(worker->plain);
    free(worker->shuffled);
    free(worker->packed);
}

static bool decode(struct worker *worker, const struct chunks *chunks, const struct chunk *chunk,
                   unsigned char *out)
{
    unsigned char *inflated = chunks->shuffled ? worker->shuffled : out;
    if (libdeflate_zlib_decompress(worker->inflater, chunk->bytes, chunk->size, inflated,
                                   chunks->raw, NULL) != LIBDEFLATE_SUCCESS)
        return false;
    if (chunks->shuffled)
        unshuffle(chunks, worker->shuffled, out);
    return true;
}

static bool encode(struct worker *worker, const struct chunks *chunks, const unsigned char *raw)
{
    const unsigned char *in = raw;
    if (chunks->shuffled) {
        shuffle(chunks, raw, worker->shuffled);
        in = worker->shuffled;
    }
    return libdeflate_zlib_compress(worker->deflater, in, chunks->raw, worker->packed,
                                    worker->room) > 0;
}

/* The filters: deflate, with or without shuffle ahead of it. */
static void read_filters(hid_t plist, struct chunks *chunks)
{
    int filters = H5Pget_nfilters(plist);
    check(filters == 1 || filters == 2, "filters");
    for (int i = 0; i < filters; i++) {
        unsigned flags, values[8] = {0};
        size_t n = 8;
        H5Z_filter_t id = H5Pget_filter2(plist, (unsigned)i, &flags, &n, values, 0, NULL, NULL);
        check(id == (i == filters - 1 ? H5Z_FILTER_DEFLATE : H5Z_FILTER_SHUFFLE), "filters");
        if (id == H5Z_FILTER_DEFLATE)
            chunks->level = (int)values[0];
        else
            chunks->shuffled = true;
    }
}

static struct chunk load_chunk(hid_t dataset, const hsize_t *offset)
{
    hsize_t size = 0;
    uint32_t mask = 0;
    check(H5Dget_chunk_storage_size(dataset, offset, &size) >= 0, "a chunk");
    struct chunk chunk = {.bytes = bench_memory((size_t)size), .size = (size_t)size};
#if H5_VERSION_GE(2, 0, 0)
    size_t room = chunk.size;
    check(H5Dread_chunk2(dataset, H5P_DEFAULT, offset, &mask, chunk.bytes, &room) >= 0, "a chunk");
#else
    check(H5Dread_chunk(dataset, H5P_DEFAULT, offset, &mask, chunk.bytes) >= 0, "a chunk");
#endif
    check(mask == 0, "a chunk without filters");
    return chunk;
}

static void load_all(hid_t dataset, int rank, const hsize_t *extent, const hsize_t *shape,
                     struct chunks *chunks)
{
    hsize_t offset[H5S_MAX_RANK] = {0};
    chunks->n = 1;
    for (int k = 0; k < rank; k++)
        chunks->n *= (size_t)((extent[k] + shape[k] - 1) / shape[k]);
    chunks->chunk = bench_memory(chunks->n * sizeof *chunks->chunk);
    for (size_t i = 0; i < chunks->n; i++) {
        chunks->chunk[i] = load_chunk(dataset, offset);
        for (int k = rank - 1; k >= 0 && (offset[k] += shape[k]) >= extent[k]; k--)
            offset[k] = 0;
    }
}

static struct chunks load(const char *path, const char *name)
{
    struct chunks chunks = {0};
    hsize_t extent[H5S_MAX_RANK], shape[H5S_MAX_RANK];
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    check(file >= 0, path);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    check(dataset >= 0, name);
    hid_t plist = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
    hid_t type = H5Dget_type(dataset);
    check(H5Pget_layout(plist) == H5D_CHUNKED, name);
    int rank = H5Sget_simple_extent_dims(space, extent, NULL);
    check(rank > 0 && H5Pget_chunk(plist, rank, shape) == rank, name);
    read_filters(plist, &chunks);
    chunks.element = chunks.raw = H5Tget_size(type);
    for (int k = 0; k < rank; k++)
        chunks.raw *= (size_t)shape[k];
    load_all(dataset, rank, extent, shape, &chunks);
    H5Tclose(type);
    H5Sclose(space);
    H5Pclose(plist);
    H5Dclose(dataset);
    H5Fclose(file);
    return chunks;
}

/* Puts decoded bytes in the place of the stored ones. */
static void decode_all(struct chunks *chunks, int threads)
{
    bool good = true;
#pragma omp parallel num_threads(threads) reduction(&& : good)
    {
        struct worker worker = worker_new(chunks->raw, chunks->level);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < chunks->n; i++) {
            struct chunk *chunk = &chunks->chunk[i];
            unsigned char *raw = bench_memory(chunks->raw);
            good = decode(&worker, chunks, chunk, raw) && good;
            free(chunk->bytes);
            chunk->bytes = raw;
        }
        worker_free(&worker);
    }
    check(good, "decoding");
}

static double time_round(const struct chunks *input, const struct chunks *results, int n_results,
                         int threads)
{
    bool good = true;
    double start = bench_seconds();
#pragma omp parallel num_threads(threads) reduction(&& : good)
    {
        size_t raw = input->raw > results->raw ? input->raw : results->raw;
        struct worker worker = worker_new(raw, results->level);
#pragma omp for schedule(dynamic, 1) nowait
        for (size_t i = 0; i < input->n; i++)
            good = decode(&worker, input, &input->chunk[i], worker.plain) && good;
#pragma omp for schedule(dynamic, 1) collapse(2)
        for (int r = 0; r < n_results; r++)
            for (size_t i = 0; i < results->n; i++)
                good = encode(&worker, &results[r], results[r].chunk[i].bytes) && good;
        worker_free(&worker);
    }
    check(good, "libdeflate");
    return bench_seconds() - start;
}

int main(int argc, char **argv)
{
    struct chunks results[MAX_RESULTS];
    if (argc < 7 || argc > 6 + MAX_RESULTS)
        bench_fail("usage: floor_codec", "THREADS ROUNDS INPUT DATASET OUTPUT RESULT...");
    int threads = (int)bench_number(argv[1]), n_results = argc - 6;
    uint64_t rounds = bench_number(argv[2]);
    struct chunks input = load(argv[3], argv[4]);
    for (int r = 0; r < n_results; r++) {
        results[r] = load(argv[5], argv[6 + r]);
        check(results[r].n == results[0].n && results[r].raw == results[0].raw, argv[6 + r]);
        decode_all(&results[r], threads);
    }
    for (uint64_t round = 0; round < rounds; round++)
        printf("%.6f\n", time_round(&input, results, n_results, threads));
    return EXIT_SUCCESS;
}
