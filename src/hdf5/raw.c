/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/raw.h"

#include "hdf5/input.h"
#include "hdf5/output.h"

struct h5_raw *h5_raw_of(hid_t file)
{
    struct h5_raw *raw = h5_input_raw(file);
    return raw ? raw : h5_output_raw(file);
}
