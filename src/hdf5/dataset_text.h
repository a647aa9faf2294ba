/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts in datasets. All within hg_enter. */
#ifndef H5GRAD_HDF5_DATASET_TEXT_H
#define H5GRAD_HDF5_DATASET_TEXT_H

#include "libhdf5/h5.h"

/* Returns the text that a dataset of one element holds, in new memory; NULL if it holds none, or
 * more than 1 MiB, or with the reason if it cannot be read. */
char *hg_dataset_text(hid_t dataset, struct h5grad_error *err);

#endif
