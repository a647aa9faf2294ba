/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads by H5Dread under the lock: whatever libhdf5 can read, one tile at a time.
 *
 * Chunks are decoded through the dataset's chunk cache, 8 MiB as hg_open_input sets it, or the
 * caches of its sources: a larger chunk is decoded again for every tile that touches it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"
#include "hdf5/chunk.h"
#include "trust/input_driver.h"
#include "hdf5/limit.h"
#include "trust/outside.h"
#include "hdf5/transfer.h"
#include "trust/virtual_caches.h"
#include "reader/reader.h"

struct library_reader {
    struct reader reader;
    struct reader_source source;
    const struct h5_access *access;
    bool unfilled;
};

/* True if libhdf5 does not touch the memory of points that are not stored; the reader then clears
 * it first, so that they read as zeros. */
static bool leaves_gaps(hid_t dataset)
{
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    H5D_fill_time_t when = H5D_FILL_TIME_NEVER;
    hid_t creation = hg_creation_list(dataset);
    bool known = creation >= 0 && H5Pfill_value_defined(creation, &defined) >= 0 &&
                 H5Pget_fill_time(creation, &when) >= 0;
    return !known || defined == H5D_FILL_VALUE_UNDEFINED || when == H5D_FILL_TIME_NEVER;
}

/*
 * True if filter number index was skipped when the dataset was written, as libhdf5 does with an
 * optional filter that it lacks: nothing needs to be undone then. The first chunk speaks for all;
 * reading a chunk that differs fails.
 */
static bool filter_was_skipped(hid_t dataset, unsigned index)
{
    bool skipped = H5Dget_storage_size(dataset) == 0;
#if H5_VERSION_GE(1, 10, 5)
    hsize_t offset[GRID_MAX_RANK + 1];
    hsize_t bytes;
    haddr_t address;
    unsigned mask = 0;
    hid_t space = H5Dget_space(dataset);
    if (!skipped && space >= 0 &&
        H5Dget_chunk_info(dataset, space, 0, offset, &mask, &address, &bytes) >= 0)
        skipped = mask >> index & 1;
    hg_close(space);
#else
    (void)index;
#endif
    return skipped;
}

enum h5grad_status hg_reader_check_filters(hid_t dataset, const struct h5_storage *storage,
                                           struct h5grad_error *err)
{
    const struct h5_access *access = storage->n_filters ? hg_input_access(dataset) : NULL;
    /* Looking for a plugin loads it, and it stays loaded for H5Dread. */
    hg_permit_plugins(access);
    for (unsigned i = 0; i < storage->n_filters; i++) {
        const struct h5_filter *filter = &storage->filter[i];
        if (hg_storage_library_can(filter->id, H5Z_FILTER_CONFIG_DECODE_ENABLED) ||
            filter_was_skipped(dataset, i))
            continue;
        const char *text = hg_codec_describe(filter->id); /* "NAME; WHAT PROVIDES IT", or a name */
        const char *provider = strstr(text, "; ");
        return hg_error_set(
            err, H5GRAD_FAILED, "filter %d (%.*s) is not available%s%s%s", filter->id,
            (int)strcspn(text, ";"), text, provider ? ": it needs " : "",
            provider ? provider + 2 : "",
            access && !access->allow_plugins ? " (--allow-plugins lets libhdf5 load one)" : "");
    }
    return H5GRAD_OK;
}

static struct reader *library_open(const struct reader_source *source, struct h5grad_error *err)
{
    const struct h5_storage *storage = source->storage;
    uint64_t size = H5Tget_size(source->type->file);
    if (hg_check_whole(source->dataset, err) != H5GRAD_OK ||
        hg_limit_check_filters(storage, size, err) != H5GRAD_OK ||
        hg_reader_check_filters(source->dataset, storage, err) != H5GRAD_OK)
        return NULL;
    struct library_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    hg_reader_init(&self->reader, &hg_reader_library, source);
    uint64_t cache = 0, chunk;
    if (storage->layout == H5_CHUNKED && size_product(storage->rank, storage->chunk, size, &chunk))
        cache = hg_chunk_cache(source->dataset, chunk);
    self->reader.held = hg_limit_need(storage, size) + cache;
    self->reader.caches = hg_virtual_caches(source->dataset);
    self->source = *source;
    self->access = hg_input_access(source->dataset);
    self->unfilled = leaves_gaps(source->dataset);
    return &self->reader;
}

static void clear_points(void *restrict to, const void *restrict from, size_t size)
{
    (void)from;
    memset(to, 0, size);
}

static enum h5grad_status library_read(struct reader *reader, const struct halo_piece *piece,
                                       void *buffer, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    (void)worker;
    const struct library_reader *self = (const struct library_reader *)reader;
    const struct reader_source *source = &self->source;
    if (self->unfilled)
        hg_box_copy_by(clear_points, reader->rank, hg_type_size(source->type), &piece->box, buffer,
                       &piece->within, buffer);
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_read_part(source->dataset, source->type->memory, reader->rank,
                                             &piece->box, &piece->within, buffer, err);
    if (status == H5GRAD_OK)
        status = hg_access_check(self->access, err);
    hg_leave(&guard);
    return status;
}

static void library_close(struct reader *reader)
{
    free(reader);
}

const struct reader_method hg_reader_library = {
    .name = "library",
    .cut = HALO_WHOLE,
    .open = library_open,
    .read = library_read,
    .close = library_close,
};
