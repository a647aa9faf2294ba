/* SPDX-License-Identifier: BSD-3-Clause */
/* The processes of a run, and a way to reach them: what a plugin for an MPI library includes. */
#ifndef H5GRAD_RANKS_METHOD_H
#define H5GRAD_RANKS_METHOD_H

#include <stddef.h>

/* No message is longer. */
#define RANKS_LONGEST ((size_t)1 << 20)

/* Changes with the layout of struct ranks or struct ranks_method. */
#define RANKS_VERSION 2

/* The name under which a plugin exports its struct ranks_method. */
#define RANKS_PLUGIN "hg_ranks_method"

struct ranks;
struct ranks_line;

/* A way to reach other processes: one file and one row each; MPI libraries are plugins. Members
 * return 0, or -1 with the reason in ranks->why. */
struct ranks_method {
    unsigned version; /* RANKS_VERSION */
    /* Joins the other processes: sets rank, count and library. own is what hg_ranks_join was given,
     * or NULL, and becomes the method's. */
    int (*start)(struct ranks *ranks);
    /* Copies the message, and returns before it arrives. Messages between two ranks keep their
     * order. size may be 0. */
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
    unsigned local;          /* ranks on this host, this one included */
    unsigned threads;        /* this rank's share of the processors that it may use */
    char library[128];       /* the implementation's name and version, for messages */
    char why[256];           /* why a member of the method failed */
    void *own;               /* the method's */
    struct ranks_line *line; /* of line.c; NULL: a single rank */
};

#endif
