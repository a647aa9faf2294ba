/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/task.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/convention.h"
#include "formats/formats.h"
#include "hdf5/attribute.h"
#include "hdf5/chunk.h"
#include "hdf5/names.h"
#include "libhdf5/handle.h"
#include "libhdf5/reopen.h"
#include "run/share.h"
#include "trust/input_driver.h"
#include "trust/outside.h"

/* Memory of a thread: its stack, its share of malloc's free blocks, decoders. */
#define THREAD_MEMORY ((uint64_t)256 << 10)

/* Opening a dataset again takes longer than differentiating one whose chunks have this size. */
#define SMALL_BYTES ((uint64_t)64 << 10)

static enum h5grad_status read_type(struct task *task, hid_t object, struct h5grad_error *err)
{
    hid_t type = H5Dget_type(object);
    if (type < 0)
        return hg_hdf5_error(err, "its datatype cannot be read");
    enum h5grad_status status = hg_type_open(type, &task->type, err);
    H5Tclose(type);
    return status;
}

/* Returns the fault of a dataset that cannot be opened: lost, unless it is known to be no field. */
static enum field_fault judge_lost(struct task *task, const char *path)
{
    hid_t object = hg_open_object(task->file, path, NULL);
    bool known = object >= 0 &&
                 (H5Iget_type(object) != H5I_DATASET || read_type(task, object, NULL) != H5GRAD_OK);
    hg_close(object);
    return known ? FIELD_NONE : FIELD_LOST;
}

/* libhdf5 2 has no extent of a virtual dataset with a source that cannot be opened. */
static bool has_dataspace(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    hg_close(space);
    return space >= 0;
}

/* Returns the storage of the dataset, of which the field may be a part. */
static const struct h5_storage *whole_storage(const struct task *task)
{
    return task->field->is_part ? &task->whole : &task->storage;
}

/* Returns whether all chunks together are so small that it does not matter where they are cached.
 */
static bool is_small(const struct task *task)
{
    const struct h5_storage *storage = whole_storage(task);
    uint64_t extent[GRID_MAX_RANK], bytes;
    for (unsigned i = 0; i < storage->rank; i++)
        extent[i] = size_round_up(storage->extent[i], storage->chunk[i]);
    return size_product(storage->rank, extent,
                        task->type.components * hg_element_size(task->type.stored), &bytes) &&
           bytes <= SMALL_BYTES;
}

/* Opens a dataset again without libhdf5's chunk cache, if h5grad decodes the chunks. */
static enum h5grad_status drop_cache(struct task *task, struct h5grad_error *err)
{
    if (!hg_reader_decodes(whole_storage(task), &task->type, task->field->read_method) ||
        is_small(task))
        return H5GRAD_OK;
    task->dataset = hg_reopen_uncached(task->dataset, err);
    return task->dataset < 0 ? hg_error_status(err) : H5GRAD_OK;
}

static enum h5grad_status open_described(struct task *task, struct field *field,
                                         struct h5grad_error *err)
{
    task->dataset = hg_names_open_variable(task->file, field->path, &field->stored_path, err);
    if (task->dataset < 0) {
        field->fault = judge_lost(task, field->path);
        return hg_error_status(err);
    }
    enum h5grad_status status = hg_storage_read(task->dataset, &task->storage, err);
    if (!status)
        return read_type(task, task->dataset, err);
    if (!has_dataspace(task->dataset))
        field->fault = judge_lost(task, field->path);
    return status;
}

/* Fails if points are missing, unless that is allowed; then notes them in field->missing. */
static enum h5grad_status check_points(struct task *task, struct field *field,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = hg_check_whole(task->dataset, err);
    if (status)
        field->fault = FIELD_LOST;
    else
        field->missing = hg_missing_text(task->dataset);
    return status;
}

static enum h5grad_status take_shape(const struct task *task, struct field *field,
                                     struct h5grad_error *err)
{
    const unsigned rank = task->storage.rank;
    uint64_t bytes;
    if (!size_product(rank, task->storage.extent, 2 * sizeof(double), &bytes))
        return hg_error_set(err, H5GRAD_FAILED, "too large: its size in bytes overflows");
    field->rank = rank;
    field->components = task->type.components;
    field->stored = task->type.stored;
    field->result = task->type.result;
    field->extent = hg_memory_zeroed(rank, sizeof *field->extent);
    field->axis = hg_memory_zeroed(rank, sizeof *field->axis);
    field->order = hg_memory_zeroed(rank, sizeof *field->order);
    if (!field->extent || !field->axis || !field->order)
        return hg_error_memory(err, rank * sizeof *field->axis);
    memcpy(field->extent, task->storage.extent, rank * sizeof *field->extent);
    field->grows = hg_input_grows(task->dataset);
    return H5GRAD_OK;
}

