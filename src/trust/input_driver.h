/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of input files: the same POSIX reads as libhdf5's sec2. Whatever an input makes
 * libhdf5 open (targets of external links, sources of virtual datasets, however deeply nested)
 * comes through it, too, so that the input's h5_access can refuse it. Within hg_enter.
 */
#ifndef H5GRAD_TRUST_INPUT_DRIVER_H
#define H5GRAD_TRUST_INPUT_DRIVER_H

#include <stdbool.h>

#include "trust/access.h"

/* Returns the h5_access of the file that contains object; NULL if hg_open_input did not open it. */
struct h5_access *hg_input_access(hid_t object);

/* True if a writer may enlarge the file that contains object while it is read: it was opened with
 * H5F_ACC_SWMR_READ, here or by the caller of the library. */
bool hg_input_grows(hid_t object);

/* True if netCDF-4 says in the file that contains object, the caller's, too, that it made it. */
bool hg_input_is_netcdf(hid_t object);

/* True if the file that contains object has several members: addresses are no offsets of one. */
bool hg_input_is_scattered(hid_t object);

/* The heaps (trust/heap.h) of a file of this driver; NULL for other files. */
struct h5_heaps;
struct h5_heaps *hg_input_heaps(hid_t file);

/* Sets the driver in a file access list. */
bool hg_input_select(hid_t list, struct h5_access *access);

/* Fails if the file, which may have lost its name, or one that it led to has changed since it was
 * opened, or if reading has failed: libhdf5 and its callers may have taken what they could not read
 * for absent. */
enum h5grad_status hg_input_check_unchanged(hid_t file, struct h5grad_error *err);

/* Calls hg_access_check for the file of a dataset, after reading from it. */
enum h5grad_status hg_dataset_check(hid_t dataset, struct h5grad_error *err);

#endif
