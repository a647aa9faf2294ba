/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * openPMD 1.x and the draft of 2.0, and the external fields of its extension BeamPhysics. The
 * attributes of a mesh record (a group of components, or the dataset of a scalar) hold a value per
 * axis: of the last axes of the data, in their order, or reversed for dataOrder F. Axes before
 * those are azimuthal modes. Steps are taken in SI units where the file gives their factor,
 * gridUnitSI.
 *
 * The attributes of an external field are always in the order x, y, z or r, theta, z. The order of
 * a dataset's axes is that of axisLabels or, in older files, of gridDataOrder of each component: F
 * is reversed, whatever axisLabels say. gridSize must agree.
 *
 * The gradient of the component x of the record B becomes the record B_x_gradient, its Laplacian
 * the scalar record B_x_laplacian. Results of a vector V, whose components are those of a record,
 * lie beside that: the record V_curl, the scalar record V_divergence.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/field.h"
#include "hdf5/object.h"
#include "values/meaning.h"

enum { DIMENSIONS = 7 }; /* powers of a unit: L, M, T, I, temperature, amount, intensity */
enum { CANONICAL = 3 };  /* axes of an external field */

enum form {
    NO_MESH,
    SCALAR,   /* the dataset is the record */
    VECTOR,   /* its group is the record */
    EXTERNAL, /* the group above its group describes the grid: BeamPhysics */
    DIRECT,   /* its group describes the grid, and the dataset is the record: BeamPhysics' old Ex */
};

/* The description of a dataset's grid. */
struct mesh {
    enum form form;
    hid_t object;                /* holds the attributes; owned */
    size_t n;                    /* axes described, the last ones of the dataset */
    size_t leading;              /* axes of the dataset before those */
    char **texts;                /* of axisLabels, n of them; NULL: none given */
    const char *const *label;    /* texts, or the geometry's; NULL: none */
    size_t entry[GRID_MAX_RANK]; /* the place of each of the n axes in the attributes */
    double spacing[GRID_MAX_RANK];
    double offset[GRID_MAX_RANK]; /* of the first point, ... */
    double part[GRID_MAX_RANK];   /* ... of which this part is given in spacings */
    double factor[GRID_MAX_RANK]; /* to SI */
    double dimension[GRID_MAX_RANK][DIMENSIONS];
    bool si;             /* factor is known */
    bool angles;         /* there may be axes of angles */
    bool own_dimensions; /* the file has their units */
};

static bool is_external(const struct mesh *mesh)
{
    return mesh->form == EXTERNAL || mesh->form == DIRECT;
}

/* Returns whether the dataset is a record, not a component of one. */
static bool is_record(enum form form)
{
    return form == SCALAR || form == DIRECT;
}

static bool is_openpmd(hid_t file)
{
    return hg_root_has(file, "openPMD");
}

/* Opens the object that describes the grid of the dataset at path; -1 if it is on none. */
static hid_t open_mesh(hid_t file, const char *path, hid_t dataset, enum form *form)
{
    *form = NO_MESH;
    if (hg_has_attribute(dataset, "gridSpacing")) {
        *form = SCALAR;
        return hg_open_object(file, path, NULL);
    }
    BASE_FREED char *group = hg_path_parent(path);
    BASE_FREED char *above = group ? hg_path_parent(group) : NULL;
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
    return object;
}

static void close_mesh(struct mesh *mesh)
{
    hg_free_texts(mesh->texts, mesh->n);
    hg_close(mesh->object);
    free(mesh);
}

/* --------------------------------------------------------------------------- not on a mesh */

/* Returns the part of path within the group of an iteration, by basePath, without slash; NULL if it
 * is elsewhere. */
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
    H5_CLOSED hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    BASE_FREED char *base = root >= 0 ? hg_attribute_text(root, "basePath") : NULL;
    BASE_FREED char *particles = root >= 0 ? hg_attribute_text(root, "particlesPath") : NULL;
    const char *rest = base && particles ? within_iteration(base, path) : NULL;
    const char *start = particles;
    if (start && strncmp(start, "./", 2) == 0)
        start += 2;
    return rest && strncmp(rest, start, strlen(start)) == 0;
}

