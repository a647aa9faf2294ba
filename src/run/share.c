/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/thread.h"
#include "writer/seam.h"

/* Seconds between two looks for messages while parts are done, and nanoseconds between two calls of
 * the caller's functions while rank 0 waits. */
#define LOOK_SECONDS 0.02
#define WAIT_PAUSE   2000000L

/* So many times as many hand-outs as ranks would take all parts that are left: a rank that is so
 * many times as slow as others has not been given more by the first one than they do in all. */
#define SHARES 3

/* Chunks of a message. */
#define MOST_CHUNKS ((RANKS_LONGEST - sizeof(struct wire)) / sizeof(struct lease_chunk))

/* The parts of a field. */
struct queue {
    struct parts parts;
    bool single; /* they are handed out one by one */
    uint64_t left;
    bool *taken;
};

/* What rank 0 knows of a rank. */
struct other {
    size_t field;  /* that it got parts of, and ... */
    uint64_t next; /* ... the part behind them */
    size_t n, room;
    struct lease_chunk *chunk; /* of the parts that it does; of others than rank 0 */
};

struct share {
    struct ranks *ranks;
    struct share_owner owner;
    atomic_bool over;
    pthread_mutex_t mutex;  /* guards the rest; at rank 0 the queue alone, and what is done */
    unsigned char *message; /* the one that was received last */

    size_t fields, first; /* fields before it have no part left */
    struct queue *queue;
    pthread_mutex_t owning; /* of the owner */
    struct other *other;    /* of each rank */
    unsigned left;          /* ranks that have said goodbye, rank 0 among them */
    uint64_t elsewhere;
    bool serving, served;      /* the courier was started; it has ended */
    struct h5grad_error error; /* why it failed */
    struct wire_work answer;   /* of the courier */
    pthread_t courier;

    bool started, answered, ended, granted, fin; /* what has come; answered: ended, or work */
    bool asked;                                  /* for a lease */
    bool wanting;                                /* it has asked for parts */
    struct wire_start start;
    struct wire_work work, next; /* at hand; the answer that has come */
    uint64_t at, end;            /* of the lease */
    double looked;
};

static bool is_first(const struct share *share)
{
    return share->ranks->rank == 0;
}

static enum h5grad_status report_over(struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_CANCELLED, "another process ended the run");
}

uint64_t hg_share_memory(const struct ranks *ranks, size_t results)
{
    const uint64_t seams = 2 * SEAM_BLOCK; /* of a piece, at most */
    return ranks && ranks->count > 1 ? 2 * RANKS_LONGEST + (2 * results + 1) * seams : 0;
}

struct share *hg_share_open(struct ranks *ranks, size_t fields, const struct share_owner *owner,
                            struct h5grad_error *err)
{
    struct share *share = hg_memory_zeroed(1, sizeof *share);
    if (!share) {
        hg_error_memory(err, sizeof *share);
        return NULL;
    }
    share->ranks = ranks;
    share->owner = *owner;
    share->fields = fields;
    share->left = 1;
    pthread_mutex_init(&share->mutex, NULL);
    pthread_mutex_init(&share->owning, NULL);
    share->message = malloc(RANKS_LONGEST);
    if (is_first(share)) {
        share->queue = hg_memory_zeroed(fields, sizeof *share->queue);
        share->other = hg_memory_zeroed(ranks->count, sizeof *share->other);
    }
    for (unsigned i = 0; share->other && i < ranks->count; i++)
        share->other[i].field = SIZE_MAX;
    if (share->message && (!is_first(share) || (share->queue && share->other)))
        return share;
    hg_error_memory(err, RANKS_LONGEST);
    hg_share_close(share);
    return NULL;
}

void hg_share_close(struct share *share)
{
    if (!share)
        return;
    for (size_t i = 0; share->queue && i < share->fields; i++)
        free(share->queue[i].taken);
    for (unsigned i = 0; share->other && i < share->ranks->count; i++)
        free(share->other[i].chunk);
    free(share->queue);
    free(share->other);
    free(share->message);
    pthread_mutex_destroy(&share->mutex);
    pthread_mutex_destroy(&share->owning);
    free(share);
}

/* ------------------------------------------------------------------------------ rank 0: the queue
 */

enum h5grad_status hg_share_add(struct share *share, size_t field, const struct parts *parts,
                                bool single, struct h5grad_error *err)
{
    struct queue *queue = &share->queue[field];
    if (!parts)
        return H5GRAD_OK;
    *queue = (struct queue){*parts, single, parts->n, hg_memory_zeroed(parts->n, sizeof(bool))};
    return queue->taken || parts->n == 0 ? H5GRAD_OK : hg_error_memory(err, parts->n);
}

