/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/boundary.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

/* Relative tolerance within which steps count as even but for rounding. */
#define STEP_TOLERANCE 1e-3

/* Returns the distance between the first and last point of an axis, and its mean step; both
 * positive.
 */
static double span_of(const struct field *field, unsigned axis, double *mean)
{
    const struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = hg_field_measure(settled);
    const double steps = (double)(field->extent[axis] - 1);
    const double span = coordinate ? fabs(coordinate->scan.last - coordinate->scan.first)
                        : settled->spacing.kind == SPACING_NUMBER
                            ? fabs(settled->spacing.number) * steps
                            : steps;
    *mean = span / steps;
    return span;
}

struct axis_kind hg_boundary_kind(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (settled->coordinate)
        return settled->coordinate->kind;
    return hg_axis_kind(settled->given ? NULL : field->coords.axis[axis].unit, NULL, NULL);
}

static double full_circle(struct axis_kind kind)
{
    return kind.radians ? 6.283185307179586 : 360;
}

/* Returns the boundary of a longitude by its coordinates alone. */
static enum boundary judge_longitude(const struct field *field, unsigned axis)
{
    const struct axis_kind kind = hg_boundary_kind(field, axis);
    if (kind.quantity != AXIS_LONGITUDE || field->extent[axis] < 3)
        return BOUNDARY_ONE_SIDED;
    double mean;
    const double left = full_circle(kind) - span_of(field, axis, &mean);
    if (fabs(left - mean) <= STEP_TOLERANCE * mean)
        return BOUNDARY_PERIODIC;
    return fabs(left) <= STEP_TOLERANCE * mean ? BOUNDARY_PERIODIC_REPEATED : BOUNDARY_ONE_SIDED;
}

bool hg_boundary_spans_globe(const struct field *field, unsigned axis)
{
    return judge_longitude(field, axis) == BOUNDARY_PERIODIC;
}

bool hg_boundary_globe_not_joined(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    return !settled->bounded && hg_boundary_spans_globe(field, axis);
}

/* Returns the boundary of --boundary=auto. */
static enum boundary boundary_of_file(const struct field *field, unsigned axis)
{
    const enum boundary round = judge_longitude(field, axis);
    if (round != BOUNDARY_ONE_SIDED)
        return round;
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    const bool closed = coordinate && coordinate->closed;
    return closed || field->coords.axis[axis].periodic ? BOUNDARY_PERIODIC : BOUNDARY_ONE_SIDED;
}

/* Checks that a full circle leaves a last step, so that it can be the period of a longitude. */
static enum h5grad_status check_circle(const struct field *field, unsigned axis, double circle,
                                       struct h5grad_error *err)
{
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    double mean;
    const double seam = circle - span_of(field, axis, &mean);
    const double most = coordinate ? coordinate->scan.most : mean;
    char text[32], number[32];
    if (seam <= 2 * most)
        return H5GRAD_OK;
    hg_parse_print_double(seam, text, sizeof text);
    return hg_error_set(err, H5GRAD_FAILED,
                        "the seam would be %s, %.0f steps: not a globe; give --period=%s=NUMBER to "
                        "insist",
                        text, seam / mean,
                        hg_field_axis_option(field, axis, number, sizeof number));
}

/* Checks that the period is longer than the axis. */
static enum h5grad_status check_seam(const struct field *field, unsigned axis,
                                     struct h5grad_error *err)
{
    const double period = field->axis[axis].op.period;
    double mean;
    const double span = span_of(field, axis, &mean);
    char text[32], asked[32], number[32];
    if (period == 0 || period > span)
        return H5GRAD_OK;
    hg_parse_print_double(span, text, sizeof text);
    hg_parse_print_double(period, asked, sizeof asked);
    return hg_error_set(err, H5GRAD_FAILED,
                        "coordinates span %s, the period is %s: a repeated end point? "
                        "--boundary=%s=periodic-repeated",
                        text, asked, hg_field_axis_option(field, axis, number, sizeof number));
}

