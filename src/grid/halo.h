/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Halos: the points around a box of results, its core, that the stencils of these results read.
 *
 * A rule says how far the stencils along an axis reach; tiling, reading and the engine know nothing
 * else of an operator. A stencil lies along one axis and reads no point that is outside the core
 * along two: a halo has faces, and its corners stay undefined.
 *
 * Positions in a halo are signed. A periodic axis repeats the array: a halo that begins before
 * point 0 or ends after the last point goes on at the other end. hg_halo_next cuts a halo into
 * boxes that lie in the array, so that readers see only boxes.
 */
#ifndef H5GRAD_GRID_HALO_H
#define H5GRAD_GRID_HALO_H

#include "grid/box.h"

/* What the stencils along an axis read. All zero: there are none. */
struct halo_rule {
    unsigned before, after; /* points on each side of a result; at most the extent if periodic */
    /* A result with fewer than before (after) points on that side is made of the first first_width
     * (last last_width) points of the axis, at most its extent. Unused if periodic. */
    unsigned first_width, last_width;
    /* The first point follows the last. A core that spans the axis has no halo along it: it
     * contains all points. */
    bool periodic;
};

/* The box of a core and its halo. It starts before 0, or ends after the extent, if it wraps
 * around. */
struct halo {
    int64_t start[GRID_MAX_RANK];
    uint64_t count[GRID_MAX_RANK];
};

struct tile {
    struct box core;
    struct halo halo;
};

/* Sets [*low, *high) to the range that the results [first, first + count), count > 0, are made
 * of. */
void hg_halo_reach(const struct halo_rule *rule, uint64_t extent, uint64_t first, uint64_t count,
                   int64_t *low, int64_t *high);

/* Returns the widest such range of count results, wherever they lie. */
uint64_t hg_halo_width(const struct halo_rule *rule, uint64_t extent, uint64_t count);

/* Sets tile->halo for tile->core, with a rule and an extent per axis. */
void hg_halo_make(unsigned rank, const struct halo_rule *rule, const uint64_t *extent,
                  struct tile *tile);

/* Inserts an axis with all its points before axis; axis == rank appends it. */
void hg_halo_add_axis(struct tile *tile, unsigned rank, unsigned axis, uint64_t extent);

/* Returns how many points of the halo lie before the core along axis. */
static inline uint64_t hg_halo_before(const struct tile *tile, unsigned axis)
{
    return tile->core.start[axis] - (uint64_t)tile->halo.start[axis];
}

/* Returns the point of the array at a position of a halo. */
static inline uint64_t hg_halo_point(uint64_t extent, int64_t position)
{
    uint64_t shift = position < 0 ? extent : position >= (int64_t)extent ? -extent : 0;
    return (uint64_t)position + shift;
}

/* Returns the number of points of the halo box, corners included. */
uint64_t hg_halo_points(unsigned rank, const struct halo *halo);

/* Returns whether the halo lies in the array, no part wrapped around. */
bool hg_halo_inside(unsigned rank, const uint64_t *extent, const struct halo *halo);

/* Returns how many of the first planes of halo across axis are among those of before, which begins
 * no later: never more than halo has, though before may go on behind it. */
uint64_t hg_halo_shared(const struct halo *before, const struct halo *halo, unsigned axis);

/* Makes a tile of the planes of another across axis, the first skipped ones left out. Its core
 * along axis is all of them that lie in the array. */
void hg_halo_planes(const struct tile *tile, unsigned axis, uint64_t extent, uint64_t skipped,
                    struct tile *rest);

/* Which boxes a halo is cut into. Each way they cover the core and its faces, each point once. */
enum halo_cut {
    HALO_RUNS,  /* long runs of adjacent points in a dense array */
    HALO_FACES, /* the core, with the halo along the last of several axes; a box per other face */
    HALO_WHOLE  /* all that lies in the array, corners included; a box per face wrapped around */
};

/* A box of the array that belongs to a halo. */
struct halo_piece {
    struct box box;
    /* The points of a dense buffer of the halo, numbered so that they contain box: the halo, or
     * the halo shifted by an extent where box is wrapped around. Starts are modulo 2^64. */
    struct box within;
    int side;      /* the box is a face before the core (-1) or after it (1); 0: it is none */
    unsigned axis; /* of the face */
};

struct halo_pieces {
    unsigned rank;
    const uint64_t *extent;
    const struct tile *tile;
    unsigned joined; /* from this axis on the halo is not cut off from the core */
    unsigned next;
};

/* Starts the pieces. extent and tile must outlive them. */
void hg_halo_cut(struct halo_pieces *pieces, unsigned rank, const uint64_t *extent,
                 const struct tile *tile, enum halo_cut cut);

/* Sets *piece to the next one that is not empty; false after the last. */
bool hg_halo_next(struct halo_pieces *pieces, struct halo_piece *piece);

/* Sets within as in struct halo_piece, for a buffer of halo: box is a piece of another tile's halo,
 * which halo contains. */
void hg_halo_within(unsigned rank, const uint64_t *extent, const struct halo *halo,
                    const struct box *box, struct box *within);

#endif
