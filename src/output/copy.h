/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies of input datasets in the output: type, extents and points, stored as results of their
 * layout are. H5Ocopy would also copy attributes that refer to other objects of the input, times,
 * and the input's way of tracking attributes.
 */
#ifndef H5GRAD_OUTPUT_COPY_H
#define H5GRAD_OUTPUT_COPY_H

#include "grid/region.h"
#include "libhdf5/h5.h"

enum copy_storage {
    COPY_ALIKE,      /* as results of its layout are stored */
    COPY_CONTIGUOUS, /* in one piece */
    COPY_EMPTY,      /* like COPY_ALIKE without points: reads as zeros */
};

/*
 * Creates a dataset at path with the type and extents of source, and the groups above it as needed;
 * -1 with the reason. Refuses types with references, which mean nothing in another file. Within
 * hg_enter.
 */
hid_t hg_copy_create(hid_t source, const struct region *region, hid_t file, const char *path,
                     enum copy_storage storage, struct h5grad_error *err);

/* Copies all points, or those of the region, from source to a dataset made by hg_copy_create.
 * Unless within hg_enter, it lets other threads in between the boxes that it moves. */
enum h5grad_status hg_copy_points(hid_t source, const struct region *region, hid_t dataset,
                                  struct h5grad_error *err);

#endif
