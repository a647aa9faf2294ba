/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * openPMD 1.x and the draft of 2.0, and the external fields of its extension BeamPhysics. The
 * attributes of a mesh record (a group of components, or the dataset of a scalar) hold a value per
 * axis: of the last axes of the data, in their order, or reversed for dataOrder F. Axes before
 * those are azimuthal modes. Steps are taken in SI units where the file gives their factor,
 * gridUnitSI.
 *
 * The attributes of an external field are always in the order x, y, z or r, theta, z. How a dataset
 * lies is said by axisLabels or, in older files, by gridDataOrder of each component: F is reversed,
 * whatever axisLabels say. gridSize tells whether that is so.
 *
 * The gradient of the component x of the record B becomes the record B_x_gradient.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "values/meaning.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "formats/convention.h"

enum { DIMENSIONS = 7 }; /* of a unit: powers of L, M, T, I, temperature, amount, intensity */
enum { CANONICAL = 3 };  /* axes of an external field */

enum form {
    NO_MESH,
    SCALAR,   /* the dataset is the record */
    VECTOR,   /* its group is */
    EXTERNAL, /* the group above its group describes the grid: BeamPhysics */
    DIRECT,   /* its group does, and the dataset is the record: old names of BeamPhysics, Ex */
};

/* What describes the axes of a dataset. */
struct mesh {
    enum form form;
    hid_t object;                /* that holds the attributes; owned */
    size_t n;                    /* axes that it describes */
    char **label;                /* n of them; NULL: none given */
    size_t entry[GRID_MAX_RANK]; /* n of them: where the attributes have the axis */
    double spacing[GRID_MAX_RANK];
    double offset[GRID_MAX_RANK];
    double factor[GRID_MAX_RANK]; /* to SI */
    double dimension[GRID_MAX_RANK][DIMENSIONS];
    bool si;             /* factor is known */
    bool angles;         /* there may be axes of angles */
    bool own_dimensions; /* the file says dimension */
};

static const struct coords_convention scalar_record;

static bool is_external(const struct mesh *mesh)
{
    return mesh->form == EXTERNAL || mesh->form == DIRECT;
}

/* Whether the dataset is a record, else it is a component of one. */
static bool is_record(const struct mesh *mesh)
{
    return mesh->form == SCALAR || mesh->form == DIRECT;
}

static bool is_openpmd(hid_t file)
{
    return H5Aexists_by_name(file, "/", "openPMD", H5P_DEFAULT) > 0;
}

/* The object that describes the grid of the dataset at path; -1 when it is on none. */
static hid_t open_mesh(hid_t file, const char *path, hid_t dataset, enum form *form)
{
    *form = NO_MESH;
    if (H5Aexists(dataset, "gridSpacing") > 0) {
        *form = SCALAR;
        return hg_open_object(file, path, NULL);
    }
    char *group = hg_path_parent(path);
    char *above = group ? hg_path_parent(group) : NULL;
    const char *found = NULL;
    if (!above)
        hg_note_no_memory();
    if (group && H5Aexists_by_name(file, group, "gridSpacing", H5P_DEFAULT) > 0) {
        bool external = H5Aexists_by_name(file, group, "gridGeometry", H5P_DEFAULT) > 0;
        *form = external ? DIRECT : VECTOR;
        found = group;
    } else if (above && H5Aexists_by_name(file, above, "gridSpacing", H5P_DEFAULT) > 0 &&
               H5Aexists_by_name(file, above, "gridGeometry", H5P_DEFAULT) > 0) {
        *form = EXTERNAL;
        found = above;
    }
    hid_t object = found ? H5Gopen2(file, found, H5P_DEFAULT) : -1;
    free(above);
    free(group);
    return object;
}

static void close_mesh(struct mesh *mesh)
{
    hg_free_texts(mesh->label, mesh->n);
    hg_close(mesh->object);
}

/* --------------------------------------------------------------------------- not on a mesh */

