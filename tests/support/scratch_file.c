/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "tests/support/scratch_file.h"

char path[96];
hid_t file = -1;
struct h5grad_error err;
struct h5_guard guard;

void scratch_make(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s", in_folder("test.h5"));
    memset(&err, 0, sizeof err);
    hg_enter(&guard);
    file = h5make_file(path, H5P_DEFAULT);
}

void scratch_remove(void)
{
    hg_leave(&guard);
    ck_assert_uint_eq(folder_remove(), 0);
}
