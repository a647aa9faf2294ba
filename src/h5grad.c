/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions, over the rooms below. */
#include "h5grad.h"

#include "run/array.h"
#include "run/resume.h"
#include "run/run.h"

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

enum h5grad_status h5grad_array(enum h5grad_type type, unsigned rank, const uint64_t *extent,
                                const void *data, void *const *results,
                                const struct h5grad_array_options *options,
                                struct h5grad_error *error)
{
    return finish(hg_run_array(type, rank, extent, data, results, options, error), error);
}
