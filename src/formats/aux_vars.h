/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Auxiliary variables: datasets of the input that results need, copied to the output at their
 * paths, each once however many results share it:
 *
 * - the dimension scales of fields, also placeholders of netCDF-4. They are attached to the
 *   results, all of a field's or none: readers of netCDF-4 want one for every axis, of the axis's
 *   extent or unlimited. Where some axes have none, they get placeholders, /axis_1_of_64;
 * - the variables that a field names in its attributes coordinates and grid_mapping, if they have
 *   no higher rank and no more points than the field, so that they cost less than a result;
 * - the bounds of those, of up to four vertices a point.
 *
 * A variable that cannot be copied is reported by a message and does not fail the run.
 */
#ifndef H5GRAD_FORMATS_AUX_VARS_H
#define H5GRAD_FORMATS_AUX_VARS_H

#include "formats/field.h"
#include "hdf5/walk.h"
#include "libhdf5/message.h"

struct aux_vars;
struct result_names;

/* The links from a dataset to the scales of its axes. A zeroed struct has none. */
struct scale_links {
    unsigned rank;
    size_t n[GRID_MAX_RANK]; /* of each axis */
    size_t total;
    size_t *item;    /* total numbers of auxiliary variables, those of axis 0 first */
    const char *why; /* why the links are not made, for the state of axis; NULL: they are. Static */
    unsigned axis;
    bool of_input; /* some are in the input, too */
};

void hg_scale_links_free(struct scale_links *links);

/* All arguments must outlive it; walk may be NULL; names have been checked. NULL if memory runs
 * out. */
struct aux_vars *hg_aux_vars_new(hid_t input, hid_t output, const struct h5_walk *walk,
                                 const struct result_names *names, struct messages *messages);
void hg_aux_vars_free(struct aux_vars *vars); /* NULL allowed */

/* Copies the variables that the results of a field need, and finds the scales of the results.
 * dataset is the field's, open. Not within hg_enter. */
enum h5grad_status hg_aux_vars_add(struct aux_vars *vars, const struct field *field, hid_t dataset,
                                   struct scale_links *links, struct h5grad_error *err);

/* Makes the links of the dataset at path of the output. Within hg_enter. */
enum h5grad_status hg_aux_vars_link(struct aux_vars *vars, const struct scale_links *links,
                                    hid_t dataset, const char *path, struct h5grad_error *err);

/* Call after the last field: writes to each scale the list of datasets that it is attached to.
 * Within hg_enter. */
enum h5grad_status hg_aux_vars_finish(struct aux_vars *vars, struct h5grad_error *err);

#endif
