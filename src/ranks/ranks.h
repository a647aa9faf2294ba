/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages between the processes of one run, its ranks. Rank 0 talks with each other rank; the
 * others do not talk with each other. What messages are about is the caller's business.
 *
 * One thread at a time calls the functions of a struct ranks. None of them waits for another rank
 * but those that say so, and those poll with naps, so that waiting ranks leave the processors to
 * the workers.
 */
#ifndef H5GRAD_RANKS_RANKS_H
#define H5GRAD_RANKS_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* No message is longer. */
#define RANKS_LONGEST ((size_t)1 << 20)

/* Changes with the layout of struct ranks or struct ranks_method. */
#define RANKS_VERSION 1

struct ranks;

/* A way to reach other processes: one file and one row each; MPI libraries are plugins, which
 * export one as hg_ranks_method. Members return 0, or -1 with the reason in ranks->why. */
struct ranks_method {
    unsigned version; /* RANKS_VERSION */
    const char *name;
    /* Joins the other processes: sets rank, count, local and library. */
    int (*start)(struct ranks *ranks);
    /* Copies the message, and returns before it arrives. Messages between two ranks keep their
     * order. */
    int (*send)(struct ranks *ranks, unsigned to, const void *data, size_t size);
    /* Takes a message that has arrived, of at most RANKS_LONGEST bytes, into data, and sets its
     * sender and its size; *size is SIZE_MAX if there is none. */
    int (*poll)(struct ranks *ranks, unsigned *from, void *data, size_t *size);
    /* Ends the processes of all ranks as soon as possible, this one included, with an exit
     * status. */
    void (*abort)(struct ranks *ranks, int status);
    /* Leaves the others; all messages have been received. Frees ranks->own. */
    void (*finish)(struct ranks *ranks);
};

struct ranks {
    const struct ranks_method *method;
    unsigned rank, count;
    unsigned local;    /* ranks on this host, this one included */
    char library[128]; /* the implementation's name and version, for messages */
    char why[256];     /* why a member of the method failed */
    void *own;         /* the method's */
};

/* Joins the ranks of this run: by the plugin for the MPI library that the launcher's variables call
 * for, or by the one that H5GRAD_MPI names. To be closed. H5GRAD_FAILED with the reason, and the way
 * on, if there is no such plugin, or if the launcher started several processes of which the library
 * sees one. */
enum h5grad_status hg_ranks_open(struct ranks **ranks, struct h5grad_error *err);
void hg_ranks_close(struct ranks *ranks); /* NULL allowed */

/*
 * Sends and takes messages. Both tell the other side that this rank is alive, and fail
 * (H5GRAD_FAILED) if a rank that this one talks with has been silent for too long, counted in calls
 * and not by the clock, since a job may be suspended as a whole. So hg_ranks_poll must be called
 * many times a second, by some thread, from hg_ranks_open to hg_ranks_close; waiting callers call
 * hg_ranks_nap between two calls that found nothing.
 */
enum h5grad_status hg_ranks_send(struct ranks *ranks, unsigned to, const void *data, size_t size,
                                 struct h5grad_error *err);
enum h5grad_status hg_ranks_poll(struct ranks *ranks, unsigned *from, void *data, size_t *size,
                                 struct h5grad_error *err);
void hg_ranks_nap(struct ranks *ranks);

/* Waits until every rank has called it, when no other message is under way. Returns the same status
 * everywhere: the worst of mine; *err becomes, at rank 0, the reason of the first rank that has it,
 * with its host's name in front unless it is rank 0's own. */
enum h5grad_status hg_ranks_agree(struct ranks *ranks, enum h5grad_status mine,
                                  struct h5grad_error *err);

/* Waits likewise; data of rank 0 become those of all. */
enum h5grad_status hg_ranks_share(struct ranks *ranks, void *data, size_t size,
                                  struct h5grad_error *err);

#endif
