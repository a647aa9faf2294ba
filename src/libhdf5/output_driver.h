/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of output files: POSIX calls, as of libhdf5's own (sec2), but what goes wrong with
 * them is remembered rather than reported to libhdf5. libhdf5 cannot close a file whose last bytes
 * cannot be written: it keeps a handle to memory that it has released, and crashes when the process
 * ends. Whoever writes asks for what is remembered. The files are the same as sec2's.
 */
#ifndef H5GRAD_LIBHDF5_OUTPUT_DRIVER_H
#define H5GRAD_LIBHDF5_OUTPUT_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libhdf5/h5.h"

/*
 * Makes a file access list use the driver. *failure becomes the errno of the first operation that
 * fails on the file; it outlives the file, may be read by any thread, and stays the caller's. The
 * file exists already, under a name that is no symbolic link. To libhdf5 it is empty, but bytes
 * that nobody writes stay what they are. Within h5_enter.
 */
bool hg_output_select(hid_t access, atomic_int *failure);

/* The failure of an open file of this driver; NULL for files of other drivers. hg_descriptor works
 * on files of this one. Within h5_enter. */
const atomic_int *hg_output_failure(hid_t file);

/* Leaves an open file of this driver as it is: what libhdf5 would still write, and that it would
 * cut the file where by its own account it ends, comes to nothing. Within h5_enter. */
void hg_output_abandon(hid_t file);

#endif
