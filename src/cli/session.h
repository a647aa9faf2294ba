/* SPDX-License-Identifier: BSD-3-Clause */
/* One call of the library for one INPUT: its callbacks, and what the program prints of it. */
#ifndef H5GRAD_CLI_SESSION_H
#define H5GRAD_CLI_SESSION_H

#include "cli/json.h"
#include "cli/option_table.h"
#include "cli/progress.h"
#include "cli/report_text.h"

/* User data of the callbacks. */
struct session {
    const struct options *options; /* with the INPUT and OUTPUT at hand */
    enum options_verbosity verbosity;
    struct progress *progress;
    bool closes; /* a run ends with a line on what it wrote */
};

/* Initialises *session and *progress, and sets the callbacks in options->grad. */
void session_init(struct session *session, struct options *options, struct progress *progress);

/* Prints nothing from now on, since another process speaks. */
void session_hush(struct session *session);

/* The callback for messages; user is a session. */
void session_show_message(void *user, const struct h5grad_message *message);

/* Lists, plans or runs. */
enum h5grad_status session_call(const struct options *options, struct h5grad_report **report,
                                struct h5grad_error *error);

/* Prints the list, the plan, or how the run went, as options say; json is for --json. */
void session_print_report(struct session *session, struct json *json,
                          const struct h5grad_report *report);

/* The kind of report that options ask for. */
enum report_kind session_report_kind(const struct options *options);

/* Prints the line of an error, unless quiet. Returns the exit status. */
int session_report_error(enum h5grad_status status, const struct h5grad_error *error, bool quiet);

#endif
