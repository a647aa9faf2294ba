/* SPDX-License-Identifier: BSD-3-Clause */
#include "libhdf5/reopen.h"

#include <stdlib.h>

hid_t hg_reopen(hid_t dataset, hid_t list, struct h5grad_error *err)
{
    hid_t file = H5Iget_file_id(dataset);
    char *path = hg_read_name(dataset, H5Iget_name);
    if (file >= 0 && path) {
        hg_close(dataset);
        dataset = H5Dopen2(file, path, list);
        if (dataset < 0)
            hg_hdf5_error(err, "cannot open");
    }
    free(path);
    hg_close(file);
    return dataset;
}

hid_t hg_reopen_uncached(hid_t dataset, struct h5grad_error *err)
{
    hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
    if (list >= 0 && H5Pset_chunk_cache(list, 1, 0, 0) >= 0)
        dataset = hg_reopen(dataset, list, err);
    hg_close(list);
    return dataset;
}
