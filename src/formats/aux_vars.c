/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/aux_vars.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "formats/convention.h"
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

#define VERTICES 4 /* of a cell, at most */

/* The attributes by which a variable names the cells of its points. */
static const char *const of_cells[] = {"bounds", "climatology"};

#define N_OF_CELLS (sizeof of_cells / sizeof *of_cells)

/* A dataset of the input that is copied, or is not for some reason. */
struct item {
    char *path;             /* in both files; NULL: no link leads to it */
    char *why;              /* why it is not in the output; NULL: it is */
    char *lost[N_OF_CELLS]; /* names in each attribute of_cells that cannot be found; NULL */
    char *missing;          /* the message about points whose source is missing; NULL: none */
    struct region *region;  /* the points that are copied; NULL: all */
    bool scale;
    hid_t from, to;           /* open until the points are copied */
    hobj_ref_t reference;     /* to the copy */
    struct scale_links links; /* unless it is a scale itself */
    size_t n;
    struct h5_scale_use *use; /* n of them */
};

struct aux_vars {
    hid_t input, output;
    const struct h5_walk *walk; /* the caller's, or own if that is NULL and one is needed */
    struct h5_walk own;
    const struct result_names *names;
    struct messages *messages;
    bool numbered;     /* scales carry the numbers of netCDF-4's dimensions */
    struct h5_set set; /* every item with its number */
    size_t n;
    struct item *item;
    struct h5grad_error *err;  /* of the field being added: the first failure, after which the */
    enum h5grad_status status; /* functions below do nothing */
};

void hg_scale_links_free(struct scale_links *links)
{
    free(links->item);
    *links = (struct scale_links){0};
}

struct aux_vars *hg_aux_vars_new(hid_t input, hid_t output, const struct h5_walk *walk,
                                 const struct result_names *names, struct messages *messages)
{
    struct aux_vars *self = hg_memory_zeroed(1, sizeof *self);
    if (self)
        *self = (struct aux_vars){input, output, walk, .names = names, .messages = messages};
    return self;
}

static void close_item(struct item *item)
{
    hg_close(item->from);
    hg_close(item->to);
    item->from = item->to = -1;
}

void hg_aux_vars_free(struct aux_vars *vars)
{
    if (!vars)
        return;
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t i = 0; i < vars->n; i++)
        close_item(&vars->item[i]);
    hg_leave(&guard);
    for (size_t i = 0; i < vars->n; i++) {
        struct item *item = &vars->item[i];
        hg_scale_links_free(&item->links);
        free(item->use);
        free(item->path);
        free(item->missing);
        free(item->region);
        free(item->why);
        for (size_t k = 0; k < N_OF_CELLS; k++)
            free(item->lost[k]);
    }
    hg_walk_free(&vars->own);
    hg_set_free(&vars->set);
    free(vars->item);
    free(vars);
}

static void no_memory(struct aux_vars *self, uint64_t bytes)
{
    if (!self->status)
        self->status = hg_error_memory(self->err, bytes);
}

/* Records why an item is not in the output. */
static void give_up(struct aux_vars *self, struct item *item, const struct h5grad_error *reason)
{
    item->why = hg_memory_text(reason->message);
    if (reason->status == H5GRAD_NO_MEMORY)
        self->status = hg_error_set(self->err, reason->status, "%s", reason->message);
    else if (!item->why)
        no_memory(self, strlen(reason->message));
}

/* Returns the path of a dataset of the input, opened by path or reference; NULL if no link leads to
 * it. */
static char *find_path(struct aux_vars *self, const struct h5_identity *identity)
{
    if (!self->walk) {
        self->status = hg_walk(self->input, NULL, NULL, &self->own, self->err);
        if (self->status)
            return NULL;
        self->walk = &self->own;
    }
    const char *known = hg_walk_path(self->walk, identity);
    char *path = hg_memory_text(known);
    if (known && !path)
        no_memory(self, strlen(known));
    return path;
}

