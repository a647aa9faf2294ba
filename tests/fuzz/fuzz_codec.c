/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The filters. An input is a filter, its parameters, the room for the result, and a stream to undo,
 * alone or between shuffle and fletcher32; the stream is also taken for data, to be encoded and
 * decoded to the same bytes.
 *
 *     1 byte    filter, by its place in filters[]; FUZZ_FILTER in the environment, a name as in
 *               --filter, overrides it
 *     1 byte    number of parameters
 *     5 x 4     parameters
 *     2 bytes   room for the result, less 1
 *     1 byte    mask of the pipeline
 *     the rest  stream
 *
 * All buffers end at a guard page, because the compression libraries are not built for the
 * sanitizer, which would not see them write too far.
 */
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
    #if __has_feature(address_sanitizer)
        #include <sanitizer/asan_interface.h>
    #endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
    #define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
    #define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#include "codec/codec.h"
#include "fuzz.h"

#define HEADER     25
#define MAX_CD     5
#define ROOM_BYTES ((size_t)1 << 20)
#define MAX_STREAM ((size_t)1 << 16)

enum place { PLACE_IN, PLACE_OUT, PLACE_SCRATCH, PLACE_STORED, PLACES };

static const H5Z_filter_t filters[] = {1, 2, 3, 4, 32000, 32001, 32004, 32008, 32015};

#define N_FILTERS (sizeof filters / sizeof *filters)

static char *room_end[PLACES];      /* where the page begins that cannot be touched */
static struct codec_worker *worker; /* kept between inputs, as between chunks */
static const struct codec *only;    /* that of FUZZ_FILTER */

static void begin(void)
{
    const char *name = getenv("FUZZ_FILTER");
    worker = hg_codec_worker_new();
    fuzz_require(worker != NULL);
    only = name ? hg_codec_find_name(name) : NULL;
    fuzz_require(!name || only);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (unsigned i = 0; i < PLACES; i++) {
        char *room = mmap(NULL, ROOM_BYTES + page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        fuzz_require(room != MAP_FAILED);
        fuzz_require(mprotect(room + ROOM_BYTES, page, PROT_NONE) == 0);
        room_end[i] = room + ROOM_BYTES;
    }
}

/* Returns a buffer of exactly size bytes, valid until the next one of the same place. */
static void *room_for(enum place place, size_t size)
{
    fuzz_require(size <= ROOM_BYTES);
    char *begin = room_end[place] - ROOM_BYTES;
    ASAN_POISON_MEMORY_REGION(begin, ROOM_BYTES - size);
    ASAN_UNPOISON_MEMORY_REGION(room_end[place] - size, size);
    return room_end[place] - size;
}

static void *copy_of(enum place place, const void *data, size_t size)
{
    void *copy = room_for(place, size);
    return size > 0 ? memcpy(copy, data, size) : copy;
}

static void decode_alone(const struct h5_filter *filter, const void *in, size_t size,
                         size_t capacity)
{
    const struct codec *codec = hg_codec_find(filter->id);
    struct h5grad_error err;
    struct codec_call call = {worker, filter, in, size, .capacity = capacity, .err = &err};
    if (!codec || (codec->accepts && !codec->accepts(filter)))
        return;
    call.out = room_for(PLACE_OUT, capacity);
    if (codec->decode(&call) == H5GRAD_OK)
        fuzz_require(call.out_size <= capacity);
}

static void decode_chunk(const struct h5_storage *storage, unsigned mask, const void *in,
                         size_t size, size_t raw)
{
    struct h5grad_error err;
    const struct codec_chunk chunk = {
        storage, raw, in, size, mask, room_for(PLACE_SCRATCH, hg_codec_scratch(storage, raw))};
    (void)hg_codec_decode_chunk(worker, &chunk, room_for(PLACE_OUT, raw), &err);
}

static void round_trip(const struct h5_storage *storage, const void *in, size_t size)
{
    struct h5grad_error err;
    struct codec_chunk chunk = {.storage = storage, .raw = size};
    void *out = room_for(PLACE_OUT, size);
    chunk.scratch = room_for(PLACE_SCRATCH, hg_codec_scratch(storage, size));
    if (hg_codec_encode_chunk(worker, &chunk, in, &err) != H5GRAD_OK)
        return;
    chunk.data = copy_of(PLACE_STORED, chunk.data, chunk.size);
    fuzz_require(hg_codec_decode_chunk(worker, &chunk, out, &err) == H5GRAD_OK);
    fuzz_require(memcmp(in, out, size) == 0);
}

static void run(const struct h5_filter *filter, unsigned mask, const void *in, size_t size,
                size_t capacity)
{
    struct h5_filter shuffle = {.id = 2, .n_cd = 1, .cd = {4}}, fletcher32 = {.id = 3};
    struct h5_storage alone = {.n_filters = 1, .filter = {*filter}};
    struct h5_storage between = {.n_filters = 3, .filter = {shuffle, *filter, fletcher32}};
    decode_alone(filter, in, size, capacity);
    if (hg_codec_can_decode(&alone)) {
        decode_chunk(&alone, mask, in, size, capacity);
        decode_chunk(&between, mask, in, size, capacity);
    }
    if (hg_codec_can_encode(&alone)) {
        round_trip(&alone, in, size);
        round_trip(&between, in, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!room_end[0])
        begin();
    if (size <= HEADER || size > HEADER + MAX_STREAM)
        return 0;
    struct fuzz_input input = {data, size};
    struct h5_filter filter = {.id = filters[fuzz_take(&input, 1) % N_FILTERS],
                               .flags = H5Z_FLAG_OPTIONAL};
    if (only)
        filter.id = only->id;
    filter.n_cd = (unsigned)(fuzz_take(&input, 1) % (MAX_CD + 1));
    for (size_t i = 0; i < MAX_CD; i++)
        filter.cd[i] = (unsigned)fuzz_take(&input, 4);
    if (filter.id == 1 || filter.id == 32015)
        filter.cd[0] %= 7; /* the higher levels only take longer */
    size_t capacity = 1 + (size_t)fuzz_take(&input, 2);
    unsigned mask = (unsigned)fuzz_take(&input, 1);
    run(&filter, mask, copy_of(PLACE_IN, input.data, input.size), input.size, capacity);
    return 0;
}
