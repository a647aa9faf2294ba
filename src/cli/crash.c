/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/crash.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

/* An allocation that is larger than what is left fails. */
#define CRASH_LEFT ((uint64_t)8 << 20)

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP};

enum {
    CRASH_SIGNALS = sizeof(crash_signals) / sizeof(crash_signals[0]),
    CRASH_STACK = 64 << 10,
    CRASH_FIELDS = 6, /* of statm: the first is all that is mapped, the last what is data */
    CRASH_TEXT = 256
};

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

/* The fields of /proc/self/statm, in pages; 0 where they cannot be read. Only with what a handler
 * may call. */
static void crash_read_pages(uint64_t *field)
{
    char text[CRASH_TEXT];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
    size_t k = 0;

    for (ssize_t i = 0; i < n && k < CRASH_FIELDS; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            field[k] = field[k] * 10 + (uint64_t)(text[i] - '0');
        else
            k++;
    }
    if (fd >= 0)
        close(fd);
}

static bool crash_is_near(const struct rlimit *limit, uint64_t pages, uint64_t page)
{
    return limit->rlim_cur != RLIM_INFINITY && pages * page + CRASH_LEFT >= limit->rlim_cur;
}

static bool crash_is_out_of_memory(void)
{
    uint64_t field[CRASH_FIELDS] = {0};
    struct rlimit space, data;
    long page = sysconf(_SC_PAGESIZE);

    if (page <= 0 || getrlimit(RLIMIT_AS, &space) != 0 || getrlimit(RLIMIT_DATA, &data) != 0)
        return false;
    crash_read_pages(field);
    return crash_is_near(&space, field[0], (uint64_t)page) ||
           crash_is_near(&data, field[CRASH_FIELDS - 1], (uint64_t)page);
}

/* The signal has its default effect by now. */
static void crash_note(int number, siginfo_t *info, void *context)
{
    bool sent = info->si_code <= 0 && info->si_pid != getpid();

    (void)context;
    atomic_store(crash_noted, sent                       ? CRASH_SENT
                              : crash_is_out_of_memory() ? CRASH_MEMORY
                                                         : CRASH_OWN);
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
