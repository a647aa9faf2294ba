/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Auxiliary variables: the datasets of the input that results need beside them, made again in the
 * output at their paths, each once however many results share it:
 *
 * - the dimension scales of the fields, placeholders of netCDF-4 as placeholders; they are attached
 *   to the results, all of a field's or none: readers of netCDF-4 want one for every axis, of the
 *   axis's extent or unlimited;
 * - the variables that a field names in its attributes coordinates and grid_mapping, where they
 * have no higher rank and no more points than the field itself, so that they cost less than a
 * result;
 * - the bounds of those, of up to four vertices a point.
 *
 * What cannot be made again is told to the message callback, and is no failure of the run.
 */
#ifndef H5GRAD_FORMATS_AUX_VARS_H
#define H5GRAD_FORMATS_AUX_VARS_H

#include "formats/field.h"
#include "hdf5/walk.h"
#include "libhdf5/message.h"

struct aux_vars;
struct results_names;

/* The links from a dataset to the scales of its axes. A zeroed struct is of none. */
struct scale_links {
    unsigned rank;
    size_t n[GRID_MAX_RANK]; /* of each axis */
    size_t total;
    size_t *item;    /* total numbers of auxiliary variables, those of axis 0 first */
    const char *why; /* they are not to be made, by what is so of axis; NULL: they are. Static */
    unsigned axis;
};

void hg_scale_links_free(struct scale_links *links);

/* All arguments outlive it; walk may be NULL, names have been checked. NULL when there is no
 * memory. */
struct aux_vars *hg_aux_vars_new(hid_t input, hid_t output, const struct h5_walk *walk,
                                 const struct results_names *names, struct messages *messages);
void hg_aux_vars_free(struct aux_vars *vars); /* NULL allowed */

/* Makes what the results of a field, whose dataset is open, need, and finds the scales they are to
 * have. Not within hg_enter. */
enum h5grad_status hg_aux_vars_add(struct aux_vars *vars, const struct field *field, hid_t dataset,
                                   struct scale_links *links, struct h5grad_error *err);

/* Makes the links of the dataset at path of the output. Within hg_enter. */
enum h5grad_status hg_aux_vars_link(struct aux_vars *vars, const struct scale_links *links,
                                    hid_t dataset, const char *path, struct h5grad_error *err);

/* After the last field: tells each scale what it is attached to. Within hg_enter. */
enum h5grad_status hg_aux_vars_finish(struct aux_vars *vars, struct h5grad_error *err);

#endif
