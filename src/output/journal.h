/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal of a run that can be resumed: what has arrived in the temporary file, in the order in
 * which it came, appended as it comes, what is small a few at a time.
 *
 * A resumed run is the same run once more: it makes the same file over the bytes of the one before,
 * step by step, but what the journal holds need not be computed and written again. So libhdf5's
 * state need not be saved, and the file that comes out is that of a run that was never stopped.
 * What was computed and not yet noted is computed again.
 *
 * A process may die at any moment: entries are appended after what they note. What became of the
 * file since is not taken on trust: an entry has a checksum of the bytes that it notes, and they
 * are read again, unless the run before ended in order and nobody has touched the file since. What
 * is not there any more is computed again. When the machine died too (this is another boot, or
 * another machine, or cannot be told from one), only what an entry says to have reached stable
 * storage is known to have.
 */
#ifndef H5GRAD_OUTPUT_JOURNAL_H
#define H5GRAD_OUTPUT_JOURNAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/cache.h"
#include "base/error.h"

struct journal;

/* What a run depends on besides its key. */
struct journal_facts {
    uint64_t threads, memory;
    struct cache_sizes cache;
    uint64_t inode; /* of the file */
};

/* What all of a run depends on. Texts are the caller's, or with hg_journal_read the journal's. */
struct journal_head {
    const char *key;     /* input and options */
    const char *history; /* the line of history: the same in the resumed run */
    struct journal_facts facts;
};

/* A chunk as it lies in the file. */
struct journal_chunk {
    uint64_t address;
    uint64_t size;
    uint64_t sum; /* hash_large of its bytes, from HASH_START on */
    unsigned mask;
};

/*
 * Reads the journal at path, to go on with it; *journal is NULL when there is none, or when the end
 * of the machine left nothing but a part of its head. H5GRAD_FAILED for a file that is no journal
 * of this user's.
 */
enum h5grad_status hg_journal_read(const char *path, struct journal **journal,
                                   struct h5grad_error *err);

/* Before the first entry is added to a journal that was read, when no other run can begin to use
 * it: cuts off what does not count. H5GRAD_FAILED when one has used it since. */
enum h5grad_status hg_journal_go_on(struct journal *journal, struct h5grad_error *err);

const struct journal_head *hg_journal_head(const struct journal *journal);

/* Begins a new journal, in place of one that may be there. */
enum h5grad_status hg_journal_create(const char *path, const struct journal_head *head,
                                     struct journal **journal, struct h5grad_error *err);

/* The file that the journal tells of, open until the journal is closed; was is what it was like
 * before this run wrote to it. */
void hg_journal_attach(struct journal *journal, int fd, const struct stat *was);

/* Whether what the entries note is sure to be there. */
bool hg_journal_is_trusted(const struct journal *journal);

/* Takes note that what an entry noted is not there: see hg_journal_lost, which counts that. Any
 * thread. */
void hg_journal_add_lost(struct journal *journal);
uint64_t hg_journal_lost(const struct journal *journal);

/* Closes it, with remove set for good. NULL allowed. */
void hg_journal_close(struct journal *journal, bool remove);

/*
 * The run comes to a field, whose results are made in a way that print is a fingerprint of.
 * H5GRAD_FAILED when the journal tells of another one.
 */
enum h5grad_status hg_journal_begin_field(struct journal *journal, uint64_t number, uint64_t tiles,
                                          uint64_t print, struct h5grad_error *err);

/* Whether a tile of the field was noted by hg_journal_add_tile, and the checksum of its results,
 * which have so many bytes. Any thread. */
bool hg_journal_has_tile(const struct journal *journal, uint64_t tile, uint64_t *sum);
enum h5grad_status hg_journal_add_tile(struct journal *journal, uint64_t tile, uint64_t sum,
                                       uint64_t bytes, struct h5grad_error *err);

/* For fields whose chunks are written in one order: the chunks of the field that are in the file
 * and were not taken yet. The first hg_journal_add_chunk forgets those that are left. One thread at
 * a time.
 */
uint64_t hg_journal_chunks_left(const struct journal *journal);

/* Whether the next n of them are there. */
bool hg_journal_holds_chunks(struct journal *journal, uint64_t n);

void hg_journal_take_chunk(struct journal *journal, struct journal_chunk *chunk);
enum h5grad_status hg_journal_add_chunk(struct journal *journal, const struct journal_chunk *chunk,
                                        struct h5grad_error *err);

/* Now and then brings the file and the journal to stable storage, in a thread of its own, so rarely
 * that this goes on for less than a fiftieth of the time. fd is the file's. One thread at a time; a
 * failure is told by a later call. */
enum h5grad_status hg_journal_sync(struct journal *journal, int fd, struct h5grad_error *err);

/* Waits for what hg_journal_sync began, and tells its failure: nobody else will, since the system
 * tells once of bytes that it could not store. */
enum h5grad_status hg_journal_settle(struct journal *journal, struct h5grad_error *err);

#endif