/* Creates an item in the output with its attributes, without its points. */
static void create_item(struct aux_vars *self, struct item *item, hid_t dataset)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    bool placeholder = hg_is_placeholder(dataset);
    if (!item->path)
        hg_error_set(&reason, H5GRAD_FAILED, "no link leads to it");
    else if (!hg_result_names_allow(self->names, item->path))
        hg_error_set(&reason, H5GRAD_FAILED, "a result has its name");
    else
        item->to = hg_open_dataset(self->output, item->path, NULL); /* made by a convention */
    bool made = item->to >= 0;
    if (!made && !reason.status)
        item->to = hg_copy_create(dataset, item->region, self->output, item->path,
                                  placeholder ? COPY_EMPTY : COPY_ALIKE, &reason);
    if (item->to < 0) {
        give_up(self, item, &reason);
        return;
    }
    if (!made && !placeholder && H5Iinc_ref(dataset) >= 0)
        item->from = dataset;
    self->status = hg_attributes_copy(dataset, item->to, hg_meaning_holds_for_companion, self->err);
    if (!self->status && H5Rcreate(&item->reference, self->output, item->path, H5R_OBJECT, -1) < 0)
        self->status = hg_hdf5_error(self->err, "no reference to it can be made");
    if (self->status)
        hg_error_context(self->err, self->status, "%s", item->path);
}

/* Adds an item; NULL after a failure. */
static struct item *new_item(struct aux_vars *self)
{
    struct item *grown = self->status ? NULL : hg_memory_more(self->item, self->n, sizeof *grown);
    if (!grown) {
        no_memory(self, (self->n + 1) * sizeof *grown);
        return NULL;
    }
    self->item = grown;
    grown[self->n] = (struct item){.from = -1, .to = -1};
    return &grown[self->n++];
}

/* Finds or adds a dataset of the input, or a region of it (NULL: all); returns the item's number.
 */
static size_t add_item(struct aux_vars *self, hid_t dataset, const struct region *region)
{
    struct h5_identity identity;
    if (!self->status && !hg_identify(dataset, &identity))
        self->status = hg_hdf5_error(self->err, "a dimension scale cannot be identified");
    if (self->status)
        return 0;
    const size_t *known = hg_set_find(&self->set, &identity);
    if (known)
        return *known;
    self->status = hg_set_add(&self->set, &identity, self->n, NULL, self->err);
    struct item *item = new_item(self);
    if (item) {
        item->scale = hg_is_scale(dataset);
        item->path = find_path(self, &identity);
        if (region && (item->region = hg_memory_zeroed(1, sizeof *region)))
            *item->region = *region;
        else if (region)
            no_memory(self, sizeof *region);
    }
    if (!self->status)
        create_item(self, item, dataset);
    return self->n - 1;
}

/* Likewise, with a scale of the input in place of one of another file that is like it. */
static size_t add_scale(struct aux_vars *self, hid_t scale, const struct region *region)
{
    struct h5_identity root, own;
    const bool apart = !self->status && hg_identify(self->input, &root) &&
                       hg_identify(scale, &own) && own.file != root.file;
    H5_CLOSED hid_t like = apart ? hg_scales_find_like(self->input, scale) : -1;
    return add_item(self, like >= 0 ? like : scale, region);
}

/* Links an item behind others of its axis. */
static void link_item(struct aux_vars *self, size_t number, unsigned axis,
                      struct scale_links *links)
{
    size_t *grown = self->status ? NULL : hg_memory_more(links->item, links->total, sizeof *grown);
    size_t at = 0;
    if (!grown) {
        no_memory(self, (links->total + 1) * sizeof *grown);
        return;
    }
    for (unsigned i = 0; i <= axis; i++)
        at += links->n[i];
    memmove(&grown[at + 1], &grown[at], (links->total - at) * sizeof *grown);
    links->item = grown;
    grown[at] = number;
    links->total++;
    links->n[axis]++;
    self->item[number].scale = true;
}

/* Returns whether a scale fits an axis of that extent; in netCDF-4 an unlimited one fits any. */
static bool stands_for(hid_t scale, hsize_t extent)
{
    hsize_t own[H5S_MAX_RANK], most[H5S_MAX_RANK];
    return hg_dataset_extent(scale, own, most) > 0 &&
           (own[0] == extent || most[0] == H5S_UNLIMITED);
}

