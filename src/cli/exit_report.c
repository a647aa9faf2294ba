/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/exit_report.h"
#include "cli/status.h"
#include "cli/signals.h"
#include "cli/text.h"
#include "base/leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* With --checkpoint the first files of a child are OUTPUT's temporary file and its journal. */
enum { RESUME_FILES = 2 };

/* What the child left behind. */
struct leftovers {
    bool output;     /* a file at OUTPUT */
    bool whole;      /* which is the result of this run */
    bool checkpoint; /* a checkpoint, of this run or of an earlier one */
    bool resumable;  /* from which a later run can resume */
};

struct file_identity file_identify(const char *path)
{
    struct stat info;

    if (!path || stat(path, &info) != 0)
        return (struct file_identity){.exists = false};
    return (struct file_identity){.exists = true, .device = info.st_dev, .inode = info.st_ino};
}

static bool identity_is_same(const struct file_identity *a, const struct file_identity *b)
{
    return a->exists && b->exists && a->device == b->device && a->inode == b->inode;
}

/* Any other signal was sent by another process or by the system. */
static bool end_is_crash(const struct child_end *end)
{
    return crash_is(end->number) && end->crash != CRASH_SENT;
}

/* Whether the same run would fail again. */
static bool end_is_failure(const struct child_end *end)
{
    return end->stopped == 0 && (end->number == 0 || end_is_crash(end));
}

/* Whether the result has got its final name: OUTPUT is another file than before, and the temporary
 * name is gone, or leads to the same file, or to the one that OUTPUT was (they were exchanged). */
static bool output_is_whole(const struct child_end *end, const struct file_identity *output)
{
    if (end->files == 0 || !output->exists || identity_is_same(output, &end->before))
        return false;
    struct file_identity temporary = file_identify(end->file[0]);
    return !temporary.exists || identity_is_same(&temporary, output) ||
           identity_is_same(&temporary, &end->before);
}

static struct leftovers find_leftovers(const struct options *options, const struct child_end *end)
{
    struct file_identity output =
        file_identify(options->mode == OPTIONS_RUN ? options->output : NULL);
    struct leftovers left = {.output = output.exists, .whole = output_is_whole(end, &output)};

    left.checkpoint = options->mode == OPTIONS_RUN && options->grad.checkpoint != 0 &&
                      !left.whole && h5grad_can_resume(options->output);
    left.resumable = left.checkpoint && !end_is_failure(end);
    return left;
}

/* Once OUTPUT is whole all of INPUT has been read and checked, so a later crash is not due to
 * INPUT. libhdf5 also crashes after a failed allocation, at once or much later when it closes a
 * file, which cannot be told from a crash on a damaged file. */
static void print_cause(const struct options *options, const struct child_end *end, bool whole)
{
    const char *request = stop_signal_name(end->stopped ? end->stopped : end->number);

    if (request) {
        fprintf(stderr, "h5grad: stopped by %s", request);
        return;
    }
    text_print(stderr, "h5grad: %s", options->input);
    if (end->number == SIGKILL)
        fputs(": killed by SIGKILL, as the system does when memory or CPU time runs out", stderr);
    else if (end->number == 0)
        fputs(": a library ended the run, as when memory or threads run out", stderr);
    else if (end_is_crash(end) && end->crash == CRASH_MEMORY)
        fprintf(stderr, ": memory ran out (%s)", strsignal(end->number));
    else if (end_is_crash(end) && whole)
        fprintf(stderr, ": closing it crashed (%s)", strsignal(end->number));
    else if (end_is_crash(end))
        fprintf(stderr, ": reading it crashed (%s), as where a file is damaged or memory runs out",
                strsignal(end->number));
    else
        fprintf(stderr, ": killed by signal %d (%s)", end->number, strsignal(end->number));
}

static void print_outcome(const struct options *options, const struct child_end *end,
                          const struct leftovers *left)
{
    unsigned text = options->grad.checkpoint ? RESUME_FILES : 1;

    if (left->whole) {
        text_print(stderr, "; %s is whole", options->output);
        if (end->files > text && file_identify(end->file[text]).exists)
            fputs(", but not described", stderr);
        if (options->grad.sync)
            fputs(", but perhaps not on stable storage", stderr);
    } else if (options->mode == OPTIONS_RUN) {
        bool other = options->grad.overwrite || left->output;
        text_print(stderr, "; nothing %sat %s", other ? "new " : "", options->output);
    }
    fputs(left->resumable ? "; go on with --resume\n" : "\n", stderr);
}

/* Prints the line; returns the exit status. */
static int report_end(const struct options *options, const struct child_end *end,
                      const struct leftovers *left)
{
    if (!end->quiet) {
        print_cause(options, end, left->whole);
        print_outcome(options, end, left);
    }
    if (left->resumable)
        return EXIT_RESUMABLE;
    if (!end_is_failure(end))
        return EXIT_SIGNAL + (end->stopped ? end->stopped : end->number);
    return left->whole ? EXIT_UNREPORTED : EXIT_FAILED;
}

/* A locked file belongs to another run, which has made one of the same name since. */
static void remove_unless_locked(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

/* Removes the files of results. Before OUTPUT is whole they are those that its temporary file
 * names; afterwards they are those of the OUTPUT that it replaced. With --no-history their names
 * are by what they hold, so another file may name them, too, and an equal run finds them. */
static void remove_leaves(const struct options *options, const char *temporary)
{
    char real[PATH_MAX];
    const char *output = realpath(options->output, real) ? real : options->output;
    const int gone = open(temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const int kept = open(output, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const struct leaf_keeper none = {.keeps = NULL};

    if (gone >= 0 && !options->grad.no_history)
        hg_leaf_remove(output, gone, kept, &none);
    if (gone >= 0)
        close(gone);
    if (kept >= 0)
        close(kept);
    hg_leaf_remove_temporary(temporary);
}

/* The checkpoint of an earlier run stays where this run had not begun to resume from it. */
static void remove_files(const struct options *options, const struct child_end *end,
                         const struct leftovers *left)
{
    unsigned first = left->resumable ? RESUME_FILES : 0;

    if (left->checkpoint && end->files < RESUME_FILES)
        return;
    if (options->grad.split && end->files > 0)
        remove_leaves(options, end->file[0]);
    for (unsigned i = first; i < end->files; i++)
        remove_unless_locked(end->file[i]);
}

int exit_report(const struct options *options, const struct child_end *end)
{
    struct leftovers left = find_leftovers(options, end);
    int status = report_end(options, end, &left);

    remove_files(options, end, &left);
    return status;
}

int exit_report_stop(const struct options *options, int number, bool resumable, bool quiet)
{
    struct child_end end = {.stopped = number, .quiet = quiet};
    struct leftovers left = {.output = file_identify(options->output).exists,
                             .resumable = resumable};

    return report_end(options, &end, &left);
}
