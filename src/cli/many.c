/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/many.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/launcher.h"
#include "base/path.h"
#include "cli/cap.h"
#include "cli/claim.h"
#include "cli/command_line.h"
#include "cli/documents.h"
#include "cli/exit_report.h"
#include "cli/operands.h"
#include "cli/repeats.h"
#include "cli/report_text.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/status.h"
#include "cli/supervise.h"
#include "cli/text.h"

/* In memory that the processes share; one at a time uses it. */
static struct many {
    size_t next;       /* the file to be done next, or being done */
    size_t started;    /* next when the process that does the work began */
    atomic_bool begun; /* the file is being done */
    atomic_bool over;  /* nothing is left to do, or a signal has stopped the run */
    bool crashed;      /* the file before killed the process that did it */
    size_t made, left, failed;
    struct report_total total; /* of those that were made */
    double began;              /* at this time */
    bool unreported;           /* a process died when its OUTPUT was whole */
    /* The bytes and the work of the files that were made, and of the one at hand. */
    struct many_cost {
        uint64_t bytes, work;
    } before, now;
    struct progress progress;
    struct json json;
    struct repeats repeats;
} * many;

/* User data of the callbacks. */
struct many_session {
    struct session session;
    char label[512];            /* of the file at hand, for the bar */
    struct documents documents; /* with --mpi and --json */
};

enum h5grad_status many_begin(struct h5grad_error *error)
{
    many = mmap(NULL, sizeof *many, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (many == MAP_FAILED)
        return hg_error_set(error, H5GRAD_FAILED, "sharing memory: %s", strerror(errno));
    many->json.out = stdout;
    many->began = clock_seconds();
    return H5GRAD_OK;
}

/* What was done so far, and is to be done in all, of bytes or of work: other files are taken for as
 * large as those of this process are on the average. */
static void many_extrapolate(const struct options *options, uint64_t before, uint64_t *done,
                             uint64_t *total)
{
    uint64_t mean = (before + *total) / (many->made + 1);
    uint64_t offset = options->mpi ? mean * many->next : before;

    *done += offset;
    *total += offset + mean * (options->n_files - many->next - 1);
}

/* One bar over all. */
static void many_show_progress(void *user, const struct h5grad_progress *now)
{
    const struct many_session *session = user;
    const struct options *options = session->session.options;
    struct h5grad_progress all = *now;

    many->now = (struct many_cost){now->bytes_total, now->work_total};
    many_extrapolate(options, many->before.bytes, &all.bytes_done, &all.bytes_total);
    many_extrapolate(options, many->before.work, &all.work_done, &all.work_total);
    all.field = session->label;
    progress_update(&many->progress, &all);
}

static void many_show_message(void *user, const struct h5grad_message *message)
{
    struct many_session *session = user;

    if (message->level != H5GRAD_WARNING ||
        !repeats_count(&many->repeats, many->next, message->text))
        session_show_message(&session->session, message);
}

static void many_start(struct many_session *session, struct options *options)
{
    const struct progress shown = many->progress;
    bool first = many->next == 0;

    session_init(&session->session, options, &many->progress);
    options->grad.user = session;
    options->grad.progress = many_show_progress;
    options->grad.message = many_show_message;
    options->grad.skip_results = 1;
    many->started = many->next;
    if (!first)
        many->progress = shown;
    if (options->json != 0 && many->json.depth > 0)
        many->json.depth = 1; /* a process that crashed may have left it deeper */
    else if (options->json != 0 && !options->mpi)
        json_open(&many->json, NULL, '[', false);
    fflush(stdout);
}

/* Makes the next file the one at hand. */
static enum h5grad_status many_choose(struct options *options, struct many_session *session,
                                      struct h5grad_error *error)
{
    operands_choose(options, many->next);
    snprintf(session->label, sizeof session->label, "file %zu of %zu: %s", many->next + 1,
             options->n_files, hg_path_base(options->input));
    if (session->documents.stream)
        documents_begin(&session->documents, many->next, &many->json);
    supervise_note_begin(options, many->next);
    many->begun = true;
    many->now = (struct many_cost){0};
    return options_set_command(options, error);
}

/* What stands above the list or plan of each file. */
static void many_print_heading(const struct options *options)
{
    if (many->made + many->left > 1)
        fputc('\n', stdout);
    if (options->mode == OPTIONS_PLAN)
        text_print(stdout, "%s -> %s:\n", options->input, options->output);
    else
        text_print(stdout, "%s:\n", options->input);
}

static void many_print_failed(const struct options *options, const char *reason)
{
    if (options->json != 0)
        report_print_json_failed(&many->json, session_report_kind(options), options->input,
                                 options->output, reason);
}

/* Adds what a file has, nothing if it was left, to that of all. */
static void many_add_up(const struct h5grad_report *report)
{
    const struct report_total one = report_add_up(report);

    if (report->left != H5GRAD_LEFT_NOTHING)
        return;
    many->total.fields += one.fields;
    many->total.results += one.results;
    many->total.written += one.written;
}

/* Does the file at hand. */
static enum h5grad_status many_do(const struct options *options, struct many_session *session,
                                  struct h5grad_error *error)
{
    struct h5grad_report *report = NULL;
    struct claim claim;
    enum h5grad_status status = claim_take(&claim, options, error);

