/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/formats/convention_file.h"

static char output_path[96];
hid_t output = -1;
struct coords coords;

void setup(void)
{
    scratch_make();
    snprintf(output_path, sizeof output_path, "%s/output.h5", folder);
    memset(&coords, 0, sizeof coords);
    output = H5Fcreate(output_path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(output >= 0);
}

void teardown(void)
{
    hg_coords_free(&coords);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
    ck_assert_int_eq(H5Fget_obj_count(output, H5F_OBJ_ALL), 1);
    ck_assert(hg_close(file));
    ck_assert(hg_close(output));
    ck_assert_int_eq(unlink(output_path), 0);
    scratch_remove();
}

/* -------------------------------------------------------------------------- making such files */

/* A dataset of floats with the groups above it; NULL, 0: a scalar. */
void make_as(const char *name, hid_t type, int rank, const hsize_t *extent)
{
    hg_close(h5make_dataset(file, name, type, rank, extent, H5P_DEFAULT));
}

/* A dataset of doubles with the extents n, n, ... up to 0, and the groups above it. */
void make_in(hid_t where, const char *name, ...)
{
    hsize_t extent[8];
    int rank = 0;
    va_list list;
    va_start(list, name);
    for (int n = va_arg(list, int); n > 0; n = va_arg(list, int))
        extent[rank++] = (hsize_t)n;
    va_end(list);
    hg_close(h5make_dataset(where, name, H5T_NATIVE_DOUBLE, rank, extent, H5P_DEFAULT));
}

void fill(const char *name, const double *value)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    hg_close(dataset);
}

void make_group(const char *name)
{
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(group >= 0);
    hg_close(group);
}

hid_t object_without(const char *name, const char *attribute)
{
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    ck_assert(object >= 0);
    ck_assert_int_eq(hg_attribute_remove(object, attribute, &err), H5GRAD_OK);
    return object;
}

/* Takes type and space. */
void set(const char *object, const char *name, hid_t type, hid_t space, const void *value)
{
    hid_t on = H5Oopen(file, object, H5P_DEFAULT);
    ck_assert(on >= 0);
    if (H5Aexists(on, name) > 0)
        ck_assert(H5Adelete(on, name) >= 0);
    hid_t attribute = H5Acreate2(on, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(attribute >= 0);
    ck_assert(H5Awrite(attribute, type, value) >= 0);
    hg_close(attribute);
    hg_close(on);
    hg_close(space);
    hg_close(type);
}

void set_text(const char *object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, strlen(text) + 1) >= 0);
    set(object, name, type, H5Screate(H5S_SCALAR), text);
}

void set_texts(const char *object, const char *name, hsize_t n, const char *const *texts)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0);
    set(object, name, type, H5Screate_simple(1, &n, NULL), texts);
}

void set_number(const char *object, const char *name, double value)
{
    set(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), H5Screate(H5S_SCALAR), &value);
}

/* n values of h5py's bool. */
void set_flags(const char *object, const char *name, hsize_t n, const signed char *value)
{
    hid_t type = H5Tenum_create(H5T_NATIVE_SCHAR);
    signed char no = 0, yes = 1;
    ck_assert(H5Tenum_insert(type, "FALSE", &no) >= 0);
    ck_assert(H5Tenum_insert(type, "TRUE", &yes) >= 0);
    set(object, name, type, n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL), value);
}

void set_flag(const char *object, const char *name, bool value)
{
    signed char byte = value;
    set_flags(object, name, 1, &byte);
}

void set_numbers(const char *name, const char *attribute, size_t n, const double *value)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_numbers(object, attribute, value, n, &err), H5GRAD_OK);
    hg_close(object);
}

void set_dimensions(const char *name, size_t n, const char *const *dimension)
{
    static const char placeholder[] =
        "This is a netCDF dimension but not a netCDF variable.         5";
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset);
    hsize_t extent[8];
    ck_assert_int_eq(H5Sget_simple_extent_dims(space, extent, NULL), (int)n);
    for (size_t k = 0; k < n; k++) {
        if (H5Lexists(file, dimension[k], H5P_DEFAULT) > 0)
            continue;
        make_as(dimension[k], H5T_NATIVE_FLOAT, 1, &extent[k]);
        set_text(dimension[k], "NAME", placeholder);
    }
    h5make_scales(dataset, file, n, dimension);
    hg_close(space);
    hg_close(dataset);
}

/* A dataset of a text of fixed length, and the groups above it. */
void make_text(const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, strlen(text) + 8) >= 0);
    hid_t dataset = h5make_dataset(file, name, type, 0, NULL, H5P_DEFAULT);
    char padded[4096] = "";
    ck_assert_uint_lt(strlen(text) + 8, sizeof padded);
    strcpy(padded, text);
    h5make_points(dataset, type, padded);
    hg_close(dataset);
    hg_close(type);
}

void set_int(const char *name, const char *attribute, int32_t value)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_int(object, attribute, value, &err), H5GRAD_OK);
    hg_close(object);
}