static enum h5grad_status describe(struct task *task, const struct h5_walk *walk, bool unpack,
                                   struct field *field, struct h5grad_error *err)
{
    enum h5grad_status status = open_described(task, field, err);
    if (!status)
        status = check_points(task, field, err);
    if (!status)
        status = take_shape(task, field, err);
    if (!status)
        status = hg_coords_read(task->file, walk, field->path, task->dataset, field->rank,
                                &field->coords, err);
    if (status || !unpack)
        return status;
    const struct values_place place = {task->file, walk, field->path, task->dataset};
    status = hg_values_read(&place, &task->type, &field->values, err);
    if (status == H5GRAD_FAILED)
        field->fault = FIELD_UNUSABLE;
    if (!status && field->values.packed)
        field->result = field->values.unpacked;
    return status;
}

static void begin(struct task *task, hid_t file, const struct field *field)
{
    memset(task, 0, offsetof(struct task, storage)); /* the rest is large */
    task->field = field;
    task->file = file;
    task->dataset = task->type.memory = task->type.file = -1;
}

enum h5grad_status hg_task_describe(struct task *task, hid_t file, const struct h5_walk *walk,
                                    const char *path, bool unpack, struct field *field,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    begin(task, file, field);
    *field = (struct field){.path = path};
    hg_enter(&guard);
    enum h5grad_status status = describe(task, walk, unpack, field, err);
    hg_leave(&guard);
    if (status && field->fault == FIELD_SOUND)
        field->fault = FIELD_NONE;
    return status;
}

/* Leaves out what the field does not have of a dataset that grows: points that were added since, or
 * that have no coordinates yet. */
static void take_extent(struct task *task)
{
    const struct field *field = task->field;
    for (unsigned i = 0; field->grows && i < field->rank; i++) {
        const bool moved = field->is_part && i >= field->part_axis;
        task->storage.extent[i] = size_min(task->storage.extent[i], field->extent[i]);
        if (field->is_part)
            task->whole.extent[i + moved] = task->storage.extent[i];
    }
}

/* Returns whether the dataset is as described; another process may have changed it since. */
static bool is_as_described(const struct task *task)
{
    const struct field *field = task->field;
    return task->storage.rank == field->rank && task->type.components == field->components &&
           task->type.stored == field->stored &&
           memcmp(task->storage.extent, field->extent, field->rank * sizeof *field->extent) == 0;
}

enum h5grad_status hg_task_make_others(struct task *task, unsigned n, struct h5grad_error *err)
{
    task->other = hg_memory_zeroed(n, sizeof *task->other);
    if (!task->other)
        return hg_error_memory(err, n * sizeof *task->other);
    for (unsigned k = 0; k + 1 < n; k++)
        begin(&task->other[k], -1, NULL);
    return H5GRAD_OK;
}

void hg_task_take_part(struct task *task)
{
    const unsigned axis = task->field->part_axis;
    task->whole = task->storage;
    if (axis < task->storage.rank)
        hg_storage_drop_axis(&task->storage, axis);
}

static enum h5grad_status open_others(struct task *task, hid_t file,
                                      const struct field_vector *vector, struct h5grad_error *err)
{
    enum h5grad_status status = hg_task_make_others(task, vector->n, err);
    for (unsigned k = 0; k < field_vector_others(vector) && !status; k++) {
        status = hg_task_open(&task->other[k], file, &vector->other[k], err);
        if (status)
            hg_error_context(err, status, "%s", vector->other[k].path);
    }
    return status;
}

