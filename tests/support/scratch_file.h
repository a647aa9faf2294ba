/* SPDX-License-Identifier: BSD-3-Clause */
/* A new file in a folder of its own, for tests of single files. The library's guard is held
 * meanwhile. */
#ifndef H5GRAD_TESTS_SCRATCH_FILE_H
#define H5GRAD_TESTS_SCRATCH_FILE_H

#include <check.h>
#include <hdf5.h>

#include "libhdf5/h5.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

extern char path[96]; /* of the file */
extern hid_t file;
extern struct h5grad_error err;
extern struct h5_guard guard;

void scratch_make(void);

/* Once the file is closed. */
void scratch_remove(void);

#endif
