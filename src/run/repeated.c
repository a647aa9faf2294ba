/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/repeated.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "reader/reader.h"

/* Points of a sample. */
#define SAMPLE 4096

/* Chooses SAMPLE points in the middle of the first hyperplane of an axis, adjacent if possible.
 * Returns false if there are no points. */
static bool choose_sample(const struct field *field, unsigned axis, struct box *box)
{
    uint64_t left = SAMPLE;
    for (unsigned i = field->rank; i-- > 0;) {
        const uint64_t extent = field->extent[i];
        if (extent == 0)
            return false;
        box->count[i] = i == axis ? 1 : size_min(extent, left);
        box->start[i] = i == axis ? 0 : (extent - box->count[i]) / 2;
        left /= box->count[i];
    }
    return true;
}

/* Returns whether both have the same n points, which are not all equal. */
static bool are_repeated(const char *first, const char *last, size_t n, size_t size)
{
    bool varied = false;
    for (size_t i = 1; i < n && !varied; i++)
        varied = memcmp(first, first + i * size, size) != 0;
    return varied && memcmp(first, last, n * size) == 0;
}

static bool is_repeated(const struct task *task, struct reader *reader, unsigned axis, char *sample)
{
    const struct field *field = task->field;
    const size_t size = hg_type_size(&task->type);
    struct box box;
    if (!choose_sample(field, axis, &box))
        return false;
    const size_t n = (size_t)hg_box_points(field->rank, &box);
    for (int side = 0; side < 2; side++) {
        struct halo_piece piece = {.box = box};
        piece.box.start[axis] = side == 0 ? 0 : field->extent[axis] - 1;
        if (field->is_part)
            hg_box_add_axis(&piece.box, field->rank, field->part_axis, field->part, 1);
        piece.within = piece.box;
        if (reader->method->read(reader, &piece, sample + (size_t)side * n * size, NULL, NULL))
            return false;
    }
    return are_repeated(sample, sample + n * size, n, size);
}

/* Opens a reader that needs no plan; NULL if there is none. */
static struct reader *open_reader(const struct task *task)
{
    const struct reader_source source = hg_task_source(task);
    struct h5grad_error reason;
    struct h5_guard guard;
    hg_enter(&guard);
    struct reader *reader = hg_reader_open(&source, hg_reader_library.name, &reason);
    hg_leave(&guard);
    return reader;
}

static void close_reader(struct reader *reader)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_reader_close(reader);
    hg_leave(&guard);
}

static void tell(const struct field *field, unsigned axis, struct messages *messages)
{
    char label[256], number[32];
    hg_field_label(field, axis, label, sizeof label);
    hg_message_add(messages, H5GRAD_WARNING,
                   "%s: %s: the last point repeats the first? --boundary=%s=periodic-repeated",
                   field->path, label, hg_field_axis_option(field, axis, number, sizeof number));
}

enum h5grad_status hg_repeated_tell(const struct task *task, struct messages *messages,
                                    struct h5grad_error *err)
{
    const struct field *field = task->field;
    const size_t bytes = 2 * SAMPLE * hg_type_size(&task->type);
    struct reader *reader = NULL;
    char *sample = NULL;
    for (unsigned k = 0; k < field->n_axes; k++) {
        const unsigned axis = field->order[k];
        if (field->axis[axis].op.boundary[0] != BOUNDARY_PERIODIC)
            continue;
        if (!sample && !(sample = hg_memory_aligned(bytes)))
            return hg_error_memory(err, bytes);
        if (!reader && !(reader = open_reader(task)))
            break;
        if (is_repeated(task, reader, axis, sample))
            tell(field, axis, messages);
    }
    if (reader)
        close_reader(reader);
    free(sample);
    return H5GRAD_OK;
}
