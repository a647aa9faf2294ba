/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Halos: the points around a box of results, its core, that the stencils of these results read.
 *
 * A rule says for one axis how far stencils reach; it is all that tiling, reading and the engine
 * know of an operator. Stencils lie along one axis, so a point outside the core along two axes is
 * read by none of them: the halo has faces, and its corners are left undefined.
 *
 * Positions in a halo are signed. Along a periodic axis the array repeats itself: a halo begins
 * before point 0, or ends behind the last one, and what lies there are the points of the other end.
 * hg_halo_next cuts a halo into boxes that lie in the array, so that readers deal with boxes alone.
 */
#ifndef H5GRAD_GRID_HALO_H
#define H5GRAD_GRID_HALO_H

#include "grid/box.h"

/* What stencils along an axis read. All zero: no stencil lies along it. */
struct halo_rule {
    unsigned before, after; /* points on each side of a result; at most the extent if periodic */
    /* A result with fewer points on its side than before (after) is made of the first first_width
     * (last last_width) points of the axis, at most its extent. Unused if periodic. */
    unsigned first_width, last_width;
    /* The last point is followed by the first. All results of an axis read no halo along it, for
     * all points are among those of their core. */
    bool periodic;
};

/* The box of a core together with its halo. Where it wraps around it starts before 0 or ends behind
 * the extent. */
struct halo {
    int64_t start[GRID_MAX_RANK];
    uint64_t count[GRID_MAX_RANK];
};

struct tile {
    struct box core;
    struct halo halo;
};

/* The range [*low, *high) that the results [first, first + count), count > 0, are made of. */
void hg_halo_reach(const struct halo_rule *rule, uint64_t extent, uint64_t first, uint64_t count,
                   int64_t *low, int64_t *high);

/* The widest such range of count results, wherever they are. */
uint64_t hg_halo_width(const struct halo_rule *rule, uint64_t extent, uint64_t count);

/* Makes tile->halo of tile->core; a rule and an extent for each axis. */
void hg_halo_make(unsigned rank, const struct halo_rule *rule, const uint64_t *extent,
                  struct tile *tile);

/* Points of the halo along an axis that lie before the core. */
static inline uint64_t hg_halo_before(const struct tile *tile, unsigned axis)
{
    return tile->core.start[axis] - (uint64_t)tile->halo.start[axis];
}

/* The point of the array that lies at a position of a halo. */
static inline uint64_t hg_halo_point(uint64_t extent, int64_t position)
{
    uint64_t shift = position < 0 ? extent : position >= (int64_t)extent ? -extent : 0;
    return (uint64_t)position + shift;
}

/* Points of the halo box, corners included. */
uint64_t hg_halo_points(unsigned rank, const struct halo *halo);

/* Whether no part of the halo wraps around. */
bool hg_halo_inside(unsigned rank, const uint64_t *extent, const struct halo *halo);

/* The planes of a tile across an axis but for the first skipped ones, as a tile of its own: all of
 * them that lie in the array are its core along that axis. */
void hg_halo_planes(const struct tile *tile, unsigned axis, uint64_t extent, uint64_t skipped,
                    struct tile *rest);

/* Which boxes a halo is cut into. All cover the core and its faces, each point once. */
enum halo_cut {
    HALO_RUNS,  /* long runs of adjacent points of a dense array */
    HALO_FACES, /* the core with its halo along the last of several axes; and a box per face */
    HALO_WHOLE  /* one box with the corners, and one per face that wraps around */
};

/* A box of the array that belongs to a halo. */
struct halo_piece {
    struct box box;
    /* The points that a dense buffer of the halo holds, counted so that box is a part of them: the
     * halo itself, or shifted by an extent. Starts are modulo 2^64. */
    struct box within;
    unsigned axis; /* of the face, ... */
    int side;      /* ... which lies before the core (-1) or behind it (1); 0: no face */
};

struct halo_pieces {
    unsigned rank;
    const uint64_t *extent;
    const struct tile *tile;
    unsigned joined; /* along this axis and those behind it the halo is not cut off from the core */
    unsigned next;
};

/* tile and extent outlive pieces. */
void hg_halo_cut(struct halo_pieces *pieces, unsigned rank, const uint64_t *extent,
                 const struct tile *tile, enum halo_cut cut);

/* The next piece that is not empty; false after the last. */
bool hg_halo_next(struct halo_pieces *pieces, struct halo_piece *piece);

/* The piece.within of a box that a piece of another tile is, for a buffer of this halo, whose tile
 * contains the other. */
void hg_halo_within(unsigned rank, const uint64_t *extent, const struct halo *halo,
                    const struct box *box, struct box *within);

#endif
