/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of single files share: a new one in a folder of its own, to be used within h5_enter.
 */
#ifndef H5GRAD_TESTS_SCRATCH_FILE_H
#define H5GRAD_TESTS_SCRATCH_FILE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libhdf5/h5.h"

static char folder[64];
static char path[96];
static hid_t file = -1;
static struct h5_guard guard;
static struct h5grad_error err;

/* By default libhdf5 2 writes checksums, which tests that change bytes would have to repair. */
static hid_t scratch_create(const char *name, hid_t creation)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) >= 0);
    hid_t made = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
    ck_assert(made >= 0);
    ck_assert_int_ge(H5Pclose(access), 0);
    return made;
}

static void scratch_make(void)
{
    const char *top = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/h5grad-XXXXXX", top && strlen(top) < 40 ? top : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/test.h5", folder);
    memset(&err, 0, sizeof err);
    hg_enter(&guard);
    file = scratch_create(path, H5P_DEFAULT);
}

/* Once the file is closed. */
static void scratch_remove(void)
{
    hg_leave(&guard);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

#endif
