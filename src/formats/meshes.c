/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formats of unstructured meshes whose axes have names: MPAS, FESOM, ICON, SCRIP, ESMF, Exodus and
 * cubed spheres. An axis of cells or nodes is left out; others, such as times and levels, are not.
 * What describes the mesh is no field.
 */
#include <fnmatch.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/mesh.h"
#include "hdf5/object.h"

#define SEPARATE   "its points are separate quantities"
#define FACES_OF_6 "its points are the faces of a cubed sphere, which are no neighbours"

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

struct dimension {
    const char *name, *why;
};

#define MPAS_DIMENSIONS                                                                            \
    {                                                                                              \
        {"nCells", MESH_CELLS}, {"nEdges", MESH_EDGES},                                            \
        {                                                                                          \
            "nVertices", MESH("vertices")                                                          \
        }                                                                                          \
    }
#define MPAS_HELPERS                                                                               \
    NAMES("*OnCell", "*OnEdge", "*OnVertex", "l[ao][tn]Cell", "l[ao][tn]Edge", "l[ao][tn]Vertex",  \
          "[xyz]Cell", "[xyz]Edge", "[xyz]Vertex", "indexTo*ID")
#define CUBE_HELPERS                                                                               \
    NAMES("nf", "lons", "lats", "corner_lons", "corner_lats", "contacts", "anchor", "orientation")

/* All signs of a row are there: attributes of the root group, with a text unless that is NULL, and
 * datasets beside the field. Names of axes and helpers are patterns of the shell. */
static const struct format {
    struct {
        const char *attribute, *text;
    } sign[2];
    const char *beside[3];
    struct dimension dimension[8];
    const char *const *helpers; /* ended by NULL */
} formats[] = {
    {{{"model_name", "mpas"}}, {NULL}, MPAS_DIMENSIONS, MPAS_HELPERS},
    {{{"mesh_spec", NULL}, {"on_a_sphere", NULL}}, {NULL}, MPAS_DIMENSIONS, MPAS_HELPERS},
    {{{"Conventions", "MPAS"}}, {NULL}, MPAS_DIMENSIONS, MPAS_HELPERS},
    {{{NULL, NULL}}, {"verticesOnCell", "latCell"}, MPAS_DIMENSIONS, MPAS_HELPERS},
    {{{"FESOM_model", NULL}},
     {NULL},
     {{"nod*", MESH_NODES}, {"elem*", MESH_CELLS}, {"edg*", MESH_EDGES}},
     NAMES("nodes", "elements", "face_nodes", "edge_nodes")},
    {{{"uuidOfHGrid", NULL}},
     {NULL},
     {{"ncells*", MESH_CELLS}, {"cell", MESH_CELLS}, {"vertex", MESH_NODES}, {"edge", MESH_EDGES}},
     NAMES("[cev]lon", "[cev]lat", "[cev]lon_bnds", "[cev]lat_bnds", "[cev]lon_vertices",
           "[cev]lat_vertices")},
    {{{NULL, NULL}},
     {"grid_center_lat", "grid_center_lon", "grid_dims"},
     {{"grid_size", MESH_CELLS}},
     NAMES("grid_center_l[ao][tn]", "grid_corner_l[ao][tn]", "grid_dims", "grid_imask")},
    {{{NULL, NULL}},
     {"nodeCoords", "elementConn"},
     {{"nodeCount", MESH_NODES}, {"elementCount", MESH_CELLS}},
     NAMES("nodeCoords", "elementConn", "numElementConn", "centerCoords", "elementMask")},
    {{{"api_version", NULL}, {"floating_point_word_size", NULL}},
     {NULL},
     {{"num_nodes", MESH_NODES},
      {"num_elem", MESH_CELLS},
      {"num_el_in_blk*", MESH_CELLS},
      {"num_side_ss*", MESH_FACES},
      {"num_nod_ns*", MESH_NODES},
      {"num_*_var", SEPARATE}},
     NAMES("coord", "coord[xyz]", "connect*", "*_map", "*_map[0-9]*", "*_prop[0-9]*", "*_status",
           "elem_ss*", "side_ss*", "node_ns*", "attrib*", "dist_fact*", "*_var_tab", "time_whole")},
    {{{"grid_mapping_name", "gnomonic cubed-sphere"}}, {NULL}, {{"nf", FACES_OF_6}}, CUBE_HELPERS},
    {{{NULL, NULL}}, {"contacts", "anchor", "corner_lons"}, {{"nf", FACES_OF_6}}, CUBE_HELPERS},
};

#define N_FORMATS (sizeof formats / sizeof *formats)

