/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5grad.h"
#include "base/launcher.h"
#include "cli/cap.h"
#include "cli/claim.h"
#include "cli/command_line.h"
#include "cli/exit_report.h"
#include "cli/library.h"
#include "cli/many.h"
#include "cli/operands.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/status.h"
#include "cli/supervise.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The leak sanitizer reports in an exit handler; nothing else needs one. */
#ifdef __SANITIZE_ADDRESS__
    #define MAIN_EXIT_HANDLERS true
#else
    #define MAIN_EXIT_HANDLERS false
#endif

/*
 * Opens descriptors 0 to 2 where the caller has closed them: the next file opened would get number
 * 1 or 2, and with it the text meant for the terminal. They are opened so that using them fails.
 */
static bool main_hold_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", flags) != fd)
            return false;
    }
    return true;
}

/* The buffer of stdout. Output that fits into it is written by main_close_stdout, which then knows
 * why a write failed. */
static char main_buffer[1 << 15];

/* The buffer of stderr, so that other processes which share it do not write into a line. */
static char main_line[1 << 12];

/* Reports a failure to write to stdout, as on a full disk, which shows only here. Returns the exit
 * status: result where the run itself has failed, since it has reported that. */
static int main_close_stdout(const struct options *options, int result)
{
    bool failed = ferror(stdout) != 0;
    bool whole = options->mode == OPTIONS_RUN;

    errno = 0;
    if ((fclose(stdout) == 0 && !failed) || result != EXIT_DONE)
        return result;
    fprintf(stderr, "h5grad: standard output: %s", errno != 0 ? strerror(errno) : "write error");
    if (whole && options->n_files > 0)
        fputs("; what was to be made is whole", stderr);
    else if (whole)
        text_print(stderr, "; %s is whole", options->output);
    fputc('\n', stderr);
    return whole ? EXIT_UNREPORTED : EXIT_FAILED;
}

/* What the program prints, and the exit status, once a run has ended. quiet: another rank prints.
 */
static int main_end(const struct options *options, struct session *session,
                    enum h5grad_status status, const struct h5grad_report *report,
                    const struct h5grad_error *error)
{
    struct h5grad_ranks *ranks = options->grad.ranks;
    bool quiet = ranks && !h5grad_ranks_is_first(ranks);

    progress_hide(session->progress);
    if (status == H5GRAD_CANCELLED || status == H5GRAD_RESUMABLE) {
        /* One rank may have got the signal. */
        int number = ranks ? h5grad_ranks_most(ranks, stop_signal()) : stop_signal();
        return exit_report_stop(options, number, status == H5GRAD_RESUMABLE, quiet);
    }
    if (status != H5GRAD_OK)
        return session_report_error(status, error, quiet);
    if (!quiet)
        session_print_report(session, &(struct json){.out = stdout}, report);
    return EXIT_DONE;
}

/* With --mpi: joins the other processes. Those but the first print nothing. */
static enum h5grad_status main_join(struct options *options, struct session *session,
                                    struct h5grad_error *error)
{
    enum h5grad_status status = h5grad_ranks_open(&options->grad.ranks, error);

    cap_memory(options);
    if (status != H5GRAD_OK || h5grad_ranks_rank(options->grad.ranks) == 0)
        return status;
    supervise_note_quiet();
    session_hush(session);
    return status;
}

/* Closing ranks ends the process if one of them is dead. */
static void main_leave(struct h5grad_ranks *ranks, int result)
{
    if (!ranks)
        return;
    supervise_note_result(result);
    h5grad_ranks_close(ranks);
}

static int main_work(struct options *options)
{
    struct session session;
    struct progress progress;
    struct h5grad_report *report = NULL;
    struct h5grad_error error = {.status = H5GRAD_OK};

    session_init(&session, options, &progress);
    stop_watch(!supervise_is_child());
    enum h5grad_status status = options->mpi ? main_join(options, &session, &error) : H5GRAD_OK;
    if (status != H5GRAD_OK)
        return session_report_error(status, &error, hg_launcher_find().rank > 0);
    status = session_call(options, &report, &error);
    int result = main_end(options, &session, status, report, &error);
    stop_unwatch();
    h5grad_report_free(report);
    main_leave(options->grad.ranks, result);
    return result;
}

