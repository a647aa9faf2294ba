/* SPDX-License-Identifier: BSD-3-Clause */
#include "reader/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"
#include "hdf5/chunk.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "libhdf5/handle.h"

/* Limit of the row that hg_decoder_verify compares. */
#define VERIFY_POINTS 4096

bool hg_decoder_takes(const struct reader_source *source, uint64_t *raw)
{
    const struct h5_storage *storage = source->storage;
    return storage->layout == H5_CHUNKED && source->type->raw && hg_codec_can_decode(storage) &&
           size_product(storage->rank, storage->chunk, hg_type_size(source->type), raw) &&
           *raw > 0 && *raw < UINT32_MAX;
}

enum h5grad_status hg_decoder_open(struct decoder *self, const struct reader_source *source,
                                   uint64_t raw, struct h5grad_error *err)
{
    *self = (struct decoder){.source = *source,
                             .rank = source->storage->rank,
                             .size = hg_type_size(source->type),
                             .raw = raw,
                             .fd = hg_descriptor(source->dataset)};
    self->fill = hg_memory_zeroed(1, self->size);
    if (!self->fill)
        return hg_error_memory(err, self->size);
    if (self->fd < 0 || !hg_file_size(self->fd, &self->held))
        self->held = 0;
    hg_chunk_map_init(&self->map, source->dataset, source->storage, raw);
    return H5GRAD_OK;
}

void hg_decoder_close(struct decoder *self)
{
    hg_chunk_map_free(&self->map);
    free(self->fill);
}

static bool is_absent(const struct h5_chunk_place *place)
{
    return place->size == 0 && place->address != H5_PLACE_UNKNOWN;
}

bool hg_decoder_is_absent(const struct decoder *decoder, uint64_t index)
{
    return is_absent(&decoder->map.place[index]);
}

static bool lies_in_file(const struct decoder *self, const struct h5_chunk_place *place)
{
    return place->address != H5_PLACE_UNKNOWN && place->size <= self->held &&
           place->address <= self->held - place->size;
}

/* Reads box all into data through libhdf5. Points that are not stored get the fill value, or zero
 * if there is none, as do points beyond the array's end. Within hg_enter. */
static enum h5grad_status ask_for_points(const struct decoder *self, const struct box *all,
                                         void *data, struct h5grad_error *err)
{
    struct box array = {{0}, {0}}, inside;
    memset(data, 0, hg_box_points(self->rank, all) * self->size);
    memcpy(array.count, self->source.storage->extent, self->rank * sizeof *array.count);
    if (!hg_box_intersect(self->rank, all, &array, &inside))
        return H5GRAD_OK;
    return hg_read_part(self->source.dataset, self->source.type->memory, self->rank, &inside, all,
                        data, err);
}

/* Without filters a stored chunk has raw bytes; no filter makes it much larger. */
static enum h5grad_status check_size(const struct decoder *self, uint64_t size,
                                     struct h5grad_error *err)
{
    bool plain = self->source.storage->n_filters == 0;
    if (plain && size != self->raw)
        return hg_error_set(err, H5GRAD_FAILED, "its index gives it %llu bytes instead of %llu",
                            (unsigned long long)size, (unsigned long long)self->raw);
    if (!plain && !h5_chunk_is_credible(size, self->raw))
        return hg_error_set(err, H5GRAD_FAILED, "its stored size of %llu bytes cannot be right",
                            (unsigned long long)size);
    return H5GRAD_OK;
}

/* Returns the buffer for the stored bytes: data if they are the points, or if the filters decode
 * through another buffer; else memory of the worker. NULL if allocation fails. */
static void *take_stored(const struct decoder *self, void *data, struct codec_worker *worker,
                         uint64_t size)
{
    const struct h5_storage *storage = self->source.storage;
    if (storage->n_filters == 0 || (size <= self->raw && hg_codec_between(storage, 0) > 0))
        return data;
    return hg_codec_worker_space(worker, CODEC_STORED,
                                 size_max(size, hg_codec_stored_most(self->raw)));
}

/* What to decode of a chunk, planes along the first axis, and where to. */
struct wanted {
    const struct box *chunk, *planes;
    void *data;
    struct codec_worker *worker;
};

static uint64_t wanted_bytes(const struct decoder *self, const struct wanted *wanted)
{
    return self->raw / wanted->chunk->count[0] * wanted->planes->count[0];
}

/* Reads the fill value as a point of a chunk that is not stored. libhdf5 may take as much memory
 * for that as a worker takes to decode a chunk. */
