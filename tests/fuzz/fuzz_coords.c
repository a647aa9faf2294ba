/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a file says about its axes. An input makes a valid HDF5 file in memory, of objects and
 * attributes that the conventions look for, with any content.
 *
 *     1 byte     path of the dataset
 *     1 byte     rank, 1 to 4
 *     rank       extents, a byte each
 *     the rest   instructions: what, 1 byte; object, 1 byte; name, 1 byte; n, 1 byte; and n values
 */
#include <hdf5.h>

#include "formats/coords.h"
#include "fuzz.h"
#include "libhdf5/identity_set.h"
#include "formats/formats.h"

#define MAX_VALUES       16
#define MAX_INSTRUCTIONS 64
#define TEXT_BYTES       24

static const char *const paths[] = {
    "/f",
    "/g/f",
    "/data/0/fields/E/x",
    "/data/0/meshes/rho",
    "/VTKHDF/PointData/f",
    "/VTKHDF/CellData/f",
    "/entry/data/data",
    "/minc-2.0/image/0/image",
    "/t00000/s00/0/cells",
    "/t0_fields/density",
    "/MeshBlock/f",
    "/level_0/data:datatype=0",
    "/RHO::rho it=0 tl=0 c=0",
};

/* Names beside the dataset, in the root group, or after the dataset's own name. */
static const char *const names[] = {
    "DIMENSION_LIST",
    "DIMENSION_LABELS",
    "REFERENCE_LIST",
    "CLASS",
    "NAME",
    "units",
    "unit",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_NCProperties",
    "coordinates",
    "axes",
    "signal",
    "NX_class",
    "axis",
    "x",
    "y",
    "z",
    "t",
    "time",
    "x_indices",
    "AXISNAME_indices",
    "gridSpacing",
    "gridGlobalOffset",
    "gridUnitSI",
    "gridUnitDimension",
    "axisLabels",
    "dataOrder",
    "geometry",
    "position",
    "unitSI",
    "openPMD",
    "basePath",
    "meshesPath",
    "Type",
    "Origin",
    "Spacing",
    "Direction",
    "WholeExtent",
    "Dimensions",
    "Version",
    "start",
    "step",
    "length",
    "dimorder",
    "spacing",
    "valid_range",
    "vartype",
    "delta",
    "origin",
    "iorigin",
    "time_varying",
    "dim_varying",
    "sample_varying",
    "n_spatial_dims",
    "spatial_resolution",
    "element_size_um",
    "axistags",
    "resolutions",
    "subdivisions",
    "scale_factor",
    "add_offset",
    "_FillValue",
    "missing_value",
    "bounds",
    "climatology",
    "grid_mapping",
    "standard_name",
    "calendar",
    "cell_methods",
    "MATLAB_class",
    "MATLAB_empty",
    "pandas_type",
    "PYTABLES_FORMAT_VERSION",
    "plotfile_type",
    "gridded_data_format",
    "Chombo_global",
    "prob_domain",
    "dx",
    "MeshBlockSize",
    "NumMeshBlocks",
    "Coordinates",
    "VariableNames",
    "long_name",
    "history",
    "Conventions",
    "jc",
    "ir",
};

