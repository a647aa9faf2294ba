/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/vector.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/size.h"
#include "formats/convention.h"
#include "formats/formats.h"
#include "formats/metadata.h"
#include "hdf5/attribute.h"
#include "hdf5/names.h"
#include "run/axes.h"
#include "run/choose.h"
#include "run/subset.h"

/* Coordinates that are compared at a time. */
#define PART 512

/* What the descriptions of all components share. */
struct description {
    const struct vector_place *place;
    const struct field_vector *vector;
    struct run_options options; /* the run's, with the axes of the vector */
    struct axis_option dim[FIELD_MOST_COMPONENTS];
    unsigned part[FIELD_MOST_COMPONENTS]; /* indices of components in one dataset of all */
    bool parts_last;                      /* they lie along its last axis; else it is found */
};

/* Takes the components that an option names. */
static enum h5grad_status take_option(const struct vector_option *option, const char *path,
                                      struct description *description, struct field_vector *vector,
                                      struct h5grad_error *err)
{
    char *source = hg_memory_text(path);
    if (!source)
        return hg_error_memory(err, strlen(path));
    vector->source[vector->n_sources++] = source;
    for (size_t k = 0; k < option->n; k++) {
        description->part[vector->n] = (unsigned)k;
        description->dim[vector->n++] = option->dim[k];
    }
    return H5GRAD_OK;
}

/* Those of a vector that is known; its paths become the other's. */
static void take_known(struct coords_vector *known, struct description *description,
                       struct field_vector *vector)
{
    for (unsigned k = 0; k < known->n; k++) {
        struct coords_component *component = &known->component[k];
        description->part[k] = component->part;
        description->dim[k] = (struct axis_option){.text = (char *)(uintptr_t)component->axis};
        if (known->is_whole && k > 0)
            continue;
        vector->source[vector->n_sources++] = component->path;
        component->path = NULL;
    }
    description->parts_last = known->is_whole;
    vector->n = known->n;
}

/* What the file's convention says that the components are. */
static enum h5grad_status ask_convention(const char *path, struct description *description,
                                         struct field_vector *vector, struct h5grad_error *err)
{
    const char *name = vector->name;
    struct coords_vector known;
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_coords_find_vector(description->place->file, path, &known, err);
    hg_leave(&guard);
    if (!status && known.path && strcmp(known.path, path) != 0)
        status = hg_error_set(err, H5GRAD_FAILED, "%s is a component of a vector: --vector=%s=%s",
                              path, name, known.path);
    else if (!status && (!known.path || known.problem))
        status = hg_error_set(
            err, H5GRAD_FAILED,
            "%s: %s: give %s:DIM=PATH for each component, or "
            "%s:DIM,DIM[,DIM]=PATH",
            path, known.path ? known.problem : "which component is along which axis is not known",
            name, name);
    else if (!status)
        take_known(&known, description, vector);
    hg_coords_free_vector(&known);
    return status;
}

/* Makes the vector from the options, without its components. */
static enum h5grad_status make_vector(const char *name, const struct run_options *options,
                                      struct description *description, struct field_vector *vector,
                                      struct h5grad_error *err)
{
    const struct vector_option *option = NULL;
    vector->name = name;
    vector->source = hg_memory_zeroed(FIELD_MOST_COMPONENTS, sizeof *vector->source);
    if (!vector->source)
        return hg_error_memory(err, FIELD_MOST_COMPONENTS * sizeof *vector->source);
    while ((option = hg_derivation_vector(&options->derivation, name, option))) {
        const char *path = option->path;
        BASE_FREED char *absolute = hg_memory_format("%s%s", *path == '/' ? "" : "/", path);
        if (!absolute)
            return hg_error_memory(err, strlen(path));
        for (size_t end = strlen(absolute); option->n == 0 && end > 1 && absolute[end - 1] == '/';)
            absolute[--end] = '\0';
        enum h5grad_status status = option->n > 0
                                        ? take_option(option, absolute, description, vector, err)
                                        : ask_convention(absolute, description, vector, err);
        if (status)
            return status;
    }
    vector->other = hg_memory_zeroed(vector->n, sizeof *vector->other);
    char *parent = hg_path_parent(vector->source[0]);
    vector->path = parent ? hg_path_join(parent, name) : NULL;
    free(parent);
    return vector->other && vector->path ? H5GRAD_OK : hg_error_memory(err, strlen(name));
}