    if (status == H5GRAD_OK)
        status = session_call(options, &report, error);
    claim_drop(&claim, true);
    if (status != H5GRAD_OK)
        return status;
    bool left = report->left != H5GRAD_LEFT_NOTHING;
    many->made += !left;
    many->left += left;
    many_add_up(report);
    if (!left)
        many->before = (struct many_cost){many->before.bytes + many->now.bytes,
                                          many->before.work + many->now.work};
    /* The bar stays from file to file where nothing is printed: it would flicker. */
    if (left || options->json != 0 || options->mode != OPTIONS_RUN ||
        options->verbosity == OPTIONS_VERBOSE)
        progress_hide(&many->progress);
    if (options->mode != OPTIONS_RUN && options->json == 0 && !left)
        many_print_heading(options);
    session_print_report(&session->session, &many->json, report);
    h5grad_report_free(report);
    return H5GRAD_OK;
}

/* Whether another process speaks of what concerns all. */
static bool many_is_quiet(const struct options *options)
{
    return options->grad.ranks && !h5grad_ranks_is_first(options->grad.ranks);
}

/* Says how far the run has come, and how to go on. Processes of an MPI job know of their own files
 * only. */
static void many_tell_stop(const struct options *options)
{
    if (options->mode != OPTIONS_RUN || many_is_quiet(options))
        return;
    if (options->mpi)
        fputs("h5grad: not all files are done", stderr);
    else
        fprintf(stderr, "h5grad: %zu of %zu files are done", many->made + many->left,
                options->n_files);
    fputs(options->grad.no_history ? "\n" : "; the same with --update does the rest\n", stderr);
}

static int many_stop(const struct options *options, bool resumable)
{
    int result = exit_report_stop(options, stop_signal(), resumable, many_is_quiet(options));

    many_tell_stop(options);
    many->over = true;
    return result;
}

/* " of process 3" where there are several. */
static void many_name_process(const struct options *options, char *name, size_t size)
{
    name[0] = '\0';
    if (options->grad.ranks && h5grad_ranks_count(options->grad.ranks) > 1)
        snprintf(name, size, " of process %u", h5grad_ranks_rank(options->grad.ranks));
}

static void many_print_repeated(const struct options *options, const char *process)
{
    for (size_t i = 0; i < many->repeats.n; i++) {
        const struct repeated *item = &many->repeats.item[i];
        if (item->more > 0 && options->verbosity != OPTIONS_QUIET)
            text_print(stderr, "h5grad: %s: %s (and in %zu other %s%s)\n",
                       options->operands.items[item->first], item->text, item->more,
                       item->more == 1 ? "file" : "files", process);
    }
}

/* On a terminal one line on all, as on a single file. Processes of an MPI job know of their own
 * files only. */
static void many_print_done(const struct options *options)
{
    bool closes = many->progress.terminal && !many->progress.never && !options->mpi;

    if (!closes || many->made == 0 || options->mode != OPTIONS_RUN ||
        options->verbosity != OPTIONS_NORMAL)
        return;
    many->total.seconds = clock_seconds() - many->began;
    report_print_done(stderr, options->operands.items[options->n_files], &many->total, many->made,
                      false);
}

static int many_end(const struct options *options)
{
    char process[64];
    size_t n = many->made + many->left + many->failed;

    progress_hide(&many->progress);
    many_name_process(options, process, sizeof process);
    many_print_repeated(options, process);
    if (options->verbosity == OPTIONS_VERBOSE)
        fprintf(stderr, "h5grad: %zu files%s: %zu done, %zu left as they were, %zu failed\n", n,
                process, many->made, many->left, many->failed);
    else if (many->failed > 0)
        fprintf(stderr, "h5grad: %zu of %zu files%s failed\n", many->failed, n, process);
    many_print_done(options);
    if (options->json != 0 && !options->mpi)
        json_close(&many->json);
    many->over = true;
    return many->failed > 0 ? EXIT_FAILED : many->unreported ? EXIT_UNREPORTED : EXIT_DONE;
}

/* Does the next file; *result is the exit status if it was the last one for this process. */
static bool many_do_next(struct options *options, struct many_session *session, int *result)
{
    struct h5grad_error error = {.status = H5GRAD_OK};
    enum h5grad_status status = many_choose(options, session, &error);

    if (status == H5GRAD_OK)
        status = stop_signal() ? H5GRAD_CANCELLED : many_do(options, session, &error);
    if (status != H5GRAD_OK)
        progress_hide(&many->progress);
    bool stopped = status == H5GRAD_CANCELLED || status == H5GRAD_RESUMABLE;
    bool usage = status == H5GRAD_USAGE;
    bool failed = status != H5GRAD_OK && !stopped && !usage;
    if (stopped)
        *result = many_stop(options, status == H5GRAD_RESUMABLE);
    else if (status != H5GRAD_OK)
        *result = session_report_error(status, &error, usage && many_is_quiet(options));
    if (failed)
        many_print_failed(options, error.message);
    many->over = many->over || usage; /* other files would not do, either */
    many->failed += failed;
    many->next += !stopped;
    if (session->documents.stream)
        documents_end(&session->documents);
    fflush(stdout); /* what the process does not say if it is killed */
    many->begun = false;
    return status == H5GRAD_OK || (failed && (!supervise_is_child() || options->mpi));
}

/* What many_each needs. */
struct many_share {
    struct options *options;
    struct many_session *session;
    int result;
};

static int many_each(void *user, uint64_t number)
{
    struct many_share *share = user;

    many->next = (size_t)number;
    return !many_do_next(share->options, share->session, &share->result);
}

/* Does what falls to this process; only process 0 lists and plans. */
static enum h5grad_status many_do_share(struct many_share *share, struct h5grad_error *error)
{
    const struct options *options = share->options;
    struct documents *documents = &share->session->documents;
    enum h5grad_status status = H5GRAD_OK;

