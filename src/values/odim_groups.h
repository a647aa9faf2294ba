/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ODIM_H5, the format of weather radars: /datasetN/dataM/data, beside which and above which the
 * groups what, where and how describe it; the nearest that has an attribute counts. All within
 * hg_enter.
 */
#ifndef H5GRAD_VALUES_ODIM_GROUPS_H
#define H5GRAD_VALUES_ODIM_GROUPS_H

#include <stdbool.h>

#include "libhdf5/h5.h"

/* True if path is that of data or of quality data in a file of ODIM_H5. */
bool hg_odim_is_data(hid_t file, const char *path);

/* Opens the nearest group of that name ("what") that has the attribute; -1 if there is none. own:
 * for quality data, only the group beside them counts. */
hid_t hg_odim_open(hid_t file, const char *path, const char *group, const char *attribute,
                   bool own);

#endif
