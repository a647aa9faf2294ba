/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/sphere.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parse.h"
#include "hdf5/attribute.h"
#include "hdf5/names.h"
#include "hdf5/walk.h"
#include "run/boundary.h"

/* In metres: shape 6 of GRIB2. */
#define DEFAULT_RADIUS 6371229.0

#define RADIANS_OF_DEGREE 0.017453292519943295

static double radians_of(bool radians)
{
    return radians ? 1 : RADIANS_OF_DEGREE;
}

static double quarter_turn(bool radians)
{
    return radians ? 1.5707963267948966 : 90;
}

/* The earth of a grid mapping. */
struct earth {
    double radius; /* 0: nothing */
    bool ellipsoid;
};

static enum h5grad_status read_earth(void *user, const struct names_variable *variable,
                                     struct h5grad_error *err)
{
    struct earth *earth = user;
    double number, axis[2], flattening;
    (void)err;
    if (variable->id < 0)
        return H5GRAD_OK;
    if (hg_attribute_number(variable->id, "earth_radius", &number) && isfinite(number) &&
        number > 0)
        earth->radius = number;
    if (!hg_attribute_number(variable->id, "semi_major_axis", &axis[0]))
        return H5GRAD_OK;
    /* Both axes are given of a sphere, too, and CF has a flattening of 0 for it. */
    const bool round =
        (hg_attribute_number(variable->id, "semi_minor_axis", &axis[1]) && axis[0] == axis[1]) ||
        (hg_attribute_number(variable->id, "inverse_flattening", &flattening) && flattening == 0);
    if (round && earth->radius == 0 && isfinite(axis[0]) && axis[0] > 0)
        earth->radius = axis[0];
    earth->ellipsoid = !round;
    return H5GRAD_OK;
}

/* Finds the radius: that of the options, else of the file, else the default. */
static enum h5grad_status find_radius(struct field *field, double asked, struct coord_store *store,
                                      struct h5grad_error *err)
{
    struct earth earth = {.radius = 0};
    struct h5_guard guard;
    enum h5grad_status status = H5GRAD_OK;
    field->sphere.radius = asked;
    if (asked > 0)
        return H5GRAD_OK;
    const hid_t file = hg_coord_store_file(store);
    hg_enter(&guard);
    hid_t dataset = hg_open_dataset(file, field->stored_path, err);
    if (dataset < 0)
        status = hg_error_status(err);
    else if (hg_has_attribute(dataset, "grid_mapping"))
        status =
            hg_names_visit(file, field->path, dataset, "grid_mapping", read_earth, &earth, err);
    hg_close(dataset);
    hg_leave(&guard);
    field->sphere.radius = earth.radius > 0 ? earth.radius : DEFAULT_RADIUS;
    if (status || earth.radius > 0 || !earth.ellipsoid)
        return status;
    char number[32];
    hg_parse_print_double(DEFAULT_RADIUS, number, sizeof number);
    return hg_coord_store_add_note(store, field->sphere.latitudes, err,
                                   "%s lies on an ellipsoid: a sphere of %s m is taken for it",
                                   field->sphere.latitudes->name, number);
}

/* Returns the first axis of a quantity, for a latitude one with coordinates; rank if there is none.
 */
static unsigned find_axis(const struct field *field, enum axis_quantity quantity,
                          const struct coord_variable *const *coordinate, struct axis_kind *kind)
{
    for (unsigned i = 0; i < field->rank; i++) {
        const bool known = coordinate[i] || quantity == AXIS_LONGITUDE;
        *kind = coordinate[i] ? coordinate[i]->kind : hg_boundary_kind(field, i);
        if (kind->quantity == quantity && known)
            return i;
    }
    return field->rank;
}

/* Relative tolerance within which a latitude beyond a pole is the pole, rounded: a float has it. */
#define POLE_TOLERANCE 1e-7

