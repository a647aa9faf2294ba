/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>

#include "base/error.h"
#include "base/parse.h"
#include "stencil/stencil.h"

#define NUMBER_SIZE 32 /* of hg_parse_print_double */

struct halo_rule hg_stencil_rule(const struct stencil_axis *axis)
{
    const struct stencil_operator *op = axis->op;
    return (struct halo_rule){op->reach, op->reach, op->width, op->width, axis->periodic};
}

enum h5grad_status hg_stencil_check_extent(uint64_t extent, unsigned edge_order,
                                           struct h5grad_error *err)
{
    if (extent > edge_order)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED,
                        "extent %" PRIu64 " is too short: edge order %u needs at least %u points",
                        extent, edge_order, edge_order + 1);
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

static enum h5grad_status report_turn(const struct stencil_scan *scan, double x,
                                      struct h5grad_error *err)
{
    char before[NUMBER_SIZE], last[NUMBER_SIZE], next[NUMBER_SIZE];
    hg_parse_print_double(scan->origin + scan->before, before, sizeof(before));
    hg_parse_print_double(scan->origin + scan->at, last, sizeof(last));
    hg_parse_print_double(scan->origin + x, next, sizeof(next));
    return hg_error_set(err, H5GRAD_FAILED, "coordinates are not monotonic: %s, %s, %s at %" PRIu64,
                        before, last, next, scan->seen);
}

/* Takes the next coordinate, number scan->seen. */
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
        scan->even = isfinite(difference);
    } else {
        if ((difference > 0) != (scan->step > 0))
            return report_turn(scan, x, err);
        scan->even = scan->even && difference == scan->step;
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