    if (options->mode == OPTIONS_RUN)
        status = h5grad_ranks_each(options->grad.ranks, options->n_files, many_each, share, error);
    for (size_t i = 0; options->mode != OPTIONS_RUN && i < options->n_files; i++) {
        if (many_is_quiet(options) || many_each(share, i))
            break;
    }
    if (status == H5GRAD_OK && documents->stream)
        status = documents_print(documents, options->grad.ranks, options->n_files, error);
    return status;
}

/* With --mpi: each process does whole files, as runs of its own, which process 0 hands out. */
static int many_work_shared(struct options *options, struct many_session *session)
{
    struct many_share share = {options, session, EXIT_DONE};
    struct h5grad_error error = {.status = H5GRAD_OK};
    enum h5grad_status status =
        options->json ? documents_open(&session->documents, &error) : H5GRAD_OK;

    if (status == H5GRAD_OK)
        status = h5grad_ranks_open(&options->grad.ranks, &error);
    cap_memory(options);
    if (status != H5GRAD_OK)
        return session_report_error(status, &error, hg_launcher_find().rank > 0);
    struct h5grad_ranks *ranks = options->grad.ranks;
    options->grad.alone = 1;
    if (many_is_quiet(options)) {
        supervise_note_quiet();
        progress_init(&many->progress, stderr, PROGRESS_NEVER);
    }
    status = many_do_share(&share, &error);
    int result = status != H5GRAD_OK ? session_report_error(status, &error, many_is_quiet(options))
                 : many->over        ? share.result
                                     : many_end(options);
    result = h5grad_ranks_most(ranks, result);
    supervise_note_result(result);
    h5grad_ranks_close(ranks);
    return result;
}

int many_work(struct options *options)
{
    struct many_session session = {.documents = {.stream = NULL}};
    int result = EXIT_DONE;
    bool goes_on = true;

    many_start(&session, options);
    stop_watch(!supervise_is_child());
    if (many->crashed) {
        operands_choose(options, many->next - 1);
        many_print_failed(options, "the process that did it crashed; standard error says how");
        many->crashed = false;
    }
    if (options->mpi) {
        result = many_work_shared(options, &session);
        stop_unwatch();
        return result;
    }
    while (goes_on && many->next < options->n_files)
        goes_on = many_do_next(options, &session, &result);
    if (!many->over && many->next == options->n_files)
        result = many_end(options);
    stop_unwatch();
    return result;
}

bool many_goes_on(const struct options *options, int result, bool stopped)
{
    if (many->over || options->mpi) /* of which a process can be part only once */
        return false;
    if (stopped || stop_signal_name(result - EXIT_SIGNAL)) {
        many_tell_stop(options);
        return false;
    }
    if (many->begun) {
        bool whole = result == EXIT_UNREPORTED;
        many->made += whole;
        many->failed += !whole;
        many->unreported = many->unreported || whole;
        many->crashed = true;
        many->begun = false;
        many->next++;
    }
    return many->next > many->started; /* else each process would die as it begins */
}
