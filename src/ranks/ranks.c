/* SPDX-License-Identifier: BSD-3-Clause */
#include "ranks/ranks.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "ranks/load.h"

/* Seconds that the first rank has to end all, when one is dead, before others do. */
#define FIRST_WAIT 2

/* What every rank says first. */
struct hello {
    char version[32];
    char host[64]; /* one boot of one kernel: memory and processors are shared within it */
    uint64_t n;    /* processors of mask */
    unsigned char mask[CPU_SETSIZE / 8];
};

/* What rank 0 makes of it, for each. */
struct welcome {
    struct h5grad_error error;
    unsigned local, threads;
};

/* What a rank contributes to hg_ranks_agree and hg_ranks_most. */
struct verdict {
    unsigned rank;
    int number;
    struct h5grad_error error;
};

/* Where ranks wait for each other. The mark tells these messages from those of callers, which may
 * still be under way when a run fails. */
enum meeting {
    MEET_HELLO = 1,
    MEET_WELCOME,
    MEET_VERDICT,
    MEET_RESULT,
    MEET_DATA,
    MEET_TURN,
    MEET_SIZE
};
#define MEETING_MARK UINT64_C(0x5b1d9a6e72c0f400)
#define MEETING_MOST (RANKS_LONGEST - sizeof(uint64_t))

/* A message of a meeting, as it is sent. */
struct note {
    uint64_t mark;
    unsigned char data[];
};

static enum h5grad_status tell(struct ranks *ranks, unsigned to, enum meeting meeting,
                               const void *data, size_t size, struct h5grad_error *err)
{
    struct note *note = malloc(sizeof *note + size);
    if (!note)
        return hg_error_memory(err, size);
    note->mark = MEETING_MARK + meeting;
    memcpy(note->data, data, size);
    enum h5grad_status status = hg_ranks_send(ranks, to, note, sizeof *note + size, err);
    free(note);
    return status;
}

/* To all others, from rank 0. */
static enum h5grad_status tell_all(struct ranks *ranks, enum meeting meeting, const void *data,
                                   size_t size, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned to = 1; to < ranks->count && !status; to++)
        status = tell(ranks, to, meeting, data, size, err);
    return status;
}

static bool belongs(const struct note *note, size_t got, enum meeting meeting, size_t size)
{
    return got == sizeof *note + size && note->mark == MEETING_MARK + meeting;
}

/* Waits for a message of a meeting; others are dropped. */
static enum h5grad_status hear(struct ranks *ranks, enum meeting meeting, unsigned *from,
                               void *data, size_t size, struct h5grad_error *err)
{
    size_t got;
    struct note *note = malloc(RANKS_LONGEST);
    if (!note)
        return hg_error_memory(err, RANKS_LONGEST);
    enum h5grad_status status;
    for (;;) {
        bool is_left = hg_line_is_left(ranks);
        status = hg_ranks_poll(ranks, from, note, &got, err);
        if (status || (got != SIZE_MAX && belongs(note, got, meeting, size)))
            break;
        if (got == SIZE_MAX && is_left) {
            status = hg_line_fail(ranks, "another process has left too early", err);
            break;
        }
        if (got == SIZE_MAX)
            hg_ranks_nap(ranks);
    }
    if (!status)
        memcpy(data, note->data, size);
    free(note);
    return status;
}

static int severity(enum h5grad_status status)
{
    static const enum h5grad_status order[] = {H5GRAD_OK, H5GRAD_RESUMABLE, H5GRAD_CANCELLED};
    int k = 0;
    while (k < 3 && order[k] != status)
        k++;
    return k;
}

static void merge(struct verdict *into, const struct verdict *from)
{
    int mine = severity(into->error.status), other = severity(from->error.status);
    if (from->number > into->number)
        into->number = from->number;
    if (other < mine || (other == mine && into->rank < from->rank))
        return;
    into->rank = from->rank;
    into->error = from->error;
}

/* *verdict of each becomes that of all. */
static enum h5grad_status meet(struct ranks *ranks, struct verdict *verdict,
                               struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    unsigned from;
    if (ranks->rank != 0) {
        status = tell(ranks, 0, MEET_VERDICT, verdict, sizeof *verdict, err);
        return status ? status : hear(ranks, MEET_RESULT, &from, verdict, sizeof *verdict, err);
    }
    for (unsigned n = 1; n < ranks->count && !status; n++) {
        struct verdict other;
        status = hear(ranks, MEET_VERDICT, &from, &other, sizeof other, err);
        if (!status)
            merge(verdict, &other);
    }
    return status ? status : tell_all(ranks, MEET_RESULT, verdict, sizeof *verdict, err);
}