static enum h5grad_status check_is_field(const struct description *description,
                                         const struct task *task, const char *path,
                                         struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    const char *why = hg_coords_not_field(description->place->file, path, task->dataset);
    hg_leave(&guard);
    if (!why || (!description->options.unpack && hg_path_begins(why, COORDS_CATEGORIES)))
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, "it is no field: %s", why);
}

/* Returns the axis of that name; the rank if there is none. */
static unsigned named_axis(const struct field *field, const char *name)
{
    unsigned i = 0;
    while (i < field->rank &&
           !(field->coords.axis[i].name && strcmp(field->coords.axis[i].name, name) == 0))
        i++;
    return i;
}

/* That no axis of one is another axis of the other. */
static enum h5grad_status check_order(const struct field *a, const struct field *b,
                                      struct h5grad_error *err)
{
    for (unsigned i = 0; i < a->rank && i < b->rank; i++) {
        const char *name = a->coords.axis[i].name, *other = b->coords.axis[i].name;
        char one[256], two[256];
        if (!name || !other || strcmp(name, other) == 0 || named_axis(b, name) == b->rank)
            continue;
        hg_field_label(a, i, one, sizeof one);
        hg_field_label(b, i, two, sizeof two);
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s has %s and %s %s: components need the same order of axes", a->path,
                            one, b->path, two);
    }
    return H5GRAD_OK;
}

static enum h5grad_status check_shapes(const struct field *a, const struct field *b,
                                       struct h5grad_error *err)
{
    char shape_a[512], shape_b[512];
    hg_parse_print_shape(a->rank, a->extent, shape_a, sizeof shape_a);
    hg_parse_print_shape(b->rank, b->extent, shape_b, sizeof shape_b);
    if (strcmp(shape_a, shape_b) != 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s is %s and %s %s: a staggered grid; bring them to common points "
                            "first",
                            a->path, shape_a, b->path, shape_b);
    if (a->components != b->components)
        return hg_error_set(err, H5GRAD_FAILED, "of %s and %s one is complex, the other real",
                            a->path, b->path);
    return H5GRAD_OK;
}

/* Leaves out points along an axis that a component may have more of by now than another. */
static void take_least(const struct task *task, unsigned axis, uint64_t extent, struct field *field)
{
    if (field->grows && task->storage.max_extent[axis] > task->storage.extent[axis])
        field->extent[axis] = size_min(field->extent[axis], extent);
}

/* Of components that grow the points count that all of them have. */
static enum h5grad_status take_common_extent(const struct description *description,
                                             const struct task *task, struct field *field,
                                             struct h5grad_error *err)
{
    const struct field_vector *vector = description->vector;
    hsize_t extent[H5S_MAX_RANK];
    enum h5grad_status status = H5GRAD_OK;
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t k = 1; field->grows && k < vector->n_sources && !status; k++) {
        const char *path = vector->source[k];
        H5_CLOSED hid_t dataset = hg_names_open_variable(description->place->file, path, NULL, err);
        if (dataset < 0)
            status = hg_error_context(err, hg_error_status(err), "%s", path);
        else if (hg_dataset_extent(dataset, extent, NULL) == (int)field->rank)
            for (unsigned i = 0; i < field->rank; i++)
                take_least(task, i, extent[i], field);
    }
    hg_leave(&guard);
    return status;
}

/* Describes a component. first: the first one, described before; NULL: it is this one. */
static enum h5grad_status describe_component(const struct description *description,
                                             const char *path, const struct field *first,
                                             struct task *task, struct field *field,
                                             struct h5grad_error *err)
{
    const struct vector_place *place = description->place;
    enum h5grad_status status = hg_task_describe(task, place->file, place->walk, path,
                                                 description->options.unpack, field, err);
    if (!status)
        status = check_is_field(description, task, path, err);
    if (status)
        return hg_error_context(err, status, "%s", path);
    hg_derivation_note_axes(&description->options.derivation, field);
    for (unsigned i = 0; first && i < field->rank && i < first->rank; i++)
        take_least(task, i, first->extent[i], field);
    if (first &&
        ((status = check_order(first, field, err)) || (status = check_shapes(first, field, err))))
        return status;
    if (!first)
        status = take_common_extent(description, task, field, err);
    if (!first && !status)
        status = hg_subset_settle(field, &description->options, true, err);
    if (!status)
        status = hg_axes_settle(field, &description->options, place->coordinates, err);
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}

