/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/companions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "values/meaning.h"
#include "hdf5/names.h"
#include "hdf5/attribute.h"
#include "trust/outside.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"
#include "output/result_names.h"
#include "output/copy.h"

/* The number that netCDF-4 gives the dimension of a scale, and those of a variable's. */
#define DIMENSION  "_Netcdf4Dimid"
#define DIMENSIONS "_Netcdf4Coordinates"

#define VERTICES 4 /* of the cell of a point, at most */

/* By these a variable names the cells of its points. */
static const char *const of_cells[] = {"bounds", "climatology"};

#define N_OF_CELLS (sizeof of_cells / sizeof *of_cells)

/* A dataset of the input that is made again, or for some reason is not. */
struct item {
    char *path;             /* in both files; NULL: no link leads to it */
    char *why;              /* it is not in the output; NULL: it is */
    char *lost[N_OF_CELLS]; /* what each attribute of_cells names that cannot be found; NULL */
    char *missing;          /* what is to be said of points that it does not have; NULL */
    bool scale;
    hid_t from, to;            /* open until its points are copied */
    hobj_ref_t reference;      /* to it in the output */
    struct attachments scales; /* of one that is no scale itself */
    size_t n, capacity;        /* of uses, in zeroed memory */
    struct h5_scale_use *use;
};

struct companions {
    hid_t input, output;
    const struct h5_walk *walk;
    struct h5_walk own; /* where the caller has none */
    bool walked;
    const struct results_names *names;
    struct messages *messages;
    bool numbered;     /* scales carry the numbers of netCDF-4's dimensions */
    struct h5_set set; /* every item with its number */
    size_t n;
    struct item *item;
};

void hg_attachments_free(struct attachments *attachments)
{
    free(attachments->item);
    *attachments = (struct attachments){0};
}

struct companions *hg_companions_new(hid_t input, hid_t output, const struct h5_walk *walk,
                                     const struct results_names *names, struct messages *messages)
{
    struct companions *self = hg_memory_zeroed(1, sizeof *self);
    if (self) {
        self->input = input;
        self->output = output;
        self->walk = walk;
        self->names = names;
        self->messages = messages;
    }
    return self;
}

static void close_item(struct item *item)
{
    hg_close(item->from);
    hg_close(item->to);
    item->from = item->to = -1;
}

void hg_companions_free(struct companions *companions)
{
    if (!companions)
        return;
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t i = 0; i < companions->n; i++)
        close_item(&companions->item[i]);
    hg_leave(&guard);
    for (size_t i = 0; i < companions->n; i++) {
        hg_attachments_free(&companions->item[i].scales);
        free(companions->item[i].use);
        free(companions->item[i].path);
        free(companions->item[i].missing);
        free(companions->item[i].why);
        for (size_t k = 0; k < N_OF_CELLS; k++)
            free(companions->item[i].lost[k]);
    }
    hg_walk_free(&companions->own);
    hg_set_free(&companions->set);
    free(companions->item);
    free(companions);
}

/* Takes note that an item is not in the output, for the reason given. */
static enum h5grad_status give_up(struct item *item, const struct h5grad_error *reason,
                                  struct h5grad_error *err)
{
    if (reason->status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "%s", reason->message);
    item->why = hg_memory_text(reason->message);
    return item->why ? H5GRAD_OK : hg_error_memory(err, strlen(reason->message));
}

static const struct h5_walk *walk_of(const struct companions *self)
{
    return self->walk ? self->walk : &self->own;
}

/* The path of a dataset of the input, which the caller may have opened by reference; *path stays
 * NULL when no link leads to it. */
static enum h5grad_status find_path(struct companions *self, const struct h5_identity *identity,
                                    char **path, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (!self->walk && !self->walked) {
        status = hg_walk(self->input, NULL, NULL, &self->own, err);
        self->walked = status == H5GRAD_OK;
    }
    if (status)
        return status;
    const char *known = hg_walk_path(walk_of(self), identity);
    *path = hg_memory_text(known);
    return *path || !known ? H5GRAD_OK : hg_error_memory(err, strlen(known));
}