enum h5grad_status hg_ranks_agree(struct ranks *ranks, enum h5grad_status mine,
                                  struct h5grad_error *err)
{
    struct verdict verdict = {.rank = ranks->rank};
    char host[64] = "";
    if (ranks->count == 1)
        return mine;
    if (mine && err)
        verdict.error = *err;
    verdict.error.status = mine;
    if (mine && ranks->rank != 0 && gethostname(host, sizeof host - 1) == 0)
        hg_error_context(&verdict.error, mine, "%s", host);
    enum h5grad_status status = meet(ranks, &verdict, err);
    if (status)
        return status;
    if (verdict.error.status && err)
        *err = verdict.error;
    return verdict.error.status;
}

enum h5grad_status hg_ranks_most(struct ranks *ranks, int *number, struct h5grad_error *err)
{
    struct verdict verdict = {.rank = ranks->rank, .number = *number};
    enum h5grad_status status = ranks->count == 1 ? H5GRAD_OK : meet(ranks, &verdict, err);
    if (!status)
        *number = verdict.number;
    return status;
}

enum h5grad_status hg_ranks_share(struct ranks *ranks, void *data, size_t size,
                                  struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    unsigned char *at = data;
    unsigned from;
    for (size_t left = size; left > 0 && ranks->count > 1 && !status;) {
        size_t piece = size_min(left, MEETING_MOST);
        status = ranks->rank == 0 ? tell_all(ranks, MEET_DATA, at, piece, err)
                                  : hear(ranks, MEET_DATA, &from, at, piece, err);
        at += piece;
        left -= piece;
    }
    return status;
}

/* Sends all of data to rank 0 when it is this rank's turn, and waits until all have had theirs:
 * rank 0 would drop what is not of a turn. */
static enum h5grad_status hand_over(struct ranks *ranks, const unsigned char *data, uint64_t size,
                                    struct h5grad_error *err)
{
    unsigned char turn;
    unsigned from;
    enum h5grad_status status = hear(ranks, MEET_TURN, &from, &turn, sizeof turn, err);
    if (!status)
        status = tell(ranks, 0, MEET_SIZE, &size, sizeof size, err);
    while (size > 0 && !status) {
        size_t piece = size_min(size, MEETING_MOST);
        status = tell(ranks, 0, MEET_DATA, data, piece, err);
        data += piece;
        size -= piece;
    }
    return status ? status : hear(ranks, MEET_TURN, &from, &turn, sizeof turn, err);
}

/* Adds what a rank hands over to *all, of *size bytes. */
static enum h5grad_status take_over(struct ranks *ranks, unsigned of, unsigned char **all,
                                    size_t *size, struct h5grad_error *err)
{
    const unsigned char turn = 0;
    uint64_t more = 0;
    unsigned from;
    enum h5grad_status status = tell(ranks, of, MEET_TURN, &turn, sizeof turn, err);
    if (!status)
        status = hear(ranks, MEET_SIZE, &from, &more, sizeof more, err);
    unsigned char *grown = status ? NULL : realloc(*all, *size + more + 1);
    if (!grown)
        return status ? status : hg_error_memory(err, *size + more);
    *all = grown;
    while (more > 0 && !status) {
        size_t piece = size_min(more, MEETING_MOST);
        status = hear(ranks, MEET_DATA, &from, grown + *size, piece, err);
        *size += piece;
        more -= piece;
    }
    return status;
}

enum h5grad_status hg_ranks_collect(struct ranks *ranks, const void *mine, size_t mine_size,
                                    void **out, size_t *size, struct h5grad_error *err)
{
    *out = NULL;
    *size = 0;
    if (ranks->rank != 0)
        return hand_over(ranks, mine, mine_size, err);
    unsigned char *all = malloc(mine_size + 1);
    if (!all)
        return hg_error_memory(err, mine_size);
    memcpy(all, mine, mine_size);
    *size = mine_size;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned of = 1; of < ranks->count && !status; of++)
        status = take_over(ranks, of, &all, size, err);
    if (!status)
        status = tell_all(ranks, MEET_TURN, "", 1, err);
    if (status)
        free(all);
    else
        *out = all;
    return status;
}

/* A machine with more processors than a mask has room for shows none: all ranks share them. */
static void introduce(struct hello *hello)
{
    cpu_set_t set;
    *hello = (struct hello){.version = H5GRAD_VERSION};
    if (!hg_file_first_line("/proc/sys/kernel/random/boot_id", hello->host, sizeof hello->host))
        gethostname(hello->host, sizeof hello->host - 1);
    long all = sysconf(_SC_NPROCESSORS_ONLN);
    hello->n = all > 0 ? (uint64_t)all : 1;
    memset(hello->mask, 0xff, sizeof hello->mask);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    hello->n = (uint64_t)CPU_COUNT(&set);
    for (unsigned i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &set))
            hello->mask[i / 8] &= (unsigned char)~(1u << i % 8);
    }
}