static void take(struct queue *queue, uint64_t part, uint64_t n)
{
    memset(queue->taken + part, true, n);
    queue->left -= n;
}

bool hg_share_skip(struct share *share, size_t field, uint64_t part)
{
    const bool left = !share->queue[field].taken[part];
    if (left)
        take(&share->queue[field], part, 1);
    return left;
}

/* Returns how many parts from one on are left, up to another that is taken. */
static uint64_t count_left(const struct queue *queue, uint64_t part)
{
    uint64_t n = 0;
    while (part + n < queue->parts.n && !queue->taken[part + n])
        n++;
    return n;
}

/* Returns the first of the parts abreast of one that is left, if that one is left, too. */
static uint64_t align(const struct queue *queue, uint64_t part)
{
    const uint64_t first = hg_parts_abreast(&queue->parts, part);
    return first + count_left(queue, first) > part ? first : part;
}

/* Returns the middle of the longest stretch of parts that are left: its beginning belongs to the
 * rank that does the parts before it. */
static uint64_t find_middle(const struct queue *queue)
{
    uint64_t middle = 0, longest = 0;
    for (uint64_t part = 0, n; part < queue->parts.n; part += n + 1) {
        n = count_left(queue, part);
        if (n > longest) {
            middle = part + n / 2;
            longest = n;
        }
    }
    return align(queue, middle);
}

/* Returns the part that a rank goes on with: the neighbour of its last, since it has read some of
 * what that needs; at first each begins at a place of its own. */
static uint64_t find_next(const struct share *share, const struct queue *queue, unsigned rank)
{
    const struct other *other = &share->other[rank];
    const unsigned ranks = share->ranks->count;
    const uint64_t n = queue->parts.n, own = n / ranks * rank + n % ranks * rank / ranks;
    uint64_t next = other->next;
    if (other->field != share->first)
        next = own < n ? hg_parts_abreast(&queue->parts, own) : n;
    return next < n && !queue->taken[next] ? next : find_middle(queue);
}

/* Returns how many parts to hand out of a stretch of those that are left: half of it, but no more
 * than a share of all that are left. Parts abreast go together, until there would be more ranks
 * than such boxes. */
static uint64_t choose_most(const struct queue *queue, uint64_t stretch, unsigned ranks)
{
    const uint64_t abreast = queue->parts.abreast;
    uint64_t most = size_min(stretch / 2, queue->left / (SHARES * ranks));
    if (queue->single)
        return 1;
    if (most < abreast)
        most = queue->left > abreast * ranks ? abreast : queue->left / (2 * ranks);
    return size_max(size_min(most, stretch), 1);
}

/* Takes the next parts for a rank from the queue; false if there is none. */
static bool next_part(struct share *share, unsigned rank, struct wire *parts)
{
    pthread_mutex_lock(&share->mutex);
    while (share->first < share->fields && share->queue[share->first].left == 0)
        share->first++;
    const bool some = share->first < share->fields;
    if (some) {
        struct queue *queue = &share->queue[share->first];
        const uint64_t next = find_next(share, queue, rank);
        const uint64_t most = choose_most(queue, count_left(queue, next), share->ranks->count);
        const uint64_t n = hg_parts_fit(&queue->parts, next, most);
        *parts = (struct wire){
            .kind = WIRE_WORK, .field = (uint32_t)share->first, .part = next, .count = n};
        take(queue, next, n);
        share->other[rank].field = share->first;
        share->other[rank].next = next + n;
    }
    pthread_mutex_unlock(&share->mutex);
    return some;
}

/* The owner's functions, one at a time. */

static enum h5grad_status find_place(struct share *share, struct wire_work *work,
                                     struct h5grad_error *err)
{
    pthread_mutex_lock(&share->owning);
    enum h5grad_status status =
        share->owner.place(share->owner.user, work->head.field, &work->place, err);
    pthread_mutex_unlock(&share->owning);
    return status;
}

static enum h5grad_status grant(struct share *share, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err)
{
    pthread_mutex_lock(&share->owning);
    enum h5grad_status status = share->owner.lease(share->owner.user, bytes, at, end, err);
    pthread_mutex_unlock(&share->owning);
    return status;
}

