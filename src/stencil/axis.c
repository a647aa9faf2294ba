/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/parse.h"
#include "base/size.h"
#include "stencil/stencil.h"

#define NUMBER_SIZE 32 /* of hg_parse_print_double */

/* Returns how many points on each side a result may depend on. */
static unsigned reach_of(const struct stencil_axis *axis)
{
    const struct stencil_operator *op = &axis->op;
    const unsigned reach = op->missing == MISSING_EDGE ? operator_window(op) - 1 : axis->reach;
    return reach + (op->boundary[0] == BOUNDARY_PERIODIC_REPEATED);
}

struct halo_rule hg_stencil_rule(const struct stencil_axis *axis)
{
    const unsigned reach = reach_of(axis);
    unsigned width[2];
    for (int side = 0; side < 2; side++)
        width[side] = (unsigned)size_min(axis->extent, axis->op.boundary[side] == BOUNDARY_ONE_SIDED
                                                           ? operator_window(&axis->op)
                                                           : reach + 1);
    return (struct halo_rule){reach, reach, width[0], width[1], operator_is_periodic(&axis->op)};
}

enum h5grad_status hg_stencil_check_operator(const struct stencil_operator *op,
                                             struct h5grad_error *err)
{
    const bool periodic = operator_is_periodic(op);
    char text[NUMBER_SIZE];
    if (op->boundary[0] != op->boundary[1] && (periodic || op->boundary[1] == BOUNDARY_PERIODIC ||
                                               op->boundary[1] == BOUNDARY_PERIODIC_REPEATED))
        return hg_error_set(err, H5GRAD_USAGE, "an axis is periodic at both ends or at none");
    if (!isfinite(op->period) || op->period < 0) {
        hg_parse_print_double(op->period, text, sizeof(text));
        return hg_error_set(err, H5GRAD_USAGE, "period %s is not a positive number", text);
    }
    if (op->period > 0 && op->boundary[0] != BOUNDARY_PERIODIC)
        return hg_error_set(err, H5GRAD_USAGE, "a period is for an axis that is periodic%s",
                            periodic ? ", and one that repeats its first point has its own" : "");
    for (int side = 0; side < 2 && op->missing == MISSING_EDGE; side++) {
        if (op->boundary[side] == BOUNDARY_NAN ||
            (op->boundary[side] == BOUNDARY_VALUE && isnan(op->value[side])))
            return hg_error_set(err, H5GRAD_USAGE,
                                "what is missing cannot end an axis (edge) whose "
                                "boundary is unknown (nan)");
    }
    return H5GRAD_OK;
}

/* Returns the least extent: that of a one-sided window, or enough points to fill those beyond the
 * ends. */
static uint64_t least_extent(const struct stencil_operator *op)
{
    const unsigned reach = operator_reach(op);
    uint64_t least = 1;
    if (operator_is_periodic(op))
        return op->accuracy + 1 + (op->boundary[0] == BOUNDARY_PERIODIC_REPEATED);
    for (int side = 0; side < 2; side++) {
        if (op->boundary[side] == BOUNDARY_ONE_SIDED)
            return operator_window(op);
        if (op->boundary[side] != BOUNDARY_NAN)
            least = size_max(least, reach + (op->boundary[side] == BOUNDARY_MIRROR));
    }
    return least;
}

enum h5grad_status hg_stencil_check_extent(const struct stencil_operator *op, uint64_t extent,
                                           struct h5grad_error *err)
{
    const uint64_t least = least_extent(op);
    char what[64];
    if (extent >= least)
        return H5GRAD_OK;
    if (op->accuracy > 2 || op->boundary[0] != BOUNDARY_ONE_SIDED ||
        op->boundary[1] != BOUNDARY_ONE_SIDED)
        snprintf(what, sizeof what, "accuracy %u", op->accuracy);
    else
        snprintf(what, sizeof what, "edge order %u", op->edge_order);
    return hg_error_set(err, H5GRAD_FAILED,
                        "extent %" PRIu64 " is too short: %s%s needs at least %" PRIu64 " points%s",
                        extent, op->derivative == 2 ? "the second derivative by " : "", what, least,
                        operator_is_periodic(op) ? " of a periodic axis" : "");
}