/* Makes an item in the output, with its attributes; its points follow. */
static enum h5grad_status create_item(struct companions *self, struct item *item, hid_t dataset,
                                      struct h5grad_error *err)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    bool placeholder = hg_is_placeholder(dataset);
    if (!item->path)
        hg_error_set(&reason, H5GRAD_FAILED, "no link leads to it");
    else if (!hg_results_names_allow(self->names, item->path))
        hg_error_set(&reason, H5GRAD_FAILED, "a result has its name");
    else
        item->to = hg_open_dataset(self->output, item->path, NULL); /* made by a convention */
    bool made = item->to >= 0;
    if (!made && !reason.status)
        item->to = hg_copy_create(dataset, self->output, item->path,
                                  placeholder ? COPY_EMPTY : COPY_ALIKE, &reason);
    if (item->to < 0)
        return give_up(item, &reason, err);
    if (!made && !placeholder && H5Iinc_ref(dataset) >= 0)
        item->from = dataset;
    enum h5grad_status status =
        hg_attributes_copy(dataset, item->to, hg_meaning_holds_for_companion, err);
    if (!status && H5Rcreate(&item->reference, self->output, item->path, H5R_OBJECT, -1) < 0)
        status = hg_hdf5_error(err, "no reference to it can be made");
    return status ? hg_error_context(err, status, "%s", item->path) : H5GRAD_OK;
}

static enum h5grad_status grow(struct companions *self, struct h5grad_error *err)
{
    struct item *grown = realloc(self->item, (self->n + 1) * sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (self->n + 1) * sizeof *grown);
    self->item = grown;
    grown[self->n] = (struct item){.from = -1, .to = -1};
    return H5GRAD_OK;
}

/* Adds a dataset of the input, or finds it; *number is that of the item. */
static enum h5grad_status add_item(struct companions *self, hid_t dataset, size_t *number,
                                   struct h5grad_error *err)
{
    struct h5_identity identity;
    if (!hg_identify(dataset, &identity))
        return hg_hdf5_error(err, "a dimension scale cannot be identified");
    const size_t *known = hg_set_find(&self->set, &identity);
    if (known) {
        *number = *known;
        return H5GRAD_OK;
    }
    enum h5grad_status status = grow(self, err);
    if (!status)
        status = hg_set_add(&self->set, &identity, self->n, NULL, err);
    if (status)
        return status;
    *number = self->n;
    struct item *item = &self->item[self->n++];
    item->scale = hg_is_scale(dataset);
    status = find_path(self, &identity, &item->path, err);
    return status ? status : create_item(self, item, dataset, err);
}

/* Adds a scale that may not be read: one that is told of. */
static enum h5grad_status add_refused(struct companions *self, const struct h5grad_error *reason,
                                      size_t *number, struct h5grad_error *err)
{
    enum h5grad_status status = grow(self, err);
    if (status)
        return status;
    *number = self->n++;
    return give_up(&self->item[*number], reason, err);
}

static enum h5grad_status attach_item(struct companions *self, size_t number, unsigned axis,
                                      struct attachments *scales, struct h5grad_error *err)
{
    size_t *grown = realloc(scales->item, (scales->total + 1) * sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (scales->total + 1) * sizeof *grown);
    scales->item = grown;
    grown[scales->total++] = number;
    scales->n[axis]++;
    self->item[number].scale = true;
    return H5GRAD_OK;
}

static enum h5grad_status add_scale(struct companions *self, hid_t dataset, unsigned axis,
                                    struct attachments *scales, struct h5grad_error *err)
{
    size_t number;
    enum h5grad_status status = add_item(self, dataset, &number, err);
    return status ? status : attach_item(self, number, axis, scales, err);
}

/* The rank, and the extents now and at most; -1 when they cannot be read. */
static int extents_of(hid_t dataset, hsize_t *extent, hsize_t *most)
{
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, most);
    return rank;
}

/* Whether a scale stands for an axis of that extent: one that may grow has any, for netCDF-4. */
static bool stands_for(hid_t scale, hsize_t extent)
{
    hsize_t own[H5S_MAX_RANK], most[H5S_MAX_RANK];
    return extents_of(scale, own, most) > 0 && (own[0] == extent || most[0] == H5S_UNLIMITED);
}

static void note_misfit(struct attachments *scales, unsigned axis, const char *why)
{
    if (scales->why)
        return;
    scales->why = why;
    scales->axis = axis;
}

