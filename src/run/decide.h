/* SPDX-License-Identifier: BSD-3-Clause */
/* From what a field is, and the options, to how it is done. */
#ifndef H5GRAD_RUN_DECIDE_H
#define H5GRAD_RUN_DECIDE_H

#include "run/field.h"

/* Settles axes, spacing, result type and storage, reader and plan. Tells options' message callback
 * what a user should know when tell is set. Not within h5_enter. */
enum h5grad_status hg_field_plan(struct field *field, const struct run_options *options,
                                 struct coordinates *store, bool tell, struct h5grad_error *err);

#endif
