/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/death.h"
#include "cli/status.h"
#include "cli/stop.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* With --checkpoint the first are the temporary file and its journal. */
enum { DEATH_RESUME_FILES = 2 };

/* What the run leaves. */
struct rest {
    bool at_output; /* there is a file */
    bool whole;     /* that is the run's */
    bool stands;    /* there is a checkpoint, of this run or one before */
    bool resumable; /* with which a later run can go on */
};

struct death_place death_look(const char *path)
{
    struct stat info;

    if (!path || stat(path, &info) != 0)
        return (struct death_place){.taken = false};
    return (struct death_place){.taken = true, .device = info.st_dev, .inode = info.st_ino};
}

static bool death_is_same(const struct death_place *a, const struct death_place *b)
{
    return a->taken && b->taken && a->device == b->device && a->inode == b->inode;
}

/* All other signals come from outside, whatever it was that the process did. */
static bool death_is_crash(const struct death *death)
{
    return crash_is(death->number) && death->crash != CRASH_SENT;
}

/* Whether the run itself is to blame, and would fail again. */
static bool death_is_failure(const struct death *death)
{
    return death->stopped == 0 && (death->number == 0 || death_is_crash(death));
}

/* Whether the file has its final name: there is another one than before, and the temporary name is
 * gone, or a second name of the same, or that of the one before, with which it was exchanged. */
static bool death_is_whole(const struct death *death, const struct death_place *output)
{
    if (death->files == 0 || !output->taken || death_is_same(output, &death->before))
        return false;
    struct death_place temporary = death_look(death->file[0]);
    return !temporary.taken || death_is_same(&temporary, output) ||
           death_is_same(&temporary, &death->before);
}

static struct rest death_find_rest(const struct options *options, const struct death *death)
{
    struct death_place output = death_look(options->mode == OPTIONS_RUN ? options->output : NULL);
    struct rest rest = {.at_output = output.taken, .whole = death_is_whole(death, &output)};

    rest.stands = options->mode == OPTIONS_RUN && options->grad.checkpoint != 0 && !rest.whole &&
                  h5grad_can_resume(options->output);
    rest.resumable = rest.stands && !death_is_failure(death);
    return rest;
}

/* When OUTPUT is whole all has been read, and is known not to have changed: the file is not to
 * blame for what happens later. libhdf5 crashes as well where it could not allocate, at once or
 * when it closes a file much later, and nobody can tell that from what damage does. */
static void death_say_cause(const struct options *options, const struct death *death, bool whole)
{
    const char *request = stop_signal_name(death->stopped ? death->stopped : death->number);

    fputs("h5grad: ", stderr);
    if (request) {
        fprintf(stderr, "stopped by %s", request);
        return;
    }
    text_put(stderr, options->input);
    if (death->number == SIGKILL)
        fputs(": killed by SIGKILL, as the system does when memory or CPU time runs out", stderr);
    else if (death->number == 0)
        fputs(": a library ended the run, as when memory or threads run out", stderr);
    else if (death_is_crash(death) && death->crash == CRASH_MEMORY)
        fprintf(stderr, ": memory ran out (%s)", strsignal(death->number));
    else if (death_is_crash(death) && whole)
        fprintf(stderr, ": closing it crashed (%s)", strsignal(death->number));
    else if (death_is_crash(death))
        fprintf(stderr, ": reading it crashed (%s), as where a file is damaged or memory runs out",
                strsignal(death->number));
    else
        fprintf(stderr, ": killed by signal %d (%s)", death->number, strsignal(death->number));
}

static void death_say_rest(const struct options *options, const struct death *death,
                           const struct rest *rest)
{
    unsigned text = options->grad.checkpoint ? DEATH_RESUME_FILES : 1;

    if (rest->resumable) {
        fputs("; --resume goes on from the last checkpoint", stderr);
    } else if (rest->whole) {
        fputs("; ", stderr);
        text_put(stderr, options->output);
        fputs(" is whole", stderr);
        if (death->files > text && death_look(death->file[text]).taken)
            fputs(", but not described", stderr);
        if (options->grad.sync)
            fputs(", but perhaps not on stable storage", stderr);
    } else if (options->mode == OPTIONS_RUN) {
        bool other = options->grad.overwrite || rest->at_output;
        fputs(other ? "; nothing new at " : "; nothing at ", stderr);
        text_put(stderr, options->output);
    }
    fputc('\n', stderr);
}

/* Unless another run has it, which was faster to make one of that name. */
static void death_remove(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

/* What an earlier run has left for this one, which had not made it its own yet, stays too. */
static void death_remove_files(const struct death *death, const struct rest *rest)
{
    unsigned first = rest->resumable ? DEATH_RESUME_FILES : 0;

    if (rest->stands && death->files < DEATH_RESUME_FILES)
        return;
    for (unsigned i = first; i < death->files; i++)
        death_remove(death->file[i]);
}

int death_report(const struct options *options, const struct death *death)
{
    struct rest rest = death_find_rest(options, death);

    death_say_cause(options, death, rest.whole);
    death_say_rest(options, death, &rest);
    death_remove_files(death, &rest);
    if (rest.resumable)
        return EXIT_RESUMABLE;
    if (!death_is_failure(death))
        return EXIT_SIGNAL + (death->stopped ? death->stopped : death->number);
    return rest.whole ? EXIT_UNREPORTED : EXIT_FAILED;
}
