/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a file says about the axes of a dataset. A statement that cannot be used does not fail
 * hg_coords_read but is kept: it matters only if that axis is differentiated with the spacing of
 * the file.
 */
#ifndef H5GRAD_FORMATS_COORDS_H
#define H5GRAD_FORMATS_COORDS_H

#include <stdbool.h>

#include "grid/box.h"

enum coords_kind {
    COORDS_NONE,     /* the file says nothing */
    COORDS_STEP,     /* a uniform step */
    COORDS_ARRAY,    /* the array at path, which has a coordinate for each point of the axis */
    COORDS_UNUSABLE, /* something unusable: problem says what, and the way out */
};

struct coords_axis {
    enum coords_kind kind;
    double step;   /* COORDS_STEP */
    double origin; /* COORDS_STEP: coordinate of the first point, 0 where the file says none */
    /* COORDS_ARRAY: absolute path of a 1-D dataset in the same file, or of an object with "@" and
     * the name of its attribute. COORDS_UNUSABLE: path of one
     * of extent + 1 values, which would be usable as edges of cells; NULL: none. */
    char *path;
    bool edges;         /* COORDS_ARRAY: has extent + 1 edges of cells, whose midpoints count */
    bool surplus;       /* COORDS_ARRAY: has more values, of which the first extent count */
    char *name;         /* NULL: none */
    char *unit;         /* NULL: unknown */
    char *problem;      /* COORDS_UNUSABLE, else NULL; names the axis by its index */
    const char *source; /* name of the convention: "dimension scale"; NULL for COORDS_NONE */
    /* Why the axis is differentiated only if --dim names it ("it holds the components of a
     * vector"); NULL: always. */
    char *left_out;
    char *counted; /* the part of note about counted months and years; NULL: none */
    char *guessed; /* the part about components that the axis may hold; NULL: none */
    bool periodic; /* the convention says that the first point follows the last */
};

#define COORDS_DIRECTIONS 3

/* A component of a vector: it is along the axis of that name. */
struct coords_component {
    const char *axis; /* "x", "y" or "z"; static */
    char *path;       /* of the dataset that holds it */
    unsigned part;    /* where that holds all components, its index along the last axis */
};

/* How a vector lies in a file. */
struct coords_vector {
    char *path;    /* of the dataset of all components, or their group; NULL: none is known */
    char *problem; /* why it has no divergence and curl here; NULL: it has */
    bool is_whole; /* path is that of a dataset */
    unsigned n;
    struct coords_component component[COORDS_DIRECTIONS]; /* in right-handed order */
};

/* The reason why a dataset is no field that holds coordinates. */
#define COORDS_COORDINATE "it is a coordinate"

struct coords_convention;

struct coords {
    unsigned rank;
    struct coords_axis *axis; /* rank of them */
    /* The convention that recognised the dataset, whose form results take; NULL: none. */
    const struct coords_convention *convention;
    bool is_record; /* openPMD: the dataset is a record, not a component of one */
    /* Says that the dataset is a piece of a larger grid (blocks, levels, cells of a mesh), so that
     * it is differentiated only if the user names it and gives every spacing; NULL: it is whole. */
    char *refusal;
    bool own_steps; /* the steps that the file gives are right inside the piece, so that a name is
                       enough */
    char *note;     /* statements that are not used, for the user; NULL: none */
};

#endif
