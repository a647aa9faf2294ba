/* SPDX-License-Identifier: BSD-3-Clause */
#include "ranks/line.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/thread.h"

#define BEAT     2.0  /* seconds between two signs of life, at most */
#define BEATS    5    /* within the time after which a rank is dead, at least */
#define SILENCE  50   /* seconds without one after which a rank is dead */
#define PATIENCE 10.0 /* seconds that a run then has to end in order */
#define WATCH    1.0  /* seconds between two looks at who is silent */
#define SLEPT    0.1  /* two polls that are further apart count as that many seconds */
#define KEEP     50   /* milliseconds without a call after which the keeper polls */

/* Nanoseconds of naps: each is twice as long as the one before, from the turn on a 32nd longer, so
 * that no message waits for more than about a 32nd of the time since the last one. */
#define NAP_LEAST   20000
#define NAP_TURN    500000
#define NAP_LONGEST 10000000

/* A message without bytes is a sign of life, one of a single byte the last of its sender. */
enum { SIZE_BEAT = 0, SIZE_BYE = 1 };

struct peer {
    double heard; /* on the line's clock */
    bool left;    /* it has said that it closes */
};

/* A message that has arrived while nobody polled. */
struct letter {
    struct letter *next;
    unsigned from;
    size_t size;
    unsigned char data[];
};

struct ranks_line {
    pthread_mutex_t lock;
    pthread_cond_t closes;
    pthread_t keeper;
    bool kept, closing;
    struct peer *peer;              /* of each rank */
    unsigned left;                  /* peers that close */
    double clock;                   /* seconds in which this process ran */
    double polled;                  /* by clock_seconds */
    double beaten, watched, failed; /* on clock */
    double silence, beat;           /* silence 0: as long as it likes */
    long nap;
    unsigned char *buffer; /* of RANKS_LONGEST bytes */
    struct letter *first, **last;
    struct h5grad_error error; /* why no call succeeds any more */
};

static unsigned first_peer(const struct ranks *ranks)
{
    return ranks->rank == 0 ? 1 : 0;
}

/* Of rank 0 all others, of others rank 0. */
static unsigned end_of_peers(const struct ranks *ranks)
{
    return ranks->rank == 0 ? ranks->count : 1;
}

static enum h5grad_status fail(struct ranks *ranks, const char *what)
{
    struct ranks_line *line = ranks->line;
    line->failed = line->clock;
    return hg_error_set(&line->error, H5GRAD_FAILED, "%s (%s)%s%s", what, ranks->library,
                        *ranks->why ? ": " : "", ranks->why);
}

/* The reason why no call succeeds any more, if there is one. */
static enum h5grad_status check(const struct ranks *ranks, struct h5grad_error *err)
{
    if (ranks->line->error.status && err)
        *err = ranks->line->error;
    return ranks->line->error.status;
}

static void pass(struct ranks *ranks, unsigned to, const void *data, size_t size)
{
    if (!ranks->line->error.status && ranks->method->send(ranks, to, data, size) != 0)
        fail(ranks, "a message cannot be sent");
}

/* Advances the clock, tells the peers that this rank is alive, and looks whether they are. */
static void keep_alive(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;
    double now = clock_seconds(), passed = now - line->polled;

    line->polled = now;
    line->clock += passed < SLEPT ? passed : SLEPT;
    if (!line->closing && line->clock - line->beaten >= line->beat) {
        line->beaten = line->clock;
        for (unsigned i = first_peer(ranks); i < end_of_peers(ranks); i++)
            pass(ranks, i, NULL, SIZE_BEAT);
    }
    if (line->silence <= 0 || line->clock - line->watched < WATCH)
        return;
    line->watched = line->clock;
    for (unsigned i = first_peer(ranks); i < end_of_peers(ranks) && !line->error.status; i++) {
        if (line->peer[i].left || line->clock - line->peer[i].heard < line->silence)
            continue;
        char what[96];
        snprintf(what, sizeof what, "rank %u has been silent for %.0f s: it or its host is dead", i,
                 line->silence);
        fail(ranks, what);
    }
}

