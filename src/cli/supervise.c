/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/supervise.h"
#include "base/clock.h"
#include "cli/cap.h"
#include "cli/signals.h"
#include "cli/exit_report.h"
#include "cli/library.h"
#include "cli/operands.h"
#include "cli/status.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
    #include <sys/prctl.h>
#endif

/* The stack that work gets if the system's limit (ulimit -s) is lower: libhdf5 needs that much. */
#define SUPERVISE_STACK ((size_t)8 << 20)

/* How many seconds a child has to stop after a signal that asks for it. */
static const double supervise_grace = 2;
static const double supervise_grace_of_ranks = 10; /* which tell each other */

enum {
    SUPERVISE_LONGEST_WAIT = 3600, /* seconds: a timespec cannot hold INFINITY */
    SUPERVISE_FILES = 4,
    RESULT_UNKNOWN = -1
};

/* Written by the child, in memory that both processes share. */
struct notes {
    atomic_int result;    /* the exit status, once all output is written, or RESULT_UNKNOWN */
    atomic_int crash;     /* an enum crash_kind */
    atomic_bool quiet;    /* the process of another rank says how the run has stopped */
    atomic_size_t number; /* of the file that was begun last, of many; SIZE_MAX: none */
    struct file_identity before; /* what was at its OUTPUT */
    atomic_uint files;
    char file[SUPERVISE_FILES][PATH_MAX];
};

/* The parent's view of the child. */
struct watch {
    pid_t child;
    int stopped; /* the last signal that asked the program to stop, or 0 */
    double grace;
    double end; /* when the child is killed, by clock_seconds; INFINITY: never */
};

static struct notes *supervise_notes; /* NULL but in a supervised child */

static bool supervise_stopped; /* what supervise_was_stopped returns */

bool supervise_was_stopped(void)
{
    return supervise_stopped;
}

bool supervise_is_child(void)
{
    return supervise_notes != NULL;
}

void supervise_note_begin(const struct options *options, size_t number)
{
    if (!supervise_notes)
        return;
    atomic_store(&supervise_notes->files, 0);
    supervise_notes->before = file_identify(options->output);
    atomic_store(&supervise_notes->number, number);
}

void supervise_note_temporary(const char *path)
{
    unsigned n = supervise_notes ? atomic_load(&supervise_notes->files) : SUPERVISE_FILES;

    if (n == SUPERVISE_FILES || strlen(path) >= PATH_MAX)
        return;
    strcpy(supervise_notes->file[n], path);
    atomic_store(&supervise_notes->files, n + 1);
}

void supervise_note_result(int result)
{
    if (supervise_notes)
        atomic_store(&supervise_notes->result, result);
}

void supervise_note_quiet(void)
{
    if (supervise_notes)
        atomic_store(&supervise_notes->quiet, true);
}

/* The exit status of the program, from the wait status of the child and its notes. */
static int supervise_judge(struct options *options, const struct notes *notes, int status,
                           int stopped)
{
    int result = atomic_load(&notes->result);
    size_t file = atomic_load(&notes->number);

    if (result != RESULT_UNKNOWN)
        return WIFEXITED(status) ? WEXITSTATUS(status) : result;
    if (file != SIZE_MAX)
        operands_choose(options, file);
    const int number = WIFEXITED(status) ? 0 : WTERMSIG(status);
    const bool asked = stopped != 0 || stop_signal_name(number) != NULL;
    const struct child_end end = {
        .quiet = atomic_load(&notes->quiet) && asked,
        .number = number,
        .crash = (enum crash_kind)atomic_load(&notes->crash),
        .stopped = stopped,
        .before = notes->before,
        .files = atomic_load(&notes->files),
        .file = notes->file,
    };
    return exit_report(options, &end);
}

/* Suspends both processes, whichever of them got SIGTSTP. raise does nothing in an orphaned process
 * group, where nobody could continue it. */
static void supervise_suspend(struct watch *watch)
{
    sigset_t suspend;

    sigemptyset(&suspend);
    sigaddset(&suspend, SIGTSTP);
    kill(watch->child, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &suspend, NULL);
    sigprocmask(SIG_BLOCK, &suspend, NULL);
    kill(watch->child, SIGCONT);
    if (isfinite(watch->end))
        watch->end = clock_seconds() + watch->grace;
}

