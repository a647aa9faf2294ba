/* SPDX-License-Identifier: BSD-3-Clause */
/* From the options and what the file says to the axes of a field: which are differentiated, and
 * with what spacing. */
#ifndef H5GRAD_RUN_AXES_H
#define H5GRAD_RUN_AXES_H

#include "run/field.h"

/* field_axis.source of what an option says. */
#define AXES_COMMAND_LINE "command line"

/* Settles field->axis and field->order, that of --dim, and tells what a user should know. Errors
 * name the axis. Not within h5_enter. */
enum h5grad_status hg_axes_resolve(struct field *field, const struct run_options *options,
                                   struct coordinates *store, struct h5grad_error *err);

/* Settles for a list what the options and the file say of every axis, differentiated where --dim
 * names it: coordinates that cannot be used are described and no error. Not within h5_enter. */
enum h5grad_status hg_axes_describe(struct field *field, const struct run_options *options,
                                    struct coordinates *store, struct h5grad_error *err);

/* What a user should know of what the file says of settled axes but is not used; NULL. */
const char *hg_axes_note(const struct field *field);

/* The coordinates of a settled axis, differentiated or not; NULL where it has none that can be
 * used. Not within h5_enter. */
const struct coordinate *hg_axes_coordinate(const struct field *field, unsigned axis,
                                            const struct run_options *options,
                                            struct coordinates *store);

/* The spacing of an axis: a number, the path of its coordinates, "unit", or "unusable". It lies in
 * number, which has room for 32 bytes, or in the field. */
const char *hg_axes_spacing(const struct field *field, unsigned axis, char *number, size_t size);

/* An axis in messages: "axis 1 (time)", or "axis 1" where it has no name. 256 bytes are enough. */
void hg_axes_label(const struct field *field, unsigned axis, char *out, size_t size);

#endif
