/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a file says about the axes of its datasets. Each convention is one file and one row of the
 * table in coords.c; the first row that knows an axis wins. All within h5_enter.
 *
 * What a file says but cannot be used belongs to its axis and is no failure of coords_read: it
 * matters only to who differentiates that axis by what the file says.
 */
#ifndef H5GRAD_COORDS_COORDS_H
#define H5GRAD_COORDS_COORDS_H

#include "grid/box.h"
#include "hdf5/walk.h"

enum coords_kind {
    COORDS_NONE,     /* the file says nothing: unit spacing */
    COORDS_STEP,     /* a uniform step */
    COORDS_ARRAY,    /* the 1-D dataset at path, which has a point per point of the axis */
    COORDS_UNUSABLE, /* something that cannot be used: problem says what, and the way out */
};

struct coords_axis {
    enum coords_kind kind;
    double step;
    char *path;         /* COORDS_ARRAY: absolute path in the same file */
    char *name;         /* NULL: the file names none */
    char *unit;         /* NULL: unknown */
    char *problem;      /* COORDS_UNUSABLE, else NULL; names the axis by its index */
    const char *source; /* name of the convention: "dimension scale"; NULL for COORDS_NONE */
};

struct coords {
    unsigned rank;
    struct coords_axis axis[GRID_MAX_RANK];
};

/*
 * Fills *coords for an open dataset of the given path and rank. walk, which may be NULL, is what
 * h5_walk found in the file: where paths are to be found it saves another walk. On failure, for
 * want of memory or of a readable root group, nothing is to be freed.
 */
enum h5grad_status coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, unsigned rank, struct coords *coords,
                               struct h5grad_error *err);
void coords_free(struct coords *coords);

/* H5GRAD_FAILED with the problem of an axis that is COORDS_UNUSABLE, else H5GRAD_OK. */
enum h5grad_status coords_check(const struct coords_axis *axis, struct h5grad_error *err);

/* Whether the dataset is itself a coordinate by any convention, or bookkeeping: not a field. */
bool coords_is_coordinate(hid_t file, const char *path, hid_t dataset);

/* Adds every dataset that this dataset uses as an axis: those are not fields either, even when
 * nothing on themselves says so. */
enum h5grad_status coords_references(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err);

/*
 * A convention; references may be NULL.
 * axes fills in what it knows of the axes that are still COORDS_NONE (or only named), and names of
 * axes that have none; it fails as coords_read does.
 */
struct coords_convention {
    const char *name;
    enum h5grad_status (*axes)(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, struct coords *coords, struct h5grad_error *err);
    bool (*is_coordinate)(hid_t file, const char *path, hid_t dataset);
    enum h5grad_status (*references)(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err);
};

extern const struct coords_convention coords_dimension_scales;

#endif