static enum h5grad_status learn_fill(struct decoder *self, const struct wanted *wanted,
                                     struct h5grad_error *err)
{
    struct h5_guard guard;
    struct box point = *wanted->chunk;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned i = 0; i < self->rank; i++)
        point.count[i] = 1;
    if (self->source.storage->n_filters > 0)
        hg_codec_worker_release(wanted->worker);
    hg_enter(&guard);
    if (!atomic_load(&self->fill_known))
        status = ask_for_points(self, &point, self->fill, err);
    atomic_store(&self->fill_known, !status);
    hg_leave(&guard);
    return status;
}

static enum h5grad_status fill_points(struct decoder *self, const struct wanted *wanted,
                                      struct h5grad_error *err)
{
    char *data = wanted->data;
    const uint64_t bytes = wanted_bytes(self, wanted);
    if (!atomic_load(&self->fill_known)) {
        enum h5grad_status status = learn_fill(self, wanted, err);
        if (status)
            return status;
    }
    memcpy(data, self->fill, self->size);
    for (uint64_t done = self->size; done < bytes; done *= 2)
        memcpy(data + done, data, size_min(done, bytes - done));
    return H5GRAD_OK;
}

/* Returns where the bytes that are wanted begin in the file, and sets *size. */
static uint64_t find_bytes(const struct decoder *self, const struct h5_chunk_place *place,
                           const struct wanted *wanted, uint64_t *size)
{
    const bool plain = self->source.storage->n_filters == 0;
    const uint64_t plane = self->raw / wanted->chunk->count[0];
    *size = plain ? wanted_bytes(self, wanted) : place->size;
    return place->address + (wanted->planes->start[0] - wanted->chunk->start[0]) * plane;
}

void hg_decoder_foresee(const struct decoder *self, uint64_t index, const struct box *chunk,
                        const struct box *planes, struct ahead *ahead)
{
    const struct h5_chunk_place *place = &self->map.place[index];
    const struct wanted wanted = {.chunk = chunk, .planes = planes};
    uint64_t size;
    if (is_absent(place) || !lies_in_file(self, place) || check_size(self, place->size, NULL))
        return;
    uint64_t offset = find_bytes(self, place, &wanted, &size);
    hg_ahead_want(ahead, self->fd, offset, size);
}

/* Reads the stored bytes of a chunk whose address is known. */
static enum h5grad_status read_bytes(const struct decoder *self, const struct h5_chunk_place *place,
                                     const struct wanted *wanted, struct codec_chunk *stored,
                                     struct h5grad_error *err)
{
    uint64_t size, offset = find_bytes(self, place, wanted, &size);
    void *bytes = take_stored(self, wanted->data, wanted->worker, place->size);
    if (!bytes)
        return hg_error_memory(err, place->size);
    stored->data = bytes;
    stored->size = size;
    stored->mask = place->mask;
    return hg_file_read(self->fd, bytes, size, offset, err);
}

/* Reads the stored bytes of a chunk through libhdf5. If there are none, or the dataset has no
 * filters, reads the points into wanted->data and leaves stored->data NULL. Within hg_enter. */
static enum h5grad_status ask_for_bytes(const struct decoder *self, const struct wanted *wanted,
                                        struct codec_chunk *stored, struct h5grad_error *err)
{
    hid_t dataset = self->source.dataset;
    const uint64_t *start = wanted->chunk->start;
    uint64_t size;
    if (self->source.storage->n_filters == 0)
        return ask_for_points(self, wanted->planes, wanted->data, err);
    if (!hg_chunk_size(dataset, start, self->rank, &size)) {
        hg_codec_worker_release(wanted->worker);
        return ask_for_points(self, wanted->planes, wanted->data, err);
    }
    enum h5grad_status status = check_size(self, size, err);
    void *bytes = status ? NULL : take_stored(self, wanted->data, wanted->worker, size);
    if (status || !bytes)
        return status ? status : hg_error_memory(err, size);
    stored->data = bytes;
    stored->size = size;
    return hg_chunk_read(dataset, start, self->rank, bytes, size, &stored->mask, err);
}

static bool is_partial(const struct h5_storage *storage, const struct box *chunk)
{
    for (unsigned i = 0; i < storage->rank; i++) {
        if (chunk->start[i] + chunk->count[i] > storage->extent[i])
            return true;
    }
    return false;
}

