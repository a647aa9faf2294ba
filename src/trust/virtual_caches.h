/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that the sources of a virtual dataset take: libhdf5 opens them when they are first
 * read from and keeps, as long as the virtual dataset is open, a cache of decoded chunks of each.
 */
#ifndef H5GRAD_TRUST_VIRTUAL_CACHES_H
#define H5GRAD_TRUST_VIRTUAL_CACHES_H

#include "trust/access.h"

/* The part of the memory that those caches have at most: one in so many. */
#define H5_VIRTUAL_SHARE 2

/* Bytes of those caches at most, whatever the memory, for a dataset that hg_check_outside has
 * passed, of a file opened by hg_open_input; 0 for other layouts and other files. Within hg_enter,
 * as below.
 */
uint64_t hg_virtual_caches(hid_t dataset);

/*
 * The dataset opened anew, the handle given being closed: with as large a cache for each source as
 * hg_open_input chooses, but no more for all of them than their share of the memory of the file's
 * h5_access. Other datasets, and what is open a second time, stay as they are. -1 with the reason.
 */
hid_t hg_virtual_reopen(hid_t dataset, struct h5grad_error *err);

#endif
