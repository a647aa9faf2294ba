/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal of a run that can be resumed: a file that records which tiles or chunks have arrived
 * in the temporary file, in the order of their arrival. Small ones are recorded in batches.
 *
 * A resumed run is the same run once more: it makes the same file over the bytes of the one before,
 * step by step, but neither computes nor writes again what the journal holds. So libhdf5's state
 * need not be saved, and the file that comes out is that of a run that was never stopped. What was
 * computed and not yet recorded is computed again.
 *
 * A process may die at any moment: an entry is appended after the bytes that it records. The
 * journal does not trust that they are still there: each entry has a checksum of its bytes, which
 * are read again, unless the run before exited cleanly and nobody has touched the file since. What
 * is missing is computed again. If the machine died too (this is another boot or another machine,
 * or nobody can tell), only entries that were marked as being on stable storage count.
 */
#ifndef H5GRAD_OUTPUT_JOURNAL_H
#define H5GRAD_OUTPUT_JOURNAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/cache.h"
#include "base/error.h"

struct journal;

/* What the plan of a run depends on besides its key. */
struct journal_facts {
    uint64_t threads, memory;
    struct cache_sizes cache;
    uint64_t inode; /* of the temporary file */
    uint64_t parts; /* of a field, about, if several processes share them; else 0 */
};

/* All that a run depends on. The texts are the caller's, or with hg_journal_read the journal's. */
struct journal_head {
    const char *key;     /* input and options */
    const char *history; /* the line of history: the same in the resumed run */
    struct journal_facts facts;
};

/* A chunk as it lies in the file. */
struct journal_chunk {
    uint64_t address;
    uint64_t size; /* 0: it is not stored */
    uint64_t sum;  /* hash_large of its bytes from HASH_START on; of a part's chunk, its number */
    unsigned mask;
};

/* Reads the journal at path, to go on with it; *journal is NULL when there is none, or when a crash
 * of the machine left only a part of its head. H5GRAD_FAILED for a file that is not a journal
 * owned by this user. */
enum h5grad_status hg_journal_read(const char *path, struct journal **journal,
                                   struct h5grad_error *err);

/* Cuts off the entries that do not count. Call it before the first entry is added to a journal that
 * was read, when no other run can begin to use it. H5GRAD_FAILED when one has used it since. */
enum h5grad_status hg_journal_continue(struct journal *journal, struct h5grad_error *err);

const struct journal_head *hg_journal_head(const struct journal *journal);

/* Begins a new journal, replacing any that is there. */
enum h5grad_status hg_journal_create(const char *path, const struct journal_head *head,
                                     struct journal **journal, struct h5grad_error *err);

/* Sets the temporary file that the journal is about, which stays open until the journal is closed;
 * was is its state before this run wrote to it. */
void hg_journal_attach(struct journal *journal, int fd, const struct stat *was);

/* True if the recorded bytes are sure to be in the file. */
bool hg_journal_is_trusted(const struct journal *journal);

/* Counts an entry whose bytes are missing. Any thread. */
void hg_journal_add_lost(struct journal *journal);
uint64_t hg_journal_lost(const struct journal *journal);

/* Closes the journal, and removes it if remove is set. journal may be NULL. */
void hg_journal_close(struct journal *journal, bool remove);

/* Begins a field. fingerprint is the hash of the plan and storage of its results; H5GRAD_FAILED if
 * the journal records another one. */
enum h5grad_status hg_journal_begin_field(struct journal *journal, uint64_t number, uint64_t tiles,
                                          uint64_t fingerprint, struct h5grad_error *err);

/* True if hg_journal_add_tile recorded the tile of the field, with the checksum of its results. Any
 * thread. bytes: of the results. */
bool hg_journal_has_tile(const struct journal *journal, uint64_t tile, uint64_t *sum);
enum h5grad_status hg_journal_add_tile(struct journal *journal, uint64_t tile, uint64_t sum,
                                       uint64_t bytes, struct h5grad_error *err);

/* For fields whose chunks are written in order: number of the field's recorded chunks that were not
 * taken yet. The first hg_journal_add_chunk drops the rest. One thread at a time. */
uint64_t hg_journal_chunks_left(const struct journal *journal);

/* True if the bytes of the next n of them are in the file. */
bool hg_journal_holds_chunks(struct journal *journal, uint64_t n);

/* False: there is none. */
bool hg_journal_take_chunk(struct journal *journal, struct journal_chunk *chunk);
enum h5grad_status hg_journal_add_chunk(struct journal *journal, const struct journal_chunk *chunk,
                                        struct h5grad_error *err);

/* A part of a field, in runs that several processes share, whose fields are one for the journal. */
struct journal_part {
    uint64_t field, number;
    uint32_t chunks;
    uint64_t sum; /* of its bytes */
};

/* Records a part, whose bytes are on stable storage, with its chunks. Any thread. */
enum h5grad_status hg_journal_add_part(struct journal *journal, const struct journal_part *part,
                                       const struct journal_chunk *chunk, struct h5grad_error *err);

/* Returns the end of the last chunk in the file that was recorded; 0 if there is none. */
uint64_t hg_journal_parts_end(const struct journal *journal);

/* Takes a part that was recorded, the last one first: a part stands there again if its bytes were
 * found missing. False if there is none. */
bool hg_journal_take_part(struct journal *journal, struct journal_part *part);

/* Returns one of the chunks of the part that was taken last. */
struct journal_chunk hg_journal_part_chunk(const struct journal *journal,
                                           const struct journal_part *part, size_t number);

/* Syncs the file and the journal from time to time, in a thread of its own that is busy less than a
 * fiftieth of the time. fd: the file's. One thread at a time; a later call returns the failure. */
enum h5grad_status hg_journal_sync(struct journal *journal, int fd, struct h5grad_error *err);

/* Waits for hg_journal_sync's thread and returns its failure, which the system reports only
 * once. */
enum h5grad_status hg_journal_settle(struct journal *journal, struct h5grad_error *err);

#endif
