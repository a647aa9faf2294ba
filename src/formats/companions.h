/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The datasets of the input that results need beside them, made again in the output at their paths,
 * each once however many results share it:
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
#ifndef H5GRAD_FORMATS_COMPANIONS_H
#define H5GRAD_FORMATS_COMPANIONS_H

#include "formats/field.h"
#include "hdf5/walk.h"
#include "libhdf5/message.h"

struct companions;
struct results_names;

/* The scales of a dataset, for each axis one after the other. A zeroed struct is of none. */
struct attachments {
    unsigned rank;
    size_t n[GRID_MAX_RANK];
    size_t total;
    size_t *item; /* total numbers of companions */
    const char
        *why; /* they are not to be attached, by what is so of axis; NULL: they are. Static */
    unsigned axis;
};

void hg_attachments_free(struct attachments *attachments);

/* All arguments outlive it; walk may be NULL, names have been checked. NULL when there is no
 * memory. */
struct companions *hg_companions_new(hid_t input, hid_t output, const struct h5_walk *walk,
                                     const struct results_names *names, struct messages *messages);
void hg_companions_free(struct companions *companions); /* NULL allowed */

/* Makes what the results of a field, whose dataset is open, need, and finds the scales they are to
 * have. Not within h5_enter. */
enum h5grad_status hg_companions_add(struct companions *companions, const struct field *field,
                                     hid_t dataset, struct attachments *scales,
                                     struct h5grad_error *err);

/* Attaches the scales to the dataset at path of the output. Within h5_enter. */
enum h5grad_status hg_companions_attach(struct companions *companions,
                                        const struct attachments *scales, hid_t dataset,
                                        const char *path, struct h5grad_error *err);

/* After the last field: tells each scale what it is attached to. Within h5_enter. */
enum h5grad_status hg_companions_finish(struct companions *companions, struct h5grad_error *err);

#endif