/* Takes storage and type of a field whose place is known from its description. */
static void recall(struct task *task)
{
    const struct field *field = task->field;
    struct h5_storage *storage = &task->storage;
    struct h5_type *type = &task->type;
    *storage = (struct h5_storage){.layout = H5_CONTIGUOUS, .rank = field->rank};
    memcpy(storage->extent, field->extent, field->rank * sizeof *field->extent);
    memcpy(storage->max_extent, field->extent, field->rank * sizeof *field->extent);
    type->stored = field->stored;
    type->swapped = field->place.swapped;
    type->components = field->components;
    type->raw = true;
    type->result = field->place.result;
    struct h5_contiguous *place = &task->place;
    *place = (struct h5_contiguous){
        .fd = hg_descriptor(task->file), .offset = field->place.offset, .size = hg_type_size(type)};
    size_product(storage->rank, storage->extent, place->size, &place->bytes);
}

enum h5grad_status hg_task_open(struct task *task, hid_t file, const struct field *field,
                                struct h5grad_error *err)
{
    struct h5_guard guard;
    begin(task, file, field);
    hg_enter(&guard);
    if (field->place.is_known) {
        recall(task);
        hg_leave(&guard);
        return H5GRAD_OK;
    }
    task->dataset = hg_open_dataset(file, field->stored_path, err);
    enum h5grad_status status = task->dataset < 0 ? hg_error_status(err) : H5GRAD_OK;
    if (!status)
        status = hg_storage_read(task->dataset, &task->storage, err);
    if (!status && field->is_part)
        hg_task_take_part(task);
    if (!status && task->storage.rank == field->rank)
        take_extent(task);
    if (!status)
        status = read_type(task, task->dataset, err);
    if (!status)
        status = hg_check_whole(task->dataset, err);
    if (!status)
        status = drop_cache(task, err);
    if (!status && !is_as_described(task))
        status = hg_error_set(err, H5GRAD_FAILED, "its extent or type has changed");
    hg_leave(&guard);
    if (!status && field->vector)
        status = open_others(task, file, field->vector, err);
    return status;
}

/* The arithmetic is in double if values or results are. Packed data have the type that they are
 * unpacked to. */
static void choose_arithmetic(struct task *task)
{
    const struct field *field = task->field;
    struct engine_source *source = &task->source[0];
    const struct values *values = &field->values;
    enum element unpacked = values->packed ? values->unpacked : task->type.result;
    source->storage = &task->storage;
    source->stored = values->applies ? values->stored : task->type.stored;
    source->swapped = task->type.swapped;
    source->part = field->is_part ? (unsigned)field->part : 0;
    source->unpack = values->applies ? &values->rule : NULL;
    source->value = hg_element_arithmetic(source->stored);
    enum element arithmetic = source->value;
    if (field->result == ELEMENT_F64 || unpacked == ELEMENT_F64)
        arithmetic = ELEMENT_F64;
    if (source->unpack)
        source->value = arithmetic;
    task->arithmetic = arithmetic;
}

/* Makes the stencil of an axis with coordinates. */
static enum h5grad_status use_coordinates(struct stencil_axis *axis,
                                          const struct stencil_operator *op,
                                          const struct coord_variable *coordinate,
                                          struct h5grad_error *err)
{
    double x[2][OPERATOR_MOST_POINTS];
    const uint64_t extent = coordinate->scan.seen, n = STENCIL_ENDS(extent);
    const double *const ends[2] = {x[0], x[1]};
    enum h5grad_status status = hg_coord_array_read(coordinate->array, 0, n, x[0], err);
    if (!status)
        status = hg_coord_array_read(coordinate->array, extent - n, n, x[1], err);
    return status ? status : hg_stencil_make(op, &coordinate->scan, ends, axis, err);
}

/* A derivative of a source; of order 0 its value. */
struct wanted {
    unsigned source, axis, order;
};

/* Returns what belongs to the values of a source but is not added to them. */
static double offset_of(const struct field *field, unsigned source)
{
    return source > 0 ? field->vector->other[source - 1].values.offset : field->values.offset;
}

