/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/crash.h"
#include "cli/cap.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP};

enum { CRASH_SIGNALS = sizeof(crash_signals) / sizeof(crash_signals[0]), CRASH_STACK = 64 << 10 };

static atomic_int *crash_noted;
static unsigned char crash_stack[CRASH_STACK];

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
    struct sigaction old;

    crash_noted = noted;
    sigaltstack(&stack, NULL);
    sigemptyset(&note.sa_mask);
    for (size_t i = 0; i < CRASH_SIGNALS; i++) {
        if (sigaction(crash_signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(crash_signals[i], &note, NULL);
    }
}
