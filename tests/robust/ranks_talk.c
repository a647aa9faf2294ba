/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ranks say to each other, for ranks.sh, which starts several processes of it. The first
 * argument is what they do; rank 0 prints a line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks/ranks.h"

enum { MESSAGES = 400 };

static struct ranks *ranks;
static struct h5grad_error error;
static unsigned char data[RANKS_LONGEST];

static int failed(const char *what)
{
    printf("rank %u: %s: %s\n", ranks ? ranks->rank : 0, what, error.message);
    fflush(stdout);
    if (ranks)
        hg_ranks_close(ranks);
    return 1;
}

/* The size of message k between rank 0 and another: a few of them are large. */
static size_t size_of(unsigned rank, unsigned k)
{
    return k % 100 == 7 ? RANKS_LONGEST - rank : 2 + (k * 37 + rank) % 5000;
}

static void fill(unsigned rank, unsigned k, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 7 + k + rank);
}

static bool is_right(unsigned rank, unsigned k, size_t size)
{
    if (size != size_of(rank, k))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (data[i] != (unsigned char)(i * 7 + k + rank))
            return false;
    }
    return true;
}

/* Waits for a message. */
static bool next(unsigned *from, size_t *size)
{
    for (;;) {
        if (hg_ranks_poll(ranks, from, data, size, &error))
            return false;
        if (*size != SIZE_MAX)
            return true;
        hg_ranks_nap(ranks);
    }
}

/* Each rank sends its messages, which rank 0 sends back. */
static int echo(void)
{
    unsigned from, *heard = calloc(ranks->count, sizeof *heard);
    size_t size;
    if (!heard)
        return 1;
    if (ranks->rank == 0) {
        for (unsigned n = 0; n < MESSAGES * (ranks->count - 1); n++) {
            if (!next(&from, &size) || !is_right(from, heard[from]++, size))
                return failed("rank 0 got a wrong message");
            if (hg_ranks_send(ranks, from, data, size, &error))
                return failed("send");
        }
        puts("echo done");
        free(heard);
        return 0;
    }
    for (unsigned k = 0; k < MESSAGES; k++) {
        fill(ranks->rank, k, size_of(ranks->rank, k));
        if (hg_ranks_send(ranks, 0, data, size_of(ranks->rank, k), &error))
            return failed("send");
    }
    for (unsigned k = 0; k < MESSAGES; k++) {
        if (!next(&from, &size) || from != 0 || !is_right(ranks->rank, k, size))
            return failed("wrong echo");
    }
    free(heard);
    return 0;
}

/* Each rank has the status that its argument names; the last is for all others. */
static int agree(int n, char **status)
{
    int mine = atoi(status[(int)ranks->rank < n ? (int)ranks->rank : n - 1]);
    if (mine)
        hg_error_set(&error, (enum h5grad_status)mine, "reason of %u", ranks->rank);
    int got = (int)hg_ranks_agree(ranks, (enum h5grad_status)mine, &error);
    int most = (int)ranks->rank * 3;
    if (hg_ranks_most(ranks, &most, &error) || most != (int)(ranks->count - 1) * 3)
        return failed("most");
    printf("%d %s\n", got, error.message);
    return 0;
}

static int share(void)
{
    size_t size = 3 * RANKS_LONGEST + 5;
    unsigned char *all = malloc(size);
    if (!all)
        return 1;
    for (size_t i = 0; i < size; i++)
        all[i] = ranks->rank == 0 ? (unsigned char)(i % 251) : 0;
    if (hg_ranks_share(ranks, all, size, &error))
        return failed("share");
    for (size_t i = 0; i < size; i++) {
        if (all[i] != (unsigned char)(i % 251))
            return failed("shared data differ");
    }
    free(all);
    printf("shared\n");
    return 0;
}

/* Rank k hands over k times more than fits into a message. */
static int collect(void)
{
    size_t piece = RANKS_LONGEST + 7, mine = piece * ranks->rank, size;
    unsigned char *bytes = malloc(mine + 1);
    void *all;
    if (!bytes)
        return 1;
    memset(bytes, (int)ranks->rank, mine);
    if (hg_ranks_collect(ranks, bytes, mine, &all, &size, &error))
        return failed("collect");
    free(bytes);
    if (ranks->rank != 0)
        return all || size ? failed("collected elsewhere") : 0;
    const unsigned char *at = all;
    for (unsigned of = 0; of < ranks->count; of++) {
        for (size_t i = 0; i < piece * of; i++, at++) {
            if (*at != of)
                return failed("collected data differ");
        }
    }
    if (at != (unsigned char *)all + size)
        return failed("collected bytes");
    free(all);
    printf("collected\n");
    return 0;
}

/* All but rank 0 wait for it. */
static int sleep_long(unsigned seconds)
{
    if (ranks->rank == 0)
        sleep(seconds);
    if (hg_ranks_agree(ranks, H5GRAD_OK, &error))
        return failed("agree");
    printf("slept\n");
    return 0;
}

/* One rank ends without a word, the others learn it. */
static int die(unsigned rank)
{
    if (ranks->rank == rank)
        _exit(0);
    if (!hg_ranks_agree(ranks, H5GRAD_OK, &error))
        return failed("agreed with the dead");
    return hg_line_is_first(ranks) ? failed("died") : (hg_ranks_close(ranks), 1);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int status = 99;

    if (hg_ranks_open(&ranks, &error))
        return failed("open");
    if (strcmp(what, "echo") == 0)
        status = echo();
    else if (strcmp(what, "agree") == 0 && argc > 2)
        status = agree(argc - 2, argv + 2);
    else if (strcmp(what, "collect") == 0)
        status = collect();
    else if (strcmp(what, "share") == 0)
        status = share();
    else if (strcmp(what, "sleep") == 0 && argc > 2)
        status = sleep_long((unsigned)atoi(argv[2]));
    else if (strcmp(what, "die") == 0 && argc > 2)
        return die((unsigned)atoi(argv[2]));
    else if (strcmp(what, "who") == 0)
        status = printf("%u of %u, %u here, %u threads, %s\n", ranks->rank, ranks->count,
                        ranks->local, ranks->threads, ranks->library) < 0;
    if (status == 0)
        hg_ranks_close(ranks);
    return status;
}
