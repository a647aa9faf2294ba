/* SPDX-License-Identifier: BSD-3-Clause */
/* A coordinate array: the coordinates of one axis as double, from a 1-D dataset, an attribute or
 * memory, read by ranges. A dataset may have more axes, of one point each, as in MATLAB. Short
 * arrays are held in memory; long ones are read on demand, so they need not fit. Packed numbers are
 * unpacked in double; missing ones are NaN. 64-bit integers that no double holds, such as
 * nanoseconds since 1970, count from the first of them, so that their differences stay exact. */
#ifndef H5GRAD_AXIS_COORD_ARRAY_H
#define H5GRAD_AXIS_COORD_ARRAY_H

#include "base/error.h"
#include "libhdf5/h5.h"

struct coord_array;

/* Opens a dataset, which must be 1-D and real, and keeps it open. Holds its values in memory if
 * they are at most keep points. NULL with the reason. Within hg_enter. */
struct coord_array *hg_coord_array_open(hid_t dataset, uint64_t keep, struct h5grad_error *err);

/* Opens the array in an attribute of an object, at most 2^20 numbers. Within hg_enter. */
struct coord_array *hg_coord_array_open_attribute(hid_t object, const char *name,
                                                  struct h5grad_error *err);

/* Opens an array of extent values, which stay the caller's. */
struct coord_array *hg_coord_array_open_memory(const double *values, uint64_t extent,
                                               struct h5grad_error *err);

/* Which coordinates the stored values give. */
enum coord_array_points {
    COORD_ARRAY_ALL,
    COORD_ARRAY_MIDPOINTS, /* cell centres: half the sum of each edge and the next */
    COORD_ARRAY_FIRST,     /* the first n */
};

/* Call at most once, before all below. n: of COORD_ARRAY_FIRST; a shorter array keeps its
 * extent. */
void hg_coord_array_take(struct coord_array *array, enum coord_array_points points, uint64_t n);

/* From value first on, turn is added to all. Call at most once, before values are rescaled. */
void hg_coord_array_unwrap(struct coord_array *array, uint64_t first, double turn);

/* A change of unit: a value becomes its distance from the first one, times the factor or divided by
 * it. */
struct array_scale {
    double factor; /* 0: there is none */
    bool divides;
};

/* Call at most once, after hg_coord_array_take. Takes libhdf5's lock itself. */
enum h5grad_status hg_coord_array_rescale(struct coord_array *array, struct array_scale scale,
                                          struct h5grad_error *err);

/* True if a writer may add values while the array is read; it has those of its opening. */
bool hg_coord_array_grows(const struct coord_array *array);

uint64_t hg_coord_array_extent(const struct coord_array *array);

/* True if all values are in memory: they are read without libhdf5. */
bool hg_coord_array_is_held(const struct coord_array *array);

/* The origin that hg_coord_array_read subtracts, rounded to a double; 0 except for large integers.
 */
double hg_coord_array_origin(const struct coord_array *array);

/* True if the dataset declares values that stand for missing ones. */
bool hg_coord_array_has_missing(const struct coord_array *array);

/* True if the values are stored as float32. */
bool hg_coord_array_is_single(const struct coord_array *array);

/* Names an attribute about the numbers that is not used, and why; NULL if there is none. */
const char *hg_coord_array_note(const struct coord_array *array);

/* Reads values [first, first + count), less the origin. Any thread; takes libhdf5's lock itself. */
enum h5grad_status hg_coord_array_read(struct coord_array *array, uint64_t first, uint64_t count,
                                       double *out, struct h5grad_error *err);

/* NULL allowed. Within hg_enter. */
void hg_coord_array_close(struct coord_array *array);

#endif
