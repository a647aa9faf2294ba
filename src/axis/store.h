/* SPDX-License-Identifier: BSD-3-Clause */
/* The coordinates of a run: each 1-D dataset that serves as an axis is opened and checked once,
 * however many fields it belongs to. One thread. */
#ifndef H5GRAD_AXIS_STORE_H
#define H5GRAD_AXIS_STORE_H

#include "trust/access.h"
#include "axis/coord_array.h"
#include "stencil/stencil.h"

struct coordinate {
    char *key; /* the lookup key: the text asked for, points and extent */
    enum coord_array_points points;
    uint64_t extent;        /* of COORD_ARRAY_FIRST */
    char *name;             /* "/time", "FILE:/time", "/u@x" */
    char *unit;             /* NULL: none given */
    char *note;             /* an attribute of it that is not used, with its name; NULL: none */
    char *missing;          /* the message about points whose source is missing; NULL: none */
    struct h5_access other; /* of the file, where it is not INPUT */
    struct coord_array *array;
    struct stencil_scan scan;
    enum h5grad_status status; /* of opening and checking it */
    struct h5grad_error error;
};

struct coordinates;

/* file stays the caller's and outlives the store. NULL when there is no memory. */
struct coordinates *hg_coordinates_new(hid_t file, uint64_t memory);
void hg_coordinates_free(struct coordinates *store); /* NULL allowed */

/*
 * The coordinate at "[FILE:]PATH[@ATTRIBUTE]", valid as long as the store: the first there is of
 * INPUT's dataset of the whole name, an attribute of its object PATH, and the same of FILE, cut off
 * at the last ":/". extent: the points that COORD_ARRAY_FIRST takes. The error names it. Not within
 * h5_enter.
 */
enum h5grad_status hg_coordinates_get(struct coordinates *store, const char *text,
                                      enum coord_array_points points, uint64_t extent,
                                      const struct coordinate **out, struct h5grad_error *err);

/* Calls tell with the note of each that has one. */
void hg_coordinates_tell(const struct coordinates *store,
                         void (*tell)(void *user, const char *note), void *user);

/* H5GRAD_FAILED when a file other than INPUT is not what it was when it was read. */
enum h5grad_status hg_coordinates_check_unchanged(struct coordinates *store,
                                                  struct h5grad_error *err);

/* Adds what tells those files from others to a hash. */
uint64_t hg_coordinates_hash_files(const struct coordinates *store, uint64_t start);

#endif
