/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF5's dimension scales by the core library. Distributions split off or omit libhdf5_hl, its
 * iteration gives up on the first dangling reference, and attaching by it takes quadratic time in
 * the number of datasets. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_SCALES_H
#define H5GRAD_HDF5_SCALES_H

#include "libhdf5/h5.h"
#include "libhdf5/identity.h"

/* A dataset's DIMENSION_LIST: a list of references per axis. */
struct h5_scales {
    unsigned rank;
    bool new_style; /* H5R_ref_t, since libhdf5 1.12; else hobj_ref_t */
    hid_t type;
    hid_t space;
    hvl_t *list;
};

/* Reads DIMENSION_LIST. If there is none, or it is of another kind or rank, *found is false and
 * there is nothing to free. H5GRAD_FAILED if it cannot be read. */
enum h5grad_status hg_scales_read(hid_t dataset, unsigned rank, struct h5_scales *scales,
                                  bool *found, struct h5grad_error *err);
void hg_scales_free(struct h5_scales *scales);

/* Opens the dataset that reference i of an axis leads to; -1 if there is none, with a reason only
 * if hg_check_outside refuses it. */
hid_t hg_scales_open(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                     struct h5grad_error *err);

/* Identifies that dataset, which need not be readable. */
bool hg_scales_identify(const struct h5_scales *scales, hid_t dataset, unsigned axis, size_t i,
                        struct h5_identity *identity);

/* Returns the scale of file that is like a scale of another file, to which an external link has
 * led: at the same path, with the same points; -1 if there is none. */
hid_t hg_scales_find_like(hid_t file, hid_t scale);

/* Writes DIMENSION_LIST: n[axis] references per axis, those of axis 0 first. */
enum h5grad_status hg_scales_write(hid_t dataset, unsigned rank, const size_t *n,
                                   hobj_ref_t *reference, struct h5grad_error *err);

/* An entry of REFERENCE_LIST: one axis of one dataset that a scale is attached to. */
struct h5_scale_use {
    hobj_ref_t dataset;
    unsigned axis;
};

/* Makes a dataset a scale, with a REFERENCE_LIST unless n is 0. Zero the memory of uses first:
 * padding is stored, too. */
enum h5grad_status hg_scale_write(hid_t dataset, size_t n, const struct h5_scale_use *use,
                                  struct h5grad_error *err);

/* True if a dataset claims to be a scale. */
bool hg_is_scale(hid_t dataset);

/* Prefix of NAME of the empty scale that netCDF-4 makes for a dimension without coordinates. */
#define H5_PLACEHOLDER "This is a netCDF dimension but not a netCDF variable"
bool hg_is_placeholder(hid_t dataset);

/* Creates one, which hg_scale_write makes a scale; -1 with the reason. */
hid_t hg_scale_create_placeholder(hid_t file, const char *path, uint64_t points,
                                  struct h5grad_error *err);

#endif
