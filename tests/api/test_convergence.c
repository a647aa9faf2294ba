/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures how fast the error of derivatives falls as an axis gets more points. Prints each order.
 */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "h5grad.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST_POINTS = 160, DRAWS = 16 };
enum grid { EVEN, STRETCHED, JITTERED, GRIDS };

static const double turn = 6.283185307179586;
static const char *const grids[] = {"even", "stretched", "jittered"};

struct measure {
    enum grid grid;
    bool periodic;
    int accuracy;
    int derivative; /* 1 or 2 */
};

/* Draws points of [0, 1); the step after the last leads to 1. */
static void draw_grid(enum grid grid, unsigned n, double *x)
{
    for (unsigned i = 0; i < n; i++) {
        const double s = (double)i / n;
        x[i] = s;
        if (grid == STRETCHED)
            x[i] += 0.05 * sin(turn * s);
        if (grid == JITTERED)
            x[i] += 0.3 * ((double)draw(2000001) / 1e6 - 1) / n;
    }
}

/* Returns the largest error at any point, ends included. */
static double error_of(const struct measure *measure, unsigned n)
{
    const uint64_t extent = n;
    const double period = 1, spacing = 1.0 / n;
    const enum h5grad_boundary boundary[] = {H5GRAD_BOUNDARY_PERIODIC, H5GRAD_BOUNDARY_PERIODIC};
    double x[MOST_POINTS], f[MOST_POINTS], result[MOST_POINTS], largest = 0;
    const double *const coordinates[] = {x};
    void *const results[] = {result};
    struct h5grad_array_options options;
    struct h5grad_error error;

    draw_grid(measure->grid, n, x);
    for (unsigned i = 0; i < n; i++)
        f[i] = sin(turn * x[i] + 0.5);
    h5grad_array_options_init(&options);
    options.spacing = &spacing;
    if (measure->grid != EVEN)
        options.coordinates = coordinates;
    options.accuracy = &measure->accuracy;
    if (measure->periodic) {
        options.boundary = boundary;
        options.period = &period;
    } else if (measure->accuracy == 2) {
        options.edge_order = 2;
    }
    options.computes =
        1u << (measure->derivative == 1 ? H5GRAD_RESULT_GRADIENT : H5GRAD_RESULT_SECOND);
    ck_assert_msg(h5grad_array(H5GRAD_DOUBLE, 1, &extent, f, results, &options, &error) ==
                      H5GRAD_OK,
                  "%s", error.message);
    for (unsigned i = 0; i < n; i++) {
        const double exact =
            measure->derivative == 1 ? turn * cos(turn * x[i] + 0.5) : -turn * turn * f[i];
        largest = fmax(largest, fabs(result[i] - exact));
    }
    return largest;
}

/* Returns the mean over several grids, since a single random one may be lucky. */
static double mean_error(const struct measure *measure, unsigned n)
{
    double sum = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += error_of(measure, n);
    return sum / DRAWS;
}

/* Returns the order to expect: symmetry gives a centred window of second derivatives one more. */
static int order_of(const struct measure *measure)
{
    return measure->accuracy - (measure->derivative == 2 && measure->grid == JITTERED);
}

static void check_order(const struct measure *measure)
{
    const unsigned n = measure->accuracy < 6 ? MOST_POINTS : MOST_POINTS / 2;
    const double coarse = mean_error(measure, n / 2), fine = mean_error(measure, n);
    const double order = log2(coarse / fine);
    fprintf(stderr,
            "%s, %s, derivative %d, accuracy %d: %.1e with %u points, %.1e with %u: "
            "order %.2f\n",
            grids[measure->grid], measure->periodic ? "periodic" : "one-sided", measure->derivative,
            measure->accuracy, coarse, n / 2, fine, n, order);
    ck_assert_msg(order > order_of(measure) - 0.6, "order %.2f, expected %d", order,
                  order_of(measure));
}

START_TEST(orders)
{
    static const int accuracies[] = {2, 4, 6, 8};
    for (int grid = EVEN; grid < GRIDS; grid++) {
        for (int periodic = 0; periodic < 2; periodic++) {
            for (int derivative = 1; derivative <= 2; derivative++) {
                for (int i = 0; i < 4; i++)
                    check_order(&(struct measure){.grid = (enum grid)grid,
                                                  .periodic = periodic,
                                                  .accuracy = accuracies[i],
                                                  .derivative = derivative});
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("convergence");
    TCase *tcase = add_case(suite, "convergence", NULL, NULL);
    ADD_TESTS(tcase, orders);
    return run_suite(suite);
}