/* Returns the part of a scale that belongs to the results along an axis; NULL: all of it. */
static const struct region *region_of_scale(const struct field *field, unsigned axis, hid_t scale,
                                            struct region *region)
{
    hsize_t own[H5S_MAX_RANK];
    bool cut = field && hg_dataset_extent(scale, own, NULL) == 1 &&
               hg_field_cut_array(field, axis, own[0], region);
    return cut ? region : NULL;
}

/* Returns whether two regions of rank 1 are equal. */
static bool same_line(const struct region *a, const struct region *b)
{
    return a && b ? a->start[0] == b->start[0] && a->count[0] == b->count[0] &&
                        a->step[0] == b->step[0]
                  : a == b;
}

/* Returns whether the part of a scale that is in the output serves a field that needs another. A
 * field that grows may be shorter than a scale that does. */
static bool covers(const struct region *there, const struct region *wanted,
                   const struct field *field)
{
    return same_line(there, wanted) ||
           (field->grows && wanted && wanted->start[0] == 0 && wanted->step[0] == 1 &&
            (!there ||
             (there->start[0] == 0 && there->step[0] == 1 && there->count[0] >= wanted->count[0])));
}

static void note_misfit(struct scale_links *links, unsigned axis, const char *why)
{
    if (links->why)
        return;
    links->why = why;
    links->axis = axis;
}

/* A dataset with scales: a field's, or a variable that is no field. */
struct scaled {
    const struct field *field;
    hid_t dataset;
    struct h5_scales lists;
    hsize_t extent[H5S_MAX_RANK];
};

/* Adds the scale that reference number i of an axis leads to, if it leads anywhere. */
static void add_reference(struct aux_vars *self, const struct scaled *of, unsigned axis, size_t i,
                          struct scale_links *links)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    H5_CLOSED hid_t scale = hg_scales_open(&of->lists, of->dataset, axis, i, &reason);
    if (scale >= 0) {
        struct region region;
        const bool moved = of->field && of->field->is_part && axis > of->field->part_axis;
        const struct region *wanted = region_of_scale(of->field, axis - moved, scale, &region);
        const size_t number = add_scale(self, scale, wanted);
        link_item(self, number, axis, links);
        links->of_input = true;
        if (!stands_for(scale, of->extent[axis]))
            note_misfit(links, axis, "its scale has another extent");
        if (of->field && !self->status && !covers(self->item[number].region, wanted, of->field))
            note_misfit(links, axis, "another part of its scale is there for another field");
    } else if (reason.status) {
        struct item *refused = new_item(self); /* reports that it may not be read */
        if (refused)
            give_up(self, refused, &reason);
        link_item(self, self->n - 1, axis, links);
    }
}

/* An axis without scales whose coordinates, given or found, are a dataset of the input: that is its
 * scale in the output. Not where a convention has a form for them. */
static void add_coordinates(struct aux_vars *self, const struct field *field, unsigned axis,
                            unsigned at, struct scale_links *links)
{
    const struct field_axis *settled = &field->axis[axis];
    struct region region;
    hsize_t points;
    if (!settled->coordinate || settled->coordinate->points != COORD_ARRAY_ALL ||
        settled->coordinate->name[0] != '/' || field->coords.convention)
        return;
    H5_CLOSED hid_t dataset =
        hg_names_open_variable(self->input, settled->coordinate->name, NULL, NULL);
    if (dataset < 0 || hg_dataset_extent(dataset, &points, NULL) != 1 ||
        (points != field->extent[axis] && !(field->grows && points > field->extent[axis])))
        return;
    const struct region *wanted = region_of_scale(field, axis, dataset, &region);
    const size_t number = add_item(self, dataset, wanted);
    link_item(self, number, at, links);
    if (!self->status && !covers(self->item[number].region, wanted, field))
        note_misfit(links, at, "another part of its scale is there for another field");
}

/* Returns the item at a path of the output; their number if there is none. */
static size_t find_item(const struct aux_vars *self, const char *path)
{
    size_t i = 0;
    while (i < self->n && !(self->item[i].path && strcmp(self->item[i].path, path) == 0))
        i++;
    return i;
}

