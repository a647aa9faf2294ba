/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readers: "give me this tile". Each method of reading is one file and one row of the table in
 * reader.c: its "can I?" and its "do it". A method reads the boxes that a tile's halo is cut into,
 * one at a time. All methods deliver the same bytes.
 *
 * One thread opens, prepares and closes a reader; all workers call hg_reader_read at once.
 */
#ifndef H5GRAD_READER_READER_H
#define H5GRAD_READER_READER_H

#include "base/ahead.h"
#include "codec/codec.h"
#include "grid/plan.h"
#include "hdf5/contiguous.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"

/* The dataset to read; all members stay the caller's and outlive the reader. */
struct reader_source {
    hid_t dataset;
    const struct h5_storage *storage;
    const struct h5_type *type;
    /* What hg_reader_place returned before; the dataset is not needed then. NULL: not known. */
    const struct h5_contiguous *place;
    bool verified;  /* forced was chosen and verified for this dataset before */
    bool has_parts; /* all points along an axis are read together, of which tiles know nothing: */
    unsigned parts_axis;
};

/* Points of a box in memory: the first point, and strides in scalars. The scalars of a point are
 * adjacent, and so are points along the last axis. */
struct reader_view {
    const void *data;
    ptrdiff_t stride[GRID_MAX_RANK];
};

/* What the next plan needs as well as this one: see hg_reader_keep. */
struct reader_keep {
    unsigned axis;
    uint64_t from, most;
};

struct reader;

struct reader_method {
    const char *name;
    bool caches;       /* keeps decoded chunks: plan_request.cached */
    enum halo_cut cut; /* the boxes that it is to read */
    /* NULL with err untouched: this way declines. NULL with err set: the dataset cannot be read.
     * err is never NULL. Within hg_enter. */
    struct reader *(*open)(const struct reader_source *source, struct h5grad_error *err);
    enum h5grad_status (*prepare)(struct reader *reader, const struct plan *plan, uint64_t block,
                                  struct h5grad_error *err);
    /* Does the part of reading a piece that need not wait for other workers; called for all pieces
     * of a tile before the first is read. NULL: nothing to do. */
    enum h5grad_status (*start)(struct reader *reader, const struct halo_piece *piece,
                                struct codec_worker *worker, struct h5grad_error *err);
    /* Announces to reader->ahead what reading a piece will take from the file. NULL: nobody knows.
     */
    void (*foresee)(struct reader *reader, const struct halo_piece *piece);
    /* Reads the points of piece->box to their places in a dense buffer for piece->within. */
    enum h5grad_status (*read)(struct reader *reader, const struct halo_piece *piece, void *buffer,
                               struct codec_worker *worker, struct h5grad_error *err);
    /* Returns whether no point of a piece is stored. NULL: nobody knows. */
    bool (*blank)(struct reader *reader, const struct halo_piece *piece);
    /* Called instead of read for a piece that will not be read. NULL: nothing to do. */
    void (*skip)(struct reader *reader, const struct halo_piece *piece);
    /* Sets a view of the points in memory, used instead of read. NULL: they are not in memory. */
    void (*view)(const struct reader *reader, const struct box *box, struct reader_view *view);
    void (*close)(struct reader *reader);
};

/* First member of every method's own struct. */
struct reader {
    const struct reader_method *method;
    unsigned rank;
    unsigned components;
    uint64_t extent[GRID_MAX_RANK];
    size_t size;    /* bytes of a point */
    unsigned parts; /* points along an axis that its tiles lack; 0: there is none */
    unsigned parts_axis;
    uint64_t layers;     /* chunks along it, and ... */
    uint64_t room;       /* ... points along it that these have; without chunks 1 and all */
    uint64_t held;       /* bytes that libhdf5 needs to read, for any number of workers ... */
    uint64_t caches;     /* ... and for caches, given up if they are half of the memory limit */
    uint64_t beside;     /* bytes kept with each decoded chunk besides its points */
    uint64_t stored;     /* bytes of CODEC_STORED that each worker needs ... */
    uint64_t scratch;    /* ... and of CODEC_SCRATCH */
    struct ahead *ahead; /* the engine's; NULL: nothing is announced */
    struct reader_keep keep;
    int (*cancelled)(void *user); /* asked while a block is prepared; may be NULL */
    void *user;
};

