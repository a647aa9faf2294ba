/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/raw.h"

#include "hdf5/input.h"
#include "hdf5/output.h"

struct h5_raw *h5_raw_of(hid_t object)
{
    hid_t file = H5Iget_file_id(object);
    if (file < 0)
        return NULL;
    struct h5_raw *raw = h5_input_raw(file);
    if (!raw)
        raw = h5_output_raw(file);
    h5_close(file);
    return raw;
}