/* Makes a dimension without coordinates the scale of an axis of results. */
static void add_placeholder(struct aux_vars *self, const struct field *field, unsigned axis,
                            unsigned at, struct scale_links *links)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    const uint64_t points = hg_field_result_count(field, axis);
    BASE_FREED char *path = hg_memory_format("/axis_%u_of_%" PRIu64, axis, points);
    const size_t number = path ? find_item(self, path) : self->n;
    struct item *item = path && number == self->n ? new_item(self) : NULL;
    if (!path)
        no_memory(self, GRID_MAX_RANK);
    if (item && (item->path = hg_memory_text(path))) {
        if (hg_result_names_allow(self->names, path))
            item->to = hg_scale_create_placeholder(self->output, path, points, &reason);
        else
            hg_error_set(&reason, H5GRAD_FAILED, "a result has its name");
        if (reason.status)
            give_up(self, item, &reason);
        else if (H5Rcreate(&item->reference, self->output, path, H5R_OBJECT, -1) < 0)
            self->status = hg_hdf5_error(self->err, "no reference to it can be made");
    } else if (item) {
        no_memory(self, strlen(path));
    }
    link_item(self, number, at, links);
}

/* Completes the scales of a field: netCDF-4 knows none of a variable unless every axis has one. */
static void add_placeholders(struct aux_vars *self, const struct field *field, unsigned without,
                             struct scale_links *links)
{
    const bool some = links->total > 0 && !links->why && !field->coords.convention;
    for (unsigned axis = 0; axis < links->rank && some && !self->status; axis++) {
        if (links->n[axis] == 0 && axis != without)
            add_placeholder(self, field, axis - (axis > without), axis, links);
    }
}

/* Adds the scales of a dataset of the input, of a field or of none (NULL). A coordinate variable is
 * its own scale. Skips the axis of which the field is a part. */
static void add_scales(struct aux_vars *self, const struct field *field, hid_t dataset,
                       unsigned rank, struct scale_links *links)
{
    struct scaled of = {.field = field, .dataset = dataset};
    const unsigned without = field && field->is_part ? field->part_axis : rank;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    struct region region;
    bool found = false;
    *links = (struct scale_links){.rank = rank};
    if (hg_is_scale(dataset)) {
        links->of_input = true;
        if (rank == 1)
            link_item(self, add_item(self, dataset, region_of_scale(field, 0, dataset, &region)), 0,
                      links);
        return;
    }
    if (rank > 0)
        hg_scales_read(dataset, rank, &of.lists, &found, &reason);
    /* If the list cannot be read, the user has given the spacing of the axes differentiated. */
    if (reason.status == H5GRAD_NO_MEMORY)
        self->status = hg_error_set(self->err, reason.status, "%s", reason.message);
    if (!found && !field)
        return;
    if (hg_dataset_extent(dataset, of.extent, NULL) != (int)rank)
        note_misfit(links, 0, "its extent cannot be read");
    for (unsigned axis = 0; axis < rank; axis++) {
        for (size_t i = 0; found && i < of.lists.list[axis].len && axis != without && !self->status;
             i++)
            add_reference(self, &of, axis, i, links);
        if (field && links->n[axis] == 0 && axis != without && !self->status)
            add_coordinates(self, field, axis - (axis > without), axis, links);
    }
    if (field)
        add_placeholders(self, field, without, links);
    for (unsigned axis = 0; axis < rank; axis++) {
        if (links->n[axis] == 0 && axis != without)
            note_misfit(links, axis, "it has no scale");
    }
    if (without < rank)
        memmove(&links->n[without], &links->n[without + 1],
                (--links->rank - without) * sizeof *links->n);
    if (found)
        hg_scales_free(&of.lists);
}