/* Sets *same to whether coordinates have the same bits. */
static enum h5grad_status compare_coordinates(const struct coord_variable *a,
                                              const struct coord_variable *b, bool *same,
                                              struct h5grad_error *err)
{
    double x[2][PART];
    enum h5grad_status status = H5GRAD_OK;
    *same = a == b;
    if (*same || !a || !b || hg_coord_array_extent(a->array) != hg_coord_array_extent(b->array))
        return H5GRAD_OK;
    *same = hg_coord_array_origin(a->array) == hg_coord_array_origin(b->array);
    const uint64_t extent = hg_coord_array_extent(a->array);
    for (uint64_t first = 0; first < extent && *same && !status; first += PART) {
        const uint64_t n = size_min(PART, extent - first);
        status = hg_coord_array_read(a->array, first, n, x[0], err);
        if (!status)
            status = hg_coord_array_read(b->array, first, n, x[1], err);
        *same = !status && memcmp(x[0], x[1], n * sizeof **x) == 0;
    }
    return status;
}

/* Checks that an axis has the same points and boundaries in two components. */
static enum h5grad_status check_axis(const struct field *a, const struct field *b, unsigned axis,
                                     struct h5grad_error *err)
{
    const struct field_axis *one = &a->axis[axis], *two = &b->axis[axis];
    bool same = false;
    enum h5grad_status status = compare_coordinates(one->coordinate, two->coordinate, &same, err);
    if (status)
        return status;
    same = same && two->differentiated && one->spacing.kind == two->spacing.kind &&
           (one->spacing.kind != SPACING_NUMBER || one->spacing.number == two->spacing.number);
    if (!one->given && !two->given && a->coords.axis[axis].kind == COORDS_STEP)
        same = same && a->coords.axis[axis].origin == b->coords.axis[axis].origin;
    for (int side = 0; side < 2; side++)
        same = same && one->op.boundary[side] == two->op.boundary[side];
    if (same && one->op.period == two->op.period)
        return H5GRAD_OK;
    char label[256];
    hg_field_label(a, axis, label, sizeof label);
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s and %s differ in the points of %s: bring them to common points first",
                        a->path, b->path, label);
}

static enum h5grad_status check_units(const struct task *a, const struct task *b,
                                      struct h5grad_error *err)
{
    const struct coords_convention *convention = a->field->coords.convention;
    const char *attribute;
    struct h5_guard guard;
    hg_enter(&guard);
    const char *differs =
        convention && convention->unlike ? convention->unlike(a->dataset, b->dataset) : NULL;
    BASE_FREED char *one = hg_attribute_unit(a->dataset, true, &attribute);
    BASE_FREED char *two = hg_attribute_unit(b->dataset, true, &attribute);
    hg_leave(&guard);
    if (!one || !two)
        a->field->vector->has_no_unit = true;
    if (differs)
        return hg_error_set(err, H5GRAD_FAILED, "%s and %s differ in %s: their numbers have no sum",
                            a->field->path, b->field->path, differs);
    if (!one || !two || strcmp(one, two) == 0)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, "%s is in %s and %s in %s", a->field->path, one,
                        b->field->path, two);
}

/* Checks that two components have the same radius, which may be the file's. */
static enum h5grad_status check_spheres(const struct field *a, const struct field *b,
                                        struct h5grad_error *err)
{
    char one[32], two[32];
    if (a->sphere.radius == b->sphere.radius)
        return H5GRAD_OK;
    hg_parse_print_double(a->sphere.radius, one, sizeof one);
    hg_parse_print_double(b->sphere.radius, two, sizeof two);
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s lies on a sphere of %s m and %s on one of %s m: give --sphere=RADIUS",
                        a->path, one, b->path, two);
}

static enum h5grad_status check_alike(const struct task *a, const struct task *b,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < a->field->n_axes && !status; k++)
        status = check_axis(a->field, b->field, a->field->order[k], err);
    if (!status)
        status = check_spheres(a->field, b->field, err);
    return status ? status : check_units(a, b, err);
}

