/* SPDX-License-Identifier: BSD-3-Clause */
/* From what a field is, and the options, to what is made of it. */
#ifndef H5GRAD_RUN_SETTLE_H
#define H5GRAD_RUN_SETTLE_H

#include "formats/field.h"
#include "run/options.h"

/* Settles the axes, the type and the names of the results of a field that was described, and tells
 * what a user should know. On failure field->fault says of what kind the reason is. Not within
 * h5_enter. */
enum h5grad_status hg_field_settle(struct field *field, const struct run_options *options,
                                   struct coordinates *store, struct h5grad_error *err);

#endif
