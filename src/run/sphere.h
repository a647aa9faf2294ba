/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Latitudes and longitudes on a sphere. Derivatives along them become those by metres: divided by
 * factors of the row of latitude, as often as they are derived. Sums of them may have a term of the
 * metric, a derivative or a value times another factor of the row.
 */
#ifndef H5GRAD_RUN_SPHERE_H
#define H5GRAD_RUN_SPHERE_H

#include "engine/job.h"
#include "run/options.h"

/* Finds latitude, longitude and radius of a field whose axes are settled: field->sphere.
 * coordinate: of each axis, NULL where none are known; radius: in metres, 0 for what the file says.
 * H5GRAD_FAILED where the field is on no sphere. Not within hg_enter. */
enum h5grad_status hg_sphere_settle(struct field *field,
                                    const struct coord_variable *const *coordinate, double radius,
                                    struct coord_store *store, struct h5grad_error *err);

/* The factors of each row of latitude. */
struct sphere_rows {
    double *values;               /* of all three */
    uint64_t bytes;               /* of these */
    struct engine_factors north;  /* metres of a unit of latitude: divides */
    struct engine_factors east;   /* metres of a unit of longitude: divides */
    struct engine_factors metric; /* the tangent of latitude by the radius: multiplies */
};

/* Computes those of a field that has a sphere, on this thread. To be freed. Not within hg_enter. */
enum h5grad_status hg_sphere_rows(const struct field *field, struct sphere_rows *rows,
                                  struct h5grad_error *err);
void hg_sphere_free(struct sphere_rows *rows); /* zeroed allowed */

#endif
