/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writers: "take this box". Each method of writing is one file and one row of the table in
 * writer.c.
 *
 * One thread opens and finishes a writer. All workers call hg_writer_write at once; the cores of
 * their tiles partition the dataset and, if it is chunked, consist of whole chunks.
 */
#ifndef H5GRAD_WRITER_WRITER_H
#define H5GRAD_WRITER_WRITER_H

#include <stdatomic.h>

#include "hdf5/storage.h"
#include "writer/lease.h"
#include "writer/put.h"
#include "writer/seam.h"
#include "writer/tile.h"

/* Where a part of a result lies that another process has created. */
struct writer_told {
    int fd;
    uint64_t offset;           /* of a contiguous dataset */
    const struct seams *seams; /* of the part in it; NULL: nothing is kept */
    struct lease *lease;       /* where chunks go */
};

/* The dataset to write; all members stay the caller's and outlive the writer. */
struct writer_target {
    hid_t file;
    hid_t dataset;
    const struct h5_storage *storage;
    hid_t memory;    /* datatype of the points passed to hg_writer_write */
    size_t size;     /* bytes of a point */
    bool raw;        /* the file's datatype is memory */
    bool leased;     /* other processes write chunks, into leases */
    unsigned result; /* the dataset's number, for leases */
    struct put *put; /* of the file; NULL: libhdf5 writes chunks */
    /* If not NULL, file and dataset are -1, and the writer cannot be finished. */
    const struct writer_told *told;
};

struct writer;

/* What survives an interrupted run. */
enum writer_resume {
    WRITER_RESUMES_NOTHING,
    WRITER_RESUMES_TILES,  /* tiles, in their fixed places */
    WRITER_RESUMES_CHUNKS, /* chunks, but each must be placed again, in the same order */
};

struct writer_method {
    const char *name;
    enum writer_resume resume;
    /* As reader_method.open. */
    struct writer *(*open)(const struct writer_target *target, struct h5grad_error *err);
    enum h5grad_status (*write)(struct writer *writer, const struct result_tile *tile,
                                const void *points, struct h5grad_error *err);
    /* See hg_writer_read. NULL unless WRITER_RESUMES_TILES. */
    enum h5grad_status (*read)(struct writer *writer, const struct result_tile *tile, void *points,
                               struct h5grad_error *err);
    /* See hg_writer_replay. NULL unless WRITER_RESUMES_CHUNKS. */
    enum h5grad_status (*replay)(struct writer *writer, const struct result_tile *tile,
                                 struct h5grad_error *err);
    /* See hg_writer_is_apart. NULL: false. */
    bool (*is_apart)(const struct writer *writer);
    /* NULL: nothing to do. */
    enum h5grad_status (*finish)(struct writer *writer, struct h5grad_error *err);
    /* Returns where a point lies in an array in memory, if that is dense and C-ordered and of a
     * type that is computed without conversion. Results may then be stored there, past the caches,
     * instead of by hg_writer_write. NULL: they may not. */
    void *(*place)(const struct writer *writer, const uint64_t *point);
};

/* First member of every method's own struct, which is freed with it. */
struct writer {
    const struct writer_method *method;
    struct writer_target target;
    const atomic_int
        *failure; /* hg_output_failure of the file, set by hg_writer_open; may be NULL */
};

/* Like hg_reader_open. Within hg_enter. */
struct writer *hg_writer_open(const struct writer_target *target, const char *forced,
                              struct h5grad_error *err);

/* Opens a writer into an array in memory. data is the point of indices 0; size is the bytes of a
 * point; stride is in bytes, or NULL for a dense array. */
struct writer *hg_writer_open_memory(void *data, size_t size, unsigned rank, const uint64_t *extent,
                                     const int64_t *stride, struct h5grad_error *err);

/* Writes the points of the tile's core, dense and C-ordered. Sparse storage does without chunks of
 * nothing but zeros; there points may be NULL, if all are. Takes libhdf5's lock itself. */
enum h5grad_status hg_writer_write(struct writer *writer, const struct result_tile *tile,
                                   const void *points, struct h5grad_error *err);

/* Reads the points of the tile's core back, for WRITER_RESUMES_TILES; else like hg_writer_write. */
enum h5grad_status hg_writer_read(struct writer *writer, const struct result_tile *tile,
                                  void *points, struct h5grad_error *err);

/* Returns the number of chunks of a tile. */
uint64_t hg_writer_chunks(const struct writer *writer, const struct result_tile *tile);

/* Call instead of hg_writer_write, in the order of the interrupted run: replays the chunks of a
 * tile from the journal. H5GRAD_FAILED if one is placed elsewhere. Takes libhdf5's lock
 * itself. */
enum h5grad_status hg_writer_replay(struct writer *writer, const struct result_tile *tile,
                                    struct h5grad_error *err);

/* Returns whether the result is written and finished without the dataset, which may be closed. */
bool hg_writer_is_apart(const struct writer *writer);

/* Hands everything to the file, after the last tile. Within hg_enter. */
enum h5grad_status hg_writer_finish(struct writer *writer, struct h5grad_error *err);

/* Without hg_writer_finish the result is abandoned. writer may be NULL. Within hg_enter. */
void hg_writer_close(struct writer *writer);

/* Allocates a method's own struct, of size bytes. target: NULL in memory. NULL with the reason. */
void *hg_writer_new(const struct writer_method *method, size_t size,
                    const struct writer_target *target, struct h5grad_error *err);

extern const struct writer_method hg_writer_direct, hg_writer_prealloc, hg_writer_chunked,
    hg_writer_library;

#endif
