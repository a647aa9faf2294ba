/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readers: "give me this tile". Each way of reading is one file and one row of the table in
 * reader.c: its "can I?" and its "do it", which reads one box of the array at a time: what a tile's
 * halo is cut into. Every way delivers the same bytes.
 *
 * A reader is opened, prepared and closed by one thread; hg_reader_read is called by all workers at
 * once.
 */
#ifndef H5GRAD_READER_READER_H
#define H5GRAD_READER_READER_H

#include "codec/codec.h"
#include "grid/plan.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"

/* Where a dataset comes from; all of it stays the caller's and outlives the reader. */
struct reader_source {
    hid_t dataset;
    const struct h5_storage *storage;
    const struct h5_type *type;
    bool verified; /* the method that is forced was chosen for the dataset before */
};

/* Points of a box in memory: the first of them, and strides in scalars; within a point scalars are
 * adjacent, and so are points along the last axis. */
struct reader_view {
    const void *data;
    ptrdiff_t stride[GRID_MAX_RANK];
};

struct reader;

struct reader_way {
    const char *name;
    bool caches;       /* keeps decoded chunks: plan_request.cached */
    enum halo_cut cut; /* the boxes that it is to read */
    /* NULL with err untouched: this way declines. NULL with err set: the dataset cannot be read.
     * err is never NULL. Within h5_enter. */
    struct reader *(*open)(const struct reader_source *source, struct h5grad_error *err);
    enum h5grad_status (*prepare)(struct reader *reader, const struct plan *plan, uint64_t block,
                                  struct h5grad_error *err);
    /* Does what need not wait for others to read a piece: called for all pieces of a tile before
     * any is read. NULL: nothing to do. */
    enum h5grad_status (*start)(struct reader *reader, const struct halo_piece *piece,
                                struct codec_worker *worker, struct h5grad_error *err);
    /* Reads the points of piece->box into a dense buffer of those of piece->within. */
    enum h5grad_status (*read)(struct reader *reader, const struct halo_piece *piece, void *buffer,
                               struct codec_worker *worker, struct h5grad_error *err);
    /* A piece will not be read. NULL: nothing to do. */
    void (*skip)(struct reader *reader, const struct halo_piece *piece);
    /* A view of points that are in memory, to be used instead of read; NULL: they are not. */
    void (*view)(const struct reader *reader, const struct box *box, struct reader_view *view);
    void (*close)(struct reader *reader);
};

/* First member of every way's own struct. */
struct reader {
    const struct reader_way *way;
    unsigned rank;
    unsigned components;
    uint64_t extent[GRID_MAX_RANK];
    uint64_t held;    /* bytes that libhdf5 takes to read, whatever the number of workers ... */
    uint64_t caches;  /* ... and of caches that it gives up where they were half of the memory */
    uint64_t beside;  /* bytes kept with each decoded chunk besides its points */
    uint64_t stored;  /* bytes that each worker takes of CODEC_STORED, ... */
    uint64_t scratch; /* ... and of CODEC_SCRATCH */
};

/* The first way that takes the dataset; forced, when not NULL, names the only one to try besides
 * "library", which takes everything. NULL with the reason when the dataset cannot be read at all.
 * Within h5_enter. */
struct reader *hg_reader_open(const struct reader_source *source, const char *forced,
                              struct h5grad_error *err);

/* Whether chunks of the dataset are decoded here: libhdf5 need not keep any. */
bool hg_reader_decodes(const struct h5_storage *storage, const struct h5_type *type,
                       const char *forced);

/* A reader of an array in memory with strides in bytes, multiples of a scalar's size, or NULL for a
 * dense one; data is the point of indices 0. hg_reader_read returns views of it, but where halos
 * wrap around, or where points are not adjacent along the last axis. */
struct reader *hg_reader_open_memory(const void *data, enum element element, unsigned components,
                                     unsigned rank, const uint64_t *extent, const int64_t *stride,
                                     struct h5grad_error *err);

/* Announces the tiles of a block, before any of them is read and after all of the block before
 * were. Not within h5_enter. */
enum h5grad_status hg_reader_prepare(struct reader *reader, const struct plan *plan, uint64_t block,
                                     struct h5grad_error *err);

/*
 * Delivers the points of a tile's core and the faces of its halo as stored scalars (h5_type.stored,
 * swapped). buffer holds all points of the halo box; the view points into it or elsewhere, valid
 * until the worker's next call. Takes libhdf5's lock itself.
 */
enum h5grad_status hg_reader_read(struct reader *reader, const struct tile *tile, void *buffer,
                                  struct codec_worker *worker, struct reader_view *view,
                                  struct h5grad_error *err);

/* Instead of hg_reader_read: a tile that was announced will not be read. Any thread. */
void hg_reader_skip(struct reader *reader, const struct tile *tile);

/* NULL allowed. Within h5_enter. */
void hg_reader_close(struct reader *reader);

/* A view of a dense C-ordered array of count[] points. */
void hg_reader_view_dense(struct reader_view *view, const void *data, unsigned rank,
                          const uint64_t *count, unsigned components);

/* For the ways. The first member of one that reads a dataset. */
void hg_reader_init(struct reader *reader, const struct reader_way *way,
                    const struct reader_source *source);

/* For the ways that read by H5Dread. The reason when libhdf5 lacks a filter that the dataset's
 * chunks went through. Within h5_enter. */
enum h5grad_status hg_reader_check_filters(hid_t dataset, const struct h5_storage *storage,
                                           struct h5grad_error *err);

/* Whether there is a method of reading of that name; those of writing have the same names. */
bool hg_reader_has(const char *name);

extern const struct reader_way hg_reader_direct, hg_reader_chunked, hg_reader_library;

#endif
