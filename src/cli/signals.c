/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/signals.h"

#include <stddef.h>
#include <unistd.h>

#include "cli/cap.h"

static const struct stop_row {
    int number;
    const char *name;
} stop_rows[] = {
    {SIGINT, "SIGINT"},   {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"},
    {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}, {SIGXCPU, "SIGXCPU"},
};

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP};

enum {
    STOP_ROWS = sizeof(stop_rows) / sizeof(stop_rows[0]),
    CRASH_SIGNALS = sizeof(crash_signals) / sizeof(crash_signals[0]),
    CRASH_STACK = 64 << 10
};

/* Lock-free, hence safe in a handler and seen by every worker. */
static atomic_int stop_noted;
static atomic_bool stop_second_ends;

static atomic_int *crash_noted;
static unsigned char crash_stack[CRASH_STACK];

static bool has_handler(int number, void (*handler)(int))
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == handler;
}

static void stop_note(int number)
{
    atomic_store(&stop_noted, number);
    if (atomic_load(&stop_second_ends))
        stop_unwatch();
}

void stop_ignore_writes(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void stop_requests(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (!has_handler(stop_rows[i].number, SIG_IGN))
            sigaddset(set, stop_rows[i].number);
    }
}

void stop_watch(bool second_ends)
{
    struct sigaction note = {.sa_handler = stop_note, .sa_flags = SA_RESTART};

    atomic_store(&stop_second_ends, second_ends);
    sigfillset(&note.sa_mask);
    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (!has_handler(stop_rows[i].number, SIG_IGN))
            sigaction(stop_rows[i].number, &note, NULL);
    }
}

void stop_unwatch(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    for (size_t i = 0; i < STOP_ROWS; i++) {
        if (has_handler(stop_rows[i].number, stop_note))
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

bool crash_is(int number)
{
    for (size_t i = 0; i < CRASH_SIGNALS; i++) {
        if (crash_signals[i] == number)
            return true;
    }
    return false;
}

/* SA_RESETHAND has restored the default action, so that raise ends the process. */
static void crash_note(int number, siginfo_t *info, void *context)
{
    bool sent = info->si_code <= 0 && info->si_pid != getpid();

    (void)context;
    atomic_store(crash_noted, sent ? CRASH_SENT : cap_is_reached() ? CRASH_MEMORY : CRASH_OWN);
    raise(number);
}

void crash_watch(atomic_int *noted)
{
    const stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof(crash_stack)};
    struct sigaction note = {.sa_sigaction = crash_note,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};

    crash_noted = noted;
    sigaltstack(&stack, NULL);
    sigemptyset(&note.sa_mask);
    for (size_t i = 0; i < CRASH_SIGNALS; i++) {
        if (has_handler(crash_signals[i], SIG_DFL))
            sigaction(crash_signals[i], &note, NULL);
    }
}
