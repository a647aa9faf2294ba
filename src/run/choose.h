/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the results of a field, and the axes whose derivatives are combined. */
#ifndef H5GRAD_RUN_CHOOSE_H
#define H5GRAD_RUN_CHOOSE_H

#include "run/options.h"

/* If only results that combine axes are asked for, takes times, which have no part in them, out of
 * the axes to differentiate, unless --dim names axes or no other is left. Their spacings must be
 * known, but need not be settled. */
void hg_choose_without_time(struct field *field, const struct run_options *options);

/* Makes field->results, with their paths, and field->combined for a field whose axes are settled.
 * H5GRAD_FAILED if axes cannot be combined. */
enum h5grad_status hg_choose_results(struct field *field, const struct run_options *options,
                                     struct h5grad_error *err);

/* Likewise for a vector, which must have an axis for each of its components in field->order. */
enum h5grad_status hg_choose_vector_results(struct field *field, const struct run_options *options,
                                            struct h5grad_error *err);

#endif
