/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A plugin like those for MPI libraries, over the sockets that launch_ranks makes, so that runs of
 * several processes are tested where there is no MPI. H5GRAD_MPI names it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ranks/method.h"

extern const struct ranks_method hg_ranks_method;

struct packet {
    struct packet *next;
    size_t size, sent;
    unsigned char bytes[]; /* the size of the message in 8 bytes, then the message */
};

struct channel {
    int fd; /* -1: none */
    struct packet *first, **last;
    unsigned char head[8];
    size_t got; /* bytes of head and of the message */
    unsigned char *message;
};

struct sockets {
    unsigned count, next;
    struct channel channel[];
};

static unsigned number(const char *name)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static int fail(struct ranks *ranks, const char *what)
{
    snprintf(ranks->why, sizeof ranks->why, "%s: %s", what, strerror(errno));
    return -1;
}

/* Tells launch_ranks that a process begins or ends, as MPICH's tell their launcher. */
static void tell(char what)
{
    if (write((int)number("LAUNCH_PIPE"), &what, 1) != 1)
        abort();
}

static void tell_end(void)
{
    tell('-');
}

/* LAUNCH_FIRST is the descriptor of the channel to rank 1, or of a rank to rank 0. */
static int start(struct ranks *ranks)
{
    unsigned count = number("LAUNCH_COUNT"), rank = number("LAUNCH_RANK");
    struct sockets *own = calloc(1, sizeof *own + count * sizeof own->channel[0]);
    if (!own || count == 0)
        return fail(ranks, "not started by launch_ranks");
    tell('+');
    if (atexit(tell_end) != 0)
        return fail(ranks, "atexit");
    own->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct channel *channel = &own->channel[i];
        channel->last = &channel->first;
        channel->fd = -1;
        if (i != rank && (i == 0 || rank == 0))
            channel->fd = (int)number("LAUNCH_FIRST") + (i == 0 ? 0 : (int)i - 1);
        if (channel->fd >= 0)
            fcntl(channel->fd, F_SETFL, O_NONBLOCK);
    }
    ranks->rank = rank;
    ranks->count = count;
    snprintf(ranks->library, sizeof ranks->library, "sockets");
    ranks->own = own;
    return 0;
}

/* A process that has ended takes nothing, as with MPI: its silence is what counts. */
static int flush_channel(struct ranks *ranks, struct channel *channel)
{
    while (channel->first) {
        struct packet *packet = channel->first;
        ssize_t n = send(channel->fd, packet->bytes + packet->sent, packet->size - packet->sent,
                         MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (n < 0 && errno != EPIPE && errno != ECONNRESET)
            return fail(ranks, "send");
        packet->sent = n < 0 ? packet->size : packet->sent + (size_t)n;
        if (packet->sent < packet->size)
            return 0;
        channel->first = packet->next;
        if (!channel->first)
            channel->last = &channel->first;
        free(packet);
    }
    return 0;
}

static int send_message(struct ranks *ranks, unsigned to, const void *data, size_t size)
{
    struct channel *channel = &((struct sockets *)ranks->own)->channel[to];
    struct packet *packet = malloc(sizeof *packet + 8 + size);
    uint64_t head = size;
    if (!packet || channel->fd < 0)
        return fail(ranks, "send");
    *packet = (struct packet){.size = 8 + size};
    memcpy(packet->bytes, &head, 8);
    if (size > 0)
        memcpy(packet->bytes + 8, data, size);
    *channel->last = packet;
    channel->last = &packet->next;
    return flush_channel(ranks, channel);
}

/* Reads on; returns 1 if a message is complete, 0 if not. */
static int receive(struct ranks *ranks, struct channel *channel, size_t *size)
{
    for (;;) {
        uint64_t length = 0;
        memcpy(&length, channel->head, 8);
        size_t left = channel->got < 8 ? 8 - channel->got : 8 + length - channel->got;
        if (channel->got >= 8 && left == 0) {
            *size = length;
            channel->got = 0;
            return 1;
        }
        if (channel->got == 8 && !channel->message && !(channel->message = malloc(RANKS_LONGEST)))
            return fail(ranks, "receive");
        unsigned char *to =
            channel->got < 8 ? channel->head + channel->got : channel->message + (channel->got - 8);
        ssize_t n = recv(channel->fd, to, left, 0);
        if (n == 0 || (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET)))
            return 0;
        if (n < 0)
            return fail(ranks, "receive");
        channel->got += (size_t)n;
    }
}

static int poll_message(struct ranks *ranks, unsigned *from, void *data, size_t *size)
{
    struct sockets *own = ranks->own;
    *size = SIZE_MAX;
    for (unsigned k = 0; k < own->count; k++) {
        unsigned i = (own->next + k) % own->count;
        struct channel *channel = &own->channel[i];
        if (channel->fd < 0)
            continue;
        if (flush_channel(ranks, channel) != 0)
            return -1;
        int got = receive(ranks, channel, size);
        if (got < 0)
            return -1;
        if (got == 0)
            continue;
        if (*size > 0)
            memcpy(data, channel->message, *size);
        *from = i;
        own->next = i + 1;
        return 0;
    }
    return 0;
}

/* launch_ranks kills the others. */
static void abort_all(struct ranks *ranks, int status)
{
    (void)ranks;
    kill((pid_t)number("LAUNCH_PID"), SIGUSR1);
    _exit(status);
}

static void finish(struct ranks *ranks)
{
    struct sockets *own = ranks->own;
    for (unsigned i = 0; i < own->count; i++) {
        struct channel *channel = &own->channel[i];
        while (channel->fd >= 0 && channel->first && flush_channel(ranks, channel) == 0)
            poll(&(struct pollfd){.fd = channel->fd, .events = POLLOUT}, 1, 1000);
        if (channel->fd >= 0)
            close(channel->fd);
        free(channel->message);
    }
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
