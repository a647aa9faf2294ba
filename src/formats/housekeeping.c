/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets by which a language's own file format keeps what HDF5 has no word for: no fields. None
 * of these formats says anything about spacing. */
#include <stdlib.h>
#include <string.h>

#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "base/path.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* MATLAB 7.3: the class of each variable is an attribute; cells and objects are kept in #refs# and
 * referred to; a sparse matrix is a group. */
static const char *matlab(hid_t file, const char *path, hid_t dataset)
{
    static const char *const numbers[] = {"double", "single", "int8",  "uint8",  "int16",  "uint16",
                                          "int32",  "uint32", "int64", "uint64", "logical"};
    static const char bookkeeping[] = "it is bookkeeping of MATLAB";
    if (hg_path_begins(path, "/#refs#/") || hg_path_begins(path, "/#subsystem#/"))
        return bookkeeping;
    const char *name = hg_path_base(path);
    if (strcmp(name, "data") == 0 || strcmp(name, "ir") == 0 || strcmp(name, "jc") == 0) {
        hid_t group = hg_open_parent(file, path);
        bool sparse = group >= 0 && H5Aexists(group, "MATLAB_sparse") > 0;
        hg_close(group);
        if (sparse)
            return "it is a part of a sparse matrix of MATLAB";
    }
    char *class = hg_attribute_text(dataset, "MATLAB_class");
    if (!class)
        return NULL;
    double empty = 0;
    const char *why = bookkeeping;
    if (hg_attribute_number(dataset, "MATLAB_empty", &empty) && empty != 0)
        why = "it is an empty array of MATLAB, whose extents it holds";
    else if (strcmp(class, "char") == 0)
        why = "it holds text";
    for (size_t i = 0; empty == 0 && i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(class, numbers[i]) == 0)
            why = NULL;
    }
    free(class);
    return why;
}

/* JLD and JLD2: types, parts of values that are referred to, and who wrote the file. */
static const char *julia(hid_t file, const char *path)
{
    static const char *const groups[] = {"/_types/", "/_refs/", "/_require/", "/_creator/"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (hg_path_begins(path, groups[i]) &&
            (hg_has_link(file, "_types") || hg_has_link(file, "_creator")))
            return "it is bookkeeping of JLD";
    }
    return NULL;
}

/* "block3_items" */
static bool is_block_items(const char *name)
{
    if (strncmp(name, "block", 5) != 0)
        return false;
    size_t digits = strspn(name + 5, "0123456789");
    return digits > 0 && strcmp(name + 5 + digits, "_items") == 0;
}

/* PyTables keeps indexes of tables in groups _i_TABLE; pandas, on top of it, the labels of rows and
 * columns beside the values. */
static const char *pytables(hid_t file, const char *path)
{
    const char *name = hg_path_base(path);
    if (strstr(path, "/_i_") && H5Aexists(file, "PYTABLES_FORMAT_VERSION") > 0)
        return "it is an index of PyTables";
    if (strncmp(name, "axis", 4) != 0 && strncmp(name, "index", 5) != 0 && !is_block_items(name))
        return NULL;
    hid_t group = hg_open_parent(file, path);
    bool pandas = group >= 0 && H5Aexists(group, "pandas_type") > 0;
    hg_close(group);
    return pandas ? "it holds labels of pandas" : NULL;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    const char *why = matlab(file, path, dataset);
    if (!why)
        why = julia(file, path);
    return why ? why : pytables(file, path);
}

const struct coords_convention hg_coords_housekeeping = {
    .name = "housekeeping",
    .not_field = not_field,
};
