/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that stand for things and not for quantities. Within h5_enter. */
#ifndef H5GRAD_FORMATS_CATEGORIES_H
#define H5GRAD_FORMATS_CATEGORIES_H

#include "libhdf5/h5.h"

#define COORDS_CATEGORIES "it holds categories"

/* Why its numbers have no derivative, not even for who names the dataset; NULL: they may have one.
 * Static, and begins with COORDS_CATEGORIES. */
const char *hg_coords_categories(hid_t dataset);

#endif
