/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PDEBench, solutions of differential equations, in two forms.
 *
 * All samples together: "tensor", or "density", "Vx" and so on, with the axes sample, t, x, y, z,
 * beside the coordinates "t-coordinate", "x-coordinate" and so on ("nu", the coefficient of the
 * Darcy flow, has no t, and that flow no t-coordinate). t-coordinate holds one value more than
 * there are times, the end of the run, which PDEBench's own readers drop: the first values count.
 *
 * A group per sample: "data" with the axes t, x, y and components, beside the group "grid" of t, x
 * and y.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/object.h"
#include "formats/convention.h"

#define SOURCE "PDEBench"
#define SUFFIX "-coordinate"

/* Which form the file has, and where. */
struct form {
    hid_t file;
    char *parent;
    bool grid; /* a group per sample */
};

static const char *const spatial[] = {"x", "y", "z"};

static char *coordinate_path(const struct form *form, const char *letter)
{
    const char *top = strcmp(form->parent, "/") == 0 ? "" : form->parent;
    return hg_memory_format(form->grid ? "%s/grid/%s" : "%s/%s" SUFFIX, top, letter);
}

static bool has_coordinate(const struct form *form, const char *letter)
{
    char *path = coordinate_path(form, letter);
    hid_t dataset = path ? hg_open_dataset(form->file, path, NULL) : -1;
    free(path);
    hg_close(dataset);
    return dataset >= 0;
}

static unsigned count_spatial(const struct form *form)
{
    unsigned n = 0;
    while (n < 3 && has_coordinate(form, spatial[n]))
        n++;
    return n;
}

static enum h5grad_status enter_axis(const struct form *form, const char *letter, uint64_t extent,
                                     struct coords *coords, unsigned k, struct h5grad_error *err)
{
    struct coords_axis *axis = &coords->axis[k];
    enum h5grad_status status = hg_coords_set_name(coords, k, letter, err);
    if (status || axis->kind != COORDS_NONE)
        return status;
    char *path = coordinate_path(form, letter);
    if (!path)
        return hg_error_memory(err, strlen(form->parent));
    bool time = letter[0] == 't' && !form->grid;
    status = hg_coords_set_dataset(coords, k, form->file, path, extent, time, SOURCE, err);
    if (!status && axis->edges) {
        axis->edges = false;
        axis->surplus = true;
        status = hg_coords_add_note(coords, err,
                                    "axis %u: the last value of %s, the end of the run, "
                                    "is not used",
                                    k, path);
    }
    free(path);
    return status;
}

static enum h5grad_status enter_space(const struct form *form, unsigned n, const uint64_t *extent,
                                      struct coords *coords, unsigned first,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned i = 0; i < n && !status; i++)
        status = enter_axis(form, spatial[i], extent[first + i], coords, first + i, err);
    return status;
}

/* sample, t, x, y, z; or sample, x, y, z */
static enum h5grad_status enter_together(const struct form *form, const char *name,
                                         const uint64_t *extent, struct coords *coords,
                                         struct h5grad_error *err)
{
    unsigned n = count_spatial(form);
    bool time = has_coordinate(form, "t");
    bool coefficient = coords->rank == n + 1 && strcmp(name, "nu") == 0;
    bool solution = coords->rank == n + 2 && (time || strcmp(name, "tensor") == 0);
    enum h5grad_status status = H5GRAD_OK;
    if (n == 0 || (!coefficient && !solution))
        return H5GRAD_OK;
    status = hg_coords_leave_out(coords, 0, err, "its points are separate samples");
    if (status)
        return status;
    if (solution && time)
        status = enter_axis(form, "t", extent[1], coords, 1, err);
    else if (solution)
        status = hg_coords_set_name(coords, 1, "t", err);
    return status ? status : enter_space(form, n, extent, coords, coords->rank - n, err);
}

/* t, x, y, components */
static enum h5grad_status enter_sample(const struct form *form, const uint64_t *extent,
                                       struct coords *coords, struct h5grad_error *err)
{
    unsigned n = count_spatial(form);
    if (n == 0 || coords->rank != n + 2 || !has_coordinate(form, "t"))
        return H5GRAD_OK;
    enum h5grad_status status =
        hg_coords_leave_out(coords, n + 1, err, "it holds separate quantities");
    if (!status)
        status = enter_axis(form, "t", extent[0], coords, 0, err);
    return status ? status : enter_space(form, n, extent, coords, 1, err);
}

static bool has_link(hid_t file, const char *parent, const char *name)
{
    char *path = hg_path_join(parent, name);
    bool has = path && hg_has_link(file, path);
    free(path);
    return has;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    uint64_t extent[GRID_MAX_RANK];
    const char *name = hg_path_base(path);
    if (coords->rank < 3 || coords->rank > 5)
        return H5GRAD_OK;
    struct form form = {.file = file, .parent = hg_path_parent(path)};
    if (!form.parent)
        return hg_error_memory(err, strlen(path));
    form.grid = strcmp(name, "data") == 0 && has_link(file, form.parent, "grid");
    enum h5grad_status status = H5GRAD_OK;
    if (form.grid && hg_read_extents(dataset, coords->rank, extent))
        status = enter_sample(&form, extent, coords, err);
    else if (!form.grid && has_link(file, form.parent, "x" SUFFIX) &&
             hg_read_extents(dataset, coords->rank, extent))
        status = enter_together(&form, name, extent, coords, err);
    free(form.parent);
    return status;
}

static bool is_letter(char letter)
{
    return letter == 't' || (letter >= 'x' && letter <= 'z');
}

/* Whether an object of that name lies beside the group that holds the object at path. */
static bool has_beside_group(hid_t file, const char *path, const char *name)
{
    char *group = hg_path_parent(path);
    char *parent = group && strcmp(hg_path_base(group), "grid") == 0 ? hg_path_parent(group) : NULL;
    bool has = parent && has_link(file, parent, name);
    free(parent);
    free(group);
    return has;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)dataset;
    const char *name = hg_path_base(path);
    bool coordinate = false;
    if (!is_letter(name[0]))
        return NULL;
    if (name[1] == '\0') {
        coordinate = has_beside_group(file, path, "data");
    } else if (strcmp(name + 1, SUFFIX) == 0) {
        char *parent = hg_path_parent(path);
        coordinate = parent && has_link(file, parent, "x" SUFFIX);
        free(parent);
    }
    return coordinate ? "it is a coordinate" : NULL;
}

const struct coords_convention hg_coords_pdebench = {
    .name = SOURCE,
    .axes = read_axes,
    .not_field = not_field,
};
