/* SPDX-License-Identifier: BSD-3-Clause */
/* The coordinates of a run: each 1-D dataset that serves as an axis is opened and checked once,
 * however many fields it belongs to. One thread. */
#ifndef H5GRAD_AXIS_STORE_H
#define H5GRAD_AXIS_STORE_H

#include "trust/access.h"
#include "axis/coord_array.h"
#include "axis/kind.h"
#include "stencil/stencil.h"

struct coordinate {
    char *key; /* the lookup key: the text asked for, points, extent, scale */
    enum coord_array_points points;
    uint64_t extent; /* of COORD_ARRAY_FIRST */
    struct array_scale scale;
    char *name;     /* "/time", "FILE:/time", "/u@x" */
    char *unit;     /* NULL: none given; that of the file, whatever the scale */
    char *calendar; /* of a time; NULL: none given */
    struct axis_kind kind;
    bool closed;            /* it is an angle of which the bounds go round a full circle */
    char *note;             /* an attribute of it that is not used, with its name; NULL: none */
    char *missing;          /* the message about points whose source is missing; NULL: none */
    struct h5_access other; /* of the file, where it is not INPUT */
    struct coord_array *array;
    struct stencil_scan scan;
    enum h5grad_status status; /* result of opening and checking it */
    struct h5grad_error error;
};

struct coordinates;

/* file stays the caller's and outlives the store. NULL if allocation fails. */
struct coordinates *hg_coordinates_new(hid_t file, uint64_t memory);
void hg_coordinates_free(struct coordinates *store); /* NULL allowed */

/*
 * Returns the coordinate at "[FILE:]PATH[@ATTRIBUTE]", valid as long as the store: INPUT's dataset
 * of the whole name, else an attribute of its object PATH, else the same of FILE, cut off at the
 * last ":/". extent: of COORD_ARRAY_FIRST. The error names the coordinate. Not within hg_enter.
 */
enum h5grad_status hg_coordinates_get(struct coordinates *store, const char *text,
                                      enum coord_array_points points, uint64_t extent,
                                      const struct coordinate **out, struct h5grad_error *err);

/* The same coordinates in another unit, which are scanned anew. */
enum h5grad_status hg_coordinates_rescale(struct coordinates *store,
                                          const struct coordinate *coordinate,
                                          struct array_scale scale, const struct coordinate **out,
                                          struct h5grad_error *err);

/* The file of the run. */
hid_t hg_coordinates_file(const struct coordinates *store);

/* Adds to the note of coordinates of the store what it does not say yet. */
enum h5grad_status hg_coordinates_add_note(struct coordinates *store,
                                           const struct coordinate *coordinate,
                                           struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(4, 5);

/* Calls tell with the note of each that has one. */
void hg_coordinates_tell(const struct coordinates *store,
                         void (*tell)(void *user, const char *note), void *user);

/* Fails if a file other than INPUT has changed since it was read. */
enum h5grad_status hg_coordinates_check_unchanged(struct coordinates *store,
                                                  struct h5grad_error *err);

/* Continues a hash with the identities of those files. */
uint64_t hg_coordinates_hash_files(const struct coordinates *store, uint64_t start);

#endif
