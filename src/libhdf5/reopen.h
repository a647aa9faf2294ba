/* SPDX-License-Identifier: BSD-3-Clause */
/* Reopening datasets with a chunk cache other than their file's default. */
#ifndef H5GRAD_LIBHDF5_REOPEN_H
#define H5GRAD_LIBHDF5_REOPEN_H

#include "libhdf5/h5.h"

/* Closes the dataset and opens it again with the access list. Returns the dataset unchanged if its
 * path is not known; -1 with the reason if it cannot be opened again. Within hg_enter. */
hid_t hg_reopen(hid_t dataset, hid_t list, struct h5grad_error *err);

/* The same without a chunk cache, for callers that decode chunks themselves. */
hid_t hg_reopen_uncached(hid_t dataset, struct h5grad_error *err);

#endif