static enum h5grad_status enter(struct share *share, const struct wire *parts,
                                const struct lease_chunk *chunk, size_t n, struct h5grad_error *err)
{
    pthread_mutex_lock(&share->owning);
    enum h5grad_status status = share->owner.enter(share->owner.user, parts, chunk, n, err);
    pthread_mutex_unlock(&share->owning);
    return status;
}

/* Ends the run: tells all others, once. */
static void stop_all(struct share *share)
{
    if (atomic_exchange(&share->over, true) || !is_first(share))
        return;
    const struct wire stop = {.kind = WIRE_STOP};
    for (unsigned rank = 1; rank < share->ranks->count; rank++)
        hg_ranks_send(share->ranks, rank, &stop, sizeof stop, NULL);
}

/* ----------------------------------------------------------------------------- rank 0: the courier
 */

static enum h5grad_status answer_ask(struct share *share, unsigned rank, struct h5grad_error *err)
{
    struct wire_work *work = &share->answer;
    const struct wire end = {.kind = WIRE_END};
    if (!next_part(share, rank, &work->head))
        return hg_ranks_send(share->ranks, rank, &end, sizeof end, err);
    enum h5grad_status status = find_place(share, work, err);
    return status ? status : hg_ranks_send(share->ranks, rank, work, sizeof *work, err);
}

static enum h5grad_status answer_lease(struct share *share, unsigned rank, uint64_t bytes,
                                       struct h5grad_error *err)
{
    struct wire granted = {.kind = WIRE_GRANT};
    enum h5grad_status status = grant(share, bytes, &granted.part, &granted.n, err);
    return status ? status : hg_ranks_send(share->ranks, rank, &granted, sizeof granted, err);
}

/* Keeps the chunks that follow until the part is done. */
static enum h5grad_status keep_chunks(struct share *share, unsigned rank, const void *data,
                                      size_t n, struct h5grad_error *err)
{
    struct other *other = &share->other[rank];
    if (n > other->room - other->n) {
        const size_t room = size_max(2 * other->room, other->n + n);
        struct lease_chunk *grown = realloc(other->chunk, room * sizeof *grown);
        if (!grown)
            return hg_error_memory(err, room * sizeof *grown);
        other->chunk = grown;
        other->room = room;
    }
    memcpy(other->chunk + other->n, data, n * sizeof *other->chunk);
    other->n += n;
    return H5GRAD_OK;
}

/* The list of chunks does not stay: a list for each rank would be much, of a thousand ranks. */
static enum h5grad_status note_done(struct share *share, unsigned rank, const struct wire *head,
                                    struct h5grad_error *err)
{
    struct other *other = &share->other[rank];
    enum h5grad_status status = enter(share, head, other->chunk, other->n, err);
    free(other->chunk);
    other->chunk = NULL;
    other->n = other->room = 0;
    pthread_mutex_lock(&share->mutex);
    share->elsewhere += head->n;
    pthread_mutex_unlock(&share->mutex);
    return status;
}

/* Handles a message of another rank. After a failure of the run all but the last is of no use. */
static enum h5grad_status handle(struct share *share, unsigned rank, size_t size,
                                 struct h5grad_error *err)
{
    struct wire head;
    const unsigned char *data = share->message + sizeof head;
    if (size < sizeof head)
        return hg_error_set(err, H5GRAD_FAILED, "a message was cut");
    memcpy(&head, share->message, sizeof head);
    size -= sizeof head;
    if (head.kind == WIRE_BYE) {
        share->left++;
        return H5GRAD_OK;
    }
    if (atomic_load(&share->over))
        return H5GRAD_OK;
    switch (head.kind) {
    case WIRE_ASK:
        return answer_ask(share, rank, err);
    case WIRE_LEASE:
        return answer_lease(share, rank, head.n, err);
    case WIRE_CHUNKS:
        return keep_chunks(share, rank, data, size / sizeof(struct lease_chunk), err);
    case WIRE_SEAM:
        return share->owner.seam(share->owner.user, head.part, data, size, err);
    case WIRE_DONE:
        return note_done(share, rank, &head, err);
    default:
        stop_all(share);
        return H5GRAD_OK;
    }
}