static const char *const words[] = {
    "DIMENSION_SCALE",
    "NXdata",
    "NXentry",
    "data",
    "x",
    "y",
    ".",
    "x:y",
    "[x,y]",
    "lat lon",
    "degrees_north",
    "m",
    "K",
    "days since 1970-01-01",
    "C",
    "F",
    "cartesian",
    "thetaMode",
    "ImageData",
    "RectilinearGrid",
    "regular__",
    "irregular",
    "grid",
    "true",
    "logical",
    "",
    "This is a netCDF dimension but not a netCDF variable.         4",
    "dataset",
    "1.1.0",
    "CF-1.8",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PICK(array)  ((array)[fuzz_take(input, 1) % COUNT(array)])

enum what {
    WHAT_TEXTS,
    WHAT_STRINGS,
    WHAT_REALS,
    WHAT_INTEGERS,
    WHAT_REFERENCES,
    WHAT_LISTS,
    WHAT_DATASET,
    WHAT_GROUP,
    WHATS
};

struct made {
    hid_t file, dataset;
    const char *path;
    char folder[64]; /* of the dataset, with a slash behind it */
};

/* Takes one of the words, or any bytes. */
static void take_text(struct fuzz_input *input, char text[TEXT_BYTES + 64])
{
    unsigned kind = (unsigned)fuzz_take(input, 1);
    memset(text, 0, TEXT_BYTES + 64);
    if (kind < 2 * COUNT(words)) {
        strcpy(text, words[kind % COUNT(words)]);
        return;
    }
    size_t n = kind % TEXT_BYTES;
    for (size_t i = 0; i < n; i++)
        text[i] = (char)fuzz_take(input, 1);
}

/* Takes a double of few bytes, so that equal steps are likely. */
static double take_real(struct fuzz_input *input)
{
    uint64_t bits;
    double value;
    unsigned kind = (unsigned)fuzz_take(input, 1);
    if (kind < 128)
        return (double)kind - 16;
    if (kind < 192)
        return (double)(int64_t)fuzz_take(input, 2) / 64 - 100;
    bits = fuzz_take(input, 8);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void put_attribute(hid_t object, const char *name, hid_t type, size_t n, const void *values)
{
    hsize_t count = n;
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    if (H5Aexists(object, name) > 0)
        H5Adelete(object, name);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && n > 0)
        H5Awrite(attribute, type, values);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
}

static void put_texts(struct fuzz_input *input, hid_t object, const char *name, size_t n,
                      bool variable)
{
    char text[MAX_VALUES][TEXT_BYTES + 64];
    const char *pointers[MAX_VALUES];
    hid_t type = H5Tcopy(H5T_C_S1);
    for (size_t i = 0; i < n; i++) {
        take_text(input, text[i]);
        pointers[i] = text[i];
    }
    H5Tset_size(type, variable ? H5T_VARIABLE : sizeof *text);
    put_attribute(object, name, type, n, variable ? (const void *)pointers : text);
    H5Tclose(type);
}

static void put_numbers(struct fuzz_input *input, hid_t object, const char *name, size_t n,
                        bool real)
{
    double reals[MAX_VALUES];
    long long integers[MAX_VALUES];
    for (size_t i = 0; i < n; i++) {
        reals[i] = real ? take_real(input) : 0;
        integers[i] = real ? 0 : (long long)fuzz_take(input, fuzz_take(input, 1) % 9);
    }
    put_attribute(object, name, real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_LLONG, n,
                  real ? (const void *)reals : integers);
}

/* Writes references to objects of these names, or to nowhere. */
static void put_references(struct fuzz_input *input, const struct made *made, hid_t object,
                           const char *name, size_t n, bool lists)
{
    hobj_ref_t references[MAX_VALUES] = {0};
    hvl_t list[MAX_VALUES];
    hid_t type = lists ? H5Tvlen_create(H5T_STD_REF_OBJ) : H5Tcopy(H5T_STD_REF_OBJ);
    for (size_t i = 0; i < n; i++) {
        char path[128];
        unsigned kind = (unsigned)fuzz_take(input, 1);
        snprintf(path, sizeof path, "%s%s", made->folder, names[kind % COUNT(names)]);
        if (kind == 255)
            references[i] = fuzz_take(input, 8);
        else
            H5Rcreate(&references[i], made->file, kind == 254 ? made->path : path, H5R_OBJECT, -1);
        list[i] = (hvl_t){.len = kind == 253 ? 0 : 1, .p = &references[i]};
    }
    put_attribute(object, name, type, n, lists ? (const void *)list : references);
    H5Tclose(type);
}

/* A line of numbers, or a group, in the dataset's folder or the root group. */
static void make_object(struct fuzz_input *input, const struct made *made, const char *name,
                        size_t n, bool group)
{
    double values[MAX_VALUES];
    hsize_t count = n;
    char path[128];
    bool root = fuzz_take(input, 1) & 1;
    snprintf(path, sizeof path, "%s%s", root ? "/" : made->folder, name);
    if (group) {
        hid_t id = H5Gcreate2(made->file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (id >= 0)
            H5Gclose(id);
        return;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = take_real(input);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t id = H5Dcreate2(made->file, path, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT,
                          H5P_DEFAULT);
    if (id >= 0) {
        H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        H5Dclose(id);
    }
    H5Sclose(space);
}

/* The dataset, its groups, the root group, or what has one of the names. */
static hid_t open_object(struct fuzz_input *input, const struct made *made)
{
    char path[128];
    unsigned kind = (unsigned)fuzz_take(input, 1);
    if (kind < 64)
        snprintf(path, sizeof path, "%s", made->path);
    else if (kind < 96)
        snprintf(path, sizeof path, "%s", made->folder);
    else if (kind < 128)
        snprintf(path, sizeof path, "/");
    else
        snprintf(path, sizeof path, "%s%s", kind & 1 ? made->folder : "/",
                 names[kind % COUNT(names)]);
    return H5Oopen(made->file, path, H5P_DEFAULT);
}

static void follow_instruction(struct fuzz_input *input, const struct made *made)
{
    enum what what = fuzz_take(input, 1) % WHATS;
    hid_t object = open_object(input, made);
    const char *name = PICK(names);
    size_t n = fuzz_take(input, 1) % (MAX_VALUES + 1);
    if (what == WHAT_DATASET || what == WHAT_GROUP)
        make_object(input, made, name, n, what == WHAT_GROUP);
    else if (object < 0)
        return;
    else if (what == WHAT_REALS || what == WHAT_INTEGERS)
        put_numbers(input, object, name, n, what == WHAT_REALS);
    else if (what == WHAT_REFERENCES || what == WHAT_LISTS)
        put_references(input, made, object, name, n, what == WHAT_LISTS);
    else
        put_texts(input, object, name, n, what == WHAT_STRINGS);
    if (object >= 0)
        H5Oclose(object);
}

static void make_file(struct fuzz_input *input, struct made *made, unsigned *rank)
{
    hsize_t extent[4] = {0};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_fapl_core(access, 4096, 0);
    H5Pset_create_intermediate_group(links, 1);
    made->file = H5Fcreate("fuzz_coords", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    made->path = PICK(paths);
    snprintf(made->folder, sizeof made->folder, "%.*s",
             (int)(strrchr(made->path, '/') - made->path + 1), made->path);
    *rank = 1 + (unsigned)fuzz_take(input, 1) % 4;
    for (unsigned i = 0; i < *rank; i++)
        extent[i] = fuzz_take(input, 1) % 20;
    hid_t space = H5Screate_simple((int)*rank, extent, NULL);
    made->dataset = H5Dcreate2(made->file, made->path, H5T_NATIVE_FLOAT, space, links, H5P_DEFAULT,
                               H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(links);
    H5Pclose(access);
    fuzz_require(made->file >= 0 && made->dataset >= 0);
}

static void check_coords(const struct coords *coords)
{
    for (unsigned i = 0; i < coords->rank; i++) {
        const struct coords_axis *axis = &coords->axis[i];
        fuzz_require(axis->kind != COORDS_ARRAY || axis->path);
        fuzz_require(axis->kind != COORDS_STEP || axis->step == axis->step);
        fuzz_require((axis->kind == COORDS_UNUSABLE) == (axis->problem != NULL));
        fuzz_require(axis->kind == COORDS_NONE || axis->source);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct made made;
    struct h5_guard guard;
    struct h5_set set = {0};
    struct coords coords;
    struct h5grad_error err;
    unsigned rank;
    hg_enter(&guard);
    make_file(&input, &made, &rank);
    for (unsigned i = 0; i < MAX_INSTRUCTIONS && input.size > 0; i++)
        follow_instruction(&input, &made);
    if (hg_coords_read(made.file, NULL, made.path, made.dataset, rank, &coords, &err) ==
        H5GRAD_OK) {
        check_coords(&coords);
        hg_coords_free(&coords);
    }
    struct coords_vector vector;
    (void)hg_coords_find_vector(made.file, made.path, &vector, &err);
    hg_coords_free_vector(&vector);
    (void)hg_coords_not_field(made.file, made.path, made.dataset);
    (void)hg_coords_references(made.file, made.path, made.dataset, &set, &err);
    hg_set_free(&set);
    H5Dclose(made.dataset);
    H5Fclose(made.file);
    hg_leave(&guard);
    return 0;
}
