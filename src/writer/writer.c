/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "libhdf5/output_driver.h"
#include "writer/writer.h"

/* In order of preference; the last one takes everything. */
static const struct writer_way *const ways[] = {&hg_writer_direct, &hg_writer_placed,
                                                &hg_writer_chunked, &hg_writer_library};

struct writer *hg_writer_open(const struct writer_target *target, const char *forced,
                              struct h5grad_error *err)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (forced && ways[i] != &hg_writer_library && strcmp(forced, ways[i]->name) != 0)
            continue;
        struct h5grad_error reason = {.status = H5GRAD_OK};
        struct writer *writer = ways[i]->open(target, &reason);
        if (writer) {
            writer->failure = hg_output_failure(target->file);
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

/* What libhdf5 wrote for any writer of the file. */
static enum h5grad_status check_failure(const struct writer *writer, struct h5grad_error *err)
{
    int number = writer->failure ? atomic_load(writer->failure) : 0;
    return number ? hg_error_errno(err, number, "writing") : H5GRAD_OK;
}

enum h5grad_status hg_writer_write(struct writer *writer, const struct box *box, const void *points,
                                   struct codec_worker *worker, struct h5grad_error *err)
{
    enum h5grad_status status = writer->way->write(writer, box, points, worker, err);
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

enum h5grad_status hg_writer_read(struct writer *writer, const struct box *box, void *points,
                                  struct codec_worker *worker, struct h5grad_error *err)
{
    return writer->way->read(writer, box, points, worker, err);
}

uint64_t hg_writer_chunks(const struct writer *writer, const struct box *box)
{
    return writer->way->chunks(writer, box);
}

enum h5grad_status hg_writer_retell(struct writer *writer, const struct box *box,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = writer->way->retell(writer, box, err);
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

enum h5grad_status hg_writer_finish(struct writer *writer, struct h5grad_error *err)
{
    enum h5grad_status status = writer->way->finish ? writer->way->finish(writer, err) : H5GRAD_OK;
    return status == H5GRAD_OK ? check_failure(writer, err) : status;
}

void hg_writer_close(struct writer *writer)
{
    if (writer)
        writer->way->close(writer);
}
