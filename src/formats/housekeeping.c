/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets in which the file format of a language keeps what HDF5 has no type for: they are no
 * fields. None of these formats has spacings. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

/* Returns whether the group of the dataset has the attribute. */
static bool group_has(const struct query *query, const char *attribute)
{
    H5_CLOSED hid_t group = hg_open_parent(query->file, query->path);
    return group >= 0 && hg_has_attribute(group, attribute);
}

/* MATLAB 7.3: the class of each variable is an attribute; cells and objects are kept in #refs# and
 * referred to; a sparse matrix is a group. */
static const char *matlab(const struct query *query)
{
    static const char *const groups[] = {"/#refs#/", "/#subsystem#/"};
    static const char *const numbers[] = {"double", "single", "int8",  "uint8",  "int16",  "uint16",
                                          "int32",  "uint32", "int64", "uint64", "logical"};
    static const char bookkeeping[] = "it is bookkeeping of MATLAB";
    const char *name = hg_path_base(query->path);
    if (hg_coords_lies_below(query->path, 2, groups))
        return bookkeeping;
    if ((strcmp(name, "data") == 0 || strcmp(name, "ir") == 0 || strcmp(name, "jc") == 0) &&
        group_has(query, "MATLAB_sparse"))
        return "it is a part of a sparse matrix of MATLAB";
    BASE_FREED char *class = hg_attribute_text(query->dataset, "MATLAB_class");
    if (!class)
        return NULL;
    double empty = 0;
    const char *why = bookkeeping;
    if (hg_attribute_number(query->dataset, "MATLAB_empty", &empty) && empty != 0)
        why = "it is an empty array of MATLAB, whose extents it holds";
    else if (strcmp(class, "char") == 0)
        why = "it holds text";
    if (empty == 0 && hg_coords_is_one_of(class, sizeof numbers / sizeof *numbers, numbers))
        why = NULL;
    return why;
}

/* JLD and JLD2: types, parts of values that are referred to, and the creator of the file. */
static const char *julia(const struct query *query)
{
    static const char *const groups[] = {"/_types/", "/_refs/", "/_require/", "/_creator/"};
    bool is = hg_coords_lies_below(query->path, 4, groups) &&
              (hg_has_link(query->file, "_types") || hg_has_link(query->file, "_creator"));
    return is ? "it is bookkeeping of JLD" : NULL;
}

/* "block3_items" */
static bool is_block_items(const char *name)
{
    if (!hg_path_begins(name, "block"))
        return false;
    size_t digits = strspn(name + 5, "0123456789");
    return digits > 0 && strcmp(name + 5 + digits, "_items") == 0;
}

/* PyTables keeps indexes of tables in groups _i_TABLE; pandas, on top of it, the labels of rows and
 * columns beside the values. */
static const char *pytables(const struct query *query)
{
    const char *name = hg_path_base(query->path);
    if (strstr(query->path, "/_i_") && hg_has_attribute(query->file, "PYTABLES_FORMAT_VERSION"))
        return "it is an index of PyTables";
    bool labels =
        hg_path_begins(name, "axis") || hg_path_begins(name, "index") || is_block_items(name);
    return labels && group_has(query, "pandas_type") ? "it holds labels of pandas" : NULL;
}

static const char *not_field(const struct query *query)
{
    const char *why = matlab(query);
    if (!why)
        why = julia(query);
    return why ? why : pytables(query);
}

const struct coords_convention hg_coords_housekeeping = {
    .name = "housekeeping",
    .not_field = not_field,
};
