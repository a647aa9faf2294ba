/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __linux__
    #include <linux/magic.h>
    #include <sys/vfs.h>
#endif

#include "base/memory.h"
#include "base/size.h"
#include "base/thread.h"

/* Requests in flight: far file systems serve about so many at once. */
#define MOST_THREADS 8

/* Extents that wait. */
#define QUEUE 256

/* A thread fetches so many bytes at a time. Far file systems are asked for whole ones, at multiples
 * of it: what lies beside an extent is wanted soon, and a small request takes as long. */
#define PIECE ((uint64_t)128 << 10)

/* Extents with fewer bytes between them are fetched as one. */
#define GAP ((uint64_t)16 << 10)

/* After so many extents in a row that were in the cache only every so many-th one is looked at. */
#define STREAK 64
#define SAMPLE 16

struct extent {
    int fd;
    bool silent; /* the file system cannot tell what is in the cache */
    uint64_t offset, size;
};

struct ahead {
    atomic_uint streak; /* extents in a row that were in the cache */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool ended;
    unsigned threads, idle;
    pthread_t thread[MOST_THREADS];
    uint64_t first, end; /* of the queue, modulo QUEUE */
    struct extent queue[QUEUE];
};

struct ahead *hg_ahead_new(void)
{
    struct ahead *ahead = hg_memory_zeroed(1, sizeof *ahead);
    if (!ahead)
        return NULL;
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    return ahead;
}

void hg_ahead_free(struct ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->mutex);
    ahead->ended = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
    for (unsigned i = 0; i < ahead->threads; i++)
        pthread_join(ahead->thread[i], NULL);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->mutex);
    free(ahead);
}

/* Notes whether bytes were in the cache. */
static void note(struct ahead *ahead, bool cached)
{
    if (!cached)
        atomic_store_explicit(&ahead->streak, 0, memory_order_relaxed);
    else
        atomic_fetch_add_explicit(&ahead->streak, 1, memory_order_relaxed);
}

/* Waits for a piece of the first extent; false: it is over. */
static bool take_piece(struct ahead *ahead, struct extent *piece)
{
    pthread_mutex_lock(&ahead->mutex);
    ahead->idle++;
    while (!ahead->ended && ahead->first == ahead->end)
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    ahead->idle--;
    bool more = !ahead->ended;
    if (more) {
        struct extent *extent = &ahead->queue[ahead->first % QUEUE];
        *piece = *extent;
        piece->size = size_min(extent->size, PIECE - extent->offset % PIECE);
        extent->offset += piece->size;
        extent->size -= piece->size;
        ahead->first += extent->size == 0;
    }
    pthread_mutex_unlock(&ahead->mutex);
    return more;
}

/* How often this thread has waited so far: for what is in the cache it need not. */
static long waits(void)
{
    struct rusage usage = {0};
#ifdef RUSAGE_THREAD
    getrusage(RUSAGE_THREAD, &usage);
#else
    getrusage(RUSAGE_SELF, &usage);
#endif
    return usage.ru_nvcsw;
}

/* A local file system is only asked to begin: that takes neither processor nor memory. Others may
 * not heed that, or not all of it; there the bytes are read, to nowhere. */
static void *fetch(void *of)
{
    struct ahead *ahead = of;
    struct extent piece;
    char *nowhere = NULL;
    while (take_piece(ahead, &piece)) {
        if (!piece.silent) {
            posix_fadvise(piece.fd, (off_t)piece.offset, (off_t)piece.size, POSIX_FADV_WILLNEED);
            continue;
        }
        if (!nowhere && !(nowhere = hg_memory_aligned(PIECE)))
            break;
        const long before = waits();
        if (pread(piece.fd, nowhere, piece.size, (off_t)piece.offset) > 0)
            note(ahead, waits() == before);
    }
    free(nowhere);
    return NULL;
}

/* Joins an extent to the last one of the queue, if it begins within that or where it ends. */
static bool extend_last(struct ahead *ahead, const struct extent *extent)
{
    if (ahead->first == ahead->end)
        return false;
    struct extent *last = &ahead->queue[(ahead->end - 1) % QUEUE];
    const uint64_t end = last->offset + last->size;
    if (last->fd != extent->fd || extent->offset < last->offset || extent->offset > end + GAP)
        return false;
    last->size = size_max(end, extent->offset + extent->size) - last->offset;
    return true;
}

static void add(struct ahead *ahead, const struct extent *extent)
{
    pthread_mutex_lock(&ahead->mutex);
    if (!extend_last(ahead, extent) && ahead->end - ahead->first < QUEUE)
        ahead->queue[ahead->end++ % QUEUE] = *extent;
    if (ahead->idle == 0 && ahead->threads < MOST_THREADS &&
        hg_thread_start(&ahead->thread[ahead->threads], fetch, ahead) == 0)
        ahead->threads++;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
}

/* Returns whether a byte of a file is in the page cache; sets *silent if nobody can tell. */
static bool is_cached(int fd, uint64_t offset, bool *silent)
{
    *silent = true;
#ifdef RWF_NOWAIT
    char byte;
    const struct iovec to = {&byte, 1};
    ssize_t n = preadv2(fd, &to, 1, (off_t)offset, RWF_NOWAIT);
    *silent = n < 0 && errno != EAGAIN;
    return n > 0;
#else
    (void)fd, (void)offset;
    return false;
#endif
}

/* Returns whether the file system is one that has no disk. */
static bool is_in_memory(int fd)
{
#ifdef __linux__
    struct statfs system;
    return fstatfs(fd, &system) == 0 &&
           (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
#else
    (void)fd;
    return false;
#endif
}

void hg_ahead_want(struct ahead *ahead, int fd, uint64_t offset, uint64_t size)
{
    struct extent extent = {.fd = fd, .offset = offset, .size = size};
    if (!ahead || size == 0)
        return;
    unsigned streak = atomic_load_explicit(&ahead->streak, memory_order_relaxed);
    if (streak > STREAK && streak % SAMPLE != 0) {
        note(ahead, true);
        return;
    }
    if ((is_cached(fd, offset + size - 1, &extent.silent) &&
         (size <= PIECE || is_cached(fd, offset, &extent.silent))) ||
        (extent.silent && is_in_memory(fd))) {
        note(ahead, true);
        return;
    }
    if (extent.silent) {
        extent.offset -= offset % PIECE;
        extent.size = size_round_up(offset + size, PIECE) - extent.offset;
    } else {
        note(ahead, false);
    }
    add(ahead, &extent);
}