/* path behind the group that basePath gives for an iteration, without slash; NULL: elsewhere. */
static const char *within_iteration(const char *base, const char *path)
{
    const char *number = strstr(base, "%T");
    size_t before = number ? (size_t)(number - base) : strlen(base);
    if (strncmp(path, base, before) != 0)
        return NULL;
    path += before;
    if (number) {
        size_t digits = strspn(path, "0123456789");
        const char *after = number + 2;
        if (digits == 0 || strncmp(path + digits, after, strlen(after)) != 0)
            return NULL;
        path += digits + strlen(after);
    }
    return path + strspn(path, "/");
}

static bool is_of_particles(hid_t file, const char *path)
{
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    char *base = root >= 0 ? hg_attribute_text(root, "basePath") : NULL;
    char *particles = root >= 0 ? hg_attribute_text(root, "particlesPath") : NULL;
    hg_close(root);
    const char *rest = base && particles ? within_iteration(base, path) : NULL;
    const char *start = particles;
    if (start && strncmp(start, "./", 2) == 0)
        start += 2;
    bool found = rest && strncmp(rest, start, strlen(start)) == 0;
    free(particles);
    free(base);
    return found;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    if (!is_openpmd(file))
        return NULL;
    enum form form;
    hid_t mesh = open_mesh(file, path, dataset, &form);
    hg_close(mesh);
    return form == NO_MESH && is_of_particles(file, path) ? "it belongs to particles" : NULL;
}

/* ------------------------------------------------------------------------ reading the mesh */

static bool is_angle(const struct mesh *mesh, size_t i)
{
    return mesh->angles && mesh->label &&
           (strcmp(mesh->label[i], "theta") == 0 || strcmp(mesh->label[i], "phi") == 0);
}

static char **copy_labels(const char *const *labels, size_t n)
{
    char **copy = hg_memory_zeroed(n, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++) {
        copy[i] = hg_memory_text(labels[i]);
        if (!copy[i]) {
            hg_free_texts(copy, n);
            copy = NULL;
        }
    }
    if (!copy)
        hg_note_no_memory();
    return copy;
}

/* False when there are others than one per axis. */
static bool read_labels(struct mesh *mesh)
{
    size_t n = 0;
    mesh->label = hg_attribute_texts(mesh->object, "axisLabels", &n);
    if (!mesh->label || n == mesh->n)
        return true;
    hg_free_texts(mesh->label, n);
    mesh->label = NULL;
    return false;
}

static void set_order(struct mesh *mesh, bool reversed)
{
    for (size_t i = 0; i < mesh->n; i++)
        mesh->entry[i] = reversed ? mesh->n - 1 - i : i;
}

/* Where the attributes of an external field have each axis of a dataset with these labels; false
 * when they are not those of its geometry. */
static bool find_order(struct mesh *mesh, const char *const *canonical)
{
    bool taken[CANONICAL] = {false};
    for (size_t k = 0; k < CANONICAL; k++) {
        size_t i = 0;
        while (i < CANONICAL && (taken[i] || strcmp(mesh->label[k], canonical[i]) != 0))
            i++;
        if (i == CANONICAL)
            return false;
        taken[i] = true;
        mesh->entry[k] = i;
    }
    return true;
}

/* The labels of an external field in the order of its attributes, which its geometry implies, and
 * the order of the dataset. NULL, or what is wrong. */
static const char *read_order(struct mesh *mesh, hid_t component)
{
    static const char *const rectangular[] = {"x", "y", "z"};
    static const char *const cylindrical[] = {"r", "theta", "z"};
    const char *const *canonical =
        hg_attribute_is(mesh->object, "gridGeometry", "cylindrical") ? cylindrical : rectangular;
    if (mesh->n != CANONICAL)
        return "gridSpacing does not hold 3 numbers";
    /* a component may leave it to the mesh that it belongs to */
    hid_t teller = H5Aexists(component, "gridDataOrder") > 0 ? component : mesh->object;
    bool reversed = hg_attribute_is(teller, "gridDataOrder", "F");
    if (!reversed && H5Aexists(teller, "gridDataOrder") > 0 &&
        !hg_attribute_is(teller, "gridDataOrder", "C"))
        return "gridDataOrder is neither C nor F";
    set_order(mesh, reversed);
    if (mesh->label && !reversed && !find_order(mesh, canonical))
        return canonical == cylindrical ? "axisLabels are not r, theta and z"
                                        : "axisLabels are not x, y and z";
    hg_free_texts(mesh->label, mesh->n);
    mesh->label = copy_labels(canonical, CANONICAL);
    return NULL;
}