/* Adds what reference number i of an axis leads to; nothing where it leads nowhere. */
static enum h5grad_status add_reference(struct companions *self, const struct h5_scales *lists,
                                        hid_t dataset, unsigned axis, size_t i, hsize_t extent,
                                        struct attachments *scales, struct h5grad_error *err)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    size_t number;
    enum h5grad_status status = H5GRAD_OK;
    H5_CLOSED hid_t scale = hg_scales_open(lists, dataset, axis, i, &reason);
    if (scale >= 0)
        status = add_scale(self, scale, axis, scales, err);
    else if (reason.status && !(status = add_refused(self, &reason, &number, err)))
        status = attach_item(self, number, axis, scales, err);
    if (scale >= 0 && !stands_for(scale, extent))
        note_misfit(scales, axis, "its scale has another extent");
    return status;
}

/* The scales of a dataset of the input; a coordinate variable is its own. */
static enum h5grad_status add_scales(struct companions *self, hid_t dataset, unsigned rank,
                                     struct attachments *scales, struct h5grad_error *err)
{
    struct h5_scales lists;
    bool found = false;
    hsize_t extent[H5S_MAX_RANK] = {0}, most[H5S_MAX_RANK];
    *scales = (struct attachments){.rank = rank};
    if (hg_is_scale(dataset))
        return rank == 1 ? add_scale(self, dataset, 0, scales, err) : H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    if (rank > 0)
        status = hg_scales_read(dataset, rank, &lists, &found, err);
    /* Who differentiates along such axes all the same has said their spacing. */
    if (status || !found)
        return status == H5GRAD_FAILED ? H5GRAD_OK : status;
    if (extents_of(dataset, extent, most) != (int)rank)
        note_misfit(scales, 0, "its extent cannot be read");
    for (unsigned axis = 0; axis < rank; axis++) {
        for (size_t i = 0; i < lists.list[axis].len && !status; i++)
            status = add_reference(self, &lists, dataset, axis, i, extent[axis], scales, err);
        if (scales->n[axis] == 0)
            note_misfit(scales, axis, "it has no scale");
    }
    hg_scales_free(&lists);
    return status;
}

static bool is_small(hid_t dataset, unsigned rank, uint64_t points, unsigned *own_rank)
{
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    int ndims = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    *own_rank = ndims < 0 ? 0 : (unsigned)ndims;
    return ndims >= 0 && (unsigned)ndims <= rank && n >= 0 && (uint64_t)n <= points;
}

/* What is asked for by name. */
struct request {
    struct companions *self;
    unsigned rank; /* at most ... */
    uint64_t points;
    char *lost; /* names that could not be found; NULL: none */
};

static enum h5grad_status add_lost(struct request *request, const char *name,
                                   struct h5grad_error *err)
{
    const char *before = request->lost;
    char *names = hg_memory_format("%s%s%s", before ? before : "", before ? ", " : "", name);
    if (!names)
        return hg_error_memory(err, strlen(name));
    free(request->lost);
    request->lost = names;
    return H5GRAD_OK;
}

/* Adds a variable that is small enough, with its scales. */
static enum h5grad_status add_variable(void *user, const struct names_variable *variable,
                                       struct h5grad_error *err)
{
    struct request *request = user;
    struct companions *self = request->self;
    size_t before = self->n, number;
    unsigned rank;
    if (variable->id < 0)
        return add_lost(request, variable->name, err);
    if (!is_small(variable->id, request->rank, request->points, &rank))
        return H5GRAD_OK;
    enum h5grad_status status = add_item(self, variable->id, &number, err);
    struct attachments scales = {0};
    if (!status && number == before && !self->item[number].scale)
        status = add_scales(self, variable->id, rank, &scales, err);
    if (scales.total > 0)
        self->item[number].scales = scales;
    return status;
}

/* The bounds of what was added from number first on; they have none themselves. */
static enum h5grad_status add_bounds(struct companions *self, size_t first,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    size_t end = self->n;
    for (size_t i = first; i < end && !status; i++) {
        hid_t dataset = self->item[i].from;
        H5_CLOSED hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
        int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
        hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
        for (size_t k = 0; k < N_OF_CELLS && !status && rank >= 0 && points >= 0; k++) {
            struct request request = {self, (unsigned)rank + 1, VERTICES * (uint64_t)points, NULL};
            status = hg_names_visit(self->input, self->item[i].path, dataset, of_cells[k],
                                    add_variable, &request, err);
            self->item[i].lost[k] = request.lost;
        }
    }
    return status;
}