/* Sets the region of a variable along an axis to that of its first scale there. */
static bool cut_by_scale(struct aux_vars *self, const struct h5_scales *lists, hid_t dataset,
                         unsigned axis, struct region *region)
{
    struct h5_identity identity;
    H5_CLOSED hid_t scale =
        lists->list[axis].len > 0 ? hg_scales_open(lists, dataset, axis, 0, NULL) : -1;
    const size_t *known =
        scale >= 0 && hg_identify(scale, &identity) ? hg_set_find(&self->set, &identity) : NULL;
    const struct region *line = known ? self->item[*known].region : NULL;
    if (line) {
        region->start[axis] = line->start[0];
        region->count[axis] = size_min(line->count[0], region->count[axis]);
        region->step[axis] = line->step[0];
    }
    return known != NULL;
}

/* Sets the region of a variable without scales to that of the field's axes that it seems to have:
 * the last ones with its extents, in order. */
static void cut_by_extent(const struct field *field, unsigned rank, struct region *region)
{
    unsigned axis[GRID_MAX_RANK], k = rank, i = field->rank;
    while (k > 0 && i > 0) {
        if (field->extent[--i] == region->count[k - 1])
            axis[--k] = i;
    }
    for (unsigned j = 0; j < rank && k == 0; j++) {
        region->start[j] = field->region->start[axis[j]];
        region->count[j] = field->region->count[axis[j]];
        region->step[j] = field->region->step[axis[j]];
    }
}

/* Reads the rank and number of points of a dataset; false if that fails. */
static bool read_size(hid_t dataset, unsigned *rank, uint64_t *points)
{
    H5_CLOSED hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    int ndims = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    *rank = (unsigned)ndims;
    *points = (uint64_t)n;
    return ndims >= 0 && n >= 0;
}

/* Variables to be copied, which an attribute names. */
struct request {
    struct aux_vars *self;
    const struct field *field;
    bool of_cells;              /* they describe the cells of points, ... */
    const struct region *cells; /* ... of this region; NULL: all */
    unsigned rank;              /* at most ... */
    uint64_t points;
    char *lost; /* names that could not be found; NULL: none */
};

/* Returns the part of a variable that belongs to the results: by its scales, by the points whose
 * cells it describes, or by its extents. NULL: all of it. */
static const struct region *region_of_variable(const struct request *request, hid_t dataset,
                                               unsigned rank, struct region *region)
{
    struct h5_scales lists;
    hsize_t extent[H5S_MAX_RANK];
    bool found = false, scaled = false;
    if (!(request->field->region || request->field->grows) || rank == 0 ||
        hg_dataset_extent(dataset, extent, NULL) != (int)rank)
        return NULL;
    uint64_t all[GRID_MAX_RANK];
    for (unsigned i = 0; i < rank; i++)
        all[i] = extent[i];
    hg_region_whole(rank, all, region);
    if (!hg_is_scale(dataset))
        hg_scales_read(dataset, rank, &lists, &found, NULL);
    for (unsigned i = 0; i < rank && found; i++)
        scaled = cut_by_scale(request->self, &lists, dataset, i, region) || scaled;
    if (found)
        hg_scales_free(&lists);
    if (!scaled && request->cells) {
        const struct region *cells = request->cells;
        for (unsigned i = 0; i + 1 < rank; i++) {
            region->start[i] = cells->start[i];
            region->count[i] = size_min(cells->count[i], region->count[i]);
            region->step[i] = cells->step[i];
        }
    } else if (!scaled && !request->of_cells && request->field->region) {
        cut_by_extent(request->field, rank, region);
    }
    return region;
}

/* Adds a variable that is small enough, with its scales. */
static enum h5grad_status add_variable(void *user, const struct names_variable *variable,
                                       struct h5grad_error *err)
{
    struct request *request = user;
    struct aux_vars *self = request->self;
    size_t before = self->n;
    unsigned rank;
    uint64_t points;
    if (variable->id < 0)
        return hg_coords_add_name(&request->lost, variable->name, err);
    if (!read_size(variable->id, &rank, &points) || rank > request->rank ||
        points > request->points)
        return H5GRAD_OK;
    struct region region;
    size_t number =
        add_item(self, variable->id, region_of_variable(request, variable->id, rank, &region));
    struct scale_links links = {0};
    if (!self->status && number == before && !self->item[number].scale)
        add_scales(self, NULL, variable->id, rank, &links);
    if (links.total > 0)
        self->item[number].links = links;
    return self->status;
}

