/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions, over the rooms below. */
#include "h5grad.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/unit.h"
#include "libhdf5/h5.h"
#include "ranks/each.h"
#include "run/array.h"
#include "run/resume.h"
#include "run/run.h"
#include "values/meaning.h"

/* What is returned is what the error says, which has nothing to say of what was got over. */
static enum h5grad_status finish(enum h5grad_status status, struct h5grad_error *error)
{
    if (error && status == H5GRAD_OK)
        error->message[0] = '\0';
    if (error)
        error->status = status;
    return status;
}

enum h5grad_status h5grad_run(const char *input, const char *output,
                              const struct h5grad_options *options, struct h5grad_report **report,
                              struct h5grad_error *error)
{
    return finish(hg_run_files(RUN_ALL, input, output, options, report, error), error);
}

int h5grad_can_resume(const char *output)
{
    return hg_resume_is_possible(output);
}

enum h5grad_status h5grad_plan(const char *input, const char *output,
                               const struct h5grad_options *options, struct h5grad_report **report,
                               struct h5grad_error *error)
{
    return finish(hg_run_files(RUN_PLAN, input, output, options, report, error), error);
}

enum h5grad_status h5grad_list(const char *input, const struct h5grad_options *options,
                               struct h5grad_report **report, struct h5grad_error *error)
{
    return finish(hg_run_files(RUN_LIST, input, NULL, options, report, error), error);
}

void h5grad_set_hdf5_lock(const struct h5grad_hdf5_lock *lock)
{
    hg_set_program_lock(lock);
}

enum h5grad_status h5grad_array(enum h5grad_type type, unsigned rank, const uint64_t *extent,
                                const void *data, void *const *results,
                                const struct h5grad_array_options *options,
                                struct h5grad_error *error)
{
    return finish(hg_run_array(type, rank, extent, data, results, options, error), error);
}

/* The public name of a struct ranks. */
static struct h5grad_ranks *shown(struct ranks *ranks)
{
    return (struct h5grad_ranks *)ranks;
}

enum h5grad_status h5grad_ranks_open(struct h5grad_ranks **ranks, struct h5grad_error *error)
{
    struct ranks *opened;
    enum h5grad_status status = hg_ranks_open(&opened, error);
    *ranks = shown(opened);
    return finish(status, error);
}

enum h5grad_status h5grad_ranks_join(struct h5grad_ranks **ranks, const struct ranks_method *method,
                                     void *own, struct h5grad_error *error)
{
    struct ranks *joined;
    enum h5grad_status status = hg_ranks_join(&joined, method, own, error);
    *ranks = shown(joined);
    return finish(status, error);
}

unsigned h5grad_ranks_rank(const struct h5grad_ranks *ranks)
{
    return ((const struct ranks *)ranks)->rank;
}

unsigned h5grad_ranks_count(const struct h5grad_ranks *ranks)
{
    return ((const struct ranks *)ranks)->count;
}

int h5grad_ranks_is_first(struct h5grad_ranks *ranks)
{
    return hg_line_is_first((struct ranks *)ranks);
}

enum h5grad_status h5grad_ranks_each(struct h5grad_ranks *ranks, uint64_t n,
                                     int (*each)(void *user, uint64_t number), void *user,
                                     struct h5grad_error *error)
{
    return finish(hg_ranks_each((struct ranks *)ranks, n, each, user, error), error);
}

enum h5grad_status h5grad_ranks_collect(struct h5grad_ranks *ranks, const void *mine,
                                        size_t mine_size, void **all, size_t *size,
                                        struct h5grad_error *error)
{
    return finish(hg_ranks_collect((struct ranks *)ranks, mine, mine_size, all, size, error),
                  error);
}

int h5grad_ranks_most(struct h5grad_ranks *ranks, int mine)
{
    hg_ranks_most((struct ranks *)ranks, &mine, NULL);
    return mine;
}

void h5grad_ranks_close(struct h5grad_ranks *ranks)
{
    hg_ranks_close((struct ranks *)ranks);
}

int h5grad_attribute_holds(const char *name, const char *text)
{
    if (hg_meaning_of(name) == MEANING_METHODS)
        return text && hg_meaning_methods_hold(text);
    return hg_meaning_holds_for_result(name);
}

/* To be freed; NULL if memory runs out. */
static char *unit_of(const char *value, const char *axis, enum h5grad_result_kind kind)
{
    const bool second = kind == H5GRAD_RESULT_SECOND || kind == H5GRAD_RESULT_LAPLACIAN;
    char *unit = hg_unit_by(value, axis, second ? 2 : 1);
    char *square = unit && kind == H5GRAD_RESULT_Q ? hg_unit_square(unit) : unit;
    if (square != unit)
        free(unit);
    return square;
}

size_t h5grad_unit(const char *value, const char *axis, enum h5grad_result_kind kind, char *unit,
                   size_t size)
{
    char *text = unit_of(value, axis, kind);
    const size_t length = text ? strlen(text) : 0;
    snprintf(unit, size, "%s", text ? text : "");
    free(text);
    return length;
}
