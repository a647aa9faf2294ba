/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/library.h"

#ifndef LIBRARY_NAME /* it is linked */

bool library_load(const struct options *options)
{
    (void)options;
    return true;
}

#else

    #include <dlfcn.h>
    #include <stddef.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>

    #include "h5grad.h"
    #include "base/memory.h"
    #include "cli/status.h"

/* The function of that name, with its type. One that the program calls and that is not below is
 * bound by the linker, which undoes all this: tests/cli/files/libraries.sh finds that. */
    #define CALLED(name) ((__typeof__(&name))library_find(#name))

static void *library;

static const char *const library_absent[] = {ABSENT_LIBRARIES NULL};

enum { LIBRARY_MOST_ABSENT = sizeof library_absent / sizeof *library_absent };

/* Tests say where the libraries without content are before they are installed. */
static void *library_open_absent(const char *name)
{
    const char *folder = getenv("H5GRAD_ABSENT");
    char *path = hg_memory_format("%s/absent-%s", folder ? folder : ABSENT_FOLDER, name);
    void *opened = path ? dlopen(path, RTLD_LAZY) : NULL;

    free(path);
    return opened;
}

/* Global, since plugins of libhdf5 need not say that they use it. */
static void *library_open(void)
{
    return dlopen(LIBRARY_NAME, RTLD_LAZY | RTLD_GLOBAL);
}

/* Where functions are bound at once, as with LD_BIND_NOW, the real libraries are needed. */
static void library_open_alone(void)
{
    void *absent[LIBRARY_MOST_ABSENT] = {NULL};

    for (size_t i = 0; library_absent[i]; i++)
        absent[i] = library_open_absent(library_absent[i]);
    library = library_open();
    for (size_t i = 0; library_absent[i] && !library; i++) {
        if (absent[i])
            dlclose(absent[i]);
    }
}

bool library_load(const struct options *options)
{
    if (!options->mpi && !options->grad.allow_plugins)
        library_open_alone();
    if (!library)
        library = library_open();
    if (!library)
        fprintf(stderr, "h5grad: %s\n", dlerror());
    return library != NULL;
}

/* Ends the process where the library is not there. */
static void *library_find(const char *name)
{
    if (!library)
        library = library_open();
    void *found = library ? dlsym(library, name) : NULL;
    if (found)
        return found;
    fprintf(stderr, "h5grad: %s\n", dlerror());
    _exit(EXIT_FAILED);
}

enum h5grad_status h5grad_run(const char *input, const char *output,
                              const struct h5grad_options *options, struct h5grad_report **report,
                              struct h5grad_error *error)
{
    return CALLED(h5grad_run)(input, output, options, report, error);
}

enum h5grad_status h5grad_plan(const char *input, const char *output,
                               const struct h5grad_options *options, struct h5grad_report **report,
                               struct h5grad_error *error)
{
    return CALLED(h5grad_plan)(input, output, options, report, error);
}

enum h5grad_status h5grad_list(const char *input, const struct h5grad_options *options,
                               struct h5grad_report **report, struct h5grad_error *error)
{
    return CALLED(h5grad_list)(input, options, report, error);
}

int h5grad_can_resume(const char *output)
{
    return CALLED(h5grad_can_resume)(output);
}

void h5grad_report_free(struct h5grad_report *report)
{
    CALLED(h5grad_report_free)(report);
}

enum h5grad_status h5grad_ranks_open(struct h5grad_ranks **ranks, struct h5grad_error *error)
{
    return CALLED(h5grad_ranks_open)(ranks, error);
}

unsigned h5grad_ranks_rank(const struct h5grad_ranks *ranks)
{
    return CALLED(h5grad_ranks_rank)(ranks);
}

unsigned h5grad_ranks_count(const struct h5grad_ranks *ranks)
{
    return CALLED(h5grad_ranks_count)(ranks);
}

int h5grad_ranks_is_first(struct h5grad_ranks *ranks)
{
    return CALLED(h5grad_ranks_is_first)(ranks);
}

enum h5grad_status h5grad_ranks_each(struct h5grad_ranks *ranks, uint64_t n,
                                     int (*each)(void *user, uint64_t number), void *user,
                                     struct h5grad_error *error)
{
    return CALLED(h5grad_ranks_each)(ranks, n, each, user, error);
}

int h5grad_ranks_most(struct h5grad_ranks *ranks, int mine)
{
    return CALLED(h5grad_ranks_most)(ranks, mine);
}

enum h5grad_status h5grad_ranks_collect(struct h5grad_ranks *ranks, const void *mine,
                                        size_t mine_size, void **all, size_t *size,
                                        struct h5grad_error *error)
{
    return CALLED(h5grad_ranks_collect)(ranks, mine, mine_size, all, size, error);
}

void h5grad_ranks_close(struct h5grad_ranks *ranks)
{
    CALLED(h5grad_ranks_close)(ranks);
}

const char *h5grad_version(void)
{
    return CALLED(h5grad_version)();
}

#endif