/* Finds the period of a periodic axis without --period; 0: as many steps as points. */
static enum h5grad_status find_period(struct field *field, unsigned axis, struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = hg_field_measure(settled);
    const struct axis_kind kind = hg_boundary_kind(field, axis);
    if (kind.quantity == AXIS_LONGITUDE) {
        settled->op.period = full_circle(kind);
        settled->period_source = "a full circle";
        return check_circle(field, axis, settled->op.period, err);
    }
    settled->period_source = "n steps";
    if (!coordinate || coordinate->scan.even)
        return H5GRAD_OK;
    double mean;
    const double span = span_of(field, axis, &mean);
    const struct stencil_scan *scan = &coordinate->scan;
    if (mean - scan->least <= STEP_TOLERANCE * mean && scan->most - mean <= STEP_TOLERANCE * mean) {
        const double n = (double)field->extent[axis];
        settled->op.period = span * n / (n - 1);
        settled->period_source = "n times the mean step";
        return H5GRAD_OK;
    }
    char number[32];
    return hg_error_set(err, H5GRAD_FAILED,
                        "periodic, but its coordinates are uneven and say no period: give "
                        "--period=%s=NUMBER",
                        hg_field_axis_option(field, axis, number, sizeof number));
}

/* Checks the extent. An axis that is too short may suffice for less accuracy. */
static enum h5grad_status check_extent(const struct field *field, unsigned axis,
                                       struct h5grad_error *err)
{
    struct stencil_operator op = field->axis[axis].op;
    const uint64_t extent = field->extent[axis];
    const unsigned asked = op.accuracy;
    struct h5grad_error reason;
    char number[32];
    enum h5grad_status status = hg_stencil_check_extent(&op, extent, &reason);
    if (!status)
        return status;
    do
        op.accuracy -= 2;
    while (op.accuracy > 0 && hg_stencil_check_extent(&op, extent, NULL));
    if (asked == 2 || op.accuracy == 0)
        return hg_error_set(err, status, "%s", reason.message);
    return hg_error_set(err, status, "%s (--accuracy=%s=%u)", reason.message,
                        hg_field_axis_option(field, axis, number, sizeof number), op.accuracy);
}

enum h5grad_status hg_boundary_ask(struct field *field, unsigned axis,
                                   const struct derivation *derivation, struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    struct derivation_entry asked;
    enum h5grad_status status =
        hg_derivation_of(derivation, axis, field->rank, field->coords.axis[axis].name, &asked, err);
    if (status)
        return status;
    const unsigned second = 1u << FIELD_SECOND | 1u << FIELD_LAPLACIAN;
    settled->bounded = asked.bounded;
    settled->automatic = asked.automatic;
    settled->op = (struct stencil_operator){
        .derivative = derivation->results & second ? 2 : 1,
        .accuracy = asked.accuracy,
        .edge_order = derivation->edge_order,
        .period = asked.period,
        .missing = derivation->missing,
    };
    memcpy(settled->op.boundary, asked.boundary, sizeof asked.boundary);
    memcpy(settled->op.value, asked.value, sizeof asked.value);
    return asked.automatic ? H5GRAD_OK : check_extent(field, axis, err);
}

enum h5grad_status hg_boundary_settle(struct field *field, unsigned axis, struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    struct stencil_operator *op = &settled->op;
    enum h5grad_status status = H5GRAD_OK;
    if (settled->automatic) {
        op->boundary[0] = op->boundary[1] = boundary_of_file(field, axis);
        status = check_extent(field, axis, err);
    }
    if (status)
        return status;
    if (op->boundary[0] == BOUNDARY_PERIODIC_REPEATED)
        settled->period_source = "first to last point";
    if (op->boundary[0] != BOUNDARY_PERIODIC)
        return H5GRAD_OK;
    if (op->period > 0)
        settled->period_source = "command line";
    else if ((status = find_period(field, axis, err)))
        return status;
    return check_seam(field, axis, err);
}