/* Adds the bounds of the items from number first on; bounds have none themselves. */
static void add_bounds(struct aux_vars *self, const struct field *field, size_t first)
{
    size_t end = self->n;
    for (size_t i = first; i < end; i++) {
        hid_t dataset = self->item[i].from;
        struct request request = {
            .self = self, .field = field, .of_cells = true, .cells = self->item[i].region};
        if (!read_size(dataset, &request.rank, &request.points))
            continue;
        request.rank++;
        request.points *= VERTICES;
        for (size_t k = 0; k < N_OF_CELLS && !self->status; k++) {
            self->status = hg_names_visit(self->input, self->item[i].path, dataset, of_cells[k],
                                          add_variable, &request, self->err);
            self->item[i].lost[k] = request.lost;
            request.lost = NULL;
        }
    }
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
static void add_dimensions(struct aux_vars *self, const double *number, size_t n)
{
    const struct h5_walk *walk = self->walk;
    for (size_t i = 0; i < walk->n && !self->status; i++) {
        double own;
        H5_CLOSED hid_t dataset = hg_open_dataset(self->input, walk->dataset[i].path, NULL);
        if (dataset >= 0 && hg_is_scale(dataset) && hg_attribute_number(dataset, DIMENSION, &own) &&
            is_among(number, n, own))
            add_item(self, dataset, NULL);
    }
}

/* netCDF-4 finds the dimensions of a coordinate variable of several dimensions only by number,
 * since it is a scale and has none attached. So all of them are added, with their numbers. */
static void add_numbered(struct aux_vars *self, size_t first)
{
    size_t end = self->n;
    for (size_t i = first; i < end && !self->status; i++) {
        size_t n = 0;
        BASE_FREED double *number = NULL;
        if (self->item[i].scale && self->item[i].from >= 0)
            number = hg_attribute_numbers(self->item[i].from, DIMENSIONS, &n);
        if (number && n > 1) {
            self->numbered = true;
            add_dimensions(self, number, n);
        }
    }
}

static void add_all(struct aux_vars *self, const struct field *field, hid_t dataset,
                    struct scale_links *links)
{
    static const char *const attributes[] = {"coordinates", "grid_mapping"};
    size_t first = self->n;
    struct request request = {.self = self, .field = field, .rank = field->rank, .points = 1};
    for (unsigned i = 0; i < field->rank; i++)
        request.points *= field->extent[i];
    add_scales(self, field, dataset, field->rank + field->is_part, links);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !self->status; i++)
        self->status = hg_names_visit(self->input, field->path, dataset, attributes[i],
                                      add_variable, &request, self->err);
    free(request.lost); /* coords.note reports them */
    if (!self->status)
        add_bounds(self, field, first);
    add_numbered(self, first);
}

/* Copies the points of an item. If they cannot be read, removes it from the output. */
static void fill_item(struct aux_vars *self, struct item *item)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (item->from < 0)
        return;
    bool filled = hg_copy_points(item->from, item->region, item->to, &reason) == H5GRAD_OK;
    struct h5_guard guard;
    hg_enter(&guard);
    if (filled) {
        item->missing = hg_missing_text(item->from);
    } else {
        close_item(item);
        if (H5Ldelete(self->output, item->path, H5P_DEFAULT) < 0)
            self->status = hg_hdf5_error(self->err, "%s: cannot be removed", item->path);
    }
    hg_leave(&guard);
    if (!filled)
        give_up(self, item, &reason);
}

/* Makes the links of the new items, and closes them. */
static void complete_items(struct aux_vars *self, size_t first)
{
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t i = first; i < self->n; i++) {
        struct item *item = &self->item[i];
        if (!self->status && item->to >= 0 && !item->scale)
            self->status = hg_aux_vars_link(self, &item->links, item->to, item->path, self->err);
        close_item(item);
    }
    hg_leave(&guard);
}