/* Serves the other ranks until all have said goodbye, or one cannot be reached. */
static void *serve(void *of)
{
    struct share *share = of;
    struct h5grad_error *err = &share->error;
    while (share->left < share->ranks->count) {
        unsigned rank;
        size_t size;
        if (hg_ranks_poll(share->ranks, &rank, share->message, &size, err)) {
            stop_all(share);
            break;
        }
        if (size == SIZE_MAX)
            hg_ranks_nap(share->ranks);
        else if (handle(share, rank, size, err))
            stop_all(share);
    }
    const struct wire fin = {.kind = WIRE_FIN};
    for (unsigned rank = 1; rank < share->ranks->count; rank++)
        hg_ranks_send(share->ranks, rank, &fin, sizeof fin, NULL);
    pthread_mutex_lock(&share->mutex);
    share->served = true;
    pthread_mutex_unlock(&share->mutex);
    return NULL;
}

enum h5grad_status hg_share_serve(struct share *share, const char *path, uint64_t parts,
                                  struct h5grad_error *err)
{
    struct wire_start *start = &share->start;
    enum h5grad_status status = H5GRAD_OK;
    start->head.kind = WIRE_START;
    start->parts = parts;
    if (strlen(path) >= sizeof start->path)
        return hg_error_set(err, H5GRAD_FAILED, "%s is too long", path);
    memcpy(start->path, path, strlen(path) + 1);
    for (unsigned rank = 1; rank < share->ranks->count && !status; rank++)
        status = hg_ranks_send(share->ranks, rank, start, sizeof *start, err);
    if (status || share->ranks->count == 1)
        return status;
    int number = hg_thread_start(&share->courier, serve, share);
    share->serving = number == 0;
    return number ? hg_error_errno(err, number, "starting a thread") : H5GRAD_OK;
}

/* -------------------------------------------------------------------------------- the other ranks
 */

static void take_answer(struct share *share, size_t size)
{
    struct wire head;
    memcpy(&head, share->message, sizeof head);
    switch (head.kind) {
    case WIRE_START:
        memcpy(&share->start, share->message, size_min(size, sizeof share->start));
        share->started = true;
        break;
    case WIRE_WORK:
        memcpy(&share->next, share->message, size_min(size, sizeof share->next));
        share->answered = true;
        break;
    case WIRE_END:
        share->ended = share->answered = true;
        break;
    case WIRE_GRANT:
        share->at = head.part;
        share->end = head.n;
        share->granted = true;
        break;
    case WIRE_FIN:
        share->fin = true;
        break;
    default:
        atomic_store(&share->over, true);
    }
}

/* Takes the messages that have come from rank 0. The caller holds the mutex. */
static enum h5grad_status receive(struct share *share, struct h5grad_error *err)
{
    unsigned from;
    size_t size;
    enum h5grad_status status;
    share->looked = clock_seconds();
    while (!(status = hg_ranks_poll(share->ranks, &from, share->message, &size, err)) &&
           size != SIZE_MAX) {
        if (size >= sizeof(struct wire))
            take_answer(share, size);
    }
    if (status) /* rank 0 is gone, and with it the last message */
        atomic_store(&share->over, share->fin = true);
    return status;
}

/* Waits for an answer, or the end of the run. */
static enum h5grad_status await(struct share *share, bool *answer, int (*cancelled)(void *user),
                                void *user, struct h5grad_error *err)
{
    for (;;) {
        pthread_mutex_lock(&share->mutex);
        enum h5grad_status status = receive(share, err);
        const bool there = *answer;
        *answer = false;
        pthread_mutex_unlock(&share->mutex);
        if (status || there)
            return status;
        if (atomic_load(&share->over) && answer != &share->fin)
            return report_over(err);
        if (cancel_is_asked(cancelled, user))
            return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
        hg_ranks_nap(share->ranks);
    }
}

static enum h5grad_status tell(struct share *share, enum wire_kind kind, uint64_t n,
                               struct h5grad_error *err)
{
    const struct wire head = {.kind = kind, .n = n};
    return hg_ranks_send(share->ranks, 0, &head, sizeof head, err);
}

const struct wire_start *hg_share_begin(struct share *share, struct h5grad_error *err)
{
    return await(share, &share->started, NULL, NULL, err) ? NULL : &share->start;
}

/* --------------------------------------------------------------------------------------- all ranks
 */

enum h5grad_status hg_share_ask(struct share *share, struct h5grad_error *err)
{
    if (is_first(share) || share->wanting)
        return H5GRAD_OK;
    share->wanting = true;
    return tell(share, WIRE_ASK, 0, err);
}

