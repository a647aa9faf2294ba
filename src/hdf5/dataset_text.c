/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/dataset_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "hdf5/variable.h"

#define MAX_TEXT ((size_t)1 << 20)

/* Reads the one text of a dataset of fixed length. */
static char *read_fixed(hid_t dataset, hid_t type, struct h5grad_error *err)
{
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > MAX_TEXT)
        return NULL;
    char *text = hg_memory_zeroed(size + 1, 1);
    if (!text)
        hg_error_memory(err, size + 1);
    if (text && hg_read_all(dataset, type, text, err) == H5GRAD_OK)
        return text;
    free(text);
    return NULL;
}

/* Likewise of variable length, which must be checked before it is read. */
static char *read_variable(hid_t dataset, hid_t type, hid_t space, struct h5grad_error *err)
{
    const struct box one = {.count = {1}};
    const unsigned rank = (unsigned)H5Sget_simple_extent_ndims(space);
    char *read = NULL, *text = NULL;
    if (rank > 1 || hg_variable_check_box(dataset, type, rank, &one, err) ||
        hg_read_all(dataset, type, &read, err))
        return NULL;
    if (read && strnlen(read, MAX_TEXT) < MAX_TEXT && !(text = hg_memory_text(read)))
        hg_error_memory(err, strlen(read) + 1);
    hg_variable_reclaim(type, space, &read);
    return text;
}

char *hg_dataset_text(hid_t dataset, struct h5grad_error *err)
{
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    if (type < 0 || space < 0 || H5Tget_class(type) != H5T_STRING ||
        H5Sget_simple_extent_npoints(space) != 1 || hg_limit_check(dataset, MAX_TEXT, err))
        return NULL;
    return H5Tis_variable_str(type) > 0 ? read_variable(dataset, type, space, err)
                                        : read_fixed(dataset, type, err);
}
