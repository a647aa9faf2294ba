/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid/chunks.h"
#include "libhdf5/output_driver.h"
#include "writer/writer.h"

/* In order of preference; the last one takes everything. */
static const struct writer_method *const methods[] = {&hg_writer_direct, &hg_writer_prealloc,
                                                      &hg_writer_chunked, &hg_writer_library};

struct writer *hg_writer_open(const struct writer_target *target, const char *forced,
                              struct h5grad_error *err)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (forced && methods[i] != &hg_writer_library && strcmp(forced, methods[i]->name) != 0)
            continue;
        struct h5grad_error reason = {.status = H5GRAD_OK};
        struct writer *writer = methods[i]->open(target, &reason);
        if (writer) {
            writer->failure = target->told ? NULL : hg_output_failure(target->file);
            return writer;
        }
        if (reason.status != H5GRAD_OK) {
            hg_error_set(err, reason.status, "%s", reason.message);
            return NULL;
        }
    }
    hg_error_set(err, H5GRAD_FAILED, "no way to write this dataset");
    return NULL;
}

/* Fails if libhdf5 could not write to the file, for this writer or another. */
static enum h5grad_status check_failure(const struct writer *writer, struct h5grad_error *err)
{
    int number = writer->failure ? atomic_load(writer->failure) : 0;
    return number ? hg_error_errno(err, number, "writing") : H5GRAD_OK;
}

enum h5grad_status hg_writer_write(struct writer *writer, const struct result_tile *tile,
                                   const void *points, struct h5grad_error *err)
{
    enum h5grad_status status = writer->method->write(writer, tile, points, err);
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

enum h5grad_status hg_writer_read(struct writer *writer, const struct result_tile *tile,
                                  void *points, struct h5grad_error *err)
{
    return writer->method->read(writer, tile, points, err);
}

uint64_t hg_writer_chunks(const struct writer *writer, const struct result_tile *tile)
{
    const struct h5_storage *storage = writer->target.storage;
    struct box numbers;
    hg_chunks_touched_by(storage->rank, storage->chunk, &tile->core, &numbers);
    return hg_box_points(storage->rank, &numbers);
}

enum h5grad_status hg_writer_replay(struct writer *writer, const struct result_tile *tile,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = writer->method->replay(writer, tile, err);
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

bool hg_writer_is_apart(const struct writer *writer)
{
    return writer->method->is_apart && writer->method->is_apart(writer);
}

enum h5grad_status hg_writer_finish(struct writer *writer, struct h5grad_error *err)
{
    enum h5grad_status status =
        writer->method->finish ? writer->method->finish(writer, err) : H5GRAD_OK;
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

void hg_writer_close(struct writer *writer)
{
    free(writer);
}

void *hg_writer_new(const struct writer_method *method, size_t size,
                    const struct writer_target *target, struct h5grad_error *err)
{
    struct writer *writer = hg_memory_zeroed(1, size);
    if (!writer) {
        hg_error_memory(err, size);
        return NULL;
    }
    writer->method = method;
    if (target)
        writer->target = *target;
    return writer;
}
