/* SPDX-License-Identifier: BSD-3-Clause */
/* The coordinate variables of a run: each 1-D dataset that serves as an axis is opened and checked
 * once, however many fields it belongs to. One thread. */
#ifndef H5GRAD_AXIS_STORE_H
#define H5GRAD_AXIS_STORE_H

#include "trust/access.h"
#include "axis/coord_array.h"
#include "axis/kind.h"
#include "stencil/stencil.h"

/* A coordinate array with what is known of it. */
struct coord_variable {
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
    double nearly; /* the step of coordinates that are even but for the rounding of float32; else 0
                    */
    enum h5grad_status status; /* result of opening and checking it */
    struct h5grad_error error;
};

struct coord_store;

/* file stays the caller's and outlives the store. NULL if allocation fails. */
struct coord_store *hg_coord_store_new(hid_t file, uint64_t memory);
void hg_coord_store_free(struct coord_store *store); /* NULL allowed */

/*
 * Returns the coordinate variable at "[FILE:]PATH[@ATTRIBUTE]", valid as long as the store: INPUT's
 * dataset of the whole name, else an attribute of its object PATH, else the same of FILE, cut off
 * at the last ":/". extent: of COORD_ARRAY_FIRST, and the most that count of COORD_ARRAY_ALL that
 * may grow while they are read; a longer axis then gets those that a shorter one got before. The
 * error names it. Not within hg_enter.
 */
enum h5grad_status hg_coord_store_get(struct coord_store *store, const char *text,
                                      enum coord_array_points points, uint64_t extent,
                                      const struct coord_variable **out, struct h5grad_error *err);

/* Returns the same variable in another unit, scanned anew. */
enum h5grad_status hg_coord_store_rescale(struct coord_store *store,
                                          const struct coord_variable *coordinate,
                                          struct array_scale scale,
                                          const struct coord_variable **out,
                                          struct h5grad_error *err);

/* Returns the file of the run. */
hid_t hg_coord_store_file(const struct coord_store *store);

/* Adds to the note of a variable of the store what it does not say yet. */
enum h5grad_status hg_coord_store_add_note(struct coord_store *store,
                                           const struct coord_variable *coordinate,
                                           struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(4, 5);

/* Calls tell with the note of each variable that has one. */
void hg_coord_store_tell(const struct coord_store *store,
                         void (*tell)(void *user, const char *note), void *user);

/* Fails if a file other than INPUT has changed since it was read. */
enum h5grad_status hg_coord_store_check_unchanged(struct coord_store *store,
                                                  struct h5grad_error *err);

/* Continues a hash with the identities of those files, as hg_manifest_hash does. */
uint64_t hg_coord_store_hash_files(const struct coord_store *store, bool inodes, uint64_t start);

/* True if the file that info describes is one of them. */
bool hg_coord_store_has_file(const struct coord_store *store, const struct stat *info);

/* Adds the sizes and times of those files. */
void hg_coord_store_dates(const struct coord_store *store, struct h5_manifest_dates *dates);

#endif
