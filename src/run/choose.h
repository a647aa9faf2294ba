/* SPDX-License-Identifier: BSD-3-Clause */
/* Which results a field has, and of which axes those that combine derivatives. */
#ifndef H5GRAD_RUN_CHOOSE_H
#define H5GRAD_RUN_CHOOSE_H

#include "run/options.h"

/* Makes field->results, with their paths, and field->combined, of a field whose axes are settled.
 * H5GRAD_FAILED where axes do not belong together. */
enum h5grad_status hg_results_choose(struct field *field, const struct run_options *options,
                                     struct h5grad_error *err);

/* The same of a vector, which must have an axis for each of its components in field->order. */
enum h5grad_status hg_results_choose_of_vector(struct field *field,
                                               const struct run_options *options,
                                               struct h5grad_error *err);

#endif