/* Waits for the next signal in *watched; returns 0 when watch->end comes first. */
static int supervise_next(const struct watch *watch, const sigset_t *watched)
{
    for (;;) {
        double left = watch->end - clock_seconds();
        if (left <= 0)
            return 0;
        if (left > SUPERVISE_LONGEST_WAIT)
            left = SUPERVISE_LONGEST_WAIT;
        const struct timespec time = {
            .tv_sec = (time_t)left,
            .tv_nsec = (long)((left - (double)(time_t)left) * 1e9),
        };
        int number = sigtimedwait(watched, NULL, &time);
        if (number > 0)
            return number;
    }
}

/* Waits for the child, and passes signals on to it. A child that is busy in libhdf5 or waits for a
 * disk does not react to them: it is killed when its time is over. Returns its wait status. */
static int supervise_wait(struct watch *watch, const sigset_t *watched)
{
    int status;

    for (;;) {
        int number = supervise_next(watch, watched);
        if (number == SIGCHLD) {
            if (waitpid(watch->child, &status, WNOHANG) == watch->child)
                return status;
        } else if (number == SIGTSTP) {
            supervise_suspend(watch);
        } else if (number == 0 || watch->stopped != 0) {
            kill(watch->child, SIGKILL);
            watch->end = INFINITY;
            watch->stopped = number != 0 ? number : watch->stopped;
        } else {
            kill(watch->child, number);
            watch->end = clock_seconds() + watch->grace;
            watch->stopped = number;
        }
    }
}

/* A handler for SIGCHLD: sigtimedwait need not return a signal that is ignored. */
static void supervise_hear(int number)
{
    (void)number;
}

/* Sets *watched to the signals that the parent waits for. */
static void supervise_choose(sigset_t *watched)
{
    struct sigaction old;

    stop_requests(watched);
    sigaddset(watched, SIGCHLD);
    if (sigaction(SIGTSTP, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaddset(watched, SIGTSTP);
}

struct call {
    int (*work)(struct options *options);
    struct options *options;
    int result;
};

static void *do_call(void *of)
{
    struct call *call = of;

    call->result = call->work(call->options);
    return NULL;
}

/* Returns work(options), called in a thread with a larger stack where the limit is too low and such
 * a thread can be made. Threads that work creates then have such stacks, too. */
static int call_work(int (*work)(struct options *options), struct options *options)
{
    struct call call = {.work = work, .options = options};
    struct rlimit limit;
    pthread_attr_t attributes;
    pthread_t thread;

    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= SUPERVISE_STACK || pthread_attr_init(&attributes) != 0)
        return work(options);
    pthread_attr_setstacksize(&attributes, SUPERVISE_STACK);
#ifdef __GLIBC__
    pthread_setattr_default_np(&attributes);
#endif
    bool made = pthread_create(&thread, &attributes, do_call, &call) == 0;
    pthread_attr_destroy(&attributes);
    if (!made)
        return work(options);
    pthread_join(thread, NULL);
    return call.result;
}

static int supervise_child(int (*work)(struct options *), struct options *options, pid_t parent,
                           const sigset_t *before)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(EXIT_FAILED);
    sigprocmask(SIG_SETMASK, before, NULL);
    if (!library_load(options)) { /* before cap_memory, which counts what is mapped */
        supervise_note_result(EXIT_FAILED);
        _exit(EXIT_FAILED);
    }
    if (!options->mpi) /* what MPI takes as it starts is not the run's */
        cap_memory(options);
    cap_files();
    crash_watch(&supervise_notes->crash);
    return call_work(work, options);
}

int supervise(int (*work)(struct options *options), struct options *options)
{
    struct sigaction hear = {.sa_handler = supervise_hear}, ended;
    sigset_t watched, before;
    pid_t parent = getpid();
    struct watch watch = {.grace = options->mpi ? supervise_grace_of_ranks : supervise_grace,
                          .end = INFINITY};
    struct notes *notes =
        mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (notes == MAP_FAILED)
        return call_work(work, options);
    atomic_store(&notes->result, RESULT_UNKNOWN);
    atomic_store(&notes->number, SIZE_MAX);
    notes->before = file_identify(options->output);
    supervise_choose(&watched);
    sigprocmask(SIG_BLOCK, &watched, &before);
    sigaction(SIGCHLD, &hear, &ended);
    supervise_notes = notes;
    watch.child = fork();
    if (watch.child <= 0)
        sigaction(SIGCHLD, &ended, NULL);
    if (watch.child == 0)
        return supervise_child(work, options, parent, &before);
    supervise_notes = NULL;
    if (watch.child < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        munmap(notes, sizeof *notes);
        return call_work(work, options);
    }
    int status = supervise_wait(&watch, &watched);
    int result = supervise_judge(options, notes, status, watch.stopped);
    supervise_stopped = watch.stopped != 0;
    munmap(notes, sizeof *notes);
    return result;
}
