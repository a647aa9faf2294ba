/* SPDX-License-Identifier: BSD-3-Clause */
#include "output/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/thread.h"

#define MAGIC "h5grad journal 7"

/* A batch is appended when it has so many entries, or when they record so many bytes. */
#define BATCH_ENTRIES 128
#define BATCH_BYTES   ((uint64_t)4 << 20)

/* Data is synced after so many seconds, or after so many times the duration of the last sync,
 * whichever is longer. */
#define SYNC_SECONDS 30
#define SYNC_RATIO   50

enum entry_kind { ENTRY_FIELD = 1, ENTRY_TILE, ENTRY_CHUNK, ENTRY_SYNCED, ENTRY_LEFT, ENTRY_PART };

/* Entries follow the head. What a and b are depends on the kind:
 *     ENTRY_FIELD   number and fingerprint of the field
 *     ENTRY_TILE    number of the tile
 *     ENTRY_CHUNK   address and size of the chunk
 *     ENTRY_SYNCED  how many entries before this one have their bytes on stable storage, and the
 *                   boot of the machine in which the next ones are written
 *     ENTRY_LEFT    state of the file when the run ended
 *     ENTRY_PART    numbers of field and part; as many chunks as mask says precede it. All are on
 *                   stable storage. Without it chunks do not count. */
struct entry {
    uint32_t kind;
    uint32_t mask; /* ENTRY_CHUNK, ENTRY_PART */
    uint64_t a, b;
    uint64_t sum;  /* of the bytes of the tile, chunk or part; of a part's chunk its number */
    uint64_t hash; /* of the above: an entry that did not arrive whole does not count */
};

/* The journal begins with this; the key and the history follow. */
struct start {
    char magic[16];
    struct journal_facts facts;
    uint64_t key, history; /* lengths of the texts */
    uint64_t hash;         /* of the above and the texts */
};

struct done_tile {
    bool done;
    uint64_t sum;
};

struct journal {
    char *path;
    int fd;
    uint64_t boot; /* of the machine, now */
    struct journal_head head;
    char *key, *history;
    uint64_t entries_at; /* offset of the first entry */

    struct stat was;        /* the journal when it was read */
    struct entry *old;      /* read from it */
    size_t n_old;           /* those that count, up to the part that was taken last */
    size_t n_safe;          /* the first of them, which are on stable storage */
    size_t next;            /* the first that was not taken */
    uint64_t chunks;        /* of the field, in old from next on */
    struct done_tile *tile; /* of the field */
    uint64_t left;          /* state of the file when the run before ended; 0: it did not */

    int file;     /* the temporary file; -1 */
    bool trusted; /* it is as the run before left it */
    _Atomic uint64_t lost;

    pthread_mutex_t mutex;             /* guards the batch */
    struct entry batch[BATCH_ENTRIES]; /* not appended yet */
    size_t n_batch;
    uint64_t batch_bytes; /* that its entries record */

    pthread_mutex_t sync_mutex; /* guards the rest against other callers */
    double synced;              /* when all was last brought to stable storage */
    double sync_cost;           /* seconds that it took */
    bool syncing;               /* syncer was started and not joined */
    pthread_t syncer;           /* has the following to itself until sync_done */
    int sync_fd;                /* the file to be synced */
    uint64_t sync_end;          /* size of the journal whose entries are on stable storage then */
    struct h5grad_error sync_error;
    _Atomic bool sync_done;
};

static uint64_t hash_entry(const struct entry *entry)
{
    return hash_bytes(HASH_START, entry, offsetof(struct entry, hash));
}

static uint64_t hash_start(const struct start *start, const char *key, const char *history)
{
    uint64_t sum = hash_bytes(HASH_START, start, offsetof(struct start, hash));
    return hash_bytes(hash_bytes(sum, key, start->key), history, start->history);
}

/* Returns an identity of the current boot of the machine; 0 if the system does not say. */
static uint64_t read_boot(void)
{
    char id[64];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, id, sizeof id);
    close(fd);
    return n > 0 ? hash_bytes(HASH_START, id, (size_t)n) : 0;
}