/* The factor to SI: one number, or one per axis. NULL, or what is wrong. */
static const char *read_factor(struct mesh *mesh)
{
    mesh->si = is_external(mesh);
    for (size_t i = 0; i < mesh->n; i++)
        mesh->factor[i] = 1;
    if (H5Aexists(mesh->object, "gridUnitSI") <= 0)
        return NULL;
    mesh->si = true;
    double one;
    if (hg_attribute_number(mesh->object, "gridUnitSI", &one)) {
        for (size_t i = 0; i < mesh->n; i++)
            mesh->factor[i] = one;
        return NULL;
    }
    if (hg_attribute_exactly(mesh->object, "gridUnitSI", mesh->n, mesh->factor) == H5_FOUND)
        return NULL;
    return "gridUnitSI is not a number, or one per axis";
}

static void read_dimension(struct mesh *mesh)
{
    double flat[GRID_MAX_RANK * DIMENSIONS];
    size_t n = mesh->n * DIMENSIONS;
    bool given = hg_attribute_exactly(mesh->object, "gridUnitDimension", n, flat) == H5_FOUND;
    mesh->own_dimensions = given;
    for (size_t i = 0; i < mesh->n; i++) {
        for (size_t j = 0; j < DIMENSIONS; j++)
            mesh->dimension[i][j] = given ? flat[i * DIMENSIONS + j] : 0;
        if (!given && !is_angle(mesh, i))
            mesh->dimension[i][0] = 1;
    }
}

/* Where the first point lies, in the grid's own unit; 0 where the file does not say. */
static void read_offset(struct mesh *mesh, hid_t component)
{
    double part[GRID_MAX_RANK];
    if (is_external(mesh)) {
        if (hg_attribute_exactly(mesh->object, "gridOriginOffset", mesh->n, mesh->offset) !=
            H5_FOUND)
            memset(mesh->offset, 0, sizeof mesh->offset);
        if (hg_attribute_exactly(mesh->object, "gridLowerBound", mesh->n, part) != H5_FOUND)
            return;
    } else {
        if (hg_attribute_exactly(mesh->object, "gridGlobalOffset", mesh->n, mesh->offset) !=
            H5_FOUND)
            memset(mesh->offset, 0, sizeof mesh->offset);
        if (hg_attribute_exactly(component, "position", mesh->n, part) != H5_FOUND)
            return;
    }
    for (size_t i = 0; i < mesh->n; i++)
        mesh->offset[i] += part[i] * mesh->spacing[i];
}

/* NULL, or what is wrong with the description. rank is that of the data. */
static const char *read_mesh(struct mesh *mesh, hid_t component, unsigned rank)
{
    double *spacing = hg_attribute_numbers(mesh->object, "gridSpacing", &mesh->n);
    bool ok = spacing && mesh->n <= rank;
    if (ok)
        memcpy(mesh->spacing, spacing, mesh->n * sizeof *spacing);
    else
        mesh->n = 0;
    free(spacing);
    if (!ok)
        return "gridSpacing does not hold a number per axis";
    if (!read_labels(mesh))
        return "gridSpacing and axisLabels differ in length";
    set_order(mesh, hg_attribute_is(mesh->object, "dataOrder", "F"));
    const char *wrong = is_external(mesh) ? read_order(mesh, component) : NULL;
    if (wrong)
        return wrong;
    mesh->angles = hg_attribute_is(mesh->object, "geometry", "cylindrical") ||
                   hg_attribute_is(mesh->object, "geometry", "spherical") ||
                   hg_attribute_is(mesh->object, "gridGeometry", "cylindrical");
    read_offset(mesh, component);
    wrong = read_factor(mesh);
    read_dimension(mesh);
    return wrong;
}