/* Finds or adds a derivative of the job; *number is its number. */
static enum h5grad_status use_derivative(struct task *task, struct wanted wanted, unsigned *number,
                                         struct h5grad_error *err)
{
    const unsigned axis = wanted.axis;
    const struct field *field = task->field;
    const struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = hg_field_measure(settled);
    struct engine_job *job = &task->job;
    enum h5grad_status status;
    for (*number = 0; *number < job->n_derivatives; ++*number) {
        const struct engine_derivative *known = &task->derivative[*number];
        if (known->source == wanted.source && known->axis == axis &&
            known->stencil.op.derivative == wanted.order)
            return H5GRAD_OK;
    }
    struct engine_derivative *out = &task->derivative[job->n_derivatives++];
    struct stencil_operator op = settled->op;
    const double offset = offset_of(field, wanted.source);
    op.derivative = wanted.order;
    for (int side = 0; side < 2; side++)
        op.value[side] -= offset;
    *out = (struct engine_derivative){.source = wanted.source, .axis = axis};
    if (wanted.order == 0) {
        out->offset = offset;
        out->stencil.even = true;
        return H5GRAD_OK;
    }
    if (hg_field_is_spherical(field, axis))
        out->divisor = axis == field->sphere.latitude ? &task->rows.north : &task->rows.east;
    if (coordinate)
        status = use_coordinates(&out->stencil, &op, coordinate, err);
    else
        status = hg_stencil_make_even(
            &op, field->extent[axis],
            settled->spacing.kind == SPACING_NUMBER ? settled->spacing.number : 1, &out->stencil,
            err);
    out->coordinates = coordinate && !out->stencil.even ? coordinate->array : NULL;
    if (!status)
        return H5GRAD_OK;
    char label[256];
    hg_field_label(field, axis, label, sizeof label);
    return hg_error_context(err, status, "%s", label);
}

/* How a result is combined. */
struct recipe {
    enum combination_kind kind;
    unsigned n, before; /* see struct combination */
    struct wanted wanted[COMBINATION_MOST_INPUTS];
};

static void want(struct recipe *recipe, unsigned source, unsigned axis, unsigned order)
{
    recipe->wanted[recipe->n++] = (struct wanted){source, axis, order};
}

/* Adds the two terms of the component of a curl that is made of components a and b. */
static void want_difference(const struct field *field, unsigned a, unsigned b,
                            struct recipe *recipe)
{
    want(recipe, b, field->combined[a], 1);
    want(recipe, a, field->combined[b], 1);
}

/* Adds those of the component along an axis of three. */
static void want_curl_along(const struct field *field, unsigned axis, struct recipe *recipe)
{
    unsigned of = 0;
    while (field->combined[of] != axis)
        of++;
    want_difference(field, (of + 1) % 3, (of + 2) % 3, recipe);
}

/* Chooses a curl: of two components, on a sphere with a metric term; or one component of three, or
 * all of them, from that along the fastest axis on. */
static void choose_curl(const struct field *field, const struct field_result *result,
                        struct recipe *recipe)
{
    recipe->kind = result->joined ? COMBINATION_DIFFERENCES : COMBINATION_DIFFERENCE;
    if (result->along)
        want_curl_along(field, result->axis, recipe);
    else if (!result->joined)
        want_difference(field, 0, 1, recipe);
    for (unsigned axis = field->rank; axis-- > 0 && result->joined;) {
        if (field->axis[axis].differentiated)
            want_curl_along(field, axis, recipe);
    }
    if (field->sphere.radius > 0) {
        want(recipe, 0, field->sphere.latitude, 0);
        recipe->kind = COMBINATION_DIFFERENCE_METRIC;
    }
}

/* Chooses a sum. On a sphere, if there is a derivative along latitude, a metric term follows it: a
 * Laplacian has one with the first derivative along latitude, a divergence one with the northward
 * component. */
static void choose_sum(const struct field *field, const struct field_result *result,
                       struct recipe *recipe)
{
    const unsigned order = result->what == FIELD_LAPLACIAN ? 2 : 1;
    const unsigned vector = field->vector != NULL;
    bool metric = false;
    recipe->kind = result->what == FIELD_MAGNITUDE ? COMBINATION_MAGNITUDE : COMBINATION_SUM;
    for (unsigned k = 0; k < field->n_combined; k++) {
        const unsigned axis = field->combined[k], next = k + 1;
        want(recipe, vector ? k : 0, axis, order);
        metric = metric || (hg_field_is_spherical(field, axis) && axis == field->sphere.latitude);
        if (!metric || recipe->before > 0 || result->what == FIELD_MAGNITUDE ||
            (next < field->n_combined && hg_field_is_spherical(field, field->combined[next])))
            continue;
        recipe->kind = COMBINATION_SUM_METRIC;
        recipe->before = recipe->n;
        want(recipe, vector, field->sphere.latitude, vector ? 0 : 1);
    }
}

