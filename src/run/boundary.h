/* SPDX-License-Identifier: BSD-3-Clause */
/* The boundaries and the period of an axis: as the options say or, if they leave it to the file, as
 * that says. */
#ifndef H5GRAD_RUN_BOUNDARY_H
#define H5GRAD_RUN_BOUNDARY_H

#include "run/options.h"

/* Sets field->axis[axis].op by the options, whatever the spacing. H5GRAD_USAGE if they contradict
 * each other, H5GRAD_FAILED if the axis is too short; if the file decides, hg_boundary_settle finds
 * that. */
enum h5grad_status hg_boundary_ask(struct field *field, unsigned axis,
                                   const struct derivation *derivation, struct h5grad_error *err);

/* Settles boundaries and period of an axis whose spacing is settled. H5GRAD_FAILED if they
 * contradict its coordinates. */
enum h5grad_status hg_boundary_settle(struct field *field, unsigned axis, struct h5grad_error *err);

/* Returns whether an axis goes round the globe: a longitude whose last point is one step from its
 * first. */
bool hg_boundary_spans_globe(const struct field *field, unsigned axis);

/* Returns whether an axis goes round the globe but has one-sided ends because no option says
 * otherwise. */
bool hg_boundary_globe_not_joined(const struct field *field, unsigned axis);

/* Returns the quantity of a settled axis: the file's unless an option gives a step. */
struct axis_kind hg_boundary_kind(const struct field *field, unsigned axis);

#endif
