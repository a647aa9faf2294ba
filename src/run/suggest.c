/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/suggest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/path.h"
#include "formats/formats.h"
#include "hdf5/walk.h"

/* Groups of more members, and longer datasets, are not searched, so that a search costs little; and
 * of so many that fit, none is more likely than another. */
#define MOST_MEMBERS 1000
#define MOST_POINTS  (UINT64_C(1) << 20)
#define FEW          4

/* A dataset along one axis. */
struct suggested {
    char *path;
    uint64_t points;
};

struct search {
    struct suggestions *suggestions;
    hid_t file;
    const char *group;
    enum h5grad_status status;
    struct h5grad_error *err;
};

/* Returns the points of a dataset that has more than one along one axis only; 0: it has not, or
 * what it holds is known to be something else than coordinates. */
static uint64_t points_along_one(hid_t file, const char *path, hid_t dataset)
{
    hsize_t extent[H5S_MAX_RANK];
    uint64_t points = 0;
    const char *why = hg_coords_not_field(file, path, dataset);
    if (why && !hg_path_begins(why, COORDS_COORDINATE))
        return 0;
    const int rank = hg_dataset_extent(dataset, extent, NULL);
    for (int i = 0; i < rank; i++) {
        if (extent[i] != 1 && points > 0)
            return 0;
        if (extent[i] != 1)
            points = extent[i];
    }
    return points;
}

/* Called by H5Literate. */
static herr_t add_member(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct search *search = user;
    struct suggestions *self = search->suggestions;
    (void)group;
    if (info->type != H5L_TYPE_HARD)
        return 0;
    char *path = hg_path_join(search->group, name);
    struct suggested *grown = path ? hg_memory_more(self->item, self->n, sizeof *grown) : NULL;
    if (!grown) {
        free(path);
        search->status = hg_error_memory(search->err, (self->n + 1) * sizeof *grown);
        return 1;
    }
    self->item = grown;
    H5_CLOSED hid_t dataset = hg_open_dataset(search->file, path, NULL);
    const uint64_t points = dataset < 0 ? 0 : points_along_one(search->file, path, dataset);
    if (points > 1 && points <= MOST_POINTS)
        grown[self->n++] = (struct suggested){path, points};
    else
        free(path);
    return 0;
}

static void add_group(struct search *search)
{
    H5G_info_t info;
    H5_CLOSED hid_t group = hg_open_object(search->file, search->group, NULL);
    if (group >= 0 && H5Gget_info(group, &info) >= 0 && info.nlinks <= MOST_MEMBERS)
        H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_member, search);
}

static void forget(struct suggestions *self)
{
    for (size_t i = 0; i < self->n; i++)
        free(self->item[i].path);
    free(self->item);
    free(self->group);
    self->item = NULL;
    self->group = NULL;
    self->n = 0;
}

/* Finds what lies in the group of path and in the groups above. */
static enum h5grad_status find(struct suggestions *self, hid_t file, const char *path,
                               struct h5grad_error *err)
{
    struct search search = {self, file, .err = err};
    struct h5_guard guard;
    char *group = hg_path_parent(path);
    if (group && self->group && strcmp(group, self->group) == 0) {
        free(group);
        return H5GRAD_OK;
    }
    forget(self);
    self->group = group;
    char *at = hg_memory_text(group);
    hg_enter(&guard);
    while (at && !search.status) {
        search.group = at;
        add_group(&search);
        char *above = at[1] ? hg_path_parent(at) : NULL;
        if (at[1] && !above)
            search.status = hg_error_memory(err, strlen(at));
        free(at);
        at = above;
    }
    hg_leave(&guard);
    free(at);
    return group ? search.status : hg_error_memory(err, strlen(path));
}

/* Returns whether a dataset has the name of an axis, if that has one. */
static bool is_called(const char *path, const char *name)
{
    return !name || strcasecmp(hg_path_base(path), name) == 0;
}

/* Returns whether a dataset could be the coordinates of an axis: its points increase or decrease.
 */
static bool is_fit(struct suggestions *self, const struct suggested *item,
                   const struct field *field, unsigned axis, struct h5grad_error *reason)
{
    const struct coord_variable *coordinate;
    return item->points == field->extent[axis] && strcmp(item->path, field->path) != 0 &&
           hg_coord_store_get(self->store, item->path, COORD_ARRAY_ALL, item->points, &coordinate,
                              reason) == H5GRAD_OK;
}

static enum h5grad_status suggest_for(struct suggestions *self, struct field *field, unsigned axis,
                                      struct h5grad_error *err)
{
    const struct suggested *fit[FEW];
    const char *name = field->coords.axis[axis].name;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    char **out = &field->axis[axis].suggestion;
    unsigned n = 0;
    for (size_t i = 0; i < self->n && n < FEW; i++) {
        const struct suggested *item = &self->item[i];
        if (is_called(item->path, name) && is_fit(self, item, field, axis, &reason))
            fit[n++] = item;
    }
    if (reason.status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, reason.status, "%s", reason.message);
    if (n == 0 || n == FEW)
        return H5GRAD_OK;
    if (n == 1)
        *out = hg_memory_format("%s has %" PRIu64 " points: --coord %u=%s", fit[0]->path,
                                fit[0]->points, hg_field_axis_number(field, axis), fit[0]->path);
    else
        *out = hg_memory_format("%s%s%s and %s have %" PRIu64 " points: --coord DIM=PATH",
                                fit[0]->path, n > 2 ? ", " : "", n > 2 ? fit[1]->path : "",
                                fit[n - 1]->path, fit[0]->points);
    return *out ? H5GRAD_OK : hg_error_memory(err, strlen(fit[0]->path));
}

enum h5grad_status hg_suggest(struct suggestions *suggestions, hid_t file, struct field *field,
                              struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (field->vector)
        return H5GRAD_OK;
    if (!suggestions->store)
        suggestions->store = hg_coord_store_new(file, H5GRAD_LEAST_MEMORY);
    if (!suggestions->store)
        return hg_error_memory(err, sizeof *suggestions);
    for (unsigned i = 0; i < field->rank && !status; i++) {
        const struct field_axis *axis = &field->axis[i];
        if (axis->spacing.kind != SPACING_AUTO || axis->problem || field->extent[i] < 2 ||
            field->coords.axis[i].left_out)
            continue;
        status = find(suggestions, file, field->path, err);
        if (!status)
            status = suggest_for(suggestions, field, i, err);
    }
    return status;
}

void hg_suggestions_text(const struct field *field, char *out, size_t size)
{
    const char *last = NULL;
    *out = '\0';
    for (unsigned k = 0; k < field->n_axes; k++) {
        const char *text = field->axis[field->order[k]].suggestion;
        if (text && !(last && strcmp(text, last) == 0))
            hg_memory_append(out, size, "%s%s", *out ? "; " : "", text);
        last = text ? text : last;
    }
}

void hg_suggestions_free(struct suggestions *suggestions)
{
    forget(suggestions);
    hg_coord_store_free(suggestions->store);
}