static bool is_among(const double *number, size_t n, double wanted)
{
    for (size_t i = 0; i < n; i++) {
        if (number[i] == wanted)
            return true;
    }
    return false;
}

/* Adds the dimensions of netCDF-4 of the given numbers. */
static enum h5grad_status add_dimensions(struct companions *self, const double *number, size_t n,
                                         struct h5grad_error *err)
{
    const struct h5_walk *walk = walk_of(self);
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < walk->n && !status; i++) {
        double own;
        size_t item;
        H5_CLOSED hid_t dataset = hg_open_dataset(self->input, walk->dataset[i].path, NULL);
        if (dataset >= 0 && hg_is_scale(dataset) && hg_attribute_number(dataset, DIMENSION, &own) &&
            is_among(number, n, own))
            status = add_item(self, dataset, &item, err);
    }
    return status;
}

/* netCDF-4 finds the dimensions of a coordinate variable of several, which is a scale and has none,
 * by their numbers only: then all of them are needed, and all are numbered. */
static enum h5grad_status add_numbered(struct companions *self, size_t first,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    size_t end = self->n;
    for (size_t i = first; i < end && !status; i++) {
        size_t n = 0;
        double *number = NULL;
        if (self->item[i].scale && self->item[i].from >= 0)
            number = hg_attribute_numbers(self->item[i].from, DIMENSIONS, &n);
        if (number && n > 1) {
            self->numbered = true;
            status = add_dimensions(self, number, n, err);
        }
        free(number);
    }
    return status;
}

static enum h5grad_status add_all(struct companions *self, const struct field *field, hid_t dataset,
                                  struct attachments *scales, struct h5grad_error *err)
{
    static const char *const attributes[] = {"coordinates", "grid_mapping"};
    size_t first = self->n;
    unsigned rank = field->rank;
    struct request request = {self, rank, 1, NULL};
    for (unsigned i = 0; i < rank; i++)
        request.points *= field->extent[i];
    enum h5grad_status status = add_scales(self, dataset, rank, scales, err);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !status; i++)
        status = hg_names_visit(self->input, field->path, dataset, attributes[i], add_variable,
                                &request, err);
    free(request.lost); /* of which coords.note tells */
    if (!status)
        status = add_bounds(self, first, err);
    return status ? status : add_numbered(self, first, err);
}

/* Copies the points of an item. One that cannot be read is taken out of the output again. */
static enum h5grad_status fill_item(struct companions *self, struct item *item,
                                    struct h5grad_error *err)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    enum h5grad_status status = H5GRAD_OK;
    bool filled = item->from < 0 || hg_copy_points(item->from, item->to, &reason) == H5GRAD_OK;
    struct h5_guard guard;
    hg_enter(&guard);
    if (filled && item->from >= 0)
        item->missing = hg_missing_text(item->from);
    if (!filled) {
        close_item(item);
        if (H5Ldelete(self->output, item->path, H5P_DEFAULT) < 0)
            status = hg_hdf5_error(err, "%s: cannot be removed", item->path);
    }
    hg_leave(&guard);
    return filled || status ? status : give_up(item, &reason, err);
}

/* Attaches their scales to the new items, and closes them. */
static enum h5grad_status complete_items(struct companions *self, size_t first,
                                         struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t i = first; i < self->n; i++) {
        struct item *item = &self->item[i];
        if (!status && item->to >= 0 && !item->scale)
            status = hg_companions_attach(self, &item->scales, item->to, item->path, err);
        close_item(item);
    }
    hg_leave(&guard);
    return status;
}