static enum h5grad_status undo_filters(const struct decoder *self, const struct wanted *wanted,
                                       struct codec_chunk *stored, struct h5grad_error *err)
{
    const struct h5_storage *storage = self->source.storage;
    if (!stored->data || storage->n_filters == 0)
        return H5GRAD_OK;
    if (storage->raw_edge_chunks && is_partial(storage, wanted->chunk))
        stored->mask = UINT32_MAX;
    size_t need = hg_codec_decode_scratch(storage, self->raw);
    stored->storage = storage;
    stored->raw = self->raw;
    stored->scratch = hg_codec_worker_space(wanted->worker, CODEC_SCRATCH, need);
    if (!stored->scratch)
        return hg_error_memory(err, need);
    if (stored->data == wanted->data &&
        hg_codec_between(storage, stored->mask) == 0) /* all filters were skipped */
        stored->data = memcpy(stored->scratch, wanted->data, stored->size);
    return hg_codec_decode_chunk(wanted->worker, stored, wanted->data, err);
}

/* entered: the caller is within hg_enter. */
static enum h5grad_status read_wanted(struct decoder *self, const struct h5_chunk_place *place,
                                      const struct wanted *wanted, bool entered,
                                      struct h5grad_error *err)
{
    struct codec_chunk stored = {.data = NULL};
    struct h5_guard guard;
    enum h5grad_status status = H5GRAD_OK;
    if (place->address != H5_PLACE_UNKNOWN)
        status = check_size(self, place->size, err);
    if (!status && lies_in_file(self, place)) {
        status = read_bytes(self, place, wanted, &stored, err);
    } else if (!status) {
        if (!entered)
            hg_enter(&guard);
        status = ask_for_bytes(self, wanted, &stored, err);
        if (!entered)
            hg_leave(&guard);
    }
    return status ? status : undo_filters(self, wanted, &stored, err);
}

enum h5grad_status hg_decoder_read(struct decoder *self, uint64_t index, const struct box *chunk,
                                   const struct box *planes, void *data,
                                   struct codec_worker *worker, struct h5grad_error *err)
{
    const struct h5_chunk_place *place = &self->map.place[index];
    const struct wanted wanted = {chunk, planes, data, worker};
    enum h5grad_status status = is_absent(place) ? fill_points(self, &wanted, err)
                                                 : read_wanted(self, place, &wanted, false, err);
    return status ? hg_chunk_context(err, status, self->rank, chunk) : H5GRAD_OK;
}

static bool library_decodes(const struct h5_storage *storage)
{
    for (unsigned i = 0; i < storage->n_filters; i++) {
        if (!hg_storage_library_can(storage->filter[i].id, H5Z_FILTER_CONFIG_DECODE_ENABLED))
            return false;
    }
    return true;
}

/* Decodes the first bytes of the first chunk, which is stored at place. */
static bool decode_row(struct decoder *self, const struct h5_chunk_place *place, void *row,
                       size_t bytes)
{
    struct box chunk = {{0}, {0}};
    struct wanted wanted = {&chunk, &chunk, hg_memory_aligned(self->raw), hg_codec_worker_new()};
    memcpy(chunk.count, self->source.storage->chunk, self->rank * sizeof *chunk.count);
    bool made = wanted.worker && wanted.data && !read_wanted(self, place, &wanted, true, NULL);
    if (made)
        memcpy(row, wanted.data, bytes);
    free(wanted.data);
    hg_codec_worker_free(wanted.worker);
    return made;
}

/* True if memory allows reading a chunk by libhdf5 and decoding it here. libhdf5 needs more for a
 * chunk with filters, so the largest decodable chunks are not verified. */
static bool may_compare(const struct decoder *self)
{
    uint64_t need = hg_limit_need(self->source.storage, self->size);
    return hg_limit_allows(self->source.dataset, size_max(need, self->raw));
}

bool hg_decoder_verify(struct decoder *self)
{
    const struct h5_storage *storage = self->source.storage;
    const unsigned last = self->rank - 1;
    struct box row = {{0}, {0}};
    for (unsigned i = 0; i < self->rank; i++) {
        if (storage->extent[i] == 0)
            return true;
        uint64_t most = i < last ? 1 : VERIFY_POINTS;
        row.count[i] = size_min(most, size_min(storage->chunk[i], storage->extent[i]));
    }
    if (!library_decodes(storage) || !may_compare(self))
        return true;
    struct h5_chunk_place place;
    if (hg_chunk_map_locate(&self->map, row.start, &place, NULL))
        return false;
    size_t bytes = row.count[last] * self->size;
    char *ours = hg_memory_aligned(bytes), *theirs = hg_memory_aligned(bytes);
    bool same = is_absent(&place) || (ours && theirs && decode_row(self, &place, ours, bytes) &&
                                      !hg_read_box(self->source.dataset, self->source.type->memory,
                                                   self->rank, &row, theirs, NULL) &&
                                      memcmp(ours, theirs, bytes) == 0);
    free(theirs);
    free(ours);
    return same;
}
