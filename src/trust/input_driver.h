/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of input files: POSIX reads, as of libhdf5's own (sec2). What libhdf5 opens because an
 * input names it (targets of external links, sources of virtual datasets, however deeply nested)
 * comes through it too, so that the file's h5_access can refuse it. Within hg_enter.
 */
#ifndef H5GRAD_TRUST_INPUT_DRIVER_H
#define H5GRAD_TRUST_INPUT_DRIVER_H

#include <stdbool.h>

#include "trust/access.h"

/* What is allowed to a file opened by hg_open_input, or to the file that an object lies in; NULL:
 * another file, or nothing. */
struct h5_access *hg_input_access(hid_t object);

/* The heaps (trust/heap.h) of a file of this driver; NULL for others. */
struct h5_heaps;
struct h5_heaps *hg_input_heaps(hid_t file);

/* Makes a file access list use the driver. */
bool hg_input_select(hid_t list, struct h5_access *access);

/* H5GRAD_FAILED when the file, which may have lost its name, or one that it led to is not what it
 * was when it was opened, or when reading has failed: libhdf5 and its users may have taken what
 * they could not read for absent. */
enum h5grad_status hg_input_check_unchanged(hid_t file, struct h5grad_error *err);

/* hg_access_check for the file of a dataset, after reading of it. */
enum h5grad_status hg_dataset_check(hid_t dataset, struct h5grad_error *err);

#endif