enum h5grad_status hg_companions_add(struct companions *companions, const struct field *field,
                                     hid_t dataset, struct attachments *scales,
                                     struct h5grad_error *err)
{
    struct h5_guard guard;
    size_t first = companions->n;
    hg_enter(&guard);
    enum h5grad_status status = add_all(companions, field, dataset, scales, err);
    hg_leave(&guard);
    for (size_t i = first; i < companions->n && !status; i++)
        status = fill_item(companions, &companions->item[i], err);
    if (!status)
        status = complete_items(companions, first, err);
    for (size_t i = first; i < companions->n && !status; i++) {
        const struct item *item = &companions->item[i];
        if (item->why)
            hg_run_message(companions->messages, H5GRAD_WARNING,
                           "%s: %s: left out of the output: %s", field->path,
                           item->path ? item->path : "a dimension scale", item->why);
        else if (item->missing)
            hg_run_message(companions->messages, H5GRAD_WARNING, "%s: %s: %s", field->path,
                           item->path, item->missing);
        for (size_t k = 0; k < N_OF_CELLS; k++) {
            if (item->lost[k])
                hg_run_message(companions->messages, H5GRAD_WARNING,
                               "%s: its attribute %s names %s, which cannot be found", item->path,
                               of_cells[k], item->lost[k]);
        }
    }
    if (!status && scales->total > 0 && scales->why)
        hg_run_message(companions->messages, H5GRAD_DETAIL,
                       "%s: its scales are not attached to results: axis %u: %s", field->path,
                       scales->axis, scales->why);
    return status;
}

static enum h5grad_status add_use(struct item *item, hobj_ref_t dataset, unsigned axis,
                                  struct h5grad_error *err)
{
    if (item->n == item->capacity) {
        size_t capacity = item->capacity ? 2 * item->capacity : 8;
        struct h5_scale_use *grown = hg_memory_zeroed(capacity, sizeof *grown);
        if (!grown)
            return hg_error_memory(err, capacity * sizeof *grown);
        if (item->n > 0)
            memcpy(grown, item->use, item->n * sizeof *grown);
        free(item->use);
        item->use = grown;
        item->capacity = capacity;
    }
    item->use[item->n].dataset = dataset;
    item->use[item->n++].axis = axis;
    return H5GRAD_OK;
}

static bool all_there(const struct companions *self, const struct attachments *scales)
{
    for (size_t i = 0; i < scales->total; i++) {
        if (self->item[scales->item[i]].why)
            return false;
    }
    return scales->total > 0 && !scales->why;
}

enum h5grad_status hg_companions_attach(struct companions *companions,
                                        const struct attachments *scales, hid_t dataset,
                                        const char *path, struct h5grad_error *err)
{
    hobj_ref_t self;
    if (!all_there(companions, scales))
        return H5GRAD_OK;
    BASE_FREED hobj_ref_t *references = hg_memory_zeroed(scales->total, sizeof *references);
    if (!references)
        return hg_error_memory(err, scales->total * sizeof *references);
    for (size_t i = 0; i < scales->total; i++)
        references[i] = companions->item[scales->item[i]].reference;
    enum h5grad_status status = hg_scales_write(dataset, scales->rank, scales->n, references, err);
    if (!status && H5Rcreate(&self, companions->output, path, H5R_OBJECT, -1) < 0)
        status = hg_hdf5_error(err, "no reference to it can be made");
    size_t i = 0;
    for (unsigned axis = 0; axis < scales->rank; axis++) {
        for (size_t k = 0; k < scales->n[axis] && !status; k++)
            status = add_use(&companions->item[scales->item[i++]], self, axis, err);
    }
    return status;
}

static enum h5grad_status number_scale(const struct companions *self, const struct item *item,
                                       hid_t to, struct h5grad_error *err)
{
    H5_CLOSED hid_t from = self->numbered ? hg_open_dataset(self->input, item->path, NULL) : -1;
    enum h5grad_status status = H5GRAD_OK;
    if (from >= 0)
        status = hg_attribute_copy(from, to, DIMENSION, err);
    if (from >= 0 && !status)
        status = hg_attribute_copy(from, to, DIMENSIONS, err);
    return status;
}

enum h5grad_status hg_companions_finish(struct companions *companions, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < companions->n && !status; i++) {
        const struct item *item = &companions->item[i];
        if (!item->scale || item->why)
            continue;
        hid_t dataset = hg_open_dataset(companions->output, item->path, err);
        if (dataset < 0)
            status = hg_error_status(err);
        else
            status = hg_scale_write(dataset, item->n, item->use, err);
        if (!status)
            status = number_scale(companions, item, dataset, err);
        if (!hg_close(dataset) && !status)
            status = hg_hdf5_error(err, "it cannot be closed");
        if (status)
            hg_error_context(err, status, "%s", item->path);
    }
    return status;
}