enum h5grad_status hg_stencil_check_step(double step, struct h5grad_error *err)
{
    char text[NUMBER_SIZE];
    if (step == 0)
        return hg_error_set(err, H5GRAD_FAILED, "spacing is 0");
    if (isfinite(step))
        return H5GRAD_OK;
    hg_parse_print_double(step, text, sizeof(text));
    return hg_error_set(err, H5GRAD_FAILED, "spacing %s is not finite", text);
}

void hg_stencil_scan_start(struct stencil_scan *scan)
{
    *scan = (struct stencil_scan){.even = false};
}

static enum h5grad_status report_repeat(const struct stencil_scan *scan, struct h5grad_error *err)
{
    char text[NUMBER_SIZE];
    hg_parse_print_double(scan->origin + scan->at, text, sizeof(text));
    return hg_error_set(err, H5GRAD_FAILED, "coordinates %" PRIu64 " and %" PRIu64 " are both %s",
                        scan->seen - 1, scan->seen, text);
}

static enum h5grad_status report_reversal(const struct stencil_scan *scan, double x,
                                          struct h5grad_error *err)
{
    char before[NUMBER_SIZE], last[NUMBER_SIZE], next[NUMBER_SIZE];
    hg_parse_print_double(scan->origin + scan->before, before, sizeof(before));
    hg_parse_print_double(scan->origin + scan->at, last, sizeof(last));
    hg_parse_print_double(scan->origin + x, next, sizeof(next));
    return hg_error_set(err, H5GRAD_FAILED, "coordinates are not monotonic: %s, %s, %s at %" PRIu64,
                        before, last, next, scan->seen);
}

static enum h5grad_status scan_one(struct stencil_scan *scan, double x, struct h5grad_error *err)
{
    if (!isfinite(x))
        return hg_error_set(err, H5GRAD_FAILED, "coordinate %" PRIu64 " is not finite", scan->seen);
    double difference = x - scan->at;
    if (scan->seen == 0) {
        scan->first = scan->origin + x;
    } else if (x == scan->at) {
        return report_repeat(scan, err);
    } else if (scan->seen == 1) {
        scan->step = difference;
        scan->even = scan->even_before = isfinite(difference);
        scan->least = scan->most = fabs(difference);
    } else {
        if ((difference > 0) != (scan->step > 0))
            return report_reversal(scan, x, err);
        scan->even_before = scan->even;
        scan->even = scan->even && difference == scan->step;
        scan->least = fmin(scan->least, fabs(difference));
        scan->most = fmax(scan->most, fabs(difference));
    }
    scan->before = scan->at;
    scan->at = x;
    scan->last = scan->origin + x;
    scan->seen++;
    return H5GRAD_OK;
}

enum h5grad_status hg_stencil_scan_next(struct stencil_scan *scan, const double *x, uint64_t count,
                                        struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (uint64_t i = 0; i < count && status == H5GRAD_OK; i++)
        status = scan_one(scan, x[i], err);
    return status;
}

/* Returns the mean step times the extent if the coordinates are nearly even, else 0. */
static double mean_period(const struct stencil_axis *axis, const struct stencil_scan *scan)
{
    const double n = (double)axis->extent, span = fabs(axis->last[0] - axis->first[0]);
    const double mean = span / (n - 1), tolerance = 1e-3 * mean;
    return scan->most - mean <= tolerance && mean - scan->least <= tolerance ? (span * n) / (n - 1)
                                                                             : 0;
}

static void set_inside(struct stencil_axis *axis)
{
    const struct stencil_operator *op = &axis->op;
    axis->reach = operator_reach(op);
    for (int side = 0; side < 2; side++)
        axis->ends[side] =
            axis->reach + (side == 1 && op->boundary[0] == BOUNDARY_PERIODIC_REPEATED);
    if (op->boundary[0] == BOUNDARY_PERIODIC && axis->even && axis->seam_even)
        axis->ends[0] = axis->ends[1] = 0;
}