/* ------------------------------------------------------------------------------------- reading */

void read_coords(const char *name)
{
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(data);
    int rank = H5Sget_simple_extent_ndims(space);
    hg_coords_free(&coords);
    ck_assert_int_eq(hg_coords_read(file, NULL, name, data, (unsigned)rank, &coords, &err),
                     H5GRAD_OK);
    ck_assert_uint_eq(coords.rank, (unsigned)rank);
    hg_close(space);
    hg_close(data);
}

const char *why_not_field(const char *name)
{
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(data >= 0);
    const char *why = hg_coords_not_field(file, name, data);
    hg_close(data);
    return why;
}

void expect_step(unsigned k, const char *name, double step, double origin, const char *unit)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_STEP);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_double_eq_tol(coords.axis[k].step, step, 1e-12 * fabs(step));
    ck_assert_double_eq_tol(coords.axis[k].origin, origin, 1e-12 * (1 + fabs(origin)));
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
    ck_assert_ptr_null(coords.axis[k].left_out);
}

void expect_array(unsigned k, const char *name, const char *at, bool edges, const char *unit)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].path, at);
    ck_assert_int_eq(coords.axis[k].edges, edges);
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
}

void expect_none(unsigned k, const char *name)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_NONE);
    ck_assert_pstr_eq(coords.axis[k].name, name);
}

void expect_problem(unsigned k, const char *problem)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    ck_assert_pstr_eq(coords.axis[k].problem, problem);
}

void expect_exact_step(unsigned k, double step, double origin, const char *name, const char *unit,
                       const char *source)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_STEP);
    ck_assert_double_eq(coords.axis[k].step, step);
    ck_assert_double_eq(coords.axis[k].origin, origin);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
    ck_assert_pstr_eq(coords.axis[k].source, source);
}

void expect_array_of(unsigned k, const char *at, const char *name, const char *source)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[k].path, at);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].source, source);
    ck_assert(!coords.axis[k].edges);
}

void expect_nothing(unsigned k, const char *name)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_NONE);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_ptr_null(coords.axis[k].source);
}

void expect_unusable(unsigned k, const char *begin)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    const char *problem = coords.axis[k].problem;
    ck_assert_msg(strncmp(problem, begin, strlen(begin)) == 0, "%s", problem);
    ck_assert_ptr_nonnull(strstr(problem, "--coord"));
    ck_assert_ptr_nonnull(strstr(problem, "--spacing"));
}

void expect_no_field(const char *name, const char *why)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    ck_assert_pstr_eq(hg_coords_not_field(file, name, dataset), why);
    hg_close(dataset);
}

/* Whether reading the dataset at name gives a refusal that has the word and the way out. */
void expect_refused(const char *name, const char *word)
{
    read_coords(name);
    ck_assert_msg(coords.refusal != NULL, "%s is not refused", name);
    ck_assert_msg(strstr(coords.refusal, word) != NULL, "%s: %s", name, coords.refusal);
    ck_assert_ptr_nonnull(strstr(coords.refusal, " -d "));
    ck_assert_ptr_nonnull(strstr(coords.refusal, "--spacing"));
}

/* components: "x0 y1" for each axis and the index of its component, or "x y" where each has a
 * dataset.
 */
void expect_vector(const char *name, const char *at, const char *components)
{
    struct coords_vector vector;
    char found[64] = "";
    ck_assert_int_eq(hg_coords_find_vector(file, name, &vector, NULL), H5GRAD_OK);
    ck_assert_ptr_nonnull(vector.path);
    ck_assert_str_eq(vector.path, at);
    ck_assert_msg(!vector.problem, "%s", vector.problem);
    for (unsigned k = 0; k < vector.n; k++) {
        const struct coords_component *component = &vector.component[k];
        hg_memory_append(found, sizeof found, "%s%s", k ? " " : "", component->axis);
        if (vector.is_whole)
            hg_memory_append(found, sizeof found, "%u", component->part);
        ck_assert_int_eq(strncmp(component->path, at, strlen(at)), 0);
    }
    ck_assert_str_eq(found, components);
    hg_coords_free_vector(&vector);
}

/* why: the begin of the problem; NULL: the dataset, or the group, is none and part of none. */
void expect_no_vector(const char *name, const char *why)
{
    struct coords_vector vector;
    ck_assert_int_eq(hg_coords_find_vector(file, name, &vector, NULL), H5GRAD_OK);
    if (why)
        ck_assert_msg(vector.problem && strncmp(vector.problem, why, strlen(why)) == 0, "%s",
                      vector.problem ? vector.problem : "no problem");
    else
        ck_assert_msg(!vector.path, "%s", vector.path);
    hg_coords_free_vector(&vector);
}

void expect_whole(const char *name)
{
    read_coords(name);
    ck_assert_pstr_eq(coords.refusal, NULL);
}

void expect_left_out(unsigned k, const char *why)
{
    expect_nothing(k, NULL);
    ck_assert_pstr_eq(coords.axis[k].left_out, why);
}

