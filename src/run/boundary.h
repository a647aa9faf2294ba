/* SPDX-License-Identifier: BSD-3-Clause */
/* How an axis goes on beyond its ends: what the options say, and where they leave it to the file,
 * what that says. */
#ifndef H5GRAD_RUN_BOUNDARY_H
#define H5GRAD_RUN_BOUNDARY_H

#include "run/options.h"

/* Takes for field->axis[axis].op what the options say, whatever the spacing. H5GRAD_USAGE for what
 * does not go together, H5GRAD_FAILED for an axis that is too short, which is seen when it is
 * settled where the file has the say. */
enum h5grad_status hg_boundary_ask(struct field *field, unsigned axis,
                                   const struct derivation *derivation, struct h5grad_error *err);

/* Settles boundaries and period of that axis, whose spacing is settled. H5GRAD_FAILED for what does
 * not go together with its coordinates. */
enum h5grad_status hg_boundary_settle(struct field *field, unsigned axis, struct h5grad_error *err);

/* Whether an axis goes round the globe: a longitude of which another step leads to its first point
 * again. */
bool hg_boundary_is_round(const struct field *field, unsigned axis);

/* Whether the ends of an axis that goes round the globe are one-sided because nobody asked for
 * anything else. */
bool hg_boundary_is_open_round(const struct field *field, unsigned axis);

/* The quantity of a settled axis: the file's unless the command line gives a step. */
struct axis_kind hg_boundary_kind(const struct field *field, unsigned axis);

#endif
