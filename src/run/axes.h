/* SPDX-License-Identifier: BSD-3-Clause */
/* Settles, from the options and what the file says, which axes of a field are differentiated, with
 * what spacing, and its results. */
#ifndef H5GRAD_RUN_AXES_H
#define H5GRAD_RUN_AXES_H

#include "formats/field.h"
#include "run/options.h"

/* Settles field->axis, field->order (that of --dim), the type and, except for a component of a
 * vector, the names of the results; sends messages. Errors name the axis; field->fault is their
 * kind. Not within hg_enter. */
enum h5grad_status hg_axes_settle(struct field *field, const struct run_options *options,
                                  struct coord_store *store, struct h5grad_error *err);

/* Describes the axes that hg_axes_settle has not settled, for a list. Coordinates that cannot be
 * used are described, too, and are no error. Not within hg_enter. */
enum h5grad_status hg_axes_describe_others(struct field *field, const struct run_options *options,
                                           struct coord_store *store, struct h5grad_error *err);

/* Returns a note on statements of the file about settled axes that are not used; NULL: none. */
const char *hg_axes_note(const struct field *field);

/* Returns the coordinates of a settled axis, differentiated or not; NULL if none can be used. Not
 * within hg_enter. */
const struct coord_variable *hg_axes_coordinate(const struct field *field, unsigned axis,
                                                const struct run_options *options,
                                                struct coord_store *store);

#endif
