/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts finished chunks into a file that this process has open with libhdf5. Workers write them into
 * leases, past libhdf5 and its lock; libhdf5 is told of many at once, which takes it about a
 * microsecond each. Chunks that are put in the same order come to the same places.
 */
#ifndef H5GRAD_WRITER_PUT_H
#define H5GRAD_WRITER_PUT_H

#include "libhdf5/handle.h"
#include "output/journal.h"
#include "writer/lease.h"

/* The chunks that libhdf5 is told of at once, and the memory of those that it is not told of yet.
 */
#define PUT_CHUNKS 512
#define PUT_MEMORY ((uint64_t)2 * PUT_CHUNKS * sizeof(struct lease_chunk))

/* A dataset whose chunks are put. */
struct put_dataset {
    hid_t dataset;
    const struct h5_storage *storage;
};

struct put;

/* journal: records each chunk; NULL: no journal. The file was opened by hg_output_select and
 * outlives it. NULL with the reason. Within hg_enter. */
struct put *hg_put_open(hid_t file, struct journal *journal, struct h5grad_error *err);
void hg_put_close(struct put *put); /* NULL allowed */

/* Sets the dataset that is the number-th result, until the next one of that number. */
enum h5grad_status hg_put_choose(struct put *put, unsigned result, struct put_dataset dataset,
                                 struct h5grad_error *err);

/* Returns whether chunks are recorded. */
bool hg_put_records(const struct put *put);

/* Places n encoded chunks and writes their bytes, which follow each other at data; one of size 0 is
 * not stored. Any thread, or if chunks are recorded one at a time. Takes libhdf5's lock itself, as
 * does the next. */
enum h5grad_status hg_put_chunks(struct put *put, struct lease_chunk *chunk, size_t n,
                                 const void *data, struct h5grad_error *err);

/* Places the journal's next chunk, whose bytes are in the file already: number and result are
 * given. H5GRAD_FAILED if the place is another one. One at a time. */
enum h5grad_status hg_put_replay(struct put *put, struct lease_chunk chunk,
                                 struct h5grad_error *err);

/* Tells libhdf5 of all chunks, before their datasets are closed, and gives back room that is not
 * needed, when nobody puts any. Within hg_enter. */
enum h5grad_status hg_put_settle(struct put *put, struct h5grad_error *err);

/* Makes libhdf5 note where n chunks lie, that are of the datasets of their numbers and were told of
 * by nobody. H5GRAD_FAILED if libhdf5 places one elsewhere. Within hg_enter. */
enum h5grad_status hg_put_tell(const struct put_dataset *dataset, struct h5_probe *probe,
                               const struct lease_chunk *chunk, size_t n, struct h5grad_error *err);

#endif