/* Takes the next message of the method that is not this room's own; *size is SIZE_MAX if there is
 * none. */
static enum h5grad_status take(struct ranks *ranks, unsigned *from, void *data, size_t *size)
{
    struct ranks_line *line = ranks->line;

    keep_alive(ranks);
    while (!line->error.status) {
        *size = SIZE_MAX;
        if (ranks->method->poll(ranks, from, data, size) != 0)
            return fail(ranks, "a message cannot be received");
        if (*size == SIZE_MAX)
            break;
        line->peer[*from].heard = line->clock;
        if (*size > SIZE_BYE)
            break;
        if (*size == SIZE_BYE && !line->peer[*from].left) {
            line->peer[*from].left = true;
            line->left++;
        }
    }
    return line->error.status;
}

/* Keeps what has arrived, for the next who polls. */
static void collect(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;
    unsigned from;
    size_t size;

    while (take(ranks, &from, line->buffer, &size) == H5GRAD_OK && size != SIZE_MAX) {
        struct letter *letter = malloc(sizeof *letter + size);
        if (!letter) {
            fail(ranks, "out of memory for messages");
            return;
        }
        *letter = (struct letter){.from = from, .size = size};
        memcpy(letter->data, line->buffer, size);
        *line->last = letter;
        line->last = &letter->next;
    }
}

/* Returns whether there was one. */
static bool open_letter(struct ranks_line *line, unsigned *from, void *data, size_t *size)
{
    struct letter *letter = line->first;

    if (!letter)
        return false;
    line->first = letter->next;
    if (!line->first)
        line->last = &line->first;
    *from = letter->from;
    *size = letter->size;
    memcpy(data, letter->data, letter->size);
    free(letter);
    return true;
}

static void *keep(void *of)
{
    struct ranks *ranks = of;
    struct ranks_line *line = ranks->line;

    pthread_mutex_lock(&line->lock);
    while (!line->closing) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += KEEP * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&line->closes, &line->lock, &until);
        if (line->error.status) {
            keep_alive(ranks);
            if (line->clock - line->failed > PATIENCE)
                ranks->method->abort(ranks, H5GRAD_FAILED);
        } else if (clock_seconds() - line->polled >= KEEP * 1e-3) {
            collect(ranks);
        }
    }
    pthread_mutex_unlock(&line->lock);
    return NULL;
}

static void free_line(struct ranks_line *line)
{
    if (!line)
        return;
    while (line->first) {
        struct letter *letter = line->first;
        line->first = letter->next;
        free(letter);
    }
    pthread_cond_destroy(&line->closes);
    pthread_mutex_destroy(&line->lock);
    free(line->peer);
    free(line->buffer);
    free(line);
}

static struct ranks_line *new_line(unsigned count)
{
    struct ranks_line *line = hg_memory_zeroed(1, sizeof *line);
    pthread_condattr_t attributes;
    const char *text = getenv("H5GRAD_SILENCE");
    uint64_t seconds;

    if (!line)
        return NULL;
    pthread_mutex_init(&line->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&line->closes, &attributes);
    pthread_condattr_destroy(&attributes);
    line->last = &line->first;
    line->polled = clock_seconds();
    line->silence = text && hg_parse_u64(text, &seconds) ? (double)seconds : SILENCE;
    line->beat = line->silence > 0 && line->silence < BEATS * BEAT ? line->silence / BEATS : BEAT;
    line->nap = NAP_LEAST;
    line->peer = hg_memory_zeroed(count, sizeof *line->peer);
    line->buffer = malloc(RANKS_LONGEST);
    if (line->peer && line->buffer)
        return line;
    free_line(line);
    return NULL;
}

enum h5grad_status hg_ranks_send(struct ranks *ranks, unsigned to, const void *data, size_t size,
                                 struct h5grad_error *err)
{
    struct ranks_line *line = ranks->line;

    pthread_mutex_lock(&line->lock);
    pass(ranks, to, data, size);
    enum h5grad_status status = check(ranks, err);
    pthread_mutex_unlock(&line->lock);
    return status;
}

