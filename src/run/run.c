/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/size.h"
#include "run/axes.h"
#include "run/field.h"
#include "run/report.h"
#include "run/results.h"
#include "run/select.h"
#include "writer/publish.h"

struct run {
    enum run_goal goal;
    const char *input, *output;
    struct run_options options;
    hid_t file;
    struct selection selection;
    struct coordinates *coordinates;
    struct results_names names;
    struct report *report;
    struct publish publish;
    size_t fields;  /* that can be done */
    uint64_t space; /* bytes of results that no filter makes smaller */
    struct h5grad_progress progress;
    struct h5grad_error skipped; /* why the first dataset was skipped */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static enum h5grad_status open_input(struct run *run, struct h5grad_error *err)
{
    struct h5_guard guard;
    h5_enter(&guard);
    run->file = h5_open_input(run->input, err);
    enum h5grad_status status = run->file < 0 ? H5GRAD_FAILED : H5GRAD_OK;
    if (!status)
        status = select_datasets(run->file, &run->options, &run->selection, err);
    h5_leave(&guard);
    return status;
}

/* A dataset that cannot be done fails the run where it was named, else it is left out; that there
 * is no memory says nothing of the dataset. */
static enum h5grad_status skip(struct run *run, const struct selected *item,
                               enum h5grad_status status, struct h5grad_error *err)
{
    bool fatal = item->named || err->status == H5GRAD_NO_MEMORY;
    error_context(err, status, "%s", item->path);
    if (fatal)
        return status;
    if (!run->skipped.status)
        run->skipped = *err;
    run_message(&run->options, H5GRAD_DETAIL, "%s (skipped)", err->message);
    const char *why = err->message + strlen(item->path) + 2;
    if (!report_skip(run->report, item->path, why))
        return error_memory(err, strlen(err->message));
    return H5GRAD_OK;
}

static enum h5grad_status add_names(struct run *run, const struct field *field,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < field->n_axes && !status; k++)
        status =
            results_names_add(&run->names, field->axis[field->engine_axis[k].axis].result, err);
    return status;
}

static enum h5grad_status check_field(struct run *run, struct selected *item,
                                      struct h5grad_error *err)
{
    struct field field;
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    enum h5grad_status status = field_open(run->file, walk, item->path, &field, err);
    if (!status && run->goal == RUN_LIST && field.coords.refusal)
        status = error_set(err, H5GRAD_FAILED, "%s", field.coords.refusal);
    else if (!status && run->goal == RUN_LIST)
        axes_describe(&field, run->coordinates);
    else if (!status)
        status = field_plan(&field, &run->options, run->coordinates, true, err);
    item->usable = status == H5GRAD_OK;
    if (status) {
        status = skip(run, item, status, err);
    } else {
        run->fields++;
        run->progress.bytes_total += run->goal == RUN_LIST ? 0 : field_result_bytes(&field);
        if (field.result_storage.n_filters == 0 && run->goal != RUN_LIST)
            run->space += field_result_bytes(&field);
        status = add_names(run, &field, err);
        if (!status && !report_add(run->report, &field, run->goal != RUN_LIST))
            status = error_memory(err, sizeof field);
    }
    field_close(&field);
    return status;
}

static enum h5grad_status check_fields(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < run->selection.n && !status; i++)
        status = check_field(run, &run->selection.item[i], err);
    if (!status)
        status = results_names_check(&run->names, err);
    if (status || run->fields || run->goal == RUN_LIST)
        return status;
    if (run->skipped.status)
        return error_set(err, H5GRAD_FAILED, "nothing to do: %s", run->skipped.message);
    return error_set(err, H5GRAD_FAILED, "nothing to do: it has no field to differentiate");
}

static void on_progress(void *user, uint64_t bytes)
{
    struct run *run = user;
    const struct h5grad_options *options = &run->options.user;
    run->progress.bytes_done += bytes;
    if (options->progress)
        options->progress(options->user, &run->progress);
}

static int on_cancelled(void *user)
{
    const struct h5grad_options *options = &((struct run *)user)->options.user;
    return options->cancelled && options->cancelled(options->user);
}

