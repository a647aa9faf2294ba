/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/contiguous.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "hdf5/transfer.h"
#include "libhdf5/handle.h"

#define COMPARED_BYTES 4096

/* True if the calling program has the file open for writing: libhdf5 may then hold bytes that are
 * not yet in the file. */
static bool is_written_here(hid_t dataset)
{
    unsigned intent = 0;
    H5_CLOSED hid_t file = H5Iget_file_id(dataset);
    return file < 0 || H5Fget_intent(file, &intent) < 0 || intent & H5F_ACC_RDWR;
}

bool hg_contiguous_find(hid_t dataset, const struct h5_storage *storage, size_t size, bool within,
                        struct h5_contiguous *place)
{
    H5D_space_status_t allocated;
    uint64_t held, end;
    if (storage->layout != H5_CONTIGUOUS || storage->n_filters > 0)
        return false;
    /* H5Dget_offset adds the user block even to HADDR_UNDEF, so ask whether there is an offset. */
    if (H5Dget_space_status(dataset, &allocated) < 0 || allocated != H5D_SPACE_STATUS_ALLOCATED)
        return false;
    haddr_t offset = H5Dget_offset(dataset);
    place->fd = hg_descriptor(dataset);
    if (offset == HADDR_UNDEF || place->fd < 0 ||
        !size_product(storage->rank, storage->extent, size, &place->bytes) ||
        H5Dget_storage_size(dataset) != place->bytes || place->bytes == 0)
        return false;
    place->offset = offset;
    place->size = size;
    if (!size_add(place->offset, place->bytes, &end) || end > INT64_MAX)
        return false;
    return !within || (hg_file_size(place->fd, &held) && end <= held && !is_written_here(dataset));
}

/* Points read by libhdf5 (theirs) and by pread (ours). */
struct comparison {
    hid_t dataset, memory;
    const struct h5_storage *storage;
    const struct h5_contiguous *place;
    uint64_t count; /* along the last axis */
    char *ours, *theirs;
};

/* Compares count points from point number first. */
static enum h5grad_status compare_points(const struct comparison *comparison, uint64_t first,
                                         bool *same, struct h5grad_error *err)
{
    const struct h5_storage *storage = comparison->storage;
    const struct h5_contiguous *place = comparison->place;
    const uint64_t bytes = comparison->count * place->size;
    struct box box;
    uint64_t rest = first;
    for (unsigned i = storage->rank; i-- > 0;) {
        box.start[i] = rest % storage->extent[i];
        box.count[i] = 1;
        rest /= storage->extent[i];
    }
    box.count[storage->rank - 1] = comparison->count;
    enum h5grad_status status = hg_read_box(comparison->dataset, comparison->memory, storage->rank,
                                            &box, comparison->theirs, err);
    *same = !status &&
            !hg_file_read(place->fd, comparison->ours, bytes, place->offset + first * place->size,
                          NULL) &&
            memcmp(comparison->ours, comparison->theirs, bytes) == 0;
    return status;
}

bool hg_contiguous_is_proven(const struct h5_contiguous *place, hid_t dataset, unsigned kind)
{
    const struct h5_probe *probe = place->bytes <= H5_SMALL_BYTES ? hg_probe_of(dataset) : NULL;
    return probe && (probe->proven & kind);
}

void hg_contiguous_note_proven(hid_t dataset, unsigned kind)
{
    struct h5_probe *probe = hg_probe_of(dataset);
    if (probe)
        probe->proven |= kind;
}

enum h5grad_status hg_contiguous_verify(hid_t dataset, hid_t memory,
                                        const struct h5_storage *storage,
                                        const struct h5_contiguous *place, bool *same,
                                        struct h5grad_error *err)
{
    const uint64_t points = place->bytes / place->size;
    BASE_FREED char *buffer = hg_memory_aligned(2 * COMPARED_BYTES);
    *same = false;
    if (!buffer)
        return hg_error_memory(err, 2 * COMPARED_BYTES);
    const struct comparison comparison = {
        .dataset = dataset,
        .memory = memory,
        .storage = storage,
        .place = place,
        .count = size_min(storage->extent[storage->rank - 1], COMPARED_BYTES / place->size),
        .ours = buffer,
        .theirs = buffer + COMPARED_BYTES,
    };
    enum h5grad_status status = compare_points(&comparison, 0, same, err);
    /* of a small array comparing both ends takes longer than to read it */
    if (status || !*same || place->bytes <= H5_SMALL_BYTES)
        return status;
    return compare_points(&comparison, points - comparison.count, same, err);
}
