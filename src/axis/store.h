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
    uint64_t extent;        /* for COORD_ARRAY_FIRST */
    char *name;             /* "/time", "FILE:/time", "/u@x" */
    char *unit;             /* NULL: none */
    char *note;             /* names an attribute that is not used; NULL: none */
    char *missing;          /* message about points whose source is missing; NULL: none */
    struct h5_access other; /* access of the file, unless that is INPUT */
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

/* Calls tell with each note. */
void hg_coordinates_tell(const struct coordinates *store,
                         void (*tell)(void *user, const char *note), void *user);

/* Fails if a file other than INPUT has changed since it was read. */
enum h5grad_status hg_coordinates_check_unchanged(struct coordinates *store,
                                                  struct h5grad_error *err);

/* Continues a hash with the identities of those files. */
uint64_t hg_coordinates_hash_files(const struct coordinates *store, uint64_t start);

#endif
