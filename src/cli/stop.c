/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stop.h"

#include <stdatomic.h>
#include <stddef.h>

static const struct stop_row {
    int number;
    const char *name;
} stop_rows[] = {
    {SIGINT, "SIGINT"},   {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"},
    {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}, {SIGXCPU, "SIGXCPU"},
};

enum { STOP_ROWS = sizeof(stop_rows) / sizeof(stop_rows[0]) };

/* Lock-free, hence safe in a handler and seen by every worker. */
static atomic_int stop_noted;
static atomic_bool stop_second_ends;

static void stop_note(int number)
{
    atomic_store(&stop_noted, number);
    if (atomic_load(&stop_second_ends))
        stop_unwatch();
}

void stop_ignore_writes(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

void stop_requests(sigset_t *set)
{
    struct sigaction old;

    sigemptyset(set);
    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (sigaction(stop_rows[i].number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaddset(set, stop_rows[i].number);
    }
}

void stop_watch(bool second_ends)
{
    struct sigaction note = {.sa_handler = stop_note, .sa_flags = SA_RESTART};
    struct sigaction old;

    atomic_store(&stop_second_ends, second_ends);
    sigfillset(&note.sa_mask);
    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (sigaction(stop_rows[i].number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(stop_rows[i].number, &note, NULL);
    }
}

void stop_unwatch(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    struct sigaction old;

    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (sigaction(stop_rows[i].number, NULL, &old) == 0 && old.sa_handler == stop_note)
            sigaction(stop_rows[i].number, &standard, NULL);
    }
}

int stop_signal(void)
{
    return atomic_load(&stop_noted);
}

const char *stop_signal_name(int number)
{
    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (stop_rows[i].number == number)
            return stop_rows[i].name;
    }
    return NULL;
}
