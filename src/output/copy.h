/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dataset of the input as it is in the output: type, extents and points, stored as results of its
 * layout are. Not by H5Ocopy, which would bring along attributes that refer to other objects of the
 * input, times, and the way in which the input tracks attributes.
 */
#ifndef H5GRAD_OUTPUT_COPY_H
#define H5GRAD_OUTPUT_COPY_H

#include "libhdf5/h5.h"

/*
 * Makes the dataset at path like source, with groups above it as needed; -1 with the reason.
 * points: false leaves it without points of its own, which reads as zeros. Refused are types with
 * references, which mean nothing in another file. Within h5_enter.
 */
hid_t hg_copy_create(hid_t source, hid_t file, const char *path, bool points,
                     struct h5grad_error *err);

/* Copies all points from source to a dataset made by copy_create. Not within h5_enter. */
enum h5grad_status hg_copy_points(hid_t source, hid_t dataset, struct h5grad_error *err);

#endif