static bool overlap(const struct hello *one, const struct hello *other)
{
    for (size_t i = 0; i < sizeof one->mask; i++) {
        if (one->mask[i] & other->mask[i])
            return true;
    }
    return false;
}

/* Counts the ranks on the host of rank, and divides its processors among those that use them. */
static void receive(const struct hello *all, unsigned count, unsigned rank, struct welcome *welcome)
{
    const struct hello *mine = &all[rank];
    uint64_t sharers = 0;
    *welcome = (struct welcome){.local = 0};
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(all[i].host, mine->host) != 0)
            continue;
        welcome->local++;
        sharers += overlap(&all[i], mine);
    }
    welcome->threads = (unsigned)size_max(1, mine->n / size_max(1, sharers));
}

static enum h5grad_status check_versions(const struct hello *all, unsigned count,
                                         struct h5grad_error *err)
{
    for (unsigned i = 1; i < count; i++) {
        if (strcmp(all[i].version, all[0].version) != 0)
            return hg_error_set(err, H5GRAD_FAILED,
                                "rank %u runs h5grad %s, rank 0 h5grad %s: all must be the same", i,
                                all[i].version, all[0].version);
    }
    return H5GRAD_OK;
}

static enum h5grad_status welcome_all(struct ranks *ranks, struct hello *all,
                                      struct welcome *welcome, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct h5grad_error problem = {.status = H5GRAD_OK};
    struct hello hello;
    unsigned from;
    for (unsigned n = 1; n < ranks->count && !status; n++) {
        status = hear(ranks, MEET_HELLO, &from, &hello, sizeof hello, err);
        if (!status)
            all[from] = hello;
    }
    if (!status)
        check_versions(all, ranks->count, &problem);
    for (unsigned to = ranks->count; to-- > 0 && !status;) {
        receive(all, ranks->count, to, welcome);
        welcome->error = problem;
        if (to > 0)
            status = tell(ranks, to, MEET_WELCOME, welcome, sizeof *welcome, err);
    }
    return status;
}

/* Learns who else is on this host. */
static enum h5grad_status get_to_know(struct ranks *ranks, struct h5grad_error *err)
{
    struct welcome welcome = {.local = 1};
    struct hello *all = hg_memory_zeroed(ranks->rank == 0 ? ranks->count : 1, sizeof *all);
    unsigned from;
    if (!all)
        return hg_error_memory(err, ranks->count * sizeof *all);
    introduce(&all[0]);
    enum h5grad_status status;
    if (ranks->rank == 0) {
        status = welcome_all(ranks, all, &welcome, err);
    } else {
        status = tell(ranks, 0, MEET_HELLO, all, sizeof *all, err);
        if (!status)
            status = hear(ranks, MEET_WELCOME, &from, &welcome, sizeof welcome, err);
    }
    free(all);
    ranks->local = welcome.local;
    ranks->threads = welcome.threads;
    if (!status && welcome.error.status && err)
        *err = welcome.error;
    return status ? status : welcome.error.status;
}

enum h5grad_status hg_ranks_join(struct ranks **out, const struct ranks_method *method, void *own,
                                 struct h5grad_error *err)
{
    struct ranks *ranks = hg_memory_zeroed(1, sizeof *ranks);
    *out = NULL;
    if (!ranks)
        return hg_error_memory(err, sizeof *ranks);
    *ranks = (struct ranks){.method = method, .count = 1, .own = own};
    if (method && method->start(ranks) != 0) {
        hg_error_set(err, H5GRAD_FAILED, "MPI does not start: %s", ranks->why);
        free(ranks);
        return H5GRAD_FAILED;
    }
    enum h5grad_status status = hg_line_open(ranks, err);
    if (!status)
        status = get_to_know(ranks, err);
    if (status)
        hg_ranks_close(ranks);
    else
        *out = ranks;
    return status;
}

enum h5grad_status hg_ranks_open(struct ranks **ranks, struct h5grad_error *err)
{
    const struct ranks_method *method;
    *ranks = NULL;
    enum h5grad_status status = hg_load_method(&method, err);
    if (!status)
        status = hg_ranks_join(ranks, method, NULL, err);
    if (!status)
        status = hg_load_check(*ranks, err);
    if (status) {
        hg_ranks_close(*ranks);
        *ranks = NULL;
    }
    return status;
}

/* The first rank ends the others, once it has said why: they wait for that. */
static void end_all(struct ranks *ranks, bool is_first)
{
    const struct timespec wait = {.tv_sec = FIRST_WAIT};
    if (!is_first)
        nanosleep(&wait, NULL);
    ranks->method->abort(ranks, H5GRAD_FAILED);
}

void hg_ranks_close(struct ranks *ranks)
{
    if (!ranks)
        return;
    const bool is_first = hg_line_is_first(ranks);
    if (!hg_line_close(ranks))
        end_all(ranks, is_first);
    if (ranks->method)
        ranks->method->finish(ranks);
    free(ranks);
}
