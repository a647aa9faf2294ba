/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/scales.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "hdf5/attribute.h"
#include "trust/input_driver.h"
#include "trust/outside.h"
#include "hdf5/variable.h"
#include "libhdf5/identity.h"

#define MOST_BYTES ((uint64_t)1 << 20) /* of references of a dataset, 131072 old ones */

#define CLASS_NAME "DIMENSION_SCALE" /* with its NUL the 16 bytes that H5DSis_scale insists on */

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

/* The type to read the attribute with; -1 when it does not hold lists of references to objects. */
static hid_t list_type(hid_t attribute, bool *new_style)
{
    hid_t stored = H5Aget_type(attribute);
    hid_t base = -1;
    hid_t type = -1;
    if (stored >= 0 && H5Tget_class(stored) == H5T_VLEN)
        base = H5Tget_super(stored);
    if (base >= 0 && H5Tget_class(base) == H5T_REFERENCE) {
        *new_style = false;
        if (H5Tequal(base, H5T_STD_REF_OBJ) > 0)
            type = H5Tvlen_create(H5T_STD_REF_OBJ);
#if H5_VERSION_GE(1, 12, 0)
        else if (H5Tequal(base, H5T_STD_REF) > 0) {
            *new_style = true;
            type = H5Tvlen_create(H5T_STD_REF);
        }
#endif
    }
    hg_close(base);
    hg_close(stored);
    return type;
}

/* Reads a list for each axis; references are followed one by one, so that there must not be too
 * many of them. */
static enum h5grad_status read_lists(hid_t attribute, struct h5_scales *scales,
                                     struct h5grad_error *err)
{
    hid_t stored = H5Aget_type(attribute);
    enum h5grad_status status = H5GRAD_OK;
    scales->list = hg_memory_zeroed(scales->rank, sizeof *scales->list);
    if (!scales->list)
        status = hg_error_memory(err, scales->rank * sizeof *scales->list);
    else if (stored < 0)
        status = hg_hdf5_error(err, "its type cannot be read");
    else
        status = hg_variable_check_attribute(attribute, stored, MOST_BYTES, err);
    if (!status && H5Aread(attribute, scales->type, scales->list) < 0)
        status = hg_hdf5_error(err, "reading");
    hg_close(stored);
    return status;
}

enum h5grad_status hg_scales_read(hid_t dataset, unsigned rank, struct h5_scales *scales,
                                  bool *found, struct h5grad_error *err)
{
    *scales = (struct h5_scales){.rank = rank, .type = -1, .space = -1};
    *found = false;
    htri_t exists = H5Aexists(dataset, "DIMENSION_LIST");
    if (exists == 0)
        return H5GRAD_OK;
    hid_t attribute = exists > 0 ? H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT) : -1;
    if (attribute < 0)
        return hg_hdf5_error(err, "the list of its dimension scales cannot be read");
    enum h5grad_status status = H5GRAD_OK;
    scales->type = list_type(attribute, &scales->new_style);
    scales->space = H5Aget_space(attribute);
    if (scales->type >= 0 && scales->space >= 0 &&
        H5Sget_simple_extent_npoints(scales->space) == (hssize_t)rank) {
        status = read_lists(attribute, scales, err);
        *found = status == H5GRAD_OK;
        if (status)
            hg_error_context(err, status, "the list of its dimension scales cannot be read");
    }
    hg_close(attribute);
    if (!*found)
        close_scales(scales);
    return status;
}

static hid_t follow(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i)
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
    /* One of the newer kind may lead to any file, past the driver of inputs. */
    if (object >= 0 && H5Iget_type(object) == H5I_DATASET &&
        (!scales->new_style || hg_input_access(object) == hg_input_access(dataset)))
        return object;
    hg_close(object);
    return -1;
}

hid_t hg_scales_open(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                     struct h5grad_error *err)
{
    hid_t scale = follow(scales, dataset, axis, i);
    if (scale < 0 || hg_check_outside(scale, err) == H5GRAD_OK)
        return scale;
    hg_close(scale);
    return -1;
}

bool hg_scales_identify(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                        struct h5_identity *identity)
{
    hid_t scale = follow(scales, dataset, axis, i);
    bool known = scale >= 0 && hg_identify(scale, identity);
    hg_close(scale);
    return known;
}

/* Writes an attribute of rank 1; takes type. */
static enum h5grad_status write_list(hid_t dataset, const char *name, hid_t type, size_t n,
                                     const void *value, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hsize_t extent = n;
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t id = -1;
    if (type >= 0 && space >= 0)
        id = H5Acreate2(dataset, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, type, value) < 0)
        status = hg_hdf5_error(err, "cannot write attribute %s", name);
    if (!hg_close(id) && status == H5GRAD_OK)
        status = hg_hdf5_error(err, "cannot close attribute %s", name);
    hg_close(space);
    hg_close(type);
    return status;
}

enum h5grad_status hg_scales_write(hid_t dataset, unsigned rank, const size_t *n,
                                   hobj_ref_t *reference, struct h5grad_error *err)
{
    hvl_t *list = hg_memory_zeroed(rank, sizeof *list);
    if (!list)
        return hg_error_memory(err, rank * sizeof *list);
    for (unsigned axis = 0; axis < rank; reference += n[axis++])
        list[axis] = (hvl_t){.len = n[axis], .p = n[axis] ? reference : NULL};
    enum h5grad_status status =
        write_list(dataset, "DIMENSION_LIST", H5Tvlen_create(H5T_STD_REF_OBJ), rank, list, err);
    free(list);
    return status;
}

/* As libhdf5_hl makes it: a record has the size of the struct. */
static hid_t use_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct h5_scale_use));
    if (type >= 0 &&
        H5Tinsert(type, "dataset", offsetof(struct h5_scale_use, dataset), H5T_STD_REF_OBJ) >= 0 &&
        H5Tinsert(type, "dimension", offsetof(struct h5_scale_use, axis), H5T_NATIVE_INT) >= 0)
        return type;
    hg_close(type);
    return -1;
}

static enum h5grad_status write_class(hid_t dataset, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t id = -1;
    if (type >= 0 && space >= 0 && H5Tset_size(type, sizeof CLASS_NAME) >= 0)
        id = H5Acreate2(dataset, "CLASS", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, type, CLASS_NAME) < 0)
        status = hg_hdf5_error(err, "cannot write attribute CLASS");
    if (!hg_close(id) && status == H5GRAD_OK)
        status = hg_hdf5_error(err, "cannot close attribute CLASS");
    hg_close(space);
    hg_close(type);
    return status;
}

enum h5grad_status hg_scale_write(hid_t dataset, size_t n, const struct h5_scale_use *use,
                                  struct h5grad_error *err)
{
    enum h5grad_status status = write_class(dataset, err);
    if (status || n == 0)
        return status;
    return write_list(dataset, "REFERENCE_LIST", use_type(), n, use, err);
}

bool hg_is_scale(hid_t dataset)
{
    if (H5Aexists(dataset, "REFERENCE_LIST") > 0)
        return true;
    char *class = hg_attribute_text(dataset, "CLASS");
    bool scale = class && strcmp(class, CLASS_NAME) == 0;
    free(class);
    return scale;
}

bool hg_is_placeholder(hid_t dataset)
{
    char *name = H5Aexists(dataset, "NAME") > 0 ? hg_attribute_text(dataset, "NAME") : NULL;
    bool placeholder = name && strncmp(name, H5_PLACEHOLDER, strlen(H5_PLACEHOLDER)) == 0;
    free(name);
    return placeholder;
}