static void tell_item(const struct aux_vars *self, const struct field *field,
                      const struct item *item)
{
    if (item->why)
        hg_message_add(self->messages, H5GRAD_WARNING, "%s: %s: left out of the output: %s",
                       field->path, item->path ? item->path : "a dimension scale", item->why);
    else if (item->missing)
        hg_message_add(self->messages, H5GRAD_WARNING, "%s: %s: %s", field->path, item->path,
                       item->missing);
    for (size_t k = 0; k < N_OF_CELLS; k++) {
        if (item->lost[k])
            hg_message_add(self->messages, H5GRAD_WARNING,
                           "%s: its attribute %s names %s, which cannot be found", item->path,
                           of_cells[k], item->lost[k]);
    }
}

enum h5grad_status hg_aux_vars_add(struct aux_vars *vars, const struct field *field, hid_t dataset,
                                   struct scale_links *links, struct h5grad_error *err)
{
    struct h5_guard guard;
    size_t first = vars->n;
    if (dataset < 0) /* without attributes */
        return H5GRAD_OK;
    vars->err = err;
    vars->status = H5GRAD_OK;
    hg_enter(&guard);
    add_all(vars, field, dataset, links);
    hg_leave(&guard);
    for (size_t i = first; i < vars->n && !vars->status; i++)
        fill_item(vars, &vars->item[i]);
    if (!vars->status)
        complete_items(vars, first);
    for (size_t i = first; i < vars->n && !vars->status; i++)
        tell_item(vars, field, &vars->item[i]);
    if (!vars->status && links->total > 0 && links->why)
        hg_message_add(vars->messages, H5GRAD_DETAIL,
                       "%s: its scales are not attached to results: axis %u: %s", field->path,
                       links->axis, links->why);
    return vars->status;
}

static enum h5grad_status add_use(struct item *item, hobj_ref_t dataset, unsigned axis,
                                  struct h5grad_error *err)
{
    struct h5_scale_use *grown = hg_memory_more(item->use, item->n, sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (item->n + 1) * sizeof *grown);
    item->use = grown;
    memset(&grown[item->n], 0, sizeof *grown); /* padding is stored, too */
    grown[item->n].dataset = dataset;
    grown[item->n++].axis = axis;
    return H5GRAD_OK;
}

static bool all_there(const struct aux_vars *self, const struct scale_links *links)
{
    for (size_t i = 0; i < links->total; i++) {
        if (self->item[links->item[i]].why)
            return false;
    }
    return links->total > 0 && !links->why;
}

enum h5grad_status hg_aux_vars_link(struct aux_vars *vars, const struct scale_links *links,
                                    hid_t dataset, const char *path, struct h5grad_error *err)
{
    hobj_ref_t self;
    if (!all_there(vars, links))
        return H5GRAD_OK;
    BASE_FREED hobj_ref_t *references = hg_memory_zeroed(links->total, sizeof *references);
    if (!references)
        return hg_error_memory(err, links->total * sizeof *references);
    for (size_t i = 0; i < links->total; i++)
        references[i] = vars->item[links->item[i]].reference;
    enum h5grad_status status = hg_scales_write(dataset, links->rank, links->n, references, err);
    if (!status && H5Rcreate(&self, vars->output, path, H5R_OBJECT, -1) < 0)
        status = hg_hdf5_error(err, "no reference to it can be made");
    size_t i = 0;
    for (unsigned axis = 0; axis < links->rank; axis++) {
        for (size_t k = 0; k < links->n[axis] && !status; k++)
            status = add_use(&vars->item[links->item[i++]], self, axis, err);
    }
    return status;
}

static enum h5grad_status number_scale(const struct aux_vars *self, const struct item *item,
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

enum h5grad_status hg_aux_vars_finish(struct aux_vars *vars, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < vars->n && !status; i++) {
        const struct item *item = &vars->item[i];
        if (!item->scale || item->why)
            continue;
        hid_t dataset = hg_open_dataset(vars->output, item->path, err);
        if (dataset < 0)
            status = hg_error_status(err);
        else
            status = hg_scale_write(dataset, item->n, item->use, err);
        if (!status)
            status = number_scale(vars, item, dataset, err);
        if (!hg_close(dataset) && !status)
            status = hg_hdf5_error(err, "it cannot be closed");
        if (status)
            hg_error_context(err, status, "%s", item->path);
    }
    return status;
}
