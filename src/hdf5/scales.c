/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/scales.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "base/size.h"
#include "hdf5/attribute.h"
#include "hdf5/create.h"
#include "hdf5/transfer.h"
#include "trust/input_driver.h"
#include "trust/outside.h"
#include "hdf5/walk.h"
#include "hdf5/variable.h"
#include "libhdf5/identity.h"

#define MOST_BYTES ((uint64_t)1 << 20) /* of references per dataset, 131072 old ones */

#define LIKE_POINTS 512 /* that are compared at a time */

#define CLASS_NAME "DIMENSION_SCALE" /* 16 bytes with its NUL: H5DSis_scale insists on that */

static void close_scales(struct h5_scales *scales)
{
    free(scales->list);
    hg_close(scales->space);
    hg_close(scales->type);
}

void hg_scales_free(struct h5_scales *scales)
{
    hg_variable_reclaim(scales->type, scales->space, scales->list);
    close_scales(scales);
}

/* Returns the type to read the attribute as; -1 if it does not hold lists of object references. */
static hid_t list_type(hid_t stored, bool *new_style)
{
    H5_CLOSED hid_t base = H5Tget_class(stored) == H5T_VLEN ? H5Tget_super(stored) : -1;
    *new_style = false;
    if (base < 0 || H5Tget_class(base) != H5T_REFERENCE)
        return -1;
    if (H5Tequal(base, H5T_STD_REF_OBJ) > 0)
        return H5Tvlen_create(H5T_STD_REF_OBJ);
#if H5_VERSION_GE(1, 12, 0)
    *new_style = H5Tequal(base, H5T_STD_REF) > 0;
    if (*new_style)
        return H5Tvlen_create(H5T_STD_REF);
#endif
    return -1;
}

/* Reads a list per axis. Each reference costs an access: MOST_BYTES limits their number. */
static enum h5grad_status read_lists(hid_t attribute, hid_t stored, struct h5_scales *scales,
                                     struct h5grad_error *err)
{
    scales->list = hg_memory_zeroed(scales->rank, sizeof *scales->list);
    if (!scales->list)
        return hg_error_memory(err, scales->rank * sizeof *scales->list);
    enum h5grad_status status = hg_variable_check_attribute(attribute, stored, MOST_BYTES, err);
    if (!status && H5Aread(attribute, scales->type, scales->list) < 0)
        status = hg_hdf5_error(err, "reading");
    return status;
}

enum h5grad_status hg_scales_read(hid_t dataset, unsigned rank, struct h5_scales *scales,
                                  bool *found, struct h5grad_error *err)
{
    *scales = (struct h5_scales){.rank = rank, .type = -1, .space = -1};
    *found = false;
    htri_t exists = hg_attributes_exist(dataset) ? H5Aexists(dataset, "DIMENSION_LIST") : 0;
    if (exists == 0)
        return H5GRAD_OK;
    H5_CLOSED hid_t attribute = exists > 0 ? H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT) : -1;
    H5_CLOSED hid_t stored = attribute < 0 ? -1 : H5Aget_type(attribute);
    if (attribute < 0)
        return hg_hdf5_error(err, "the list of its dimension scales cannot be read");
    enum h5grad_status status = H5GRAD_OK;
    scales->type = stored < 0 ? -1 : list_type(stored, &scales->new_style);
    scales->space = H5Aget_space(attribute);
    if (scales->type >= 0 && scales->space >= 0 &&
        H5Sget_simple_extent_npoints(scales->space) == (hssize_t)rank) {
        status = read_lists(attribute, stored, scales, err);
        *found = status == H5GRAD_OK;
        if (status)
            hg_error_context(err, status, "the list of its dimension scales cannot be read");
    }
    if (!*found)
        close_scales(scales);
    return status;
}

static hid_t follow_reference(const struct h5_scales *scales, hid_t dataset, unsigned axis,
                              size_t i)
{
    hid_t object = -1;
    if (!scales->new_style) {
        const hobj_ref_t *reference = scales->list[axis].p;
        object = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, &reference[i]);
    }
#if H5_VERSION_GE(1, 12, 0)
    else {
        H5R_ref_t *reference = scales->list[axis].p;
        object = H5Ropen_object(&reference[i], H5P_DEFAULT, H5P_DEFAULT);
    }
#endif
    /* A reference of the newer kind may lead to any file, past the input driver. */
    return hg_keep_if(
        object >= 0 && H5Iget_type(object) == H5I_DATASET &&
            (!scales->new_style || hg_input_access(object) == hg_input_access(dataset)),
        object);
}

hid_t hg_scales_open(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                     struct h5grad_error *err)
{
    hid_t scale = follow_reference(scales, dataset, axis, i);
    return hg_keep_if(scale >= 0 && hg_check_outside(scale, err) == H5GRAD_OK, scale);
}