/* A run, or what is printed of one, in a process that is watched over. */
static int main_supervise(struct options *options)
{
    struct h5grad_error error = {.status = H5GRAD_OK};
    struct claim claim;
    enum h5grad_status status = claim_take(&claim, options, &error);
    int result = status == H5GRAD_OK ? supervise(main_work, options)
                                     : session_report_error(status, &error, false);

    claim_drop(&claim, !supervise_is_child());
    return result;
}

/* Likewise for many files: a process that has ended is followed by another, for the rest. */
static int main_supervise_many(struct options *options)
{
    struct h5grad_error error = {.status = H5GRAD_OK};
    enum h5grad_status status = many_begin(&error);
    int result;

    if (status != H5GRAD_OK)
        return session_report_error(status, &error, false);
    do
        result = supervise(many_work, options);
    while (!supervise_is_child() && many_goes_on(options, result, supervise_was_stopped()));
    return result;
}

/* Finds out what the operands are, and does it. */
static int main_do(struct options *options)
{
    struct h5grad_error error = {.status = H5GRAD_OK};
    enum h5grad_status status = operands_settle(options, &error);

    if (status != H5GRAD_OK)
        return session_report_error(status, &error, options->mpi && hg_launcher_find().rank > 0);
    return options->n_files > 0 ? main_supervise_many(options) : main_supervise(options);
}

/* The exit handler of libhdf5 can crash on a file that could not be closed, as on a full disk, and
 * on objects that damaged files leave open. It has nothing left to do: the library has closed
 * everything. */
static int main_result;
static void main_exit(void)
{
    if (main_result != EXIT_DONE || !MAIN_EXIT_HANDLERS)
        _exit(main_result);
}

/* MPI's handlers are run: MPICH 4.2 tells its launcher in one that this process ends in order, and
 * else all are killed. The last to be added is the first to be run, so libhdf5 adds its own now,
 * and MPI, which is not loaded yet, will add its own behind main_exit. */
static bool main_keep_handlers(void)
{
    h5grad_version();
    return atexit(main_exit) == 0;
}

static int main_print_version(const struct options *options)
{
    if (!library_load(options))
        return EXIT_FAILED;
    fputs(h5grad_version(), stdout);
    return EXIT_DONE;
}

/* Whether another process prints what is wrong with the arguments. They may have been read up to
 * that. */
static bool main_is_other(char *const *argument)
{
    bool mpi = false;

    for (; *argument; argument++)
        mpi = mpi || strcmp(*argument, "--mpi") == 0;
    return mpi && hg_launcher_find().rank > 0;
}

int main(int argc, char **argv)
{
    struct options options;
    struct h5grad_error error = {.status = H5GRAD_OK};
    bool handlers = false;
    int result = EXIT_DONE;

    if (!main_hold_descriptors())
        return EXIT_FAILED;
    stop_ignore_writes();
    setvbuf(stdout, main_buffer, _IOFBF, sizeof(main_buffer));
    setvbuf(stderr, main_line, _IOLBF, sizeof(main_line));
    enum h5grad_status status = options_parse(&options, argc, argv, &error);
    if (status != H5GRAD_OK)
        result = session_report_error(status, &error, main_is_other(argv));
    else if (options.mode == OPTIONS_HELP)
        help_print(stdout);
    else if (options.mode == OPTIONS_VERSION)
        result = main_print_version(&options);
    else {
        handlers = options.mpi && main_keep_handlers();
        result = main_do(&options);
    }
    result = main_close_stdout(&options, result);
    options_free(&options);
    supervise_note_result(result);
    main_result = result;
    if (!handlers)
        main_exit();
    return result;
}