static void choose_q(const struct field *field, struct recipe *recipe)
{
    const unsigned *axis = field->combined, all = field->n_combined;
    for (unsigned a = 0; a < all; a++)
        want(recipe, a, axis[a], 1);
    for (unsigned a = 0; a < all; a++) {
        for (unsigned b = a + 1; b < all; b++) {
            want(recipe, a, axis[b], 1);
            want(recipe, b, axis[a], 1);
        }
    }
    recipe->kind = COMBINATION_Q;
}

/* Makes an output of several derivatives. */
static enum h5grad_status combine(struct task *task, const struct field_result *result,
                                  struct engine_output *output, struct h5grad_error *err)
{
    const unsigned number = task->n_combinations++;
    struct combination *combination = &task->combination[number];
    struct recipe recipe = {.n = 0};
    enum h5grad_status status = H5GRAD_OK;
    if (result->what == FIELD_CURL)
        choose_curl(task->field, result, &recipe);
    else if (result->what == FIELD_Q)
        choose_q(task->field, &recipe);
    else
        choose_sum(task->field, result, &recipe);
    for (unsigned k = 0; k < recipe.n && !status; k++)
        status = use_derivative(task, recipe.wanted[k], &task->combined[number][k], err);
    *combination = hg_combination_make(recipe.kind, recipe.n, task->field->components);
    combination->before = recipe.before;
    output->combination = combination;
    output->inputs = task->combined[number];
    if (recipe.kind == COMBINATION_SUM_METRIC || recipe.kind == COMBINATION_DIFFERENCE_METRIC)
        output->factor = &task->rows.metric;
    return status;
}

/* Makes the outputs of all results. */
static enum h5grad_status choose_outputs(struct task *task, struct h5grad_error *err)
{
    const struct field *field = task->field;
    enum h5grad_status status = H5GRAD_OK;
    task->job.n_derivatives = task->n_combinations = 0;
    task->alone = hg_combination_make(COMBINATION_SUM, 1, field->components);
    hg_sphere_free(&task->rows);
    if (field->sphere.radius > 0)
        status = hg_sphere_rows(field, &task->rows, err);
    for (size_t k = 0; k < field->n_results && !status; k++) {
        const struct field_result *result = &field->results[k];
        struct engine_output *output = &task->output[k];
        *output = (struct engine_output){.element = field->result,
                                         .storage = &task->result_storage,
                                         .arithmetic = task->arithmetic};
        if (result->along && field->axis[result->axis].unit)
            output->arithmetic = ELEMENT_F64;
        if (result->along && !field->vector)
            status = use_derivative(
                task, (struct wanted){0, result->axis, result->what == FIELD_SECOND ? 2 : 1},
                &output->derivative, err);
        else
            status = combine(task, result, output, err);
        if (result->along && hg_field_is_spherical(field, result->axis)) {
            output->combination = &task->alone;
            output->inputs = &output->derivative;
        }
    }
    task->job.behind = 0;
    for (size_t k = 0; k < field->n_results; k++)
        task->job.behind = field->results[k].joined ? COORDS_DIRECTIONS : task->job.behind;
    task->job.n_outputs = (unsigned)field->n_results;
    return status;
}

struct reader_source hg_task_source(const struct task *task)
{
    const struct field *field = task->field;
    return (struct reader_source){
        .dataset = task->dataset,
        .place = field->place.is_known && task->dataset < 0 ? &task->place : NULL,
        .storage = whole_storage(task),
        .type = &task->type,
        .verified = field->read_method != NULL,
        .has_parts = field->is_part,
        .parts_axis = field->part_axis,
    };
}

static enum h5grad_status open_reader(struct task *task, const char *forced,
                                      struct h5grad_error *err)
{
    const struct reader_source source = hg_task_source(task);
    struct reader **reader = &task->source[0].reader;
    hg_reader_close(*reader);
    *reader = hg_reader_open(&source, forced ? forced : task->field->read_method, err);
    return *reader ? H5GRAD_OK : hg_error_status(err);
}

/* Returns whether the chunks of two components differ: cached chunks must be alike. */
static bool has_other_chunks(const struct task *task, const struct task *other)
{
    const struct h5_storage *a = &task->storage, *b = &other->storage;
    return a->layout == H5_CHUNKED && b->layout == H5_CHUNKED &&
           memcmp(a->chunk, b->chunk, a->rank * sizeof *a->chunk) != 0;
}

