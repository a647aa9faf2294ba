/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading datasets whose external files do not have all points, where that is allowed: libhdf5
 * takes zeros for what a file is too short for, and cannot read anything where one is not there. */
#ifndef H5GRAD_TRUST_EXTERNAL_H
#define H5GRAD_TRUST_EXTERNAL_H

#include "grid/box.h"
#include "libhdf5/h5.h"

/*
 * The points of a box as datatype memory, into a dense array of those of box all; those that no
 * file has as the dataset's fill value. rank may be 0, for the one point of a scalar. The dataset
 * is one that hg_check_outside has passed. Within h5_enter.
 */
enum h5grad_status hg_external_read(hid_t dataset, hid_t memory, unsigned rank,
                                    const struct box *box, const struct box *all, void *points,
                                    struct h5grad_error *err);

#endif