/* Checks that latitudes, which are monotonic, do not go beyond the poles. */
static enum h5grad_status check_poles(const struct field *field, struct coord_store *store,
                                      struct h5grad_error *err)
{
    const struct field_sphere *sphere = &field->sphere;
    const struct stencil_scan *scan = &sphere->latitudes->scan;
    const double most = fmax(fabs(scan->first), fabs(scan->last));
    const double quarter = quarter_turn(sphere->latitude_radians);
    char number[32], pole[32];
    hg_parse_print_double(most, number, sizeof number);
    hg_parse_print_double(quarter, pole, sizeof pole);
    if (most > quarter * (1 + POLE_TOLERANCE))
        return hg_error_set(err, H5GRAD_FAILED, "latitudes %s reach %s, more than %s",
                            sphere->latitudes->name, number, pole);
    const bool eastward =
        sphere->longitude < field->rank && field->axis[sphere->longitude].differentiated;
    if (most < quarter || !eastward)
        return H5GRAD_OK;
    return hg_coord_store_add_note(store, sphere->latitudes, err,
                                   "%s has the poles: eastward derivatives there are not defined",
                                   sphere->latitudes->name);
}

enum h5grad_status hg_sphere_settle(struct field *field,
                                    const struct coord_variable *const *coordinate, double radius,
                                    struct coord_store *store, struct h5grad_error *err)
{
    struct field_sphere *sphere = &field->sphere;
    struct axis_kind kind[2] = {{.radians = false}};
    const unsigned latitude = find_axis(field, AXIS_LATITUDE, coordinate, &kind[0]);
    const unsigned longitude = find_axis(field, AXIS_LONGITUDE, coordinate, &kind[1]);
    field->fault = FIELD_UNUSABLE;
    if (latitude == field->rank)
        return hg_error_set(err, H5GRAD_FAILED,
                            "no axis of it is a latitude, which --sphere needs: its coordinates "
                            "have the unit degrees_north, or degrees or radians with the "
                            "standard_name");
    sphere->latitude = latitude;
    sphere->longitude = longitude;
    sphere->latitudes = coordinate[latitude];
    sphere->latitude_radians = kind[0].radians;
    sphere->longitude_radians = kind[1].radians;
    enum h5grad_status status = check_poles(field, store, err);
    if (!status)
        status = find_radius(field, radius, store, err);
    field->axis[latitude].unit = "m";
    if (longitude < field->rank)
        field->axis[longitude].unit = "m";
    if (!status)
        field->fault = FIELD_SOUND;
    return status;
}

/* Computes the factors of a latitude. The cosine of the latitude would lose two or three digits
 * near a pole, where it is not 0; the sine of the distance from the pole does not. */
static void make_row(const struct field_sphere *sphere, double latitude, double *north,
                     double *east, double *metric)
{
    const double unit = radians_of(sphere->latitude_radians);
    const double quarter = quarter_turn(sphere->latitude_radians);
    const double a = fmin(fabs(latitude), quarter);
    const bool high = a > quarter / 2;
    const double c = high ? sin((quarter - a) * unit) : cos(a * unit);
    const double s = copysign(high ? cos((quarter - a) * unit) : sin(a * unit), latitude);
    *north = sphere->radius * unit;
    *east = c == 0 ? NAN : sphere->radius * radians_of(sphere->longitude_radians) * c;
    *metric = c == 0 ? NAN : s / c / sphere->radius;
}

enum h5grad_status hg_sphere_rows(const struct field *field, struct sphere_rows *rows,
                                  struct h5grad_error *err)
{
    const struct field_sphere *sphere = &field->sphere;
    const uint64_t n = field->extent[sphere->latitude];
    const uint64_t bytes = 3 * n * sizeof(double);
    double *values = hg_memory_aligned(bytes);
    if (!values)
        return hg_error_memory(err, bytes);
    double *north = values, *east = values + n, *metric = values + 2 * n;
    rows->values = values;
    rows->bytes = bytes;
    rows->north = (struct engine_factors){north, sphere->latitude};
    rows->east = (struct engine_factors){east, sphere->latitude};
    rows->metric = (struct engine_factors){metric, sphere->latitude};
    enum h5grad_status status = hg_coord_array_read(sphere->latitudes->array, 0, n, metric, err);
    for (uint64_t i = 0; i < n && !status; i++)
        make_row(sphere, metric[i], &north[i], &east[i], &metric[i]);
    return status;
}

void hg_sphere_free(struct sphere_rows *rows)
{
    free(rows->values);
    *rows = (struct sphere_rows){.values = NULL};
}