enum h5grad_status hg_share_take(struct share *share, struct wire_work **work,
                                 int (*cancelled)(void *user), void *user, struct h5grad_error *err)
{
    enum h5grad_status status;
    *work = NULL;
    if (hg_share_is_over(share))
        return report_over(err);
    if (is_first(share)) {
        if (!next_part(share, 0, &share->work.head))
            return H5GRAD_OK;
        status = find_place(share, &share->work, err);
    } else {
        status = hg_share_ask(share, err);
        if (!status)
            status = await(share, &share->answered, cancelled, user, err);
        share->wanting = false;
        if (share->ended)
            return status;
        share->work = share->next;
    }
    *work = &share->work;
    return status;
}

enum h5grad_status hg_share_ask_lease(void *user, uint64_t bytes, struct h5grad_error *err)
{
    struct share *share = user;
    if (is_first(share) || share->asked)
        return H5GRAD_OK;
    share->asked = true;
    return tell(share, WIRE_LEASE, bytes, err);
}

enum h5grad_status hg_share_lease(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                  struct h5grad_error *err)
{
    struct share *share = user;
    if (is_first(share))
        return grant(share, bytes, at, end, err);
    enum h5grad_status status = hg_share_ask_lease(share, bytes, err);
    if (!status)
        status = await(share, &share->granted, NULL, NULL, err);
    share->asked = false;
    *at = status ? 0 : share->at;
    *end = status ? 0 : share->end;
    return status;
}

/* Sends a head and the data that follow it. */
static enum h5grad_status send_data(struct share *share, struct wire head, const void *data,
                                    size_t size, struct h5grad_error *err)
{
    char *message = malloc(sizeof head + size);
    if (!message)
        return hg_error_memory(err, sizeof head + size);
    memcpy(message, &head, sizeof head);
    memcpy(message + sizeof head, data, size);
    enum h5grad_status status = hg_ranks_send(share->ranks, 0, message, sizeof head + size, err);
    free(message);
    return status;
}

enum h5grad_status hg_share_seam(struct share *share, uint64_t address, const void *data,
                                 uint64_t size, struct h5grad_error *err)
{
    return send_data(share, (struct wire){.kind = WIRE_SEAM, .part = address, .n = size}, data,
                     size, err);
}

enum h5grad_status hg_share_done(struct share *share, const struct wire *parts,
                                 const struct lease_chunk *chunk, size_t n,
                                 struct h5grad_error *err)
{
    struct wire head = *parts;
    if (is_first(share))
        return enter(share, parts, chunk, n, err);
    enum h5grad_status status = H5GRAD_OK;
    head.kind = WIRE_CHUNKS;
    for (size_t i = 0; i < n && !status; i += head.n) {
        head.n = size_min(n - i, MOST_CHUNKS);
        status = send_data(share, head, chunk + i, head.n * sizeof *chunk, err);
    }
    head.kind = WIRE_DONE;
    head.n = parts->n;
    return status ? status : hg_ranks_send(share->ranks, 0, &head, sizeof head, err);
}

void hg_share_fail(struct share *share)
{
    if (is_first(share))
        stop_all(share);
    else
        tell(share, WIRE_FAIL, 0, NULL);
}

bool hg_share_is_over(struct share *share)
{
    if (!is_first(share) && !atomic_load(&share->over) &&
        pthread_mutex_trylock(&share->mutex) == 0) {
        if (clock_seconds() - share->looked > LOOK_SECONDS)
            receive(share, NULL);
        pthread_mutex_unlock(&share->mutex);
    }
    return atomic_load(&share->over);
}

uint64_t hg_share_elsewhere(struct share *share)
{
    pthread_mutex_lock(&share->mutex);
    const uint64_t bytes = share->elsewhere;
    share->elsewhere = 0;
    pthread_mutex_unlock(&share->mutex);
    return bytes;
}

static bool is_served(struct share *share)
{
    pthread_mutex_lock(&share->mutex);
    const bool served = share->served;
    pthread_mutex_unlock(&share->mutex);
    return served;
}

enum h5grad_status hg_share_leave(struct share *share, int (*wait)(void *user), void *user,
                                  struct h5grad_error *err)
{
    const struct timespec pause = {.tv_nsec = WAIT_PAUSE};
    if (!is_first(share)) {
        enum h5grad_status status = tell(share, WIRE_BYE, 0, err);
        return status ? status : await(share, &share->fin, NULL, NULL, err);
    }
    if (!share->serving) /* a single rank, or the run is over */
        serve(share);
    while (!is_served(share)) {
        if (wait(user))
            stop_all(share);
        nanosleep(&pause, NULL);
    }
    if (share->serving)
        pthread_join(share->courier, NULL);
    if (share->error.status)
        return hg_error_set(err, share->error.status, "%s", share->error.message);
    return H5GRAD_OK;
}