void hg_mesh_leave_out(struct query *query, unsigned k, const char *why)
{
    bool remains = false;
    hg_coords_forget(&query->coords->axis[k]);
    hg_coords_leave_out(query, k, "%s", why);
    for (unsigned i = 0; i < query->rank; i++)
        remains = remains || (query->extent[i] > 1 && !query->coords->axis[i].left_out);
    if (!remains)
        hg_coords_refuse(query, "%s", why);
}

/* Whether a character of a pattern stands for itself and differs. */
static bool differs(char pattern, char name)
{
    const bool wild = pattern == '*' || pattern == '?' || pattern == '[' || pattern == ']';
    return pattern != name && !wild;
}

/* fnmatch, which takes longer than to look at the first and last character. */
static bool is_match(const char *pattern, const char *name)
{
    if (differs(*pattern, *name))
        return false;
    const size_t last = strlen(name) - (*name != '\0');
    return !differs(pattern[strlen(pattern) - 1], name[last]) && fnmatch(pattern, name, 0) == 0;
}

static bool has_signs(const struct query *query, const struct format *format)
{
    bool has = true;
    for (size_t i = 0; i < 2 && format->sign[i].attribute && has; i++)
        has = format->sign[i].text
                  ? hg_coords_says(query->file, format->sign[i].attribute, format->sign[i].text)
                  : hg_root_has(query->file, format->sign[i].attribute);
    for (size_t i = 0; i < 3 && format->beside[i] && has; i++) {
        H5_CLOSED hid_t beside = hg_coords_open_beside(query, format->beside[i]);
        has = beside >= 0;
    }
    return has;
}

/* Returns why an axis of that name is left out in files of the format; NULL: it is not. */
static const char *find_dimension(const struct format *format, const char *name)
{
    for (const struct dimension *d = format->dimension; name && d->name; d++) {
        if (is_match(d->name, name))
            return d->why;
    }
    return NULL;
}

static bool has_dimension(const struct query *query, const struct format *format)
{
    bool has = false;
    for (unsigned k = 0; k < query->rank && !has; k++)
        has = find_dimension(format, query->coords->axis[k].name) != NULL;
    return has;
}

static void read_dimensions(struct query *query)
{
    const struct format *format = NULL;
    for (size_t i = 0; i < N_FORMATS && !format; i++) {
        if (has_dimension(query, &formats[i]) && has_signs(query, &formats[i]))
            format = &formats[i];
    }
    for (unsigned k = 0; format && k < query->rank; k++) {
        const char *why = find_dimension(format, query->coords->axis[k].name);
        if (why)
            hg_mesh_leave_out(query, k, why);
    }
}

static bool is_helper(const struct query *query)
{
    const char *name = hg_path_base(query->path);
    for (size_t i = 0; i < N_FORMATS; i++) {
        for (const char *const *helper = formats[i].helpers; *helper; helper++) {
            if (is_match(*helper, name) && has_signs(query, &formats[i]))
                return true;
        }
    }
    return false;
}

/* The times of Exodus. */
static void read_times(struct query *query)
{
    for (unsigned k = 0; k < query->rank; k++) {
        const char *name = query->coords->axis[k].name;
        if (name && strcmp(name, "time_step") == 0 &&
            hg_root_has(query->file, "floating_point_word_size") &&
            hg_has_link(query->file, "time_whole"))
            hg_coords_set_dataset(query, k, "/time_whole", false);
    }
}

/* Coordinates of a cubed sphere are, for GrADS, those of one face only. */
static void forget_faces(struct query *query)
{
    bool cube = false, any = false;
    for (unsigned k = 0; k < query->rank; k++) {
        const char *why = query->coords->axis[k].left_out;
        cube = cube || (why && strcmp(why, FACES_OF_6) == 0);
    }
    for (unsigned k = 0; cube && k < query->rank; k++) {
        struct coords_axis *axis = &query->coords->axis[k];
        if (axis->name && (strcmp(axis->name, "Xdim") == 0 || strcmp(axis->name, "Ydim") == 0)) {
            hg_coords_forget(axis);
            any = true;
        }
    }
    if (any)
        hg_coords_add_note(query, "Xdim and Ydim are not used: unit spacing; lons and lats have "
                                  "the places of the points");
}

static void read_axes(struct query *query)
{
    read_dimensions(query);
    read_times(query);
    forget_faces(query);
}

static const char *not_field(const struct query *query)
{
    return is_helper(query) ? MESH_NOT_FIELD : NULL;
}

const struct coords_convention hg_coords_meshes = {
    .name = "mesh",
    .axes = read_axes,
    .not_field = not_field,
};
