/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Points that lie in other files than their dataset. External files are opened by libhdf5 itself
 * and not by the driver of input files, whatever leads to them, so they are looked for ahead of any
 * reading. The only ways to a dataset of an input, h5_open_dataset and h5_scales_open, ask here.
 */
#ifndef H5GRAD_HDF5_OUTSIDE_H
#define H5GRAD_HDF5_OUTSIDE_H

#include "hdf5/h5.h"

/*
 * H5GRAD_FAILED when points of a dataset of a file opened by h5_open_input lie in files that may
 * not be read, or in external files that are none or cannot be read: its own external files, and
 * those of all sources of a virtual one that libhdf5 finds, however deeply nested. Sources that are
 * not there are none: libhdf5 takes their points for missing. What was found to be good is not
 * looked at again while the h5_access lasts. All of these files are noted in it, and sources that
 * are not there, too: their points are no longer missing when they come to be. Within h5_enter.
 */
enum h5grad_status h5_check_outside(hid_t dataset, struct h5grad_error *err);

#endif
