/* SPDX-License-Identifier: BSD-3-Clause */
#include "ranks/each.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/thread.h"

/* What a rank asks for, and is given: other messages are of a run that has failed. */
enum { EACH_ASK = 0x6e41, EACH_LEAVE, EACH_GIVE };
struct each_note {
    uint64_t kind, number;
};

/* At rank 0. */
struct each {
    struct ranks *ranks;
    uint64_t n;
    atomic_uint_fast64_t next;
    atomic_bool over; /* no more are handed out */
    void *message;
    struct h5grad_error error; /* why the courier failed */
};

/* Returns the next number; n: there is none. */
static uint64_t take(struct each *each)
{
    return atomic_load(&each->over) ? each->n : size_min(atomic_fetch_add(&each->next, 1), each->n);
}

static enum h5grad_status send(struct ranks *ranks, unsigned to, uint64_t kind, uint64_t number,
                               struct h5grad_error *err)
{
    const struct each_note note = {kind, number};
    return hg_ranks_send(ranks, to, &note, sizeof note, err);
}

/* Waits for a message. */
static enum h5grad_status receive(struct ranks *ranks, void *message, unsigned *from,
                                  struct each_note *note, struct h5grad_error *err)
{
    size_t size;
    for (;;) {
        enum h5grad_status status = hg_ranks_poll(ranks, from, message, &size, err);
        if (status)
            return status;
        memcpy(note, message, sizeof *note);
        if (size == sizeof *note && note->kind >= EACH_ASK && note->kind <= EACH_GIVE)
            return H5GRAD_OK;
        if (size == SIZE_MAX)
            hg_ranks_nap(ranks);
    }
}

/* The courier: answers until no other rank does anything. Only then it tells them that there is no
 * more, since it would take what they send next for its own. */
static void *serve(void *of)
{
    struct each *each = of;
    const unsigned count = each->ranks->count;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned busy = count - 1; busy > 0 && !status;) {
        struct each_note note;
        unsigned from;
        status = receive(each->ranks, each->message, &from, &note, &each->error);
        uint64_t number = status || note.kind != EACH_ASK ? each->n : take(each);
        busy -= number == each->n;
        if (!status && number < each->n)
            status = send(each->ranks, from, EACH_GIVE, number, &each->error);
    }
    for (unsigned to = 1; to < count && !status; to++)
        status = send(each->ranks, to, EACH_GIVE, each->n, &each->error);
    if (status)
        atomic_store(&each->over, true);
    return NULL;
}

static enum h5grad_status lead(struct each *all, int (*each)(void *user, uint64_t number),
                               void *user, struct h5grad_error *err)
{
    pthread_t courier;
    bool serves = all->ranks->count > 1;
    uint64_t number = take(all); /* so that this rank has one, whatever the others do */
    int failure = serves ? hg_thread_start(&courier, serve, all) : 0;
    if (failure)
        return hg_error_errno(err, failure, "starting a thread");
    for (; number < all->n; number = take(all)) {
        if (each(user, number))
            atomic_store(&all->over, true);
    }
    if (serves)
        pthread_join(courier, NULL);
    if (all->error.status && err)
        *err = all->error;
    return all->error.status;
}

static enum h5grad_status follow(struct each *all, int (*each)(void *user, uint64_t number),
                                 void *user, struct h5grad_error *err)
{
    uint64_t say = EACH_ASK;
    for (;;) {
        struct each_note note;
        unsigned from;
        enum h5grad_status status = send(all->ranks, 0, say, 0, err);
        if (!status)
            status = receive(all->ranks, all->message, &from, &note, err);
        if (status || note.number >= all->n)
            return status;
        if (each(user, note.number))
            say = EACH_LEAVE;
    }
}

enum h5grad_status hg_ranks_each(struct ranks *ranks, uint64_t n,
                                 int (*each)(void *user, uint64_t number), void *user,
                                 struct h5grad_error *err)
{
    struct each all = {.ranks = ranks, .n = n, .message = malloc(RANKS_LONGEST)};
    if (!all.message)
        return hg_error_memory(err, RANKS_LONGEST);
    enum h5grad_status status =
        ranks->rank == 0 ? lead(&all, each, user, err) : follow(&all, each, user, err);
    free(all.message);
    return status;
}