/* NULL when there is no memory; fd is then closed. */
static struct journal *make_journal(const char *path, int fd)
{
    struct journal *journal = hg_memory_zeroed(1, sizeof *journal);
    if (!journal || !(journal->path = hg_memory_text(path))) {
        close(fd);
        free(journal);
        return NULL;
    }
    journal->fd = fd;
    journal->file = -1;
    journal->boot = read_boot();
    journal->synced = clock_seconds();
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_mutex_init(&journal->sync_mutex, NULL);
    return journal;
}

static enum h5grad_status append_bytes(struct journal *journal, const void *data, size_t size,
                                       struct h5grad_error *err)
{
    const char *from = data;
    while (size > 0) {
        ssize_t n = write(journal->fd, from, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return hg_error_errno(err, n < 0 ? errno : ENOSPC, "writing %s", journal->path);
        from += n;
        size -= (size_t)n;
    }
    return H5GRAD_OK;
}

static enum h5grad_status append_batch(struct journal *journal, struct h5grad_error *err)
{
    size_t size = journal->n_batch * sizeof *journal->batch;
    journal->n_batch = 0;
    journal->batch_bytes = 0;
    return append_bytes(journal, journal->batch, size, err);
}

static enum h5grad_status add_entry(struct journal *journal, enum entry_kind kind, uint64_t a,
                                    uint64_t b, struct h5grad_error *err)
{
    struct entry entry = {.kind = kind, .a = a, .b = b};
    entry.hash = hash_entry(&entry);
    return append_bytes(journal, &entry, sizeof entry, err);
}

/* Changes when somebody touches the file, and differs between files; never 0. */
static uint64_t hash_state(const struct stat *info)
{
    const int64_t state[] = {(int64_t)info->st_ino,         info->st_size,
                             (int64_t)info->st_mtim.tv_sec, info->st_mtim.tv_nsec,
                             (int64_t)info->st_ctim.tv_sec, info->st_ctim.tv_nsec};
    uint64_t hash = hash_bytes(HASH_START, state, sizeof state);
    return hash ? hash : 1;
}

/* May fail without harm: missing entries are computed again, and without ENTRY_LEFT all bytes are
 * checked. */
static void add_end(struct journal *journal)
{
    struct stat info;
    if (append_batch(journal, NULL) == H5GRAD_OK && journal->file >= 0 &&
        fstat(journal->file, &info) == 0)
        add_entry(journal, ENTRY_LEFT, hash_state(&info), 0, NULL);
}

/* Waits for the syncing thread, if any, and returns its failure or that of one before. Holds
 * sync_mutex if others may use the journal. */
static enum h5grad_status end_sync(struct journal *journal, struct h5grad_error *err)
{
    if (journal->syncing)
        pthread_join(journal->syncer, NULL);
    journal->syncing = false;
    if (journal->sync_error.status)
        return hg_error_set(err, journal->sync_error.status, "%s", journal->sync_error.message);
    return H5GRAD_OK;
}

/* True if, after the output got its name, another run has begun a journal at the path. */
static bool is_replaced(const struct journal *journal)
{
    struct stat own, named;
    return fstat(journal->fd, &own) == 0 && lstat(journal->path, &named) == 0 &&
           !file_is_same(&own, &named);
}

void hg_journal_close(struct journal *journal, bool remove)
{
    if (!journal)
        return;
    end_sync(journal, NULL);
    if (remove && !is_replaced(journal))
        unlink(journal->path);
    if (!remove)
        add_end(journal);
    close(journal->fd);
    pthread_mutex_destroy(&journal->mutex);
    pthread_mutex_destroy(&journal->sync_mutex);
    free(journal->path);
    free(journal->key);
    free(journal->history);
    free(journal->old);
    free(journal->tile);
    free(journal);
}

const struct journal_head *hg_journal_head(const struct journal *journal)
{
    return &journal->head;
}

static bool read_text(struct journal *journal, uint64_t size, uint64_t offset, char **text)
{
    *text = hg_memory_zeroed(size + 1, 1);
    return *text && hg_file_read(journal->fd, *text, size, offset, NULL) == H5GRAD_OK;
}

/* Reads the entries up to the first broken one. If they may be from another boot of the machine,
 * only those known to be on stable storage count, else all. */
static bool read_entries(struct journal *journal, uint64_t bytes)
{
    size_t n = bytes / sizeof(struct entry), known = 0;
    uint64_t boot = 0;
    journal->old = hg_memory_zeroed(n, sizeof *journal->old);
    if (!journal->old && n > 0)
        return false;
    if (hg_file_read(journal->fd, journal->old, n * sizeof(struct entry), journal->entries_at,
                     NULL))
        return false;
    for (; known < n && journal->old[known].hash == hash_entry(&journal->old[known]); known++) {
        if (journal->old[known].kind != ENTRY_SYNCED)
            continue;
        journal->n_safe = size_min(journal->old[known].a, known);
        boot = journal->old[known].b;
    }
    bool same_boot = boot != 0 && boot == journal->boot;
    if (same_boot && known > 0 && journal->old[known - 1].kind == ENTRY_LEFT)
        journal->left = journal->old[--known].a;
    journal->n_old = same_boot || journal->head.facts.parts > 0 ? known : journal->n_safe;
    return true;
}

enum reading { READ_FAILED, READ_CUT, READ_WHOLE };

/* READ_CUT: the journal ends within its head, so the entries are lost, or there were none. */
static enum reading read_all(struct journal *journal, uint64_t size)
{
    struct start start;
    if (size < sizeof start)
        return READ_CUT;
    if (hg_file_read(journal->fd, &start, sizeof start, 0, NULL) ||
        memcmp(start.magic, MAGIC, sizeof start.magic) != 0)
        return READ_FAILED;
    uint64_t texts = size - sizeof start;
    if (start.key > texts || start.history > texts - start.key)
        return READ_CUT;
    if (!read_text(journal, start.key, sizeof start, &journal->key) ||
        !read_text(journal, start.history, sizeof start + start.key, &journal->history) ||
        start.hash != hash_start(&start, journal->key, journal->history))
        return READ_FAILED;
    journal->head = (struct journal_head){journal->key, journal->history, start.facts};
    journal->entries_at = sizeof start + start.key + start.history;
    return read_entries(journal, size - journal->entries_at) ? READ_WHOLE : READ_FAILED;
}

enum h5grad_status hg_journal_read(const char *path, struct journal **out, struct h5grad_error *err)
{
    *out = NULL;
    int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? H5GRAD_OK : hg_error_errno(err, errno, "%s", path);
    struct journal *journal = make_journal(path, fd);
    if (!journal)
        return hg_error_memory(err, sizeof *journal);
    struct stat *info = &journal->was;
    enum reading reading = READ_FAILED;
    if (fstat(fd, info) == 0 && S_ISREG(info->st_mode) && info->st_uid == geteuid())
        reading = read_all(journal, (uint64_t)info->st_size);
    if (reading != READ_WHOLE)
        hg_journal_close(journal, false);
    if (reading == READ_CUT)
        return H5GRAD_OK;
    if (reading == READ_FAILED)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s is no journal that can be read: begin anew without --resume", path);
    *out = journal;
    return H5GRAD_OK;
}

/* Records that so many entries and their bytes are on stable storage, and the current boot. */
static enum h5grad_status add_synced(struct journal *journal, uint64_t entries,
                                     struct h5grad_error *err)
{
    return add_entry(journal, ENTRY_SYNCED, entries, journal->boot, err);
}

/* Keeps so many of the entries that were read, and records the boot anew, since that entry may be
 * gone. */
static enum h5grad_status cut_entries(struct journal *journal, size_t entries,
                                      struct h5grad_error *err)
{
    if (ftruncate(journal->fd, (off_t)(journal->entries_at + entries * sizeof(struct entry))) != 0)
        return hg_error_errno(err, errno, "%s", journal->path);
    journal->n_old = entries;
    journal->n_safe = size_min(journal->n_safe, entries);
    return add_synced(journal, journal->n_safe, err);
}

/* True if the path leads to the journal that was read, unchanged. Opens it, because some network
 * file systems revalidate only then. */
static bool is_as_read(const struct journal *journal)
{
    struct stat info;
    const struct stat *was = &journal->was;
    int fd = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool same = fd >= 0 && fstat(fd, &info) == 0 && file_is_same(&info, was) &&
                info.st_size == was->st_size && info.st_mtim.tv_sec == was->st_mtim.tv_sec &&
                info.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
    if (fd >= 0)
        close(fd);
    return same;
}

enum h5grad_status hg_journal_continue(struct journal *journal, struct h5grad_error *err)
{
    if (!is_as_read(journal))
        return hg_error_set(err, H5GRAD_FAILED, "another h5grad has just used %s", journal->path);
    return cut_entries(journal, journal->n_old, err);
}

void hg_journal_attach(struct journal *journal, int fd, const struct stat *was)
{
    journal->file = fd;
    journal->trusted = journal->left != 0 && journal->left == hash_state(was);
}

bool hg_journal_is_trusted(const struct journal *journal)
{
    return journal->trusted;
}

void hg_journal_add_lost(struct journal *journal)
{
    atomic_fetch_add(&journal->lost, 1);
}

uint64_t hg_journal_lost(const struct journal *journal)
{
    return atomic_load(&journal->lost);
}

enum h5grad_status hg_journal_create(const char *path, const struct journal_head *head,
                                     struct journal **out, struct h5grad_error *err)
{
    struct start start = {.facts = head->facts};
    *out = NULL;
    if (unlink(path) != 0 && errno != ENOENT)
        return hg_error_errno(err, errno, "%s", path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return hg_error_errno(err, errno, "%s", path);
    struct journal *journal = make_journal(path, fd);
    if (!journal) {
        unlink(path);
        return hg_error_memory(err, sizeof *journal);
    }
    memcpy(start.magic, MAGIC, sizeof start.magic);
    start.key = strlen(head->key);
    start.history = strlen(head->history);
    start.hash = hash_start(&start, head->key, head->history);
    enum h5grad_status status = append_bytes(journal, &start, sizeof start, err);
    if (!status)
        status = append_bytes(journal, head->key, start.key, err);
    if (!status)
        status = append_bytes(journal, head->history, start.history, err);
    if (!status)
        status = add_synced(journal, 0, err);
    journal->key = hg_memory_text(head->key);
    journal->history = hg_memory_text(head->history);
    journal->entries_at = sizeof start + start.key + start.history;
    if (!status && (!journal->key || !journal->history))
        status = hg_error_memory(err, start.key + start.history);
    journal->head = (struct journal_head){journal->key, journal->history, start.facts};
    if (status)
        hg_journal_close(journal, true);
    else
        *out = journal;
    return status;
}

static const struct entry *peek_entry(struct journal *journal, enum entry_kind kind)
{
    while (journal->next < journal->n_old && journal->old[journal->next].kind == ENTRY_SYNCED)
        journal->next++;
    if (journal->next == journal->n_old || journal->old[journal->next].kind != kind)
        return NULL;
    return &journal->old[journal->next];
}

enum h5grad_status hg_journal_begin_field(struct journal *journal, uint64_t number, uint64_t tiles,
                                          uint64_t fingerprint, struct h5grad_error *err)
{
    free(journal->tile);
    journal->chunks = 0;
    journal->tile = hg_memory_zeroed(tiles, sizeof *journal->tile);
    if (!journal->tile)
        return hg_error_memory(err, tiles * sizeof *journal->tile);
    enum h5grad_status status = append_batch(journal, err);
    if (status)
        return status;
    const struct entry *field = peek_entry(journal, ENTRY_FIELD);
    if (!field && journal->next == journal->n_old)
        return add_entry(journal, ENTRY_FIELD, number, fingerprint, err);
    if (!field || field->a != number || field->b != fingerprint)
        return hg_error_set(
            err, H5GRAD_FAILED,
            "%s was written by another version, or on another kind of machine: begin "
            "anew without --resume",
            journal->path);
    journal->next++;
    for (const struct entry *tile; (tile = peek_entry(journal, ENTRY_TILE)); journal->next++) {
        if (tile->a < tiles)
            journal->tile[tile->a] = (struct done_tile){true, tile->sum};
    }
    for (size_t i = journal->next; i < journal->n_old && journal->old[i].kind != ENTRY_FIELD; i++)
        journal->chunks += journal->old[i].kind == ENTRY_CHUNK;
    return H5GRAD_OK;
}

bool hg_journal_has_tile(const struct journal *journal, uint64_t tile, uint64_t *sum)
{
    *sum = journal->tile[tile].sum;
    return journal->tile[tile].done;
}

/* bytes: recorded by the entry. */
static enum h5grad_status add_to_batch(struct journal *journal, struct entry entry, uint64_t bytes,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    entry.hash = hash_entry(&entry);
    pthread_mutex_lock(&journal->mutex);
    journal->batch[journal->n_batch++] = entry;
    journal->batch_bytes += bytes;
    if (journal->n_batch == BATCH_ENTRIES || journal->batch_bytes >= BATCH_BYTES)
        status = append_batch(journal, err);
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum h5grad_status hg_journal_add_tile(struct journal *journal, uint64_t tile, uint64_t sum,
                                       uint64_t bytes, struct h5grad_error *err)
{
    const struct entry entry = {.kind = ENTRY_TILE, .a = tile, .sum = sum};
    return add_to_batch(journal, entry, bytes, err);
}

uint64_t hg_journal_chunks_left(const struct journal *journal)
{
    return journal->chunks;
}

/* True if the file has the bytes that a chunk's entry records. */
static bool holds_bytes(const struct journal *journal, const struct entry *chunk)
{
    uint64_t sum = HASH_START;
    return hg_file_hash(journal->file, chunk->b, chunk->a, &sum, NULL) == H5GRAD_OK &&
           sum == chunk->sum;
}

bool hg_journal_holds_chunks(struct journal *journal, uint64_t n)
{
    bool holds = true;
    for (size_t i = journal->next; n > 0 && i < journal->n_old && holds; i++) {
        if (journal->old[i].kind != ENTRY_CHUNK)
            continue;
        holds = journal->trusted || holds_bytes(journal, &journal->old[i]);
        n--;
    }
    if (!holds)
        hg_journal_add_lost(journal);
    return holds;
}

static struct journal_chunk chunk_of(const struct entry *entry)
{
    return (struct journal_chunk){entry->a, entry->b, entry->sum, entry->mask};
}

bool hg_journal_take_chunk(struct journal *journal, struct journal_chunk *chunk)
{
    const struct entry *entry = peek_entry(journal, ENTRY_CHUNK);
    if (!entry)
        return false;
    *chunk = chunk_of(entry);
    journal->next++;
    journal->chunks--;
    return true;
}

/* Drops the entries that were not taken, after ending a sync, which counts them. */
static enum h5grad_status forget_old(struct journal *journal, struct h5grad_error *err)
{
    pthread_mutex_lock(&journal->sync_mutex);
    end_sync(journal, NULL); /* a later call returns its failure */
    enum h5grad_status status = cut_entries(journal, journal->next, err);
    pthread_mutex_unlock(&journal->sync_mutex);
    journal->chunks = 0;
    return status;
}

/* Its hash is left out. */
static struct entry entry_of(const struct journal_chunk *chunk)
{
    return (struct entry){.kind = ENTRY_CHUNK,
                          .mask = chunk->mask,
                          .a = chunk->address,
                          .b = chunk->size,
                          .sum = chunk->sum};
}

enum h5grad_status hg_journal_add_chunk(struct journal *journal, const struct journal_chunk *chunk,
                                        struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (journal->next < journal->n_old)
        status = forget_old(journal, err);
    if (status)
        return status;
    return add_to_batch(journal, entry_of(chunk), chunk->size, err);
}

/* Syncs the file; some file systems report only on closing that they could not store it. */
static enum h5grad_status store_file(int fd, struct h5grad_error *err)
{
    int number = fdatasync(fd) == 0 ? 0 : errno;
    if (close(fd) != 0 && number == 0)
        number = errno;
    return number ? hg_error_errno(err, number, "syncing what is written") : H5GRAD_OK;
}

/* Run by a thread, or by the caller if none can be started. */
static void *sync_all(void *of)
{
    struct journal *journal = of;
    double start = clock_seconds();
    struct h5grad_error *err = &journal->sync_error;
    uint64_t entries = (journal->sync_end - journal->entries_at) / sizeof(struct entry);
    if (!store_file(journal->sync_fd, err) && !add_synced(journal, entries, err) &&
        fdatasync(journal->fd) != 0)
        hg_error_errno(err, errno, "syncing %s", journal->path);
    journal->synced = clock_seconds();
    journal->sync_cost = journal->synced - start;
    atomic_store(&journal->sync_done, true);
    return NULL;
}

static void begin_sync(struct journal *journal)
{
    atomic_store(&journal->sync_done, false);
    journal->syncing = hg_thread_start(&journal->syncer, sync_all, journal) == 0;
    if (!journal->syncing)
        sync_all(journal);
}

enum h5grad_status hg_journal_settle(struct journal *journal, struct h5grad_error *err)
{
    pthread_mutex_lock(&journal->sync_mutex);
    enum h5grad_status status = end_sync(journal, err);
    pthread_mutex_unlock(&journal->sync_mutex);
    return status;
}

/* The caller holds sync_mutex. */
static enum h5grad_status sync_if_due(struct journal *journal, int fd, struct h5grad_error *err)
{
    struct stat info;
    if (journal->syncing && !atomic_load(&journal->sync_done))
        return H5GRAD_OK;
    enum h5grad_status status = end_sync(journal, err);
    if (status)
        return status;
    double pause = SYNC_RATIO * journal->sync_cost;
    if (clock_seconds() - journal->synced < (pause > SYNC_SECONDS ? pause : SYNC_SECONDS))
        return H5GRAD_OK;
    /* Entries that are appended from here on do not count. */
    if (fstat(journal->fd, &info) != 0)
        return hg_error_errno(err, errno, "%s", journal->path);
    journal->sync_end = (uint64_t)info.st_size;
    journal->sync_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (journal->sync_fd < 0)
        return hg_error_errno(err, errno, "syncing what is written");
    begin_sync(journal);
    return H5GRAD_OK;
}

enum h5grad_status hg_journal_sync(struct journal *journal, int fd, struct h5grad_error *err)
{
    pthread_mutex_lock(&journal->sync_mutex);
    enum h5grad_status status = sync_if_due(journal, fd, err);
    pthread_mutex_unlock(&journal->sync_mutex);
    return status;
}

enum h5grad_status hg_journal_add_part(struct journal *journal, const struct journal_part *part,
                                       const struct journal_chunk *chunk, struct h5grad_error *err)
{
    const size_t n = part->chunks;
    BASE_FREED struct entry *entry = hg_memory_zeroed(n + 1, sizeof *entry);
    if (!entry)
        return hg_error_memory(err, (n + 1) * sizeof *entry);
    for (size_t i = 0; i < n; i++)
        entry[i] = entry_of(&chunk[i]);
    entry[n] = (struct entry){.kind = ENTRY_PART,
                              .mask = part->chunks,
                              .a = part->field,
                              .b = part->number,
                              .sum = part->sum};
    for (size_t i = 0; i <= n; i++)
        entry[i].hash = hash_entry(&entry[i]);
    pthread_mutex_lock(&journal->mutex);
    enum h5grad_status status = append_bytes(journal, entry, (n + 1) * sizeof *entry, err);
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

/* Whether n chunks stand right before the entry of a part. */
static bool has_chunks(const struct journal *journal, size_t part, size_t n)
{
    size_t found = 0;
    while (found < n && found < part && journal->old[part - 1 - found].kind == ENTRY_CHUNK)
        found++;
    return found == n;
}

bool hg_journal_take_part(struct journal *journal, struct journal_part *part)
{
    while (journal->n_old > journal->next) {
        const struct entry *entry = &journal->old[--journal->n_old];
        *part = (struct journal_part){entry->a, entry->b, entry->mask, entry->sum};
        if (entry->kind == ENTRY_PART && has_chunks(journal, journal->n_old, entry->mask))
            return true;
    }
    return false;
}

uint64_t hg_journal_parts_end(const struct journal *journal)
{
    uint64_t end = 0;
    for (size_t i = 0; i < journal->n_old; i++) {
        const struct entry *entry = &journal->old[i];
        if (entry->kind == ENTRY_CHUNK)
            end = size_max(end, entry->a + entry->b);
    }
    return end;
}

struct journal_chunk hg_journal_part_chunk(const struct journal *journal,
                                           const struct journal_part *part, size_t number)
{
    return chunk_of(&journal->old[journal->n_old - part->chunks + number]);
}
