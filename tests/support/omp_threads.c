/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenMP's parallel regions as plain threads, to be preloaded for the thread sanitizer, which does
 * not see how libgomp's threads wait for each other and would report all that they share. Replaces
 * the function that gcc calls for "#pragma omp parallel". The clock runs fast, so that tasks of
 * every half minute are done, too.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TIMES_AS_FAST 100000

struct member {
    pthread_t thread;
    void (*work)(void *);
    void *data;
    int number;
};

static _Thread_local int number;

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);

static void *begin(void *argument)
{
    const struct member *member = argument;
    number = member->number;
    member->work(member->data);
    return NULL;
}

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags)
{
    (void)flags;
    struct member *member = calloc(threads, sizeof *member);
    if (!member || threads == 0)
        abort();
    for (unsigned i = 1; i < threads; i++) {
        member[i] = (struct member){.work = work, .data = data, .number = (int)i};
        if (pthread_create(&member[i].thread, NULL, begin, &member[i]) != 0)
            abort();
    }
    work(data);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(member[i].thread, NULL);
    free(member);
}

int omp_get_thread_num(void)
{
    return number;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        now->tv_sec = now->tv_sec * TIMES_AS_FAST + now->tv_nsec / (1000000000 / TIMES_AS_FAST);
        now->tv_nsec = now->tv_nsec % (1000000000 / TIMES_AS_FAST) * TIMES_AS_FAST;
    }
    return (int)result;
}