/* Opens the readers; parts of one dataset share the first one's. forced: a method; NULL: the one
 * found before, else the best. */
static enum h5grad_status open_readers(struct task *task, const char *forced,
                                       struct h5grad_error *err)
{
    const struct field_vector *vector = task->field->vector;
    enum h5grad_status status = open_reader(task, forced, err);
    for (unsigned k = 0; k < field_vector_others(vector) && !status; k++) {
        struct task *other = &task->other[k];
        const bool apart = has_other_chunks(task, other);
        task->source[k + 1] = other->source[0];
        task->source[k + 1].reader = task->source[0].reader;
        task->source[k + 1].follows = task->field->is_part;
        if (task->field->is_part)
            continue;
        status = open_reader(other, apart ? hg_reader_library.name : forced, err);
        if (status)
            hg_error_context(err, status, "%s", vector->other[k].path);
        task->source[k + 1].reader = other->source[0].reader;
    }
    return status;
}

/* Returns whether results carry nothing over from the dataset but numbers: it has neither
 * attributes nor coordinates, and no convention completes the output. */
static bool is_plain(const struct task *task)
{
    const struct field *field = task->field;
    const struct h5_storage *storage = &task->storage;
    const struct coords_convention *convention = field->coords.convention;
    for (unsigned i = 0; i < field->rank; i++) {
        if (field->axis[i].coordinate)
            return false;
    }
    return !field->vector && !field->is_part && task->type.components == 1 &&
           memcmp(storage->extent, storage->max_extent, sizeof storage->extent) == 0 &&
           !(convention && convention->finish) && !hg_attributes_exist(task->dataset);
}

static void note_place(const struct task *task, struct field *field)
{
    const struct h5_contiguous *place = hg_reader_place(task->source[0].reader);
    struct h5_guard guard;
    if (!place)
        return;
    hg_enter(&guard);
    const bool known = is_plain(task) && place->fd == hg_descriptor(task->file);
    hg_leave(&guard);
    field->place =
        (struct field_place){known, task->type.swapped, task->type.result, place->offset};
}

void hg_task_note_methods(const struct task *task, struct field *field)
{
    note_place(task, field);
    field->read_method = task->source[0].reader->method->name;
    for (unsigned k = 0; k < field_vector_others(field->vector); k++)
        field->vector->other[k].read_method = task->source[k + 1].reader->method->name;
}

/* Plans with buffers as small as a test wants them, if that is possible; else within the cap. */
static enum h5grad_status plan_buffers(struct task *task, const struct run_options *options,
                                       struct h5grad_error *err)
{
    struct engine_job *job = &task->job;
    job->memory = options->buffers;
    job->thread_memory = 0;
    if (job->memory > 0 && hg_engine_plan(job, &task->plan, NULL) == H5GRAD_OK)
        return H5GRAD_OK;
    job->memory = hg_budget_buffers(options->memory);
    job->thread_memory = THREAD_MEMORY;
    return hg_engine_plan(job, &task->plan, err);
}

/* Plans tiles. If a chunk without filters is too large to be held, libhdf5 reads parts of it. */
static enum h5grad_status plan_tiles(struct task *task, const struct run_options *options,
                                     bool *too_large, struct h5grad_error *err)
{
    const char *known = task->field->read_method;
    enum h5grad_status status = open_readers(task, known ? NULL : options->io, err);
    if (status)
        return status;
    status = plan_buffers(task, options, err);
    if (!status)
        return H5GRAD_OK;
    if (task->storage.layout == H5_CHUNKED && task->storage.n_filters == 0) {
        if ((status = open_readers(task, "library", err)))
            return status;
        status = plan_buffers(task, options, err);
    }
    *too_large = status != H5GRAD_OK;
    return status;
}

/* Returns whether chunks of all sources are not stored. */
static bool have_gaps(const struct task *task)
{
    const struct h5_storage *storage = whole_storage(task);
    bool have = storage->layout == H5_CHUNKED && hg_chunk_has_gaps(task->dataset, storage);
    for (unsigned k = 0; k < field_vector_others(task->field->vector) && have; k++)
        have = task->field->is_part || have_gaps(&task->other[k]);
    return have;
}

/* Chooses the storage of results. Default chunks span as many points of the source as if all points
 * had results. */
