/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets with another cache of decoded chunks than their file gives them. */
#ifndef H5GRAD_LIBHDF5_REOPEN_H
#define H5GRAD_LIBHDF5_REOPEN_H

#include "libhdf5/h5.h"

/* Closes the dataset and opens it again with that access list. The dataset as it was where its
 * place in the file is not known; -1 with the reason when it does not open again. Within h5_enter.
 */
hid_t hg_reopen(hid_t dataset, hid_t list, struct h5grad_error *err);

/* The same without any cache, for who decodes chunks himself. */
hid_t hg_reopen_uncached(hid_t dataset, struct h5grad_error *err);

#endif