/* The entry of the attributes for the axis behind the leading ones. */
static size_t entry(const struct mesh *mesh, unsigned rank, unsigned k)
{
    return mesh->entry[k - (rank - mesh->n)];
}

/* "m", "m kg s-1": of dimensions in whole powers; NULL where there are others or no memory. */
static char *unit_text(const double *dimension)
{
    static const char *const base[DIMENSIONS] = {"m", "kg", "s", "A", "K", "mol", "cd"};
    char *text = NULL;
    for (size_t j = 0; j < DIMENSIONS; j++) {
        double power = dimension[j];
        if (power == 0)
            continue;
        char *longer = NULL;
        int whole = power >= -99 && power <= 99 ? (int)power : 0;
        const char *before = text ? text : "", *gap = text ? " " : "";
        if (power == 1)
            longer = hg_memory_format("%s%s%s", before, gap, base[j]);
        else if (whole == power)
            longer = hg_memory_format("%s%s%s%d", before, gap, base[j], whole);
        free(text);
        text = longer;
        if (!text && (power == 1 || whole == power))
            hg_note_no_memory();
        if (!text)
            return NULL;
    }
    return text;
}

static enum h5grad_status enter_unit(const struct mesh *mesh, size_t i, unsigned k,
                                     struct coords *coords, struct h5grad_error *err)
{
    if (!mesh->si)
        return H5GRAD_OK;
    if (is_angle(mesh, i))
        return hg_coords_set_unit(coords, k, "rad", err);
    char *unit = unit_text(mesh->dimension[i]);
    enum h5grad_status status = hg_coords_set_unit(coords, k, unit, err);
    free(unit);
    return status;
}

static enum h5grad_status enter_axis(const struct mesh *mesh, unsigned k, uint64_t extent,
                                     struct coords *coords, struct h5grad_error *err)
{
    size_t i = entry(mesh, coords->rank, k);
    enum h5grad_status status = H5GRAD_OK;
    if (mesh->label)
        status = hg_coords_set_name(coords, k, mesh->label[i], err);
    if (!status)
        status = enter_unit(mesh, i, k, coords, err);
    /* fields around an axis of symmetry have one point in theta, and no step */
    if (status || (extent == 1 && mesh->spacing[i] == 0))
        return status;
    double factor = mesh->factor[i];
    return hg_coords_set_step(coords, k, mesh->spacing[i] * factor, mesh->offset[i] * factor,
                              hg_coords_openpmd.name, err);
}

static enum h5grad_status enter_leading(const struct mesh *mesh, unsigned k, struct coords *coords,
                                        struct h5grad_error *err)
{
    bool modes = hg_attribute_is(mesh->object, "geometry", "thetaMode");
    enum h5grad_status status = hg_coords_leave_out(
        coords, k, err, "%s", modes ? "it holds azimuthal modes" : "it is no axis of the grid");
    return status || !modes ? status : hg_coords_set_name(coords, k, "mode", err);
}

/* "4x2x3" of the extents of a dataset. */
static char *shape_text(const uint64_t *extent, size_t n)
{
    char *text = NULL;
    for (size_t i = 0; i < n; i++) {
        char *longer =
            hg_memory_format("%s%s%" PRIu64, text ? text : "", text ? "x" : "", extent[i]);
        free(text);
        text = longer;
        if (!text)
            return NULL;
    }
    return text;
}