static const char *not_field(const struct query *query)
{
    if (!is_openpmd(query->file))
        return NULL;
    enum form form;
    H5_CLOSED hid_t mesh = open_mesh(query->file, query->path, query->dataset, &form);
    (void)mesh;
    return form == NO_MESH && is_of_particles(query->file, query->path) ? "it belongs to particles"
                                                                        : NULL;
}

/* ------------------------------------------------------------------------ reading the mesh */

static bool is_angle(const struct mesh *mesh, size_t i)
{
    return mesh->angles && mesh->label &&
           (strcmp(mesh->label[i], "theta") == 0 || strcmp(mesh->label[i], "phi") == 0);
}

/* Reads axisLabels; false if they are not one per axis. */
static bool read_labels(struct mesh *mesh)
{
    size_t n = 0;
    char **texts = hg_attribute_texts(mesh->object, "axisLabels", &n);
    if (texts && n != mesh->n) {
        hg_free_texts(texts, n);
        return false;
    }
    mesh->texts = texts;
    mesh->label = (const char *const *)texts;
    return true;
}

static void set_order(struct mesh *mesh, bool reversed)
{
    for (size_t i = 0; i < mesh->n; i++)
        mesh->entry[i] = reversed ? mesh->n - 1 - i : i;
}

/* Finds the place of each axis in the attributes of an external field, by its label; false if
 * labels are not those of its geometry. */
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

/* Finds the labels of an external field, which its geometry implies, and the order of the dataset.
 * Returns NULL, or what is wrong. */
static const char *read_order(struct mesh *mesh, hid_t component)
{
    static const char *const rectangular[] = {"x", "y", "z"};
    static const char *const cylindrical[] = {"r", "theta", "z"};
    const char *const *canonical =
        hg_attribute_is(mesh->object, "gridGeometry", "cylindrical") ? cylindrical : rectangular;
    if (mesh->n != CANONICAL)
        return "gridSpacing does not hold 3 numbers";
    /* A component may leave it to its mesh. */
    hid_t teller = hg_has_attribute(component, "gridDataOrder") ? component : mesh->object;
    bool reversed = hg_attribute_is(teller, "gridDataOrder", "F");
    if (!reversed && hg_has_attribute(teller, "gridDataOrder") &&
        !hg_attribute_is(teller, "gridDataOrder", "C"))
        return "gridDataOrder is neither C nor F";
    set_order(mesh, reversed);
    if (mesh->label && !reversed && !find_order(mesh, canonical))
        return canonical == cylindrical ? "axisLabels are not r, theta and z"
                                        : "axisLabels are not x, y and z";
    mesh->label = canonical;
    return NULL;
}

