/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/signals.h"
#include "cli/status.h"
#include "cli/supervise.h"
#include "cli/text.h"

static void session_show_progress(void *user, const struct h5grad_progress *now)
{
    struct session *session = user;

    progress_update(session->progress, now);
}

static int session_is_cancelled(void *user)
{
    (void)user;
    return stop_signal() != 0;
}

static void session_note_temporary(void *user, const char *path)
{
    (void)user;
    supervise_note_temporary(path);
}

void session_show_message(void *user, const struct h5grad_message *message)
{
    const struct session *session = user;
    enum options_verbosity needed =
        message->level == H5GRAD_DETAIL ? OPTIONS_VERBOSE : OPTIONS_NORMAL;

    if (session->verbosity < needed)
        return;
    progress_hide(session->progress);
    text_print(stderr, "h5grad: %s: %s\n", session->options->input, message->text);
}

void session_init(struct session *session, struct options *options, struct progress *progress)
{
    bool quiet = options->verbosity == OPTIONS_QUIET && options->progress == PROGRESS_AUTO;

    *session = (struct session){options, options->verbosity, progress, false};
    progress_init(progress, stderr, quiet ? PROGRESS_NEVER : options->progress);
    session->closes = progress->terminal && !progress->never && options->n_files == 0;
    options->grad.user = session;
    options->grad.progress = session_show_progress;
    options->grad.cancelled = session_is_cancelled;
    options->grad.message = session_show_message;
    options->grad.temporary = session_note_temporary;
}

void session_hush(struct session *session)
{
    session->verbosity = OPTIONS_QUIET;
    progress_init(session->progress, stderr, PROGRESS_NEVER);
}

enum h5grad_status session_call(const struct options *options, struct h5grad_report **report,
                                struct h5grad_error *error)
{
    switch (options->mode) {
    case OPTIONS_LIST:
        return h5grad_list(options->input, &options->grad, report, error);
    case OPTIONS_PLAN:
        return h5grad_plan(options->input, options->output, &options->grad, report, error);
    default:
        return h5grad_run(options->input, options->output, &options->grad, report, error);
    }
}

/* Says why a run has done nothing. */
static void session_tell_left(const struct session *session, enum h5grad_left left)
{
    const struct options *options = session->options;

    if (left == H5GRAD_LEFT_UP_TO_DATE && session->verbosity == OPTIONS_VERBOSE)
        text_print(stderr, "h5grad: %s: up to date\n", options->output);
    if (left == H5GRAD_LEFT_RESULTS && session->verbosity != OPTIONS_QUIET)
        text_print(stderr,
                   "h5grad: %s: holds results of h5grad: left out; as the only INPUT it is done\n",
                   options->input);
}

enum report_kind session_report_kind(const struct options *options)
{
    return options->mode == OPTIONS_LIST   ? REPORT_LIST
           : options->mode == OPTIONS_PLAN ? REPORT_PLAN
                                           : REPORT_RUN;
}

/* What a run has done: on a terminal one line, since a bar was there, if the file is the only one;
 * with --verbose more. */
static void session_print_end(const struct session *session, const struct h5grad_report *report)
{
    const struct options *options = session->options;
    const struct report_total total = report_add_up(report);
    bool verbose = session->verbosity == OPTIONS_VERBOSE;

    if (verbose)
        report_print_methods(stderr, options->input, report);
    if (verbose || (session->verbosity == OPTIONS_NORMAL && session->closes))
        report_print_done(stderr, options->output, &total, 0, verbose);
}

/* Prints a list or a plan, wrapped if that goes to a terminal. Returns the number of fields. */
static size_t session_print_text(const struct session *session, const struct h5grad_report *report)
{
    bool left_out = session->verbosity != OPTIONS_QUIET;
    char *text = NULL;
    size_t size, fields = report->n_fields;
    FILE *lines = text_columns(stdout) > 0 ? open_memstream(&text, &size) : NULL;
    FILE *out = lines != NULL ? lines : stdout;

    if (session->options->mode == OPTIONS_PLAN)
        report_print_plan(out, report);
    else
        fields = report_print_list(out, report, left_out);
    if (lines != NULL && fclose(lines) == 0)
        text_wrap(stdout, text);
    free(text);
    return fields;
}

void session_print_report(struct session *session, struct json *json,
                          const struct h5grad_report *report)
{
    const struct options *options = session->options;
    bool none = report->left != H5GRAD_LEFT_NOTHING;

    session_tell_left(session, report->left);
    if (options->json != 0)
        report_print_json(json, session_report_kind(options), options->input, options->output,
                          report);
    else if (options->mode != OPTIONS_RUN && !none && session_print_text(session, report) == 0)
        session_show_message(
            session, &(struct h5grad_message){H5GRAD_WARNING, "it has no field to differentiate"});
    if (options->mode == OPTIONS_RUN && !none)
        session_print_end(session, report);
}

int session_report_error(enum h5grad_status status, const struct h5grad_error *error, bool quiet)
{
    bool usage = status == H5GRAD_USAGE;

    if (!quiet)
        text_print(stderr, "h5grad: %s%s\n", error->message, usage ? " (try 'h5grad --help')" : "");
    return usage ? EXIT_WRONG_USAGE : EXIT_FAILED;
}