/* Sets the period; *seam is the distance from the last point to the first one across it. */
static enum h5grad_status set_seam(struct stencil_axis *axis, double period, double *seam,
                                   struct h5grad_error *err)
{
    const int64_t behind = (int64_t)axis->extent - operator_period_points(axis);
    char span[NUMBER_SIZE], text[NUMBER_SIZE];
    axis->period = axis->step > 0 ? period : -period;
    *seam = (axis->first[0] + axis->period) - axis->last[behind];
    if (*seam != 0 && (*seam > 0) == (axis->step > 0))
        return H5GRAD_OK;
    hg_parse_print_double(fabs(axis->last[behind] - axis->first[0]), span, sizeof(span));
    hg_parse_print_double(period, text, sizeof(text));
    return hg_error_set(err, H5GRAD_FAILED,
                        "coordinates span %s, the period is %s: a repeated end point? "
                        "periodic-repeated",
                        span, text);
}

enum h5grad_status hg_stencil_make_even(const struct stencil_operator *op, uint64_t extent,
                                        double step, struct stencil_axis *axis,
                                        struct h5grad_error *err)
{
    *axis = (struct stencil_axis){
        .op = *op, .extent = extent, .even = true, .seam_even = true, .step = step};
    enum h5grad_status status = hg_stencil_check_extent(op, extent, err);
    if (!status)
        status = hg_stencil_check_step(step, err);
    if (status)
        return status;
    for (uint64_t k = 0; k < STENCIL_ENDS(extent); k++) {
        axis->first[k] = (double)k * step;
        axis->last[k] = (double)(extent - 1 - k) * step;
    }
    if (op->period > 0) {
        double seam;
        status = set_seam(axis, op->period, &seam, err);
        axis->seam_even = axis->period - (double)(extent - 1) * step == step;
    }
    set_inside(axis);
    return status;
}

static enum h5grad_status make_periodic(struct stencil_axis *axis, const struct stencil_scan *scan,
                                        struct h5grad_error *err)
{
    double period = axis->op.period, seam;
    axis->seam_even = axis->even;
    if (axis->op.boundary[0] == BOUNDARY_PERIODIC_REPEATED) {
        axis->even = scan->even_before;
        axis->period = axis->last[0] - axis->first[0];
        axis->period = axis->step > 0 ? fabs(axis->period) : -fabs(axis->period);
        axis->seam_even = axis->even && axis->last[0] - axis->last[1] == axis->step;
        return H5GRAD_OK;
    }
    axis->period = (double)axis->extent * axis->step;
    if (period == 0 && axis->even)
        return H5GRAD_OK;
    if (period == 0)
        period = mean_period(axis, scan);
    if (period == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "periodic, but its coordinates are uneven and say no period");
    enum h5grad_status status = set_seam(axis, period, &seam, err);
    axis->seam_even = axis->even && seam == axis->step;
    return status;
}

enum h5grad_status hg_stencil_make(const struct stencil_operator *op,
                                   const struct stencil_scan *scan, const double *const ends[2],
                                   struct stencil_axis *axis, struct h5grad_error *err)
{
    const uint64_t n = STENCIL_ENDS(scan->seen);
    *axis = (struct stencil_axis){
        .op = *op, .extent = scan->seen, .even = scan->even, .seam_even = true, .step = scan->step};
    enum h5grad_status status = hg_stencil_check_extent(op, scan->seen, err);
    if (status)
        return status;
    for (uint64_t k = 0; k < n; k++) {
        axis->first[k] = ends[0][k];
        axis->last[k] = ends[1][n - 1 - k];
    }
    const bool unknown = op->boundary[0] == BOUNDARY_NAN && op->boundary[1] == BOUNDARY_NAN;
    if (!axis->even && !unknown && scan->seen <= operator_reach(op))
        return hg_error_set(err, H5GRAD_FAILED,
                            "extent %" PRIu64 " is too short: points beyond the ends of uneven "
                            "coordinates need at least %u points",
                            scan->seen, operator_reach(op) + 1);
    if (operator_is_periodic(op))
        status = make_periodic(axis, scan, err);
    set_inside(axis);
    return status;
}
