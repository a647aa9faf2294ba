/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writers: "take this box". Each method of writing is one file and one row of the table in
 * writer.c.
 *
 * A writer is opened and finished by one thread; hg_writer_write is called by all workers at once,
 * with tiles whose cores do not overlap, partition the dataset and, where it is chunked, consist of
 * whole chunks.
 */
#ifndef H5GRAD_WRITER_WRITER_H
#define H5GRAD_WRITER_WRITER_H

#include <stdatomic.h>

#include "hdf5/storage.h"
#include "output/journal.h"
#include "writer/tile.h"

/* Where a result goes; all of it stays the caller's and outlives the writer. */
struct writer_target {
    hid_t file;
    hid_t dataset;
    const struct h5_storage *storage;
    hid_t memory;            /* datatype of the points given to hg_writer_write */
    size_t size;             /* bytes of such a point */
    bool raw;                /* the file's datatype is the same */
    struct journal *journal; /* told of each chunk that arrives, NULL: nobody is */
};

struct writer;

/* What a run that was stopped leaves of a dataset that is written so. */
enum writer_resume {
    WRITER_RESUMES_NOTHING,
    WRITER_RESUMES_TILES,  /* what was written lies where it belongs */
    WRITER_RESUMES_CHUNKS, /* the same, but libhdf5 must be told of each chunk, in their order */
};

struct writer_method {
    const char *name;
    enum writer_resume resume;
    /* As reader_method.open. */
    struct writer *(*open)(const struct writer_target *target, struct h5grad_error *err);
    enum h5grad_status (*write)(struct writer *writer, const struct result_tile *tile,
                                const void *points, struct h5grad_error *err);
    /* WRITER_RESUMES_TILES: see hg_writer_read. */
    enum h5grad_status (*read)(struct writer *writer, const struct result_tile *tile, void *points,
                               struct h5grad_error *err);
    /* WRITER_RESUMES_CHUNKS: see hg_writer_replay. */
    enum h5grad_status (*replay)(struct writer *writer, const struct result_tile *tile,
                                 struct h5grad_error *err);
    /* NULL: nothing to do. */
    enum h5grad_status (*finish)(struct writer *writer, struct h5grad_error *err);
    /* Where a point lies in an array in memory of all points, dense and C-ordered, of a type that
     * is computed without conversion. Results may then be stored there, past the caches, instead of
     * by hg_writer_write. NULL: only that. */
    void *(*place)(const struct writer *writer, const uint64_t *point);
};

/* First member of every method's own struct, which is freed with it. */
struct writer {
    const struct writer_method *method;
    struct writer_target target;
    const atomic_int *failure; /* set by hg_writer_open: hg_output_failure of the file; NULL */
};

/* As hg_reader_open. Within hg_enter. */
struct writer *hg_writer_open(const struct writer_target *target, const char *forced,
                              struct h5grad_error *err);

/* A writer into an array in memory of points of size bytes, with strides in bytes, or NULL for a
 * dense one; data is the point of indices 0. */
struct writer *hg_writer_open_memory(void *data, size_t size, unsigned rank, const uint64_t *extent,
                                     const int64_t *stride, struct h5grad_error *err);

/* Writes the points of the tile's core, dense and C-ordered. Takes libhdf5's lock itself. */
enum h5grad_status hg_writer_write(struct writer *writer, const struct result_tile *tile,
                                   const void *points, struct h5grad_error *err);

/* The points of the tile's core as they lie in the file; for WRITER_RESUMES_TILES. Otherwise as
 * hg_writer_write. */
enum h5grad_status hg_writer_read(struct writer *writer, const struct result_tile *tile,
                                  void *points, struct h5grad_error *err);

/* How many chunks a tile is written as. */
uint64_t hg_writer_chunks(const struct writer *writer, const struct result_tile *tile);

/* Instead of hg_writer_write, in the order of the run that was stopped: takes the chunks of a tile
 * from the journal. H5GRAD_FAILED when libhdf5 would put one of them elsewhere. Takes libhdf5's
 * lock itself. */
enum h5grad_status hg_writer_replay(struct writer *writer, const struct result_tile *tile,
                                    struct h5grad_error *err);

/* After the last tile: everything is handed to the file. Within hg_enter. */
enum h5grad_status hg_writer_finish(struct writer *writer, struct h5grad_error *err);

/* NULL allowed; without hg_writer_finish the result is abandoned. Within hg_enter. */
void hg_writer_close(struct writer *writer);

/* For the methods: their own struct, of size bytes. target: NULL for one in memory. NULL with the
 * reason. */
void *hg_writer_new(const struct writer_method *method, size_t size,
                    const struct writer_target *target, struct h5grad_error *err);

extern const struct writer_method hg_writer_direct, hg_writer_prealloc, hg_writer_chunked,
    hg_writer_library;

#endif