/* Refuses an external field whose dataset has not the size that its grid has. */
static enum h5grad_status check_size(const struct mesh *mesh, const uint64_t *extent,
                                     struct coords *coords, struct h5grad_error *err)
{
    double size[CANONICAL];
    const size_t *entry = mesh->entry;
    char **label = mesh->label;
    enum h5_exactly found = hg_attribute_exactly(mesh->object, "gridSize", CANONICAL, size);
    if (coords->rank != CANONICAL)
        return hg_coords_set_refusal(
            coords, err, "its grid has 3 axes, the dataset %u" COORDS_OR_NAME_IT, coords->rank);
    if (found == H5_BROKEN)
        return hg_coords_set_refusal(coords, err,
                                     "gridSize does not hold 3 numbers" COORDS_OR_NAME_IT);
    bool same = true;
    for (unsigned k = 0; k < CANONICAL && found == H5_FOUND; k++)
        same = same && size[entry[k]] == (double)extent[k];
    if (same)
        return H5GRAD_OK;
    char *own = shape_text(extent, CANONICAL);
    if (!own || !label) {
        free(own);
        return hg_error_memory(err, CANONICAL * sizeof *extent);
    }
    enum h5grad_status status = hg_coords_set_refusal(
        coords, err, "gridSize says %gx%gx%g along %s, %s, %s, the dataset is %s" COORDS_OR_NAME_IT,
        size[entry[0]], size[entry[1]], size[entry[2]], label[entry[0]], label[entry[1]],
        label[entry[2]], own);
    free(own);
    return status;
}

/* What a user should know of an external field: nothing of it changes the spacing. */
static enum h5grad_status note_external(const struct mesh *mesh, struct coords *coords,
                                        struct h5grad_error *err)
{
    double number;
    enum h5grad_status status = H5GRAD_OK;
    if (hg_attribute_number(mesh->object, "fieldScale", &number) && number != 1) {
        char *times = hg_attribute_text(mesh->object, "masterParameter");
        bool master = times && *times;
        status = hg_coords_add_note(coords, err, "fieldScale %g%s%s is not applied", number,
                                    master ? " times masterParameter " : "", master ? times : "");
        free(times);
    }
    if (!status && hg_attribute_number(mesh->object, "gridCurvatureRadius", &number) && number != 0)
        status =
            hg_coords_add_note(coords, err, "z runs along an arc (gridCurvatureRadius %g)", number);
    return status;
}

static enum h5grad_status enter_mesh(struct mesh *mesh, hid_t dataset, struct coords *coords,
                                     struct h5grad_error *err)
{
    uint64_t extent[GRID_MAX_RANK];
    if (!hg_read_extents(dataset, coords->rank, extent))
        return H5GRAD_OK;
    coords->convention = is_record(mesh) ? &scalar_record : &hg_coords_openpmd;
    const char *wrong = read_mesh(mesh, dataset, coords->rank);
    enum h5grad_status status = H5GRAD_OK;
    if (is_external(mesh) && wrong)
        return hg_coords_set_refusal(coords, err, "%s" COORDS_OR_NAME_IT, wrong);
    if (is_external(mesh))
        status = check_size(mesh, extent, coords, err);
    if (status || coords->refusal)
        return status;
    if (is_external(mesh))
        status = note_external(mesh, coords, err);
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        if (wrong)
            status = hg_coords_set_problem(coords, k, hg_coords_openpmd.name, err, "%s", wrong);
        else if (k < coords->rank - mesh->n)
            status = enter_leading(mesh, k, coords, err);
        else
            status = enter_axis(mesh, k, extent[k], coords, err);
    }
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    if (!is_openpmd(file))
        return H5GRAD_OK;
    struct mesh *mesh = hg_memory_zeroed(1, sizeof *mesh);
    if (!mesh)
        return hg_error_memory(err, sizeof *mesh);
    mesh->object = open_mesh(file, path, dataset, &mesh->form);
    enum h5grad_status status = H5GRAD_OK;
    if (mesh->object >= 0)
        status = enter_mesh(mesh, dataset, coords, err);
    close_mesh(mesh);
    free(mesh);
    return status;
}

/* ---------------------------------------------------------------------------------- results */

/* Whether another axis has the same name, or it is none for a link. */
static bool is_useless(const struct coords *coords, unsigned axis)
{
    const char *name = coords->axis[axis].name;
    bool useless = !name || strcmp(name, ".") == 0 || strchr(name, '/');
    for (unsigned k = 0; k < coords->rank && !useless; k++)
        useless = k != axis && coords->axis[k].name && strcmp(coords->axis[k].name, name) == 0;
    return useless;
}