/* Describes the components after the first. Those in the first one's dataset have no messages of
 * their own. */
static enum h5grad_status describe_others(struct description *description, struct task *task,
                                          struct field *field, struct h5grad_error *err)
{
    const struct field_vector *vector = field->vector;
    struct messages silent;
    enum h5grad_status status = hg_task_make_others(task, vector->n, err);
    hg_messages_init(&silent);
    if (vector->n_sources == 1)
        description->options.messages = &silent;
    for (unsigned k = 1; k < vector->n && !status; k++) {
        struct field *other = &vector->other[k - 1];
        const char *path = vector->source[vector->n_sources > 1 ? k : 0];
        status = describe_component(description, path, field, &task->other[k - 1], other, err);
        if (!status)
            status = check_alike(task, &task->other[k - 1], err);
        if (!status && hg_element_size(other->result) > hg_element_size(field->result))
            field->result = other->result;
    }
    hg_messages_free(&silent);
    return status;
}

/* Finds the axis of the components: none of the vector's, with as many points as components. */
static enum h5grad_status find_component_axis(const struct field *field, unsigned *axis,
                                              struct h5grad_error *err)
{
    const unsigned n = field->vector->n;
    unsigned found = 0;
    char labels[600] = "", label[256];
    for (unsigned i = 0; i < field->rank; i++) {
        if (field->axis[i].differentiated || field->extent[i] != n)
            continue;
        hg_field_label(field, i, label, sizeof label);
        hg_memory_append(labels, sizeof labels, "%s%s", found++ ? " and " : "", label);
        *axis = i;
    }
    if (found == 1)
        return H5GRAD_OK;
    if (found == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s: no axis of %u points for the components but those that are named",
                            field->vector->source[0], n);
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s: %s have %u points: which of them holds the components is not known",
                        field->vector->source[0], labels, n);
}

/* Makes the components parts of the one dataset that holds them all. */
static enum h5grad_status take_parts(const struct description *description, struct task *task,
                                     struct field *field, struct h5grad_error *err)
{
    const struct field_vector *vector = field->vector;
    unsigned axis = 0;
    if (vector->n_sources > 1)
        return H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    if (description->parts_last)
        axis = field->rank - 1;
    else
        status = find_component_axis(field, &axis, err);
    if (status)
        return status;
    if (hg_field_is_cut(field, axis)) {
        char label[256];
        hg_field_label(field, axis, label, sizeof label);
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s: %s holds the components: --subset does not cut it",
                            vector->source[0], label);
    }
    if (field->values.applies && field->values.rule.slice_scale)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s: its slices have scales of their own: --no-unpack takes the stored "
                            "numbers as they are",
                            vector->source[0]);
    for (unsigned k = 0; k < vector->n; k++) {
        hg_field_take_part(k ? &vector->other[k - 1] : field, axis, description->part[k]);
        hg_task_take_part(k ? &task->other[k - 1] : task);
    }
    return H5GRAD_OK;
}

static enum h5grad_status describe(struct description *description, struct task *task,
                                   struct field_vector *vector, struct field *field,
                                   struct h5grad_error *err)
{
    enum h5grad_status status =
        describe_component(description, vector->source[0], NULL, task, field, err);
    field->vector = vector;
    if (!status)
        status = describe_others(description, task, field, err);
    if (status)
        return status;
    field->path = vector->path;
    status = hg_choose_vector_results(field, &description->options, err);
    return status ? status : take_parts(description, task, field, err);
}

enum h5grad_status hg_vector_describe(struct task *task, const struct vector_place *place,
                                      const char *name, const struct run_options *options,
                                      struct field *field, struct h5grad_error *err)
{
    struct field_vector *vector = hg_memory_zeroed(1, sizeof *vector);
    struct description description = {.place = place, .vector = vector, .options = *options};
    if (!vector)
        return hg_error_memory(err, sizeof *vector);
    enum h5grad_status status = make_vector(name, options, &description, vector, err);
    if (status) {
        field->vector = vector;
        return status;
    }
    description.options.dim = description.dim;
    description.options.n_dims = vector->n;
    description.options.of_vector = true;
    return describe(&description, task, vector, field, err);
}
