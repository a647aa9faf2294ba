/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of a virtual dataset's sources: libhdf5 opens each when it is first read, and keeps a
 * cache of decoded chunks for it until the virtual dataset is closed.
 */
#ifndef H5GRAD_TRUST_VIRTUAL_CACHES_H
#define H5GRAD_TRUST_VIRTUAL_CACHES_H

#include "trust/access.h"

/* The caches take at most one part in H5_VIRTUAL_SHARE of the memory limit. */
#define H5_VIRTUAL_SHARE 2

/* Returns the most bytes that the caches of a dataset take without a memory limit; hg_check_outside
 * has passed the dataset. 0 for other layouts, and for files that hg_open_input did not open.
 * Within hg_enter, as below. */
uint64_t hg_virtual_caches(hid_t dataset);

/*
 * Reopens a virtual dataset with caches within their share of the memory limit of the file's
 * h5_access. Returns the new identifier, the same one for other datasets, or -1 with the reason. No
 * effect on a dataset that is open twice.
 */
hid_t hg_virtual_reopen(hid_t dataset, struct h5grad_error *err);

#endif
