/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/team.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"

/* The largest team of this thread up to now. */
static _Thread_local unsigned had = 1;

/* Stays until the mutex is free. */
static void *stay(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

/* How many of so many threads there can be at the same time: they are made. */
static unsigned try_threads(unsigned n)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *thread = hg_memory_zeroed(n, sizeof *thread);
    unsigned made = 0;
    pthread_mutex_lock(&mutex);
    while (thread && made < n && pthread_create(&thread[made], NULL, stay, &mutex) == 0)
        made++;
    pthread_mutex_unlock(&mutex);
    for (unsigned i = 0; i < made; i++)
        pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&mutex);
    free(thread);
    return made;
}

unsigned hg_team_size(unsigned wanted)
{
    if (wanted > had)
        had += try_threads(wanted - had);
    return wanted < had ? wanted : had;
}