size_t references(const char *name)
{
    struct h5_set set = {0};
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_eq(hg_coords_references(file, name, data, &set, &err), H5GRAD_OK);
    size_t n = set.n;
    hg_set_free(&set);
    hg_close(data);
    return n;
}

/* Replaces an attribute by each of many wrong values and reads the file. */
void spoil(const char *object, const char *attribute, const char *data)
{
    static const double many[40] = {0};
    for (int kind = 0; kind < 9; kind++) {
        hg_close(object_without(object, attribute));
        if (kind == 1)
            set_text(object, attribute, "");
        else if (kind == 2)
            TEXTS(object, attribute, "a", "", ".", "/", "b:c");
        else if (kind == 3)
            NUMBERS(object, attribute, NAN);
        else if (kind == 4)
            NUMBERS(object, attribute, -INFINITY, NAN, 1e308);
        else if (kind == 5)
            set_numbers(object, attribute, LENGTH(many), many);
        else if (kind == 6)
            NUMBERS(object, attribute, -1e300, 0);
        else if (kind == 7)
            set_int(object, attribute, INT32_MIN);
        else if (kind == 8)
            NUMBERS(object, attribute, 1e308, 1e308, 1e308, 1e308, 1e308, 1e308);
        why_not_field(data);
        references(data);
        read_coords(data);
        for (unsigned k = 0; k < coords.rank; k++) {
            const struct coords_axis *axis = &coords.axis[k];
            ck_assert((axis->kind == COORDS_UNUSABLE) == (axis->problem != NULL));
            if (axis->kind == COORDS_STEP)
                ck_assert(isfinite(axis->step) && axis->step != 0 && isfinite(axis->origin));
        }
        struct coords_vector vector;
        ck_assert_int_eq(hg_coords_find_vector(file, data, &vector, NULL), H5GRAD_OK);
        ck_assert(vector.problem || vector.n == 0 || vector.n >= 2);
        hg_coords_free_vector(&vector);
    }
}

/* --------------------------------------------------------------------------------- the results */

/* Makes results of the dataset along n axes in the output, with these names or the convention's,
 * and lets the convention finish them. */
bool own_spacing[] = {true, true, true};

void finish(const char *name, size_t n, const unsigned *axis, const char *const *names)
{
    struct field_axis axes[8] = {{.given = false}};
    struct field_result made[8];
    unsigned order[8];
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    read_coords(name);
    const struct field bare = {.path = name, .rank = coords.rank, .coords = coords};
    ck_assert_ptr_nonnull(coords.convention);
    for (size_t i = 0; i < n; i++) {
        order[i] = axis[i];
        axes[axis[i]].given = !own_spacing[i];
        made[i] = (struct field_result){
            .what = FIELD_GRADIENT, .along = true, .axis = axis[i], .components = 1};
        made[i].path =
            names ? strdup(names[i]) : coords.convention->result_path(&bare, &made[i], "grad");
        make_in(output, made[i].path, 2, 0);
    }
    const struct field field = {
        .path = name,
        .rank = coords.rank,
        .coords = coords,
        .axis = axes,
        .n_axes = (unsigned)n,
        .order = order,
        .n_results = n,
        .results = made,
    };
    const struct coords_results results = {file, data, output, &field};
    ck_assert_int_eq(coords.convention->finish(&results, &err), H5GRAD_OK);
    /* as a run that is resumed may do */
    ck_assert_int_eq(coords.convention->finish(&results, &err), H5GRAD_OK);
    for (size_t i = 0; i < n; i++)
        free(made[i].path);
    hg_close(data);
}

void expect_text(const char *name, const char *attribute, const char *text)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    ck_assert_msg(object >= 0, "%s is not there", name);
    char *found = hg_attribute_text(object, attribute);
    ck_assert_pstr_eq(found, text);
    free(found);
    hg_close(object);
}

void expect_texts(const char *name, const char *attribute, size_t n, const char *const *text)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    size_t length;
    char **found = hg_attribute_texts(object, attribute, &length);
    ck_assert_msg(found && length == n, "%s of %s", attribute, name);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(found[i], text[i]);
    hg_free_texts(found, length);
    hg_close(object);
}

void expect_numbers(const char *name, const char *attribute, size_t n, const double *value)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    size_t length;
    double *found = hg_attribute_numbers(object, attribute, &length);
    ck_assert_msg(found && length == n, "%s of %s", attribute, name);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq(found[i], value[i]);
    free(found);
    hg_close(object);
}

bool has_attribute(const char *name, const char *attribute)
{
    return H5Aexists_by_name(output, name, attribute, H5P_DEFAULT) > 0;
}

/* Line x of the output holds n points from first on, one apart. */
void expect_line(const char *name, size_t n, double first)
{
    double value[16];
    hid_t dataset = H5Dopen2(output, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hid_t space = H5Dget_space(dataset);
    ck_assert_int_eq(H5Sget_simple_extent_npoints(space), (hssize_t)n);
    ck_assert(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq(value[i], first + (double)i);
    hg_close(space);
    hg_close(dataset);
}
