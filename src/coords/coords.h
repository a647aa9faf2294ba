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
    COORDS_ARRAY,    /* the array at path, which has a point per point of the axis */
    COORDS_UNUSABLE, /* something that cannot be used: problem says what, and the way out */
};

struct coords_axis {
    enum coords_kind kind;
    double step;   /* COORDS_STEP */
    double origin; /* COORDS_STEP: coordinate of the first point, 0 where the file says none */
    /* COORDS_ARRAY: absolute path of a 1-D dataset in the same file. COORDS_UNUSABLE: one that
     * would do if its extent + 1 values were edges of cells; NULL. */
    char *path;
    char *attribute;    /* not NULL: the path is that of the object whose attribute is the array */
    bool edges;         /* COORDS_ARRAY: it holds the extent + 1 edges of cells; midpoints count */
    bool surplus;       /* COORDS_ARRAY: it holds more values, of which the first extent count */
    char *name;         /* NULL: the file names none */
    char *unit;         /* NULL: unknown */
    char *problem;      /* COORDS_UNUSABLE, else NULL; names the axis by its index */
    const char *source; /* name of the convention: "dimension scale"; NULL for COORDS_NONE */
    /* Why the axis is differentiated only when --dim names it ("it holds the components of a
     * vector"); NULL: it is an axis like others. */
    char *left_out;
};

struct coords_convention;

struct coords {
    unsigned rank;
    struct coords_axis axis[GRID_MAX_RANK];
    /* The convention that positively identified the dataset, and whose form results take; NULL. */
    const struct coords_convention *convention;
    /* The dataset is a piece of a larger grid (blocks, levels, cells of a mesh), so that its
     * gradient means something only to who names it and says every spacing: what it is, and the way
     * out. NULL: it is whole. */
    char *refusal;
    char *note; /* what a user should know of what was not used; NULL */
};

/*
 * Fills *coords for an open dataset of the given path and rank. walk, which may be NULL, is what
 * h5_walk found in the file, each dataset surveyed: it saves another walk. On failure, for
 * want of memory or of a readable root group, nothing is to be freed.
 */
enum h5grad_status coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, unsigned rank, struct coords *coords,
                               struct h5grad_error *err);
void coords_free(struct coords *coords);

/* H5GRAD_FAILED with the problem of an axis that is COORDS_UNUSABLE, else H5GRAD_OK. */
enum h5grad_status coords_check(const struct coords_axis *axis, struct h5grad_error *err);

/* Whether numbers of that unit are dates written as numbers ("day as %Y%m%d.%f" of CDO), whose
 * differences are no time. NULL: they are not. */
bool coords_are_dates(const char *unit);

/* Whether a number whose unit is not said may be a date like 20200131; *month: 202001. */
bool coords_may_be_date(double x, int *month);

/* Why the dataset is not a field, by any convention: "it is a coordinate", "it is bookkeeping of
 * MATLAB", or what begins with COORDS_CATEGORIES. NULL: it may be one. Static. */
#define COORDS_CATEGORIES "it holds categories"
const char *coords_not_field(hid_t file, const char *path, hid_t dataset);

/* Why its numbers have no derivative, not even for who names the dataset; NULL: they may have one.
 * Static, and begins with COORDS_CATEGORIES. */
const char *coords_categories(hid_t dataset);

/* Adds every dataset that this dataset uses as an axis: those are not fields either, even when
 * nothing on themselves says so. */
enum h5grad_status coords_references(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err);

/* Adds to the marked of a walk the datasets that stand for axes of which this dataset says
 * something that coords_read must know. */
enum h5grad_status coords_survey(hid_t file, const char *path, hid_t dataset, struct h5_set *marked,
                                 struct h5grad_error *err);

/* The results of one field, all of them written, for the convention that shapes them. */
struct coords_results {
    hid_t input;  /* the file of the source */
    hid_t source; /* its dataset */
    hid_t output; /* the file of the results */
    const char *path;
    const struct coords *coords;
    unsigned n;
    const unsigned *axis;      /* n axes of the source ... */
    const char *const *result; /* ... the path of the result along each ... */
    const bool *own;           /* ... and whether its spacing is what the file says */
};

/*
 * A convention. Each function may be NULL.
 *
 * axes         fills in what it knows of the axes that are still COORDS_NONE (or only named), and
 *              names of axes that have none; sets coords->convention where results take its form.
 *              It fails as coords_read does.
 * not_field    see coords_not_field
 * references   see coords_references
 * survey       see coords_survey
 * result_path  the path of the result of coords' dataset along an axis, in new memory, where --name
 *              says nothing; NULL when there is no memory
 * finish       makes the groups and attributes by which readers of the convention find the results.
 *              Attributes of the results themselves that hold for any file (units, scales) are not
 *              its business.
 */
struct coords_convention {
    const char *name;
    enum h5grad_status (*axes)(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, struct coords *coords, struct h5grad_error *err);
    const char *(*not_field)(hid_t file, const char *path, hid_t dataset);
    enum h5grad_status (*references)(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err);
    enum h5grad_status (*survey)(hid_t file, const char *path, hid_t dataset, struct h5_set *marked,
                                 struct h5grad_error *err);
    char *(*result_path)(const char *path, const struct coords *coords, unsigned axis);
    enum h5grad_status (*finish)(const struct coords_results *results, struct h5grad_error *err);
};

extern const struct coords_convention coords_openpmd;
extern const struct coords_convention coords_vtkhdf;
extern const struct coords_convention coords_nxdata;
extern const struct coords_convention coords_cf;
extern const struct coords_convention coords_minc2;
extern const struct coords_convention coords_the_well;
extern const struct coords_convention coords_pdebench;
extern const struct coords_convention coords_cactus;
extern const struct coords_convention coords_bigdataviewer;
extern const struct coords_convention coords_blocks;
extern const struct coords_convention coords_gathered;
extern const struct coords_convention coords_housekeeping;
extern const struct coords_convention coords_attributes;
extern const struct coords_convention coords_dimension_scales;

#endif
