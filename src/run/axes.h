/* SPDX-License-Identifier: BSD-3-Clause */
/* From the options and what the file says to what is made of a field: which axes are
 * differentiated, with what spacing, and the results. */
#ifndef H5GRAD_RUN_AXES_H
#define H5GRAD_RUN_AXES_H

#include "formats/field.h"
#include "run/options.h"

/* Settles field->axis and field->order, that of --dim, the type and, but of a component of a
 * vector, the names of the results, and tells what a user should know. Errors name the axis;
 * field->fault says of what kind they are. Not within hg_enter. */
enum h5grad_status hg_axes_settle(struct field *field, const struct run_options *options,
                                  struct coord_store *store, struct h5grad_error *err);

/* Settles for a list what the options and the file say of every axis, differentiated where --dim
 * names it: coordinates that cannot be used are described and no error. Not within hg_enter. */
enum h5grad_status hg_axes_describe(struct field *field, const struct run_options *options,
                                    struct coord_store *store, struct h5grad_error *err);

/* What a user should know of what the file says of settled axes but is not used; NULL. */
const char *hg_axes_note(const struct field *field);

/* The coordinates of a settled axis, differentiated or not; NULL where it has none that can be
 * used. Not within hg_enter. */
const struct coord_variable *hg_axes_coordinate(const struct field *field, unsigned axis,
                                                const struct run_options *options,
                                                struct coord_store *store);

#endif