/* Returns whether two datasets of one axis have the same numbers as points. */
static bool have_same_points(hid_t one, hid_t other)
{
    double a[LIKE_POINTS], b[LIKE_POINTS];
    hsize_t n, m;
    if (hg_dataset_extent(one, &n, NULL) != 1 || hg_dataset_extent(other, &m, NULL) != 1 || n != m)
        return false;
    bool same = true;
    for (uint64_t at = 0; at < n && same; at += LIKE_POINTS) {
        const struct box box = {{at}, {size_min(LIKE_POINTS, n - at)}};
        same = hg_read_box(one, H5T_NATIVE_DOUBLE, 1, &box, a, NULL) == H5GRAD_OK &&
               hg_read_box(other, H5T_NATIVE_DOUBLE, 1, &box, b, NULL) == H5GRAD_OK &&
               memcmp(a, b, box.count[0] * sizeof *a) == 0;
    }
    return same;
}

hid_t hg_scales_find_like(hid_t file, hid_t scale)
{
    BASE_FREED char *path = hg_read_name(scale, H5Iget_name);
    hid_t like = path ? hg_open_dataset(file, path, NULL) : -1;
    return hg_keep_if(like >= 0 && hg_is_scale(like) && have_same_points(like, scale), like);
}

bool hg_scales_identify(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                        struct h5_identity *identity)
{
    H5_CLOSED hid_t scale = follow_reference(scales, dataset, axis, i);
    return scale >= 0 && hg_identify(scale, identity);
}

enum h5grad_status hg_scales_write(hid_t dataset, unsigned rank, const size_t *n,
                                   hobj_ref_t *reference, struct h5grad_error *err)
{
    const size_t axes = rank;
    BASE_FREED hvl_t *list = hg_memory_zeroed(rank, sizeof *list);
    if (!list)
        return hg_error_memory(err, rank * sizeof *list);
    for (unsigned axis = 0; axis < rank; reference += n[axis++])
        list[axis] = (hvl_t){.len = n[axis], .p = n[axis] ? reference : NULL};
    return hg_attribute_write(dataset, "DIMENSION_LIST", H5Tvlen_create(H5T_STD_REF_OBJ), &axes,
                              list, err);
}

/* The type that libhdf5_hl makes: a record has the size of the struct. */
static hid_t use_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct h5_scale_use));
    return hg_keep_if(
        type >= 0 &&
            H5Tinsert(type, "dataset", offsetof(struct h5_scale_use, dataset), H5T_STD_REF_OBJ) >=
                0 &&
            H5Tinsert(type, "dimension", offsetof(struct h5_scale_use, axis), H5T_NATIVE_INT) >= 0,
        type);
}

enum h5grad_status hg_scale_write(hid_t dataset, size_t n, const struct h5_scale_use *use,
                                  struct h5grad_error *err)
{
    hid_t text = H5Tcopy(H5T_C_S1);
    text = hg_keep_if(text >= 0 && H5Tset_size(text, sizeof CLASS_NAME) >= 0, text);
    enum h5grad_status status = hg_attribute_write(dataset, "CLASS", text, NULL, CLASS_NAME, err);
    if (status || n == 0)
        return status;
    return hg_attribute_write(dataset, "REFERENCE_LIST", use_type(), &n, use, err);
}

bool hg_is_scale(hid_t dataset)
{
    return hg_has_attribute(dataset, "REFERENCE_LIST") ||
           hg_attribute_is(dataset, "CLASS", CLASS_NAME);
}

hid_t hg_scale_create_placeholder(hid_t file, const char *path, uint64_t points,
                                  struct h5grad_error *err)
{
    const hsize_t extent = points;
    struct h5_creator creator = {.file = file};
    char name[sizeof H5_PLACEHOLDER + 32];
    H5_CLOSED hid_t space = H5Screate_simple(1, &extent, NULL);
    H5_CLOSED hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (space < 0 || creation < 0 || !hg_create_prepare(creation)) {
        hg_hdf5_error(err, "choosing its storage");
        return -1;
    }
    hid_t dataset = hg_create_dataset(&creator, path, H5T_IEEE_F32BE, space, creation, err);
    hg_creator_close(&creator);
    snprintf(name, sizeof name, H5_PLACEHOLDER ".%10" PRIu64, points);
    if (dataset >= 0 && hg_attribute_write_text(dataset, "NAME", name, err)) {
        hg_close(dataset);
        dataset = -1;
    }
    return dataset;
}

bool hg_is_placeholder(hid_t dataset)
{
    BASE_FREED char *name = hg_attribute_text(dataset, "NAME");
    return name && hg_path_begins(name, H5_PLACEHOLDER);
}
