/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/launcher.h"
#include "base/memory.h"
#include "base/path.h"

enum {
    CLAIM_TEXT = 1024,
    CLAIM_NAME = 200, /* bytes of OUTPUT's name, so that the file's is not too long */
    CLAIM_ATTEMPTS = 50,
    CLAIM_PAUSE = 2000000 /* nanoseconds: another task locks the file before it writes to it */
};

/* What the file says, a word a line. */
struct claimant {
    char launch[256]; /* the launcher and its name for what it started */
    char host[256];
    unsigned rank;
    long process;
};

enum holder { HOLDER_NONE, HOLDER_OTHER, HOLDER_THIS_LAUNCH };

/* Returns the path of the claim, in new memory. Tasks that name OUTPUT differently, as by a
 * symbolic link, have the same. */
static char *claim_path(const char *output)
{
    char *target = realpath(output, NULL); /* NULL: there is no file yet */
    const char *path = target ? target : output;
    const char *name = hg_path_base(path);
    char hash[20] = "";

    if (strlen(name) > CLAIM_NAME)
        snprintf(hash, sizeof hash, "~%016" PRIx64, hash_bytes(HASH_START, name, strlen(name)));
    char *made = hg_memory_format("%.*s.%.*s%s.h5grad.claim", (int)(name - path), path, CLAIM_NAME,
                                  name, hash);
    free(target);
    return made;
}

static struct claimant describe_self(const struct launcher *launcher)
{
    struct claimant self = {.rank = launcher->rank, .process = (long)getpid()};
    char job[200];

    hg_launcher_job(job, sizeof job);
    snprintf(self.launch, sizeof self.launch, "%s %s", launcher->name, job);
    if (gethostname(self.host, sizeof self.host - 1) != 0)
        strcpy(self.host, "localhost");
    return self;
}

static void write_claim(int fd, const struct claimant *self)
{
    char text[CLAIM_TEXT];
    int n = snprintf(text, sizeof text, "%s\n%s\n%u\n%ld\n", self->launch, self->host, self->rank,
                     self->process);

    if (ftruncate(fd, 0) == 0)
        hg_file_write(fd, text, (uint64_t)n, 0, NULL);
}

/* False if there is no whole claim in the file. */
static bool read_claim(int fd, struct claimant *claimant)
{
    char text[CLAIM_TEXT];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    if (n <= 0)
        return false;
    text[n] = '\0';
    return sscanf(text, "%255[^\n]\n%255[^\n]\n%u\n%ld", claimant->launch, claimant->host,
                  &claimant->rank, &claimant->process) == 4;
}

/* Who has claimed the file and keeps it locked. */
static enum holder find_holder(int fd, const struct claimant *self, struct claimant *other)
{
    const struct timespec pause = {.tv_nsec = CLAIM_PAUSE};

    for (unsigned attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
        if (read_claim(fd, other))
            return strcmp(other->launch, self->launch) == 0 && other->rank != self->rank
                       ? HOLDER_THIS_LAUNCH
                       : HOLDER_OTHER;
        nanosleep(&pause, NULL);
    }
    return HOLDER_OTHER;
}

/* Whether path still leads to the file: a claim is removed before it is unlocked. */
static bool is_current(int fd, const char *path)
{
    struct stat opened, named;

    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && file_is_same(&opened, &named);
}

/* Where the file system has no locks: a process of this host can be asked for, others count as
 * alive while their launch, which is this one's, is. */
static bool is_alive(const struct claimant *other, const struct claimant *self)
{
    return strcmp(other->host, self->host) != 0 || kill((pid_t)other->process, 0) == 0 ||
           errno == EPERM;
}

static enum holder claim_unlocked(int fd, const struct claimant *self, struct claimant *other)
{
    if (!read_claim(fd, other) || strcmp(other->launch, self->launch) != 0 ||
        !is_alive(other, self))
        return HOLDER_NONE;
    return other->rank != self->rank ? HOLDER_THIS_LAUNCH : HOLDER_OTHER;
}

/* Opens and locks the file; returns who has done so before. claim->fd stays -1 if it cannot be
 * made. */
static enum holder lock_claim(struct claim *claim, const struct claimant *self,
                              struct claimant *other)
{
    for (unsigned attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
        int fd = open(claim->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0)
            return HOLDER_NONE;
        int number = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        enum holder holder = HOLDER_NONE;
        if (number == EWOULDBLOCK)
            holder = find_holder(fd, self, other);
        else if (number != 0)
            holder = claim_unlocked(fd, self, other);
        if (holder == HOLDER_NONE && is_current(fd, claim->path)) {
            claim->fd = fd;
            return HOLDER_NONE;
        }
        /* A file that was removed meanwhile says nothing of who has it now. */
        bool current = is_current(fd, claim->path);
        close(fd);
        if (current)
            return holder;
    }
    return HOLDER_OTHER;
}

enum h5grad_status claim_take(struct claim *claim, const struct options *options,
                              struct h5grad_error *error)
{
    struct launcher launcher = hg_launcher_find();
    struct claimant other;

    *claim = (struct claim){.fd = -1};
    if (launcher.count <= 1 || options->mode != OPTIONS_RUN || options->mpi)
        return H5GRAD_OK;
    /* The first task may be done already. */
    if (!options->grad.overwrite && access(options->output, F_OK) == 0)
        return hg_error_set(error, H5GRAD_FAILED,
                            "%s: exists already; --overwrite replaces it, and --mpi lets the %u "
                            "processes that %s has started share one run",
                            options->output, launcher.count, launcher.name);
    claim->path = claim_path(options->output);
    if (!claim->path)
        return hg_error_memory(error, strlen(options->output));
    struct claimant self = describe_self(&launcher);
    enum holder holder = lock_claim(claim, &self, &other);
    if (claim->fd >= 0)
        write_claim(claim->fd, &self);
    if (holder != HOLDER_THIS_LAUNCH)
        return H5GRAD_OK;
    return hg_error_set(error, H5GRAD_FAILED,
                        "%s: process %u of the %u that %s has started makes it: with --mpi they "
                        "share one run; without, each needs an OUTPUT of its own",
                        options->output, other.rank, launcher.count, launcher.name);
}

void claim_drop(struct claim *claim, bool ours)
{
    if (claim->fd >= 0 && ours)
        unlink(claim->path);
    if (claim->fd >= 0)
        close(claim->fd);
    free(claim->path);
    *claim = (struct claim){.fd = -1};
}
