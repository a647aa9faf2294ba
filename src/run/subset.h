/* SPDX-License-Identifier: BSD-3-Clause */
/* Which results of a field are made: --subset. */
#ifndef H5GRAD_RUN_SUBSET_H
#define H5GRAD_RUN_SUBSET_H

#include "formats/field.h"
#include "run/options.h"

/*
 * Settles field->region by what the options say of its axes. A field that lacks an axis they name
 * fails where it was named itself, else it is done whole along what it has, which is told.
 * used[i] is set where option number i names an axis of it.
 */
enum h5grad_status hg_subset_settle(struct field *field, const struct run_options *options,
                                    bool named, bool *used, struct h5grad_error *err);

/* Fails where an option names an axis that no field has. */
enum h5grad_status hg_subset_check_used(const struct derivation *derivation, const bool *used,
                                        struct h5grad_error *err);

#endif