/* The result of the record's component along an axis: the component of that axis's name. */
static char *component_path(const char *record, const struct coords *coords, unsigned axis)
{
    if (!record)
        return NULL;
    if (is_useless(coords, axis))
        return hg_memory_format("%s_gradient/%u", record, axis);
    return hg_memory_format("%s_gradient/%s", record, coords->axis[axis].name);
}

static char *scalar_path(const char *path, const struct coords *coords, unsigned axis)
{
    return component_path(path, coords, axis);
}

static char *vector_path(const char *path, const struct coords *coords, unsigned axis)
{
    char *parent = hg_path_parent(path);
    char *record = parent ? hg_memory_format("%s_%s", strcmp(parent, "/") == 0 ? "" : parent,
                                             hg_path_base(path))
                          : NULL;
    char *result = component_path(record, coords, axis);
    free(record);
    free(parent);
    return result;
}

/* unitDimension of the gradient number i: that of the source, less the axis's own where the spacing
 * is in the units of the file. */
static enum h5grad_status write_dimension(const struct coords_results *results,
                                          const struct mesh *mesh, hid_t record, unsigned i,
                                          hid_t to, struct h5grad_error *err)
{
    double dimension[DIMENSIONS];
    unsigned rank = results->coords->rank, axis = results->axis[i];
    enum h5grad_status status = hg_attribute_remove(to, "unitDimension", err);
    if (status || hg_attribute_exactly(record, "unitDimension", DIMENSIONS, dimension) != H5_FOUND)
        return status;
    if (axis >= rank - mesh->n && results->own[i]) {
        for (size_t j = 0; j < DIMENSIONS; j++)
            dimension[j] -= mesh->dimension[entry(mesh, rank, axis)][j];
    }
    return hg_attribute_write_numbers(to, "unitDimension", dimension, DIMENSIONS, err);
}

/* What a record says of its mesh. */
static const char *const of_mesh[] = {
    "geometry",   "geometryParameters", "dataOrder",         "axisLabels", "gridSpacing",
    "gridUnitSI", "gridGlobalOffset",   "gridUnitDimension", "timeOffset", "unitDimension",
};

#define N_OF_MESH (sizeof of_mesh / sizeof *of_mesh)

/* A component of a record, whose group has the mesh. */
static enum h5grad_status finish_component(const struct coords_results *results,
                                           const struct mesh *mesh, hid_t record, unsigned i,
                                           hid_t component, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t k = 0; k < N_OF_MESH && !status; k++)
        status = hg_attribute_remove(component, of_mesh[k], err);
    if (!status)
        status = hg_attribute_remove(component, "unitSymbol", err);
    if (!status)
        status = hg_attribute_copy(results->source, component, "unitSI", err);
    if (!status)
        status = hg_attribute_copy(results->source, component, "position", err);
    /* what a record says for all its components is no longer so where its axes differ */
    hid_t said = mesh->own_dimensions ? record : results->source;
    if (!status && (mesh->own_dimensions || mesh->form != SCALAR))
        status = write_dimension(results, mesh, said, i, component, err);
    return status;
}

/* The group of the results is their record. */
static enum h5grad_status finish_group(const struct coords_results *results,
                                       const struct mesh *mesh, hid_t record, unsigned i,
                                       hid_t group, struct h5grad_error *err)
{
    enum h5grad_status status = hg_attributes_copy(record, group, hg_meaning_holds_for_record, err);
    if (!status && H5Aexists(group, "unitDimension") <= 0)
        status = write_dimension(results, mesh, record, i, group, err);
    return status;
}

/* A result beside a record that is a dataset is one too. */
static enum h5grad_status finish_alone(const struct coords_results *results,
                                       const struct mesh *mesh, unsigned i, hid_t dataset,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t k = 0; k < N_OF_MESH && !status; k++)
        status = hg_attribute_copy(results->source, dataset, of_mesh[k], err);
    if (!status)
        status = hg_attribute_copy(results->source, dataset, "unitSI", err);
    if (!status)
        status = hg_attribute_copy(results->source, dataset, "position", err);
    if (!status)
        status = write_dimension(results, mesh, results->source, i, dataset, err);
    return status;
}

