/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netCDF-4 has libhdf5 fill each variable with its _FillValue, else with a default by type. HDF5's
 * own fill value shows either, and by itself means nothing: other writers leave anything in it.
 */
#include <stdlib.h>

#include "values/values.h"
#include "hdf5/attribute.h"
#include "hdf5/scales.h"
#include "base/path.h"
#include "trust/input_driver.h"

/* Returns the default of a type; NULL for bytes, in which any value may be meant. */
static const struct number *look_up(enum element stored)
{
    static const struct {
        enum element stored;
        struct number fill;
    } table[] = {
        {ELEMENT_I16, {-32767., true, true, 32767}},
        {ELEMENT_U16, {65535., true, false, UINT16_MAX}},
        {ELEMENT_I32, {-2147483647., true, true, INT32_MAX}},
        {ELEMENT_U32, {4294967295., true, false, UINT32_MAX}},
        {ELEMENT_I64, {-0x1p63, true, true, (uint64_t)INT64_MAX - 1}},
        {ELEMENT_U64, {0x1p64, true, false, UINT64_MAX - 1}},
        {ELEMENT_F32, {0x1.ep122, false, false, 0}},
        {ELEMENT_F64, {0x1.ep122, false, false, 0}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].stored == stored)
            return &table[i].fill;
    }
    return NULL;
}

/* True if the writer had libhdf5 fill the dataset with that number. */
static bool is_filled_with(hid_t dataset, enum element stored, struct number fill)
{
    H5D_fill_value_t defined;
    H5D_fill_time_t when;
    union unpack_number number, wanted;
    hid_t creation = hg_creation_list(dataset);
    bool same = creation >= 0 && H5Pfill_value_defined(creation, &defined) >= 0 &&
                defined == H5D_FILL_VALUE_USER_DEFINED && H5Pget_fill_time(creation, &when) >= 0 &&
                when != H5D_FILL_TIME_NEVER &&
                H5Pget_fill_value(creation, hg_number_type(stored), &number) >= 0 &&
                hg_number_as_stored(fill, stored, false, &wanted) &&
                hg_number_is_same(stored, number, wanted);
    return same;
}

static bool has_netcdf_dimid(hid_t dataset)
{
    return hg_has_attribute(dataset, "_Netcdf4Dimid") ||
           hg_has_attribute(dataset, "_Netcdf4Coordinates");
}

/* Sets *found if netCDF-4 made the scale of an axis, which shows in older files, too. Fails only if
 * memory runs out. */
static enum h5grad_status find_netcdf_scale(hid_t dataset, unsigned rank, bool *found,
                                            struct h5grad_error *err)
{
    struct h5_scales lists;
    bool any;
    enum h5grad_status status = hg_scales_read(dataset, rank, &lists, &any, err);
    if (status || !any)
        return status == H5GRAD_FAILED ? H5GRAD_OK : status;
    for (unsigned k = 0; k < rank && !*found; k++) {
        hid_t scale = lists.list[k].len ? hg_scales_open(&lists, dataset, k, 0, NULL) : -1;
        char *name = scale >= 0 ? hg_attribute_text(scale, "NAME") : NULL;
        *found = (scale >= 0 && has_netcdf_dimid(scale)) ||
                 (name && hg_path_begins(name, H5_PLACEHOLDER));
        free(name);
        hg_close(scale);
    }
    hg_scales_free(&lists);
    return H5GRAD_OK;
}

/* Sets *found to whether netCDF-4 made the dataset, in a file that does not say so. */
static enum h5grad_status find_netcdf(hid_t dataset, bool *found, struct h5grad_error *err)
{
    const int rank = hg_dataset_extent(dataset, NULL, NULL);
    *found = has_netcdf_dimid(dataset);
    if (*found || rank < 1)
        return H5GRAD_OK;
    return find_netcdf_scale(dataset, (unsigned)rank, found, err);
}

enum h5grad_status hg_values_find_default_fill(hid_t dataset, enum element stored,
                                               struct number *fill, bool *found,
                                               struct h5grad_error *err)
{
    const struct number *number = look_up(stored);
    *found = false;
    if (!number)
        return H5GRAD_OK;
    const bool said = hg_input_is_netcdf(dataset);
    /* Next what takes the least to ask: attributes tell all the rest. */
    if ((!said && !hg_attributes_exist(dataset)) || !is_filled_with(dataset, stored, *number))
        return H5GRAD_OK;
    *fill = *number;
    *found = said;
    return said ? H5GRAD_OK : find_netcdf(dataset, found, err);
}
