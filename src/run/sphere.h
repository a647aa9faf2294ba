/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Latitude and longitude on a sphere. Derivatives along them are per metre: divided by a factor of
 * the latitude, second ones twice. Sums of them may have a metric term, a derivative or a value
 * times another factor of the latitude.
 */
#ifndef H5GRAD_RUN_SPHERE_H
#define H5GRAD_RUN_SPHERE_H

#include "engine/job.h"
#include "run/options.h"

/* Settles field->sphere, latitude, longitude and radius, of a field whose axes are settled.
 * coordinate: of each axis, NULL if unknown; radius: in metres, 0 for that of the file.
 * H5GRAD_FAILED if the field is on no sphere. Not within hg_enter. */
enum h5grad_status hg_sphere_settle(struct field *field,
                                    const struct coord_variable *const *coordinate, double radius,
                                    struct coord_store *store, struct h5grad_error *err);

/* The factors of each latitude. */
struct sphere_rows {
    double *values;               /* of all three, owned */
    uint64_t bytes;               /* of values */
    struct engine_factors north;  /* metres per unit of latitude; divides */
    struct engine_factors east;   /* metres per unit of longitude; divides */
    struct engine_factors metric; /* tangent of the latitude divided by the radius; multiplies */
};

/* Computes the factors of a field on a sphere, with one thread. To be freed. Not within hg_enter.
 */
enum h5grad_status hg_sphere_rows(const struct field *field, struct sphere_rows *rows,
                                  struct h5grad_error *err);
void hg_sphere_free(struct sphere_rows *rows); /* zeroed allowed */

#endif