/* What describes the source's record, apart from its grid. */
static hid_t open_record(const struct coords_results *results, const struct mesh *mesh)
{
    return is_record(mesh) ? hg_open_object(results->input, results->path, NULL)
                           : hg_open_parent(results->input, results->path);
}

static bool same_group(const char *a, const char *b)
{
    size_t length = (size_t)(hg_path_base(a) - a);
    return length == (size_t)(hg_path_base(b) - b) && strncmp(a, b, length) == 0;
}

static enum h5grad_status finish_result(const struct coords_results *results,
                                        const struct mesh *mesh, hid_t record, unsigned i,
                                        bool alone, struct h5grad_error *err)
{
    const char *path = results->result[i];
    enum h5grad_status status = H5GRAD_OK;
    hid_t dataset = hg_open_dataset(results->output, path, NULL);
    hid_t group = hg_open_parent(results->output, path);
    if (dataset < 0 || group < 0) {
        status = hg_hdf5_error(err, "it cannot be opened");
    } else if (alone) {
        status = finish_alone(results, mesh, i, dataset, err);
    } else {
        status = finish_component(results, mesh, record, i, dataset, err);
        if (!status && mesh->form != DIRECT)
            status = finish_group(results, mesh, record, i, group, err);
    }
    bool closed = hg_close(group);
    if (!(hg_close(dataset) && closed) && !status)
        status = hg_hdf5_error(err, "it cannot be closed");
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}

/* The groups above the record of a result. */
static enum h5grad_status finish_above(const struct coords_results *results, const char *result,
                                       bool alone, struct h5grad_error *err)
{
    char *record = alone ? hg_memory_text(result) : hg_path_parent(result);
    if (!record)
        return hg_error_memory(err, strlen(result) + 1);
    enum h5grad_status status = hg_coords_copy_above(results->input, results->output, record,
                                                     hg_meaning_holds_for_group, err);
    free(record);
    return status;
}

static enum h5grad_status finish_results(const struct coords_results *results,
                                         const struct mesh *mesh, struct h5grad_error *err)
{
    hid_t record = open_record(results, mesh);
    if (record < 0)
        return hg_hdf5_error(err, "%s: its record cannot be opened", results->path);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned i = 0; i < results->n && !status; i++) {
        bool alone = is_record(mesh) && same_group(results->result[i], results->path);
        status = finish_above(results, results->result[i], alone, err);
        if (!status)
            status = finish_result(results, mesh, record, i, alone, err);
    }
    hg_close(record);
    return status;
}

/* The output has no particles, so it may not say where they are. */
static enum h5grad_status finish_root(const struct coords_results *results,
                                      struct h5grad_error *err)
{
    hid_t root = H5Gopen2(results->output, "/", H5P_DEFAULT);
    if (root < 0)
        return hg_hdf5_error(err, "the root group cannot be opened");
    enum h5grad_status status = hg_attribute_remove(root, "particlesPath", err);
    if (!hg_close(root) && !status)
        status = hg_hdf5_error(err, "the root group cannot be closed");
    return status;
}

static enum h5grad_status finish(const struct coords_results *results, struct h5grad_error *err)
{
    struct mesh *mesh = hg_memory_zeroed(1, sizeof *mesh);
    if (!mesh)
        return hg_error_memory(err, sizeof *mesh);
    mesh->object = open_mesh(results->input, results->path, results->source, &mesh->form);
    enum h5grad_status status = H5GRAD_OK;
    if (mesh->object >= 0) {
        read_mesh(mesh, results->source, results->coords->rank);
        status = finish_results(results, mesh, err);
        if (!status)
            status = finish_root(results, err);
    }
    close_mesh(mesh);
    free(mesh);
    return status;
}

const struct coords_convention hg_coords_openpmd = {
    .name = "openPMD",
    .axes = read_axes,
    .not_field = not_field,
    .result_path = vector_path,
    .finish = finish,
};

/* The same for results of a record that is a dataset. */
static const struct coords_convention scalar_record = {
    .name = "openPMD",
    .axes = read_axes,
    .not_field = not_field,
    .result_path = scalar_path,
    .finish = finish,
};
