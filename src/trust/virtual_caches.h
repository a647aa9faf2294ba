/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that the sources of a virtual dataset take: libhdf5 opens them when they are first
 * read from and keeps, as long as the virtual dataset is open, a cache of decoded chunks of each.
 */
#ifndef H5GRAD_TRUST_VIRTUAL_CACHES_H
#define H5GRAD_TRUST_VIRTUAL_CACHES_H

#include "trust/access.h"

/* One part in so many of the memory is the most that those caches take. */
#define H5_VIRTUAL_SHARE 2

/* The most bytes of those caches, whatever the memory limit, of a dataset that hg_check_outside has
 * passed; 0 for other layouts, and for files that hg_open_input did not open. Within hg_enter, as
 * below. */
uint64_t hg_virtual_caches(hid_t dataset);

/*
 * Closes a virtual dataset and opens it with caches that take no more than their share of the
 * memory of the file's h5_access. Returns the new identifier, the same one for other datasets, or
 * -1 with the reason. No effect on a dataset that is open a second time.
 */
hid_t hg_virtual_reopen(hid_t dataset, struct h5grad_error *err);

#endif
