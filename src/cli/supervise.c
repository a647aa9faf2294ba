/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/supervise.h"
#include "cli/cap.h"
#include "cli/stop.h"
#include "cli/text.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
    #include <sys/prctl.h>
#endif

enum {
    SUPERVISE_GRACE = 2 /* seconds */,
    SUPERVISE_FILES = 4,
    EXIT_CRASHED = 1,
    EXIT_RESUMABLE = 75,
    EXIT_BY_SIGNAL = 128
};

/* What the child tells; memory that both processes see. */
struct notes {
    atomic_bool done;
    atomic_bool returned; /* from its work: it has said what there is to say */
    atomic_uint files;
    char file[SUPERVISE_FILES][PATH_MAX];
};

static struct notes *supervise_notes; /* NULL: not supervised */

bool supervise_is_child(void)
{
    return supervise_notes != NULL;
}

void supervise_note_temporary(const char *path)
{
    unsigned n = supervise_notes ? atomic_load(&supervise_notes->files) : SUPERVISE_FILES;

    if (n == SUPERVISE_FILES || strlen(path) >= PATH_MAX)
        return;
    strcpy(supervise_notes->file[n], path);
    atomic_store(&supervise_notes->files, n + 1);
}

void supervise_note_done(void)
{
    if (supervise_notes)
        atomic_store(&supervise_notes->done, true);
}

static void supervise_remove_files(const struct notes *notes)
{
    for (unsigned i = 0; i < atomic_load(&notes->files); i++)
        unlink(notes->file[i]);
}

/* The end of the line that says how the child died. */
static void supervise_say_result(const struct options *options, bool resumable)
{
    if (resumable) {
        fputs("; --resume goes on from the last checkpoint", stderr);
    } else if (options->mode == OPTIONS_RUN) {
        fputs(options->grad.overwrite ? "; nothing new at " : "; nothing at ", stderr);
        text_put(stderr, options->output);
    }
    fputc('\n', stderr);
}

static int supervise_report_death(const struct options *options, int number, int stopped)
{
    bool resumable = options->mode == OPTIONS_RUN && options->grad.checkpoint != 0 &&
                     (stopped != 0 || number == SIGKILL);

    fputs("h5grad: ", stderr);
    if (stopped == 0) {
        text_put(stderr, options->input);
        fputs(": ", stderr);
    }
    if (stopped != 0)
        fprintf(stderr, "stopped by %s", stop_signal_name(stopped));
    else if (number == SIGKILL)
        fputs("killed (SIGKILL), as by the system when memory runs out", stderr);
    else if (stop_is_request(number))
        fprintf(stderr, "stopped by %s", stop_signal_name(number));
    else if (number == 0)
        fputs("a library ended the run, as when memory or threads run out", stderr);
    else
        fprintf(stderr, "reading it crashed (%s): the file is damaged, or not what it says it is",
                strsignal(number));
    supervise_say_result(options, resumable);
    if (stopped != 0)
        return resumable ? EXIT_RESUMABLE : EXIT_BY_SIGNAL + stopped;
    return stop_is_request(number) || number == SIGKILL ? EXIT_BY_SIGNAL + number : EXIT_CRASHED;
}

/* From the way the child ended to the exit status. */
static int supervise_judge(const struct options *options, const struct notes *notes, int status,
                           int stopped)
{
    if (WIFEXITED(status) && atomic_load(&notes->returned))
        return WEXITSTATUS(status);
    int number = WIFEXITED(status) ? 0 : WTERMSIG(status);
    if (atomic_load(&notes->done))
        return stop_is_request(number) ? EXIT_BY_SIGNAL + number : 0;
    int result = supervise_report_death(options, number, stopped);
    if (options->grad.checkpoint == 0 || result == EXIT_CRASHED)
        supervise_remove_files(notes);
    return result;
}

/* Waits for the child and passes signals on; what it is told by SIGCHLD comes here too. A child
 * that does not hear, since it is lost in libhdf5 or waits for a disk, gets some time. */
static int supervise_wait(pid_t child, const sigset_t *watched, int *stopped)
{
    const struct timespec grace = {.tv_sec = SUPERVISE_GRACE};
    int status;

    for (;;) {
        siginfo_t info;
        int number =
            *stopped == 0 ? sigwaitinfo(watched, &info) : sigtimedwait(watched, &info, &grace);
        if (number < 0) {
            if (errno == EAGAIN)
                kill(child, SIGKILL);
            continue;
        }
        if (number == SIGCHLD) {
            if (waitpid(child, &status, WNOHANG) == child)
                return status;
            continue;
        }
        kill(child, *stopped == 0 ? number : SIGKILL);
        *stopped = number;
    }
}

/* A signal that is ignored need not arrive, even where it is waited for. */
static void supervise_hear(int number)
{
    (void)number;
}

static int supervise_child(int (*work)(struct options *), struct options *options, pid_t parent,
                           const sigset_t *before)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(EXIT_CRASHED);
    sigprocmask(SIG_SETMASK, before, NULL);
    cap_memory(options);
    int result = work(options);
    atomic_store(&supervise_notes->returned, true);
    return result;
}

int supervise(int (*work)(struct options *options), struct options *options)
{
    struct sigaction hear = {.sa_handler = supervise_hear}, ended;
    sigset_t watched, before;
    pid_t parent = getpid();
    int stopped = 0;
    void *shared =
        mmap(NULL, sizeof(struct notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED)
        return work(options);
    stop_requests(&watched);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, &before);
    sigaction(SIGCHLD, &hear, &ended);
    supervise_notes = shared;
    pid_t child = fork();
    if (child <= 0)
        sigaction(SIGCHLD, &ended, NULL);
    if (child == 0)
        return supervise_child(work, options, parent, &before);
    supervise_notes = NULL;
    if (child < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        munmap(shared, sizeof(struct notes));
        return work(options);
    }
    int status = supervise_wait(child, &watched, &stopped);
    int result = supervise_judge(options, shared, status, stopped);
    munmap(shared, sizeof(struct notes));
    return result;
}
