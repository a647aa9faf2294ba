/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF5's dimension scales by the core library: distributions split off or omit libhdf5_hl, whose
 * iteration also gives up on the first dangling reference, and whose attaching takes a time that
 * grows with the square of the number of datasets. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_SCALES_H
#define H5GRAD_HDF5_SCALES_H

#include "libhdf5/h5.h"
#include "libhdf5/identity.h"

/* The references in a dataset's DIMENSION_LIST: a list per axis. */
struct h5_scales {
    unsigned rank;
    bool new_style; /* H5R_ref_t, of libhdf5 1.12 and later; else hobj_ref_t */
    hid_t type;
    hid_t space;
    hvl_t *list;
};

/* Reads DIMENSION_LIST; *found is false, and nothing to be freed, when there is none, or it is
 * of another kind or rank. H5GRAD_FAILED when there is one that cannot be read. */
enum h5grad_status hg_scales_read(hid_t dataset, unsigned rank, struct h5_scales *scales,
                                  bool *found, struct h5grad_error *err);
void hg_scales_free(struct h5_scales *scales);

/* Opens the dataset that reference number i of an axis leads to; -1 when there is none, with a
 * reason only where hg_check_outside refuses it. */
hid_t hg_scales_open(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                     struct h5grad_error *err);

/* Identifies that dataset, whether it may be read or not. */
bool hg_scales_identify(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                        struct h5_identity *identity);

/* Writes DIMENSION_LIST: n[axis] references for each axis, those of axis 0 first. */
enum h5grad_status hg_scales_write(hid_t dataset, unsigned rank, const size_t *n,
                                   hobj_ref_t *reference, struct h5grad_error *err);

/* One axis of one dataset that a scale is attached to, as it stands in REFERENCE_LIST. */
struct h5_scale_use {
    hobj_ref_t dataset;
    unsigned axis;
};

/* Makes a dataset a scale, with a REFERENCE_LIST where n is not 0; uses lie in zeroed memory, since
 * the bytes between them are stored too. */
enum h5grad_status hg_scale_write(hid_t dataset, size_t n, const struct h5_scale_use *use,
                                  struct h5grad_error *err);

/* Whether a dataset says of itself that it is a scale. */
bool hg_is_scale(hid_t dataset);

/* The beginning of NAME of the scale without data that netCDF-4 makes for a dimension without
 * coordinates. */
#define H5_PLACEHOLDER "This is a netCDF dimension but not a netCDF variable"
bool hg_is_placeholder(hid_t dataset);

#endif
