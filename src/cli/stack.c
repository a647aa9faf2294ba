/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stack.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

#define STACK_BYTES ((size_t)8 << 20)

struct stack_work {
    int (*work)(struct options *options);
    struct options *options;
    int result;
};

static void *stack_do(void *of)
{
    struct stack_work *work = of;

    work->result = work->work(work->options);
    return NULL;
}

static bool stack_is_small(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           limit.rlim_cur < STACK_BYTES;
}

int stack_call(int (*work)(struct options *options), struct options *options)
{
    struct stack_work call = {.work = work, .options = options};
    pthread_attr_t attributes;
    pthread_t thread;

    if (!stack_is_small() || pthread_attr_init(&attributes) != 0)
        return work(options);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
#ifdef __GLIBC__
    pthread_setattr_default_np(&attributes);
#endif
    bool made = pthread_create(&thread, &attributes, stack_do, &call) == 0;
    pthread_attr_destroy(&attributes);
    if (!made)
        return work(options);
    pthread_join(thread, NULL);
    return call.result;
}
