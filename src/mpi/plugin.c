/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranks over MPI, which carries messages and never the data of files. Compiled by the mpicc of each
 * MPI library: as a plugin, which starts MPI, and in libh5grad_mpi, for the communicator of a
 * program that has started it (comm.c). One thread at a time calls MPI, and never waits in it.
 */
#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mpi/plugin.h"

enum { PLUGIN_TAG = 5, PLUGIN_NAP = 100000 /* nanoseconds */ };

struct mpi_ranks {
    MPI_Comm comm;
    bool started; /* by this plugin, which then ends MPI */
    int n, room;  /* messages that are under way, and what there is room for */
    MPI_Request *request;
    void **copy;
};

/* Keeps what MPI says of an error. */
static int fail(struct ranks *ranks, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;

    MPI_Error_string(code, text, &length);
    text[strcspn(text, "\n")] = '\0';
    snprintf(ranks->why, sizeof ranks->why, "%.*s", (int)sizeof ranks->why - 1, text);
    return -1;
}

static int fail_memory(struct ranks *ranks)
{
    snprintf(ranks->why, sizeof ranks->why, "out of memory");
    return -1;
}

/* "MPICH Version: 4.0.2", "Open MPI v4.1.4": the first line, up to a comma. */
static void describe_library(struct ranks *ranks)
{
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    text[0] = '\0';
    MPI_Get_library_version(text, &length);
    text[strcspn(text, "\n,")] = '\0';
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ')
            *c = ' ';
    }
    snprintf(ranks->library, sizeof ranks->library, "%.*s", (int)sizeof ranks->library - 1, text);
}

static int start_mpi(struct ranks *ranks)
{
    int initialised = 0, level;

    MPI_Initialized(&initialised);
    if (initialised) {
        snprintf(ranks->why, sizeof ranks->why, "this process has used MPI before");
        return -1;
    }
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
    if (code != MPI_SUCCESS)
        return fail(ranks, code);
    if (level >= MPI_THREAD_SERIALIZED)
        return 0;
    snprintf(ranks->why, sizeof ranks->why, "it was built without support for threads");
    MPI_Finalize();
    return -1;
}

static int start(struct ranks *ranks)
{
    const MPI_Comm *given = ranks->own;
    struct mpi_ranks *own = calloc(1, sizeof *own);
    int rank, count;

    if (!own)
        return fail_memory(ranks);
    if (!given && start_mpi(ranks) != 0) {
        free(own);
        return -1;
    }
    own->started = given == NULL;
    own->comm = given ? *given : MPI_COMM_WORLD;
    MPI_Comm_set_errhandler(own->comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(own->comm, &rank);
    MPI_Comm_size(own->comm, &count);
    describe_library(ranks);
    ranks->rank = (unsigned)rank;
    ranks->count = (unsigned)count;
    ranks->own = own;
    return 0;
}

/* Frees the copies of messages that have left. */
static int reclaim(struct ranks *ranks)
{
    struct mpi_ranks *own = ranks->own;
    int kept = 0;

    for (int i = 0; i < own->n; i++) {
        int done;
        int code = MPI_Test(&own->request[i], &done, MPI_STATUS_IGNORE);
        if (code != MPI_SUCCESS)
            return fail(ranks, code);
        if (done) {
            free(own->copy[i]);
            continue;
        }
        own->request[kept] = own->request[i];
        own->copy[kept++] = own->copy[i];
    }
    own->n = kept;
    return 0;
}

static int make_room(struct ranks *ranks)
{
    struct mpi_ranks *own = ranks->own;

    if (own->n < own->room)
        return 0;
    size_t room = own->room > 0 ? 2 * (size_t)own->room : 64;
    MPI_Request *request = realloc(own->request, room * sizeof *request);
    own->request = request ? request : own->request;
    void **copy = realloc(own->copy, room * sizeof *copy);
    own->copy = copy ? copy : own->copy;
    if (!request || !copy)
        return fail_memory(ranks);
    own->room = (int)room;
    return 0;
}

static int send_message(struct ranks *ranks, unsigned to, const void *data, size_t size)
{
    struct mpi_ranks *own = ranks->own;

    if (reclaim(ranks) != 0 || make_room(ranks) != 0)
        return -1;
    void *copy = malloc(size + 1);
    if (!copy)
        return fail_memory(ranks);
    if (size > 0)
        memcpy(copy, data, size);
    int code =
        MPI_Isend(copy, (int)size, MPI_BYTE, (int)to, PLUGIN_TAG, own->comm, &own->request[own->n]);
    if (code != MPI_SUCCESS) {
        free(copy);
        return fail(ranks, code);
    }
    own->copy[own->n++] = copy;
    return 0;
}

static int poll_message(struct ranks *ranks, unsigned *from, void *data, size_t *size)
{
    struct mpi_ranks *own = ranks->own;
    int there, count;
    MPI_Status status;

    *size = SIZE_MAX;
    if (reclaim(ranks) != 0)
        return -1;
    int code = MPI_Iprobe(MPI_ANY_SOURCE, PLUGIN_TAG, own->comm, &there, &status);
    if (code != MPI_SUCCESS)
        return fail(ranks, code);
    if (!there)
        return 0;
    MPI_Get_count(&status, MPI_BYTE, &count);
    if (count < 0 || (size_t)count > RANKS_LONGEST) {
        snprintf(ranks->why, sizeof ranks->why, "a message is too long");
        return -1;
    }
    code = MPI_Recv(data, count, MPI_BYTE, status.MPI_SOURCE, PLUGIN_TAG, own->comm,
                    MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS)
        return fail(ranks, code);
    *from = (unsigned)status.MPI_SOURCE;
    *size = (size_t)count;
    return 0;
}

static void abort_all(struct ranks *ranks, int status)
{
    MPI_Abort(((struct mpi_ranks *)ranks->own)->comm, status);
    _Exit(status);
}

static void finish(struct ranks *ranks)
{
    const struct timespec nap = {.tv_nsec = PLUGIN_NAP};
    struct mpi_ranks *own = ranks->own;

    while (reclaim(ranks) == 0 && own->n > 0)
        nanosleep(&nap, NULL);
    if (own->started)
        MPI_Finalize();
    else
        MPI_Comm_free(&own->comm);
    free(own->request);
    free(own->copy);
    free(own);
}

const struct ranks_method hg_ranks_method = {
    .version = RANKS_VERSION,
    .start = start,
    .send = send_message,
    .poll = poll_message,
    .abort = abort_all,
    .finish = finish,
};
