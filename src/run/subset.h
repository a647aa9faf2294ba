/* SPDX-License-Identifier: BSD-3-Clause */
/* The results that --subset selects. */
#ifndef H5GRAD_RUN_SUBSET_H
#define H5GRAD_RUN_SUBSET_H

#include "formats/field.h"
#include "run/options.h"

/*
 * Settles field->region by the options. A field that lacks an axis which they name fails if it was
 * named itself; otherwise a message says that it is not cut.
 */
enum h5grad_status hg_subset_settle(struct field *field, const struct run_options *options,
                                    bool named, struct h5grad_error *err);

#endif