/* The first way that takes the dataset; forced, when not NULL, names the only one to try besides
 * "library", which takes everything, and which alone reads beside a writer, since only libhdf5 sees
 * what that moves, and files of several members. NULL with the reason when the dataset cannot be
 * read at all. Within hg_enter. */
struct reader *hg_reader_open(const struct reader_source *source, const char *forced,
                              struct h5grad_error *err);

/* Returns where the reader finds all points, in one piece; NULL if it does not know. */
const struct h5_contiguous *hg_reader_place(const struct reader *reader);

/* True if chunks of the dataset are decoded here, so that libhdf5 need not cache any. */
bool hg_reader_decodes(const struct h5_storage *storage, const struct h5_type *type,
                       const char *forced);

/* Opens a reader of an array in memory. data is the point of indices 0; stride is in bytes, in
 * multiples of a scalar's size, or NULL for a dense array. hg_reader_read returns views of the
 * array, unless a halo wraps around, points are not adjacent along the last axis, or scalars are
 * neither float nor double. */
struct reader *hg_reader_open_memory(const void *data, enum element element, unsigned components,
                                     unsigned rank, const uint64_t *extent, const int64_t *stride,
                                     struct h5grad_error *err);

/* Announces the tiles of a block, before any of them is read and after all of the block before
 * were. H5GRAD_CANCELLED if reader->cancelled says so. Not within hg_enter. */
enum h5grad_status hg_reader_prepare(struct reader *reader, const struct plan *plan, uint64_t block,
                                     struct h5grad_error *err);

/* Announces that the plan after the next one needs points from `from` on along axis, too: a reader
 * that decodes chunks keeps those that hold them, if they take no more than most bytes. */
void hg_reader_keep(struct reader *reader, unsigned axis, uint64_t from, uint64_t most);

/*
 * Delivers the points of a tile's core and its halo's faces, of all parts, as stored scalars
 * (h5_type.stored, swapped). buffer has room for the halo box; the view points into it or
 * elsewhere, and is valid until the worker's next call. Takes libhdf5's lock itself.
 */
enum h5grad_status hg_reader_read(struct reader *reader, const struct tile *tile, void *buffer,
                                  struct codec_worker *worker, struct reader_view *view,
                                  struct h5grad_error *err);

/* Announces that a tile of the block, or of contiguous points any tile, will be read soon. Any
 * thread. */
void hg_reader_foresee(struct reader *reader, const struct tile *tile);

/* Copies one part of the tile that a reader with parts has read, all of which is in view all, to
 * buffer, which has room for the tile's halo box; sets view to that. */
void hg_reader_take_part(const struct reader *reader, const struct tile *tile, unsigned part,
                         const struct reader_view *all, void *buffer, struct reader_view *view);

/* True if all points of a tile of the block are known to lie in chunks that are not stored: then
 * they have one value. Any thread. */
bool hg_reader_is_blank(struct reader *reader, const struct tile *tile);

/* Call instead of hg_reader_read for a tile of the block that will not be read. Any thread. */
void hg_reader_skip(struct reader *reader, const struct tile *tile);

/* NULL allowed. Within hg_enter. */
void hg_reader_close(struct reader *reader);

/* Sets a view of a dense C-ordered array of count[] points. */
void hg_reader_view_dense(struct reader_view *view, const void *data, unsigned rank,
                          const uint64_t *count, unsigned components);

/* For methods: adds the axis of the parts, if the reader has one, to a tile of a plan. */
void hg_reader_complete(const struct reader *reader, struct tile *tile);

/* For methods: initialises the first member of their struct. */
void hg_reader_init(struct reader *reader, const struct reader_method *method,
                    const struct reader_source *source);

/* For methods that call H5Dread: fails with the reason if libhdf5 lacks a filter that the chunks of
 * the dataset went through. Within hg_enter. */
enum h5grad_status hg_reader_check_filters(hid_t dataset, const struct h5_storage *storage,
                                           struct h5grad_error *err);

/* True if there is a method of reading of that name; methods of writing have the same names. */
bool hg_reader_has(const char *name);

extern const struct reader_method hg_reader_direct, hg_reader_chunked, hg_reader_library;

#endif