/* Reads the factor to SI: one number, or one per axis. Returns NULL, or what is wrong. */
static const char *read_factor(struct mesh *mesh)
{
    mesh->si = is_external(mesh);
    for (size_t i = 0; i < mesh->n; i++)
        mesh->factor[i] = 1;
    if (!hg_has_attribute(mesh->object, "gridUnitSI"))
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

/* Reads the place of the first point, in the grid's own unit; 0 if the file has none. */
static void read_offset(struct mesh *mesh, hid_t component)
{
    bool external = is_external(mesh);
    if (hg_attribute_exactly(mesh->object, external ? "gridOriginOffset" : "gridGlobalOffset",
                             mesh->n, mesh->offset) != H5_FOUND)
        memset(mesh->offset, 0, sizeof mesh->offset);
    if (hg_attribute_exactly(external ? mesh->object : component,
                             external ? "gridLowerBound" : "position", mesh->n,
                             mesh->part) != H5_FOUND)
        memset(mesh->part, 0, sizeof mesh->part);
    for (size_t i = 0; i < mesh->n; i++)
        mesh->offset[i] += mesh->part[i] * mesh->spacing[i];
}

/* Reads the description of the grid of a dataset of that rank. Returns NULL, or what is wrong. */
static const char *read_mesh(struct mesh *mesh, hid_t component, unsigned rank)
{
    BASE_FREED double *spacing = hg_attribute_numbers(mesh->object, "gridSpacing", &mesh->n);
    bool ok = spacing && mesh->n <= rank;
    if (ok)
        memcpy(mesh->spacing, spacing, mesh->n * sizeof *spacing);
    else
        mesh->n = 0;
    mesh->leading = rank - mesh->n;
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

/* Writes the unit of a dimension, "m", "m kg s-1"; empty unless all powers are whole. */
static void print_unit(const double *dimension, char *out, size_t size)
{
    static const char *const base[DIMENSIONS] = {"m", "kg", "s", "A", "K", "mol", "cd"};
    out[0] = '\0';
    for (size_t j = 0; j < DIMENSIONS; j++) {
        double power = dimension[j];
        int whole = power >= -99 && power <= 99 ? (int)power : 0;
        if (whole != power) {
            out[0] = '\0';
            return;
        }
        if (whole != 0)
            hg_memory_append(out, size, "%s%s", *out ? " " : "", base[j]);
        if (whole != 0 && whole != 1)
            hg_memory_append(out, size, "%d", whole);
    }
}

static void enter_unit(struct query *query, unsigned k, const struct mesh *mesh, size_t i)
{
    char unit[64] = "rad";
    if (!mesh->si)
        return;
    if (!is_angle(mesh, i))
        print_unit(mesh->dimension[i], unit, sizeof unit);
    hg_coords_set_unit(query, k, unit);
}

static void enter_axis(struct query *query, unsigned k, const struct mesh *mesh)
{
    size_t i = mesh->entry[k - mesh->leading];
    double factor = mesh->factor[i];
    if (mesh->label)
        hg_coords_set_name(query, k, mesh->label[i]);
    enter_unit(query, k, mesh, i);
    /* Fields around an axis of symmetry have one point in theta, and no step. */
    if (query->extent[k] != 1 || mesh->spacing[i] != 0)
        hg_coords_set_step(query, k, mesh->spacing[i] * factor, mesh->offset[i] * factor);
}

static void enter_leading(struct query *query, unsigned k, const struct mesh *mesh)
{
    bool modes = hg_attribute_is(mesh->object, "geometry", "thetaMode");
    hg_coords_leave_out(query, k, "%s",
                        modes ? "it holds azimuthal modes" : "it is no axis of the grid");
    if (modes)
        hg_coords_set_name(query, k, "mode");
}

/* Refuses an external field whose dataset has another size than its grid. */
static void check_size(struct query *query, const struct mesh *mesh)
{
    double size[CANONICAL];
    const uint64_t *extent = query->extent;
    const size_t *entry = mesh->entry;
    const char *const *label = mesh->label;
    enum h5_exactly found = hg_attribute_exactly(mesh->object, "gridSize", CANONICAL, size);
    bool same = true;
    for (unsigned k = 0; k < CANONICAL && found == H5_FOUND; k++)
        same = same && size[entry[k]] == (double)extent[k];
    if (query->rank != CANONICAL)
        hg_coords_refuse(query, "its grid has 3 axes, the dataset %u", query->rank);
    else if (found == H5_BROKEN)
        hg_coords_refuse(query, "gridSize does not hold 3 numbers");
    else if (!same)
        hg_coords_refuse(query,
                         "gridSize says %gx%gx%g along %s, %s, %s, the dataset is %" PRIu64
                         "x%" PRIu64 "x%" PRIu64,
                         size[entry[0]], size[entry[1]], size[entry[2]], label[entry[0]],
                         label[entry[1]], label[entry[2]], extent[0], extent[1], extent[2]);
}

/* Notes the properties of an external field that do not affect the spacing. */
static void note_external(struct query *query, const struct mesh *mesh)
{
    double number;
    if (hg_attribute_number(mesh->object, "fieldScale", &number) && number != 1) {
        BASE_FREED char *times = hg_attribute_text(mesh->object, "masterParameter");
        bool master = times && *times;
        hg_coords_add_note(query, "fieldScale %g%s%s is not applied", number,
                           master ? " times masterParameter " : "", master ? times : "");
    }
    if (hg_attribute_number(mesh->object, "gridCurvatureRadius", &number) && number != 0)
        hg_coords_add_note(query, "z runs along an arc (gridCurvatureRadius %g)", number);
}

/* Returns the mesh of the dataset at path, not yet read; NULL if there is none or memory runs out.
 */
static struct mesh *new_mesh(hid_t file, const char *path, hid_t dataset)
{
    struct mesh *mesh = hg_memory_zeroed(1, sizeof *mesh);
    if (!mesh) {
        hg_note_no_memory();
        return NULL;
    }
    mesh->object = open_mesh(file, path, dataset, &mesh->form);
    if (mesh->object >= 0)
        return mesh;
    close_mesh(mesh);
    return NULL;
}

static void enter_mesh(struct query *query, struct mesh *mesh)
{
    query->coords->convention = &hg_coords_openpmd;
    query->coords->is_record = is_record(mesh->form);
    const char *wrong = read_mesh(mesh, query->dataset, query->rank);
    if (is_external(mesh) && wrong)
        hg_coords_refuse(query, "%s", wrong);
    else if (is_external(mesh))
        check_size(query, mesh);
    else if (wrong)
        hg_coords_set_problems(query, "%s", wrong);
    if (wrong || query->coords->refusal)
        return;
    if (is_external(mesh))
        note_external(query, mesh);
    for (unsigned k = 0; k < query->rank; k++)
        (k < mesh->leading ? enter_leading : enter_axis)(query, k, mesh);
}

static void read_axes(struct query *query)
{
    struct mesh *mesh =
        is_openpmd(query->file) ? new_mesh(query->file, query->path, query->dataset) : NULL;
    if (!mesh)
        return;
    enter_mesh(query, mesh);
    close_mesh(mesh);
}

/* -------------------------------------------------------------------------------- a vector */

/* Opens a component of a record that is a group; *path is to be freed. */
static hid_t open_component(const struct query *query, char **path)
{
    static const char *const names[] = {"x", "y", "z", "r", "t"};
    hid_t dataset = -1;
    for (size_t i = 0; i < sizeof names / sizeof *names && dataset < 0; i++) {
        free(*path);
        *path = hg_path_join(query->path, names[i]);
        dataset = *path ? hg_open_dataset(query->file, *path, NULL) : -1;
    }
    return dataset;
}

/* The components of a record are along the axes of their names. */
static void enter_components(struct query *query, const struct mesh *mesh, const uint64_t *extent)
{
    bool known = mesh->label != NULL;
    for (size_t k = 0; k < mesh->n && known; k++) {
        const char *label = mesh->label[mesh->entry[k]];
        if (extent[mesh->leading + k] == 1)
            continue;
        known = hg_coords_add_component(query, label, 0);
        BASE_FREED char *path =
            known ? hg_coords_format(query, "%s/%s", query->vector->path, label) : NULL;
        H5_CLOSED hid_t dataset = path ? hg_open_dataset(query->file, path, NULL) : -1;
        if (known && dataset < 0)
            hg_coords_set_vector_problem(query, "its component %s is no dataset", label);
    }
    if (!known)
        hg_coords_set_vector_problem(query, "its axisLabels are not x, y and z");
}

/* Refuses curved axes, since the terms of their metric are not computed. */
static void check_straight(struct query *query, const struct mesh *mesh)
{
    const char *attribute = is_external(mesh) ? "gridGeometry" : "geometry";
    double radius;
    BASE_FREED char *geometry = hg_coords_text(mesh->object, attribute);
    if (geometry && strcmp(geometry, is_external(mesh) ? "rectangular" : "cartesian") != 0)
        hg_coords_set_vector_problem(query, "its %s is %s, whose metric is not applied here",
                                     attribute, geometry);
    else if (hg_attribute_number(mesh->object, "gridCurvatureRadius", &radius) && radius != 0)
        hg_coords_set_vector_problem(query,
                                     "z runs along an arc, whose metric is not applied here");
}

static void enter_record(struct query *query, const char *path, hid_t component, struct mesh *mesh)
{
    uint64_t extent[GRID_MAX_RANK];
    const int rank = hg_dataset_extent(component, NULL, NULL);
    if (is_record(mesh->form) || rank < 1 || !hg_read_extents(component, (unsigned)rank, extent))
        return;
    BASE_FREED char *group = hg_path_parent(path);
    if (!group) {
        hg_coords_no_memory(query, strlen(path));
        return;
    }
    hg_coords_set_vector(query, group, false);
    const char *wrong = read_mesh(mesh, component, (unsigned)rank);
    check_straight(query, mesh);
    if (wrong)
        hg_coords_set_vector_problem(query, "%s", wrong);
    if (!query->vector->problem)
        enter_components(query, mesh, extent);
}

static const char *unlike(hid_t a, hid_t b)
{
    double one = 1, two = 1;
    hg_attribute_number(a, "unitSI", &one);
    hg_attribute_number(b, "unitSI", &two);
    return one == two ? NULL : "unitSI";
}

static void find_vector(struct query *query)
{
    BASE_FREED char *inside = NULL;
    if (!is_openpmd(query->file))
        return;
    H5_CLOSED hid_t found = query->dataset < 0 ? open_component(query, &inside) : -1;
    const hid_t component = query->dataset < 0 ? found : query->dataset;
    const char *path = query->dataset < 0 ? inside : query->path;
    struct mesh *mesh = component < 0 ? NULL : new_mesh(query->file, path, component);
    if (!mesh)
        return;
    enter_record(query, path, component, mesh);
    close_mesh(mesh);
}

/* ---------------------------------------------------------------------------------- results */

/* Returns whether the name of an axis is not unique or cannot be the name of a link. */
static bool is_useless(const struct coords *coords, unsigned axis)
{
    const char *name = coords->axis[axis].name;
    bool useless = !name || strcmp(name, ".") == 0 || strchr(name, '/');
    for (unsigned k = 0; k < coords->rank && !useless; k++)
        useless = k != axis && coords->axis[k].name && strcmp(coords->axis[k].name, name) == 0;
    return useless;
}

/* Returns the path from which results of a field have their names: a component of a record becomes
 * a record, a vector one beside that of its components. */
static char *base_path(const struct field *field)
{
    const char *path = field->path;
    if (field->coords.is_record)
        return hg_memory_text(path);
    BASE_FREED char *parent = hg_path_parent(path);
    if (!parent)
        return NULL;
    if (!field->vector)
        return hg_memory_format("%s_%s", strcmp(parent, "/") == 0 ? "" : parent,
                                hg_path_base(path));
    BASE_FREED char *above = hg_path_parent(parent);
    return above ? hg_path_join(above, hg_path_base(path)) : NULL;
}

/* A result along an axis is the component of that axis's name; any other one is a record. */
static char *result_path(const struct field *field, const struct field_result *result,
                         const char *what)
{
    BASE_FREED char *base = base_path(field);
    const char *word = hg_field_word(result->what);
    if (!base)
        return NULL;
    if (!result->along)
        return hg_memory_format("%s_%s", base, what);
    if (is_useless(&field->coords, result->axis))
        return hg_memory_format("%s_%s/%u", base, word, result->axis);
    return hg_memory_format("%s_%s/%s", base, word, field->coords.axis[result->axis].name);
}

/* What is needed to finish the results of a dataset. */
struct finishing {
    const struct coords_results *results;
    const struct mesh *mesh;
    hid_t record; /* of the source: describes it, except its grid */
    const struct field_result *result;
};

/* Sets dimension to that of an axis; zero if the spacing is not in the units of the file. */
static void find_dimension(const struct finishing *finishing, unsigned axis, double *dimension)
{
    const struct mesh *mesh = finishing->mesh;
    const bool of_file = axis >= mesh->leading && !finishing->results->field->axis[axis].given;
    for (size_t j = 0; j < DIMENSIONS; j++)
        dimension[j] = of_file ? mesh->dimension[mesh->entry[axis - mesh->leading]][j] : 0;
}

/* Sets dimension to that of all axes of a result; false if they differ. */
static bool find_common_dimension(const struct finishing *finishing, double *dimension)
{
    const struct field *field = finishing->results->field;
    const struct field_result *result = finishing->result;
    const bool alone = result->along && !field->vector;
    bool same = true;
    find_dimension(finishing, alone ? result->axis : field->combined[0], dimension);
    for (unsigned k = 1; k < field->n_combined && !alone; k++) {
        double other[DIMENSIONS];
        find_dimension(finishing, field->combined[k], other);
        same = same && memcmp(dimension, other, sizeof other) == 0;
    }
    return same;
}

/* Writes unitDimension of a result: that of the object from, less that of the axes. */
static enum h5grad_status write_dimension(const struct finishing *finishing, hid_t from, hid_t to,
                                          struct h5grad_error *err)
{
    const enum field_what what = finishing->result->what;
    const double order = what == FIELD_SECOND || what == FIELD_LAPLACIAN ? 2 : 1;
    const double power = what == FIELD_Q ? 2 : 1;
    double dimension[DIMENSIONS], of_axes[DIMENSIONS];
    enum h5grad_status status = hg_attribute_remove(to, "unitDimension", err);
    if (status || hg_attribute_exactly(from, "unitDimension", DIMENSIONS, dimension) != H5_FOUND ||
        !find_common_dimension(finishing, of_axes))
        return status;
    for (size_t j = 0; j < DIMENSIONS; j++)
        dimension[j] = power * (dimension[j] - order * of_axes[j]);
    return hg_attribute_write_numbers(to, "unitDimension", dimension, DIMENSIONS, err);
}

/* The attributes of a record about its mesh; those of a component. */
static const char *const of_mesh[] = {
    "geometry",    "geometryParameters", "dataOrder",        "axisLabels",
    "gridSpacing", "gridUnitSI",         "gridGlobalOffset", "gridUnitDimension",
    "timeOffset",  "unitDimension",      "unitSymbol",
};
static const char *const of_component[] = {"unitSI", "position"};

enum { N_OF_MESH = sizeof of_mesh / sizeof *of_mesh - 1 };

/* Writes the attributes of a component; the factor to SI of squares is squared, too. */
static enum h5grad_status write_component(const struct finishing *finishing, hid_t to,
                                          struct h5grad_error *err)
{
    const hid_t source = finishing->results->source;
    double factor;
    enum h5grad_status status = hg_coords_copy_attributes(source, to, 2, of_component, err);
    if (status || finishing->result->what != FIELD_Q ||
        !hg_attribute_number(source, "unitSI", &factor))
        return status;
    factor *= factor;
    status = hg_attribute_remove(to, "unitSI", err);
    return status ? status : hg_attribute_write_numbers(to, "unitSI", &factor, 1, err);
}

/* Completes a component of a record, whose group has the mesh. */
static enum h5grad_status finish_component(const struct finishing *finishing, hid_t component,
                                           struct h5grad_error *err)
{
    const struct mesh *mesh = finishing->mesh;
    hid_t source = finishing->results->source;
    enum h5grad_status status = hg_coords_remove_attributes(component, N_OF_MESH + 1, of_mesh, err);
    if (!status)
        status = write_component(finishing, component, err);
    /* The record's dimension does not hold for components of axes with different units. */
    if (!status && (mesh->own_dimensions || mesh->form != SCALAR))
        status = write_dimension(finishing, mesh->own_dimensions ? finishing->record : source,
                                 component, err);
    return status;
}

/* Changes the description of the grid to that of the part with results. The position of values
 * within their cells stays. */
static enum h5grad_status cut_grid(const struct finishing *finishing, hid_t to,
                                   struct h5grad_error *err)
{
    const struct mesh *mesh = finishing->mesh;
    const struct field *field = finishing->results->field;
    const bool external = is_external(mesh);
    const char *const offsets = external ? "gridOriginOffset" : "gridGlobalOffset";
    double spacing[GRID_MAX_RANK], offset[GRID_MAX_RANK], size[GRID_MAX_RANK];
    bool cut = false;
    if (!field->region)
        return H5GRAD_OK;
    for (size_t k = 0; k < mesh->n; k++) {
        const size_t i = mesh->entry[k];
        const unsigned axis = (unsigned)(mesh->leading + k);
        const double step = hg_field_is_cut(field, axis) ? (double)field->region->step[axis] : 1;
        spacing[i] = mesh->spacing[i] * step;
        offset[i] = mesh->offset[i] - mesh->part[i] * spacing[i];
        size[i] = (double)hg_field_result_count(field, axis);
        if (hg_field_is_cut(field, axis))
            offset[i] += (double)field->region->start[axis] * mesh->spacing[i];
        cut = cut || hg_field_is_cut(field, axis);
    }
    if (!cut || !hg_has_attribute(to, "gridSpacing"))
        return H5GRAD_OK;
    const char *const names[] = {"gridSpacing", offsets, "gridSize"};
    const double *const values[] = {spacing, offset, size};
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned j = 0; j < (external ? 3 : 2) && !status; j++) {
        status = hg_attribute_remove(to, names[j], err);
        if (!status)
            status = hg_attribute_write_numbers(to, names[j], values[j], mesh->n, err);
    }
    return status;
}

/* Completes the group of the results, which is their record. */
static enum h5grad_status finish_group(const struct finishing *finishing, hid_t group,
                                       struct h5grad_error *err)
{
    enum h5grad_status status =
        hg_attributes_copy(finishing->record, group, hg_meaning_holds_for_record, err);
    if (!status)
        status = cut_grid(finishing, group, err);
    if (!status && !hg_has_attribute(group, "unitDimension"))
        status = write_dimension(finishing, finishing->record, group, err);
    return status;
}

/* Completes a result beside a record: it is a record, too. */
static enum h5grad_status finish_alone(const struct finishing *finishing, hid_t dataset,
                                       struct h5grad_error *err)
{
    const hid_t source = finishing->results->source, record = finishing->record;
    const bool of_record = hg_has_attribute(record, "unitDimension");
    enum h5grad_status status =
        is_record(finishing->mesh->form)
            ? hg_coords_copy_attributes(source, dataset, N_OF_MESH, of_mesh, err)
            : hg_attributes_copy(record, dataset, hg_meaning_holds_for_record, err);
    if (!status)
        status = write_component(finishing, dataset, err);
    if (!status)
        status = cut_grid(finishing, dataset, err);
    return status ? status : write_dimension(finishing, of_record ? record : source, dataset, err);
}

static bool same_group(const char *a, const char *b)
{
    size_t length = (size_t)(hg_path_base(a) - a);
    return length == (size_t)(hg_path_base(b) - b) && strncmp(a, b, length) == 0;
}

static enum h5grad_status finish_result(const struct finishing *finishing, bool alone,
                                        struct h5grad_error *err)
{
    hid_t output = finishing->results->output;
    const char *path = finishing->result->path;
    enum h5grad_status status = H5GRAD_OK;
    hid_t dataset = hg_open_dataset(output, path, NULL);
    hid_t group = hg_open_parent(output, path);
    if (dataset < 0 || group < 0)
        status = hg_hdf5_error(err, "it cannot be opened");
    else if (alone)
        status = finish_alone(finishing, dataset, err);
    else
        status = finish_component(finishing, dataset, err);
    if (!status && !alone && finishing->mesh->form != DIRECT)
        status = finish_group(finishing, group, err);
    bool closed = hg_close(group);
    if (!(hg_close(dataset) && closed) && !status)
        status = hg_hdf5_error(err, "it cannot be closed");
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}

/* Completes the groups above the record of a result. */
static enum h5grad_status finish_above(const struct coords_results *results, const char *result,
                                       bool alone, struct h5grad_error *err)
{
    BASE_FREED char *record = alone ? hg_memory_text(result) : hg_path_parent(result);
    if (!record)
        return hg_error_memory(err, strlen(result) + 1);
    return hg_coords_copy_above(results->input, results->output, record, hg_meaning_holds_for_group,
                                err);
}

/* source: the path of the dataset of the field, or of the first component of a vector. */
static enum h5grad_status finish_results(const struct coords_results *results, const char *source,
                                         const struct mesh *mesh, struct h5grad_error *err)
{
    const struct field *field = results->field;
    BASE_FREED char *record =
        is_record(mesh->form) ? hg_memory_text(source) : hg_path_parent(source);
    struct finishing finishing = {.results = results, .mesh = mesh};
    if (!record)
        return hg_error_memory(err, strlen(source));
    H5_CLOSED hid_t object = hg_open_object(results->input, record, NULL);
    if (object < 0)
        return hg_hdf5_error(err, "%s: its record cannot be opened", source);
    finishing.record = object;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t k = 0; k < field->n_results && !status; k++) {
        finishing.result = &field->results[k];
        bool alone = same_group(finishing.result->path, record);
        status = finish_above(results, finishing.result->path, alone, err);
        if (!status)
            status = finish_result(&finishing, alone, err);
    }
    return status;
}

/* Completes the root group. The output has no particles, and must not say where they are. */
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
    const struct field *field = results->field;
    const char *source = field->vector ? field->vector->source[0] : field->path;
    struct mesh *mesh = new_mesh(results->input, source, results->source);
    if (!mesh)
        return H5GRAD_OK;
    read_mesh(mesh, results->source, field->coords.rank);
    enum h5grad_status status = finish_results(results, source, mesh, err);
    close_mesh(mesh);
    return status ? status : finish_root(results, err);
}

const struct coords_convention hg_coords_openpmd = {
    .name = "openPMD",
    .axes = read_axes,
    .not_field = not_field,
    .vector = find_vector,
    .unlike = unlike,
    .result_path = result_path,
    .finish = finish,
};
