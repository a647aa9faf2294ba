/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the results of a field, and the axes whose derivatives are combined. */
#ifndef H5GRAD_RUN_CHOOSE_H
#define H5GRAD_RUN_CHOOSE_H

#include "run/options.h"

/* Makes field->results, with their paths, and field->combined for a field whose axes are settled.
 * H5GRAD_FAILED if axes cannot be combined. */
enum h5grad_status hg_choose_results(struct field *field, const struct run_options *options,
                                     struct h5grad_error *err);

/* Likewise for a vector, which must have an axis for each of its components in field->order. */
enum h5grad_status hg_choose_vector_results(struct field *field, const struct run_options *options,
                                            struct h5grad_error *err);

#endif