static enum h5grad_status choose_storage(struct task *task, const struct layout_request *request,
                                         struct h5grad_error *err)
{
    const struct region *region = task->field->region;
    struct h5_storage source = task->storage, *result = &task->result_storage;
    if (region)
        hg_storage_cut(&source, region);
    enum h5grad_status status = hg_layout_result(
        request, &source, task->field->components * hg_element_size(task->field->result), result,
        task->left_out, sizeof task->left_out, err);
    const bool chosen = source.layout != H5_CHUNKED && request->layout != LAYOUT_CHUNK;
    result->sparse = !status && result->layout == H5_CHUNKED && have_gaps(task);
    for (unsigned i = 0; i < result->rank && region && chosen && !status; i++)
        result->chunk[i] = size_ceil_div(result->chunk[i], region->step[i]);
    return status;
}

enum h5grad_status hg_task_plan(struct task *task, const struct run_options *options,
                                bool *too_large, struct h5grad_error *err)
{
    const struct field *field = task->field;
    struct engine_job *job = &task->job;
    *too_large = false;
    task->io = options->io;
    take_extent(task);
    choose_arithmetic(task);
    for (unsigned k = 0; k < field_vector_others(field->vector); k++) {
        take_extent(&task->other[k]);
        choose_arithmetic(&task->other[k]);
    }
    enum h5grad_status status = choose_outputs(task, err);
    job->rank = field->rank;
    job->extent = field->extent;
    job->region = field->region;
    job->origin = NULL;
    job->components = field->components;
    job->held = task->rows.bytes + hg_share_memory(options->ranks, field->n_results);
    if (options->buffers == 0)
        job->held += PUT_MEMORY * (options->split ? field->n_results : 1);
    job->n_sources = field->vector ? field->vector->n : 1;
    job->source = task->source;
    job->derivative = task->derivative;
    job->output = task->output;
    job->threads = options->threads;
    job->ordered = !options->ranks && (!options->history || options->checkpoint);
    job->cache = options->cache;
    job->memo = options->memo;
    if (status)
        return status;
    struct h5_guard guard;
    hg_enter(&guard);
    status = choose_storage(task, &options->format, err);
    if (!status)
        status = plan_tiles(task, options, too_large, err);
    hg_leave(&guard);
    return status;
}

/* Has the readers keep what the part that follows along an axis needs, too. */
static void keep_for_next(const struct task *task, unsigned along)
{
    const struct engine_job *job = &task->job;
    const struct region *region = &task->part;
    const uint64_t next = region->start[along] + region->count[along] * region->step[along];
    const uint64_t extent = task->field->extent[along];
    int64_t low = 0, high;
    if (next < extent)
        hg_halo_reach(&task->plan.rule[along], extent, next, 1, &low, &high);
    for (unsigned s = 0; s < job->n_sources; s++) {
        if (!job->source[s].follows)
            hg_reader_keep(job->source[s].reader, along, low > 0 ? (uint64_t)low : 0,
                           next < extent ? (job->memory - task->plan.memory) / job->n_sources : 0);
    }
}

enum h5grad_status hg_task_plan_part(struct task *task, const struct run_options *options,
                                     const struct box *part, unsigned along,
                                     struct h5grad_error *err)
{
    const struct field *field = task->field;
    struct region *region = &task->part;
    hg_region_whole(field->rank, field->extent, region);
    if (field->region)
        *region = *field->region;
    for (unsigned i = 0; i < field->rank; i++) {
        region->start[i] += part->start[i] * region->step[i];
        region->count[i] = part->count[i];
        task->part_origin[i] = part->start[i];
    }
    task->job.region = region;
    task->job.origin = task->part_origin;
    enum h5grad_status status = plan_buffers(task, options, err);
    if (!status)
        keep_for_next(task, along);
    return status;
}

void hg_task_close(struct task *task)
{
    const struct field_vector *vector = task->field ? task->field->vector : NULL;
    struct h5_guard guard;
    for (unsigned k = 0; task->other && k < field_vector_others(vector); k++)
        hg_task_close(&task->other[k]);
    free(task->other);
    hg_enter(&guard);
    hg_reader_close(task->source[0].reader);
    hg_type_close(&task->type);
    if (task->dataset >= 0)
        H5Dclose(task->dataset);
    hg_leave(&guard);
    hg_sphere_free(&task->rows);
    task->source[0].reader = NULL;
    task->other = NULL;
    task->field = NULL;
    task->dataset = -1;
}