enum h5grad_status hg_ranks_poll(struct ranks *ranks, unsigned *from, void *data, size_t *size,
                                 struct h5grad_error *err)
{
    struct ranks_line *line = ranks->line;
    enum h5grad_status status = H5GRAD_OK;

    *size = SIZE_MAX;
    if (!line)
        return H5GRAD_OK;
    pthread_mutex_lock(&line->lock);
    if (!open_letter(line, from, data, size))
        take(ranks, from, data, size);
    status = check(ranks, err);
    if (*size != SIZE_MAX)
        line->nap = NAP_LEAST;
    pthread_mutex_unlock(&line->lock);
    return status;
}

void hg_ranks_nap(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;
    struct timespec time = {.tv_nsec = NAP_LONGEST};

    if (line) {
        pthread_mutex_lock(&line->lock);
        time.tv_nsec = line->nap;
        line->nap += line->nap < NAP_TURN ? line->nap : line->nap / 32;
        line->nap = line->nap < NAP_LONGEST ? line->nap : NAP_LONGEST;
        pthread_mutex_unlock(&line->lock);
    }
    nanosleep(&time, NULL);
}

enum h5grad_status hg_line_open(struct ranks *ranks, struct h5grad_error *err)
{
    if (ranks->count == 1)
        return H5GRAD_OK;
    struct ranks_line *line = ranks->line = new_line(ranks->count);
    if (line)
        line->kept = hg_thread_start(&line->keeper, keep, ranks) == 0;
    if (!line || !line->kept)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "out of memory for messages between processes");
    return H5GRAD_OK;
}

enum h5grad_status hg_line_fail(struct ranks *ranks, const char *why, struct h5grad_error *err)
{
    struct ranks_line *line = ranks->line;

    pthread_mutex_lock(&line->lock);
    if (!line->error.status)
        fail(ranks, why);
    enum h5grad_status status = check(ranks, err);
    pthread_mutex_unlock(&line->lock);
    return status;
}

/* Whether all peers close, too, and no message of theirs is under way. */
static bool have_left(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;
    unsigned from;
    size_t size;

    pthread_mutex_lock(&line->lock);
    while (take(ranks, &from, line->buffer, &size) == H5GRAD_OK && size != SIZE_MAX)
        continue;
    bool all = line->left == end_of_peers(ranks) - first_peer(ranks);
    bool over = all || line->error.status;
    pthread_mutex_unlock(&line->lock);
    return over;
}

bool hg_line_is_dead(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;

    if (!line)
        return false;
    pthread_mutex_lock(&line->lock);
    bool is_dead = line->error.status != H5GRAD_OK;
    pthread_mutex_unlock(&line->lock);
    return is_dead;
}

bool hg_line_is_left(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;

    pthread_mutex_lock(&line->lock);
    bool is_left = line->left > 0 && !line->first;
    pthread_mutex_unlock(&line->lock);
    return is_left;
}

bool hg_line_is_first(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;

    if (!line || ranks->rank != 1)
        return ranks->rank == 0;
    pthread_mutex_lock(&line->lock);
    bool is_first = line->error.status && line->silence > 0 &&
                    line->clock - line->peer[0].heard >= line->silence;
    pthread_mutex_unlock(&line->lock);
    return is_first;
}

bool hg_line_close(struct ranks *ranks)
{
    struct ranks_line *line = ranks->line;

    if (!line)
        return true;
    pthread_mutex_lock(&line->lock);
    line->closing = true;
    for (unsigned i = first_peer(ranks); i < end_of_peers(ranks); i++)
        pass(ranks, i, "", SIZE_BYE);
    pthread_cond_signal(&line->closes);
    pthread_mutex_unlock(&line->lock);
    if (line->kept)
        pthread_join(line->keeper, NULL);
    line->nap = NAP_LEAST;
    while (!have_left(ranks))
        hg_ranks_nap(ranks);
    bool whole = line->error.status == H5GRAD_OK;
    free_line(line);
    ranks->line = NULL;
    return whole;
}