static enum h5grad_status create_results(struct run *run, struct field *field,
                                         struct result *result, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct h5_guard guard;
    h5_enter(&guard);
    for (unsigned k = 0; k < field->n_axes && !status; k++) {
        status = result_create(field, run->publish.file, k, &result[k], err);
        field->engine_axis[k].writer = result[k].writer;
    }
    h5_leave(&guard);
    return status ? error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

static enum h5grad_status finish_results(struct run *run, struct field *field,
                                         struct result *result, enum h5grad_status status,
                                         struct h5grad_error *err)
{
    struct h5_guard guard;
    h5_enter(&guard);
    for (unsigned k = 0; k < field->n_axes; k++) {
        if (!status && (status = result_finish(&result[k], err)))
            error_context(err, status, "%s: %s", run->output,
                          field->axis[field->engine_axis[k].axis].result);
        result_close(&result[k]);
    }
    h5_leave(&guard);
    return status;
}

/* Each selected dataset is one entry of the report, in the same order. */
static enum h5grad_status do_field(struct run *run, size_t number, struct h5grad_error *err)
{
    const struct selected *item = &run->selection.item[number];
    struct field field;
    struct result result[GRID_MAX_RANK];
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    for (unsigned k = 0; k < GRID_MAX_RANK; k++)
        result[k] = (struct result){.dataset = -1, .memory = -1};
    enum h5grad_status status = field_open(run->file, walk, item->path, &field, err);
    if (!status)
        status = field_plan(&field, &run->options, run->coordinates, false, err);
    if (status)
        error_context(err, status, "%s: %s", run->input, item->path);
    else
        status = create_results(run, &field, result, err);
    if (!status) {
        run->progress.field = item->path;
        report_write_way(run->report, number, result[0].writer->way->name);
        field.job.progress = on_progress;
        field.job.cancelled = on_cancelled;
        field.job.user = run;
        status = engine_run(&field.job, &field.plan, err);
        if (status)
            error_context(err, status, "%s: %s", run->input, item->path);
    }
    status = finish_results(run, &field, result, status, err);
    field_close(&field);
    return status;
}

static enum h5grad_status begin_output(struct run *run, struct h5grad_error *err)
{
    const struct h5grad_options *user = &run->options.user;
    char command[2048];
    snprintf(command, sizeof command, "h5grad_run %s %s", run->input, run->output);
    struct h5_guard guard;
    h5_enter(&guard);
    enum h5grad_status status =
        publish_create(&run->publish, run->output, user->overwrite != 0, user->sync != 0, err);
    if (!status && (status = results_write_history(run->publish.file, run->file,
                                                   user->command ? user->command : command, err)))
        error_context(err, status, "%s", run->output);
    h5_leave(&guard);
    return status;
}

static enum h5grad_status commit_output(struct run *run, struct h5grad_error *err)
{
    struct h5_guard guard;
    h5_enter(&guard);
    enum h5grad_status status = publish_commit(&run->publish, err);
    h5_leave(&guard);
    return status;
}

static enum h5grad_status do_fields(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = publish_check_space(run->output, run->space, err);
    if (!status)
        status = begin_output(run, err);
    for (size_t i = 0; i < run->selection.n && !status; i++) {
        if (run->selection.item[i].usable)
            status = do_field(run, i, err);
    }
    if (!status && on_cancelled(run))
        status = error_set(err, H5GRAD_CANCELLED, "cancelled");
    return status ? status : commit_output(run, err);
}

static enum h5grad_status check(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = open_input(run, err);
    if (status)
        return error_context(err, status, "%s", run->input);
    run->coordinates = coordinates_new(run->file, run->options.memory);
    run->report = report_new(run->options.memory);
    if (!run->coordinates || !run->report)
        return error_memory(err, sizeof *run);
    status = check_fields(run, err);
    return status ? error_context(err, status, "%s", run->input) : H5GRAD_OK;
}

static void release(struct run *run)
{
    struct h5_guard guard;
    coordinates_free(run->coordinates);
    h5_enter(&guard);
    publish_abandon(&run->publish);
    h5_close(run->file);
    h5_leave(&guard);
    select_free(&run->selection);
    results_names_free(&run->names);
    report_free(run->report);
    run_options_free(&run->options);
}

enum h5grad_status run_files(enum run_goal goal, const char *input, const char *output,
                             const struct h5grad_options *options, struct h5grad_report **report,
                             struct h5grad_error *err)
{
    /* skip() reads the reason of a dataset that it leaves out, so there must be room for one. */
    struct h5grad_error local = {0};
    struct run run = {.goal = goal, .input = input, .output = output, .file = -1};
    struct h5grad_error *e = err ? err : &local;
    double start = now();
    run.publish.file = -1;
    enum h5grad_status status = run_options_check(options, &run.options, e);
    if (status)
        return status;
    if (goal != RUN_LIST)
        status = publish_check(output, input, run.options.user.overwrite != 0, e);
    if (!status)
        status = check(&run, e);
    if (!status && goal == RUN_ALL)
        status = do_fields(&run, e);
    if (!status && report) {
        *report = report_finish(run.report, now() - start);
        run.report = NULL;
    }
    release(&run);
    return status;
}
