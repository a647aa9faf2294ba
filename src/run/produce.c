/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/produce.h"

#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/cancel.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "formats/aux_vars.h"
#include "formats/convention.h"
#include "formats/metadata.h"
#include "hdf5/attribute.h"
#include "libhdf5/metadata_cache.h"
#include "run/groups.h"
#include "run/share.h"
#include "run/split.h"
#include "run/update.h"
#include "trust/input_driver.h"

/* Results that must be on stable storage in the end are written back in pieces of this size. */
#define WRITE_BACK_BYTES ((uint64_t)64 << 20)

/* Limit of the input of a field that is done aside. */
#define ASIDE_BYTES ((uint64_t)1 << 20)

/* The text of LEAF_MARK. */
#define MARK_TEXT "each result is in a file of its own beside this one; links lead to them"

/* Begins to write results back if they must be on stable storage in the end, or survive a crash of
 * the machine. */
static void keep_safe(struct run *run)
{
    int fd = run->publish.descriptor;
    uint64_t done = run->progress.bytes_done;
    if (run->options.sync && done - run->written_back >= WRITE_BACK_BYTES) {
        run->written_back = done;
        hg_file_start_sync(fd);
        hg_split_start_sync(run);
    }
    if (run->resume.journal && !atomic_load(&run->is_unsafe) &&
        hg_journal_sync(run->resume.journal, fd, &run->unsafe))
        atomic_store(&run->is_unsafe, true);
}

void hg_produce_progress(void *user, uint64_t bytes)
{
    struct run *run = user;
    const struct run_callbacks *call = &run->options.call;
    run->progress.bytes_done += bytes;
    if (run->share)
        run->progress.bytes_done += hg_share_elsewhere(run->share);
    else
        keep_safe(run);
    hg_costs_done(&run->costs, &run->progress);
    if (call->progress)
        call->progress(call->user, &run->progress);
}

int hg_produce_is_cancelled(void *user)
{
    const struct run *run = user;
    const struct run_callbacks *call = &run->options.call;
    return atomic_load(&run->is_unsafe) || (run->share && hg_share_is_over(run->share)) ||
           cancel_is_asked(call->cancelled, call->user);
}

/* Begins the field in the journal and makes a sink of its writers. */
static enum h5grad_status open_sink(struct run *run, size_t number, struct results *results,
                                    struct h5grad_error *err)
{
    struct engine_job *job = &run->task->job;
    const struct plan *plan = &run->task->plan;
    const struct sink_request request = {
        .n = job->n_outputs,
        .writer = results->writer,
        .journal = run->resume.journal,
        .ordered = job->ordered,
        .workers = plan->threads,
        .waiting = hg_engine_waiting(job, plan),
    };
    enum h5grad_status status =
        hg_resume_begin_field(&run->resume, run->task, number, results->writer, err);
    if (status)
        return status;
    job->sink = hg_sink_open(&request, err);
    return job->sink ? H5GRAD_OK : hg_error_status(err);
}

enum h5grad_status hg_produce_create(struct run *run, struct results *results,
                                     struct h5grad_error *err)
{
    struct task *task = run->task;
    struct scale_links links = {0};
    struct result_place place[FIELD_MOST_RESULTS];
    struct h5_guard guard;
    task->journal = run->options.ranks ? NULL : run->resume.journal;
    task->leases = run->leases;
    enum h5grad_status status =
        hg_aux_vars_add(run->aux_vars, task->field, task->dataset, &links, err);
    for (unsigned k = 0; k < FIELD_MOST_RESULTS; k++)
        place[k] = (struct result_place){run->publish.file, run->aux_vars, &links};
    if (!status && run->options.split)
        status = hg_split_create(run, place, err);
    hg_enter(&guard); /* one section for both */
    if (!status)
        status = hg_groups_copy(run, &links, run->publish.file, err);
    if (!status)
        status = hg_results_create(task, place, results, err);
    hg_leave(&guard);
    hg_scale_links_free(&links);
    return status ? hg_error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

enum h5grad_status hg_produce_finish(struct run *run, struct results *results,
                                     enum h5grad_status status, struct h5grad_error *err)
{
    const bool complete = !status, split = run->options.split;
    const struct field *field = run->task->field;
    struct h5_guard guard;
    hg_enter(&guard);
    status = hg_results_finish(field, results, status, err);
    hg_leave(&guard);
    if (complete && !status)
        status = split ? hg_split_finish(run, err)
                       : hg_groups_finish(run, run->publish.file, field, err);
    return complete && status ? hg_error_context(err, status, "%s", run->output) : status;
}

/* All before the work of the task's job. */
static enum h5grad_status begin_results(struct run *run, size_t number, struct results *results,
                                        struct h5grad_error *err)
{
    struct engine_job *job = &run->task->job;
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = open_sink(run, number, results, err);
    hg_leave(&guard);
    if (status)
        return hg_error_context(err, status, "%s", run->output);
    hg_report_write_method(run->report, number, results->writer[0]->method->name);
    job->cancelled = hg_produce_is_cancelled;
    job->user = run;
    return H5GRAD_OK;
}

/* All behind it. status: of the work. */
static enum h5grad_status end_results(struct run *run, enum h5grad_status status,
                                      struct h5grad_error *err)
{
    const struct task *task = run->task;
    hg_sink_close(task->job.sink);
    return status ? hg_error_context(err, status, "%s: %s", run->input, task->field->path)
                  : H5GRAD_OK;
}

enum h5grad_status hg_produce_results(struct run *run, size_t number, struct results *results,
                                      struct h5grad_error *err)
{
    struct task *task = run->task;
    enum h5grad_status status = begin_results(run, number, results, err);
    if (status)
        return status;
    run->progress.field = task->field->path;
    task->job.progress = hg_produce_progress;
    status = hg_engine_run(&task->job, &task->plan, err);
    return end_results(run, status, err);
}

enum h5grad_status hg_produce_open(struct run *run, size_t number, struct h5grad_error *err)
{
    const struct field *field = &run->field[number];
    bool too_large;
    struct h5_guard guard;
    hg_results_init(run->results, &run->kept, run->publish.file);
    hg_enter(&guard); /* one section for both */
    enum h5grad_status status = hg_task_open(run->task, run->file, field, err);
    if (!status)
        status = hg_task_plan(run->task, &run->options, &too_large, err);
    hg_leave(&guard);
    return status ? hg_error_context(err, status, "%s: %s", run->input, field->path) : H5GRAD_OK;
}

/* Ends the task's field, the selected dataset number, of which as much may be open as there is:
 * completes it if status is H5GRAD_OK. */
static enum h5grad_status end_field(struct run *run, size_t number, enum h5grad_status status,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard); /* one section for both */
    status = hg_produce_finish(run, run->results, status, err);
    hg_task_close(run->task);
    hg_leave(&guard);
    hg_field_free(&run->field[number]);
    return status;
}

static void use_lane(struct run *run, struct lane *lane)
{
    run->task = &lane->task;
    run->results = &lane->results;
}

/* Returns the lane of the next field. */
static struct lane *next_lane(struct run *run)
{
    return &run->lane[run->given % RUN_LANES];
}

/* Waits until the results in a lane are made, unless none are. Returns status if that is a failure,
 * else how they fared. */
static enum h5grad_status await_lane(struct run *run, struct lane *lane, enum h5grad_status status,
                                     struct h5grad_error *err)
{
    if (!lane->is_busy)
        return status;
    use_lane(run, lane);
    const enum h5grad_status made = hg_aside_wait(run->aside, &lane->work, status ? NULL : err);
    const enum h5grad_status ended = end_results(run, made, status ? NULL : err);
    if (status || ended)
        return status ? status : ended;
    run->progress.field = lane->task.field->path;
    hg_produce_progress(run, hg_field_result_bytes(lane->task.field));
    return H5GRAD_OK;
}

/* Ends the field in a lane, after await_lane, whose status is given and, unless ending fails,
 * returned. */
static enum h5grad_status clear_lane(struct run *run, struct lane *lane, enum h5grad_status status,
                                     struct h5grad_error *err)
{
    if (!lane->is_busy)
        return status;
    lane->is_busy = false;
    use_lane(run, lane);
    return end_field(run, lane->number, status, err);
}

/* Ends the fields in all lanes, in the order of their beginning. If status is a failure, none is
 * completed, and status is returned. */
static enum h5grad_status clear_lanes(struct run *run, enum h5grad_status status,
                                      struct h5grad_error *err)
{
    for (size_t i = 0; i < RUN_LANES; i++) {
        struct lane *lane = &run->lane[(run->given + i) % RUN_LANES];
        status = await_lane(run, lane, status, err);
        status = clear_lane(run, lane, status, err);
    }
    use_lane(run, next_lane(run));
    return status;
}

/* Returns whether the field's points, coordinates and results are few, and moved without
 * libhdf5. */
static bool is_small(const struct task *task, const struct results *results)
{
    const struct engine_job *job = &task->job;
    const struct h5_contiguous *place = hg_reader_place(task->source[0].reader);
    bool is = !task->field->vector && place && place->bytes <= ASIDE_BYTES;
    for (unsigned k = 0; k < task->field->n_results && is; k++)
        is = hg_writer_is_apart(results->writer[k]);
    for (unsigned k = 0; k < job->n_derivatives && is; k++)
        is = !job->derivative[k].coordinates ||
             hg_coord_array_is_held(job->derivative[k].coordinates);
    return is;
}

/* Returns whether the results of the task's field can be made while the next fields are begun:
 * nothing else is to be done behind them, nor is each to be found by a run that resumes this one.
 */
static bool can_be_aside(const struct run *run)
{
    const struct coords_convention *convention = run->task->field->coords.convention;
    return is_small(run->task, run->results) && !run->options.split && !run->resume.wanted &&
           !(convention && convention->finish);
}

/* Begins the results of the task's field, to be made aside. */
static enum h5grad_status begin_aside(struct run *run, size_t number, struct h5grad_error *err)
{
    struct task *task = run->task;
    struct h5_guard guard;
    if (!run->aside && !(run->aside = hg_aside_new(run->options.threads, err)))
        return hg_error_status(err);
    hg_enter(&guard);
    enum h5grad_status status = hg_results_close(task->field, run->results, err);
    hg_leave(&guard);
    if (status)
        return hg_error_context(err, status, "%s", run->output);
    task->plan.threads = 1;
    task->job.progress = NULL;
    return begin_results(run, number, run->results, err);
}

/* Opens a field and creates its results. *aside: they are begun, and to be made aside. */
static enum h5grad_status begin_field(struct run *run, size_t number, bool *aside,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = hg_produce_open(run, number, err);
    if (!status)
        status = hg_produce_create(run, run->results, err);
    if (status || !can_be_aside(run))
        return status;
    status = begin_aside(run, number, err);
    *aside = !status;
    return status;
}

/* Has the results that were begun made aside. */
static void give(struct run *run, size_t number)
{
    struct lane *lane = next_lane(run);
    lane->work.job = &lane->task.job;
    lane->work.plan = &lane->task.plan;
    lane->number = number;
    lane->is_busy = true;
    run->given++;
    hg_aside_give(run->aside, &lane->work);
}

/* Makes the results of the task's field, after those of fields that were begun before, and ends
 * it. */
static enum h5grad_status complete_field(struct run *run, size_t number, enum h5grad_status status,
                                         struct h5grad_error *err)
{
    struct h5grad_error before = {.status = H5GRAD_OK};
    const enum h5grad_status made = clear_lanes(run, H5GRAD_OK, &before);
    if (made) { /* what failed first is told */
        status = made;
        if (err)
            *err = before;
    }
    if (!status)
        status = hg_produce_results(run, number, run->results, err);
    return end_field(run, number, status, err);
}

/*
 * Does a field. number is that of the selected dataset and of its entry in the report.
 *
 * Most files of very many fields have small ones, for which libhdf5 takes longer than all else. So
 * the results of such a field are only begun here; the field is ended when its lane is needed
 * again, or before a field that is done otherwise. libhdf5 is called in the same order however many
 * threads there are, and places everything alike.
 */
static enum h5grad_status do_field(struct run *run, size_t number, struct h5grad_error *err)
{
    const bool brief = run->field[number].place.is_known && !run->options.split;
    bool aside = false;
    struct lane *lane = next_lane(run);
    struct h5_guard guard;
    enum h5grad_status status = await_lane(run, lane, H5GRAD_OK, err);
    if (brief) /* one section for all, which copies nothing of such a field */
        hg_enter(&guard);
    status = clear_lane(run, lane, status, err);
    const bool begins = !status;
    use_lane(run, lane);
    if (begins)
        status = begin_field(run, number, &aside, err);
    if (brief)
        hg_leave(&guard);
    if (aside)
        give(run, number);
    else if (begins)
        status = complete_field(run, number, status, err);
    hg_messages_deliver(&run->messages);
    return status;
}

static void tell_temporary(void *user, const char *path)
{
    const struct run_callbacks *call = &((const struct run *)user)->options.call;
    if (call->temporary)
        call->temporary(call->user, path);
}

/* Leaves of the output that is replaced may be what the run reads. */
static bool is_of_input(const void *user, const struct stat *info)
{
    return hg_manifest_has(user, info);
}

/* Creates the file and, if the run can be resumed, its journal; *line is the line of history. */
static enum h5grad_status create_output(struct run *run, const char **line,
                                        struct h5grad_error *err)
{
    const struct run_options *options = &run->options;
    enum publish_kind kind = !run->resume.wanted   ? PUBLISH_ONCE
                             : run->resume.journal ? PUBLISH_RESUMED
                                                   : PUBLISH_RESUMABLY;
    const struct publish_notice notice = {tell_temporary, run};
    uint64_t files = hg_manifest_hash(&run->access.manifest, true, HASH_START);
    files = hg_coord_store_hash_files(run->coordinates, true, files);
    enum h5grad_status status =
        hg_resume_check(&run->resume, run->access.real, files, &run->options, err);
    if (status)
        return hg_error_context(err, status, "%s", run->output);
    const struct publish_request request = {
        .kind = kind,
        .results = run->names.n,
        .overwrite = options->overwrite || options->update,
        .sync = options->sync,
        .by_content = !options->history,
        .keeper = {is_of_input, &run->access.manifest},
    };
    status = hg_publish_create(&run->publish, run->output, &request, &notice, err);
    if (status || !run->resume.wanted)
        return status;
    tell_temporary(run, run->resume.path);
    status = hg_resume_begin(&run->resume, &run->options, run->publish.descriptor,
                             &run->publish.was, line, err);
    run->publish.leave = kind == PUBLISH_RESUMED && !run->resume.ours;
    return status ? hg_error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

enum h5grad_status hg_produce_begin(struct run *run, struct h5grad_error *err)
{
    const struct run_options *options = &run->options;
    if (hg_publish_check_space(run->output, run->space, run->resume.wanted, err))
        return hg_error_status(err);
    char *command = options->command
                        ? hg_memory_text(options->command)
                        : hg_memory_format("h5grad_run %s %s", run->input, run->output);
    run->line = command ? hg_metadata_history_line(command) : NULL;
    const char *line = run->line;
    free(command);
    if (!line)
        return hg_error_memory(err, strlen(run->input) + strlen(run->output));
    enum h5grad_status status = create_output(run, &line, err);
    struct h5_guard guard;
    hg_enter(&guard);
    /* libhdf5 places metadata when the cache is full, so more memory must not make it larger: equal
     * runs make equal files. */
    const uint64_t least = hg_budget_buffers(H5GRAD_LEAST_MEMORY);
    if (!status && !hg_metadata_cache_limit(run->publish.file, least))
        status = hg_hdf5_error(err, "%s: choosing what is kept of it in memory", run->output);
    if (!status && options->split)
        status = hg_attribute_write_text(run->publish.file, LEAF_MARK, MARK_TEXT, err);
    if (!status && options->history &&
        ((status = hg_metadata_write_history(run->publish.file, run->file, line, err)) ||
         (status = hg_update_write(run, err))))
        hg_error_context(err, status, "%s", run->output);
    hg_leave(&guard);
    if (status)
        return status;
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    run->aux_vars =
        hg_aux_vars_new(run->file, run->publish.file, walk, &run->names, &run->messages);
    return run->aux_vars ? H5GRAD_OK : hg_error_memory(err, sizeof *run);
}

static enum h5grad_status describe_output(struct run *run, struct h5grad_error *err)
{
    const struct publish_notice notice = {tell_temporary, run};
    enum h5grad_status status = hg_publish_open_text(&run->publish, XDMF_SUFFIX, &notice, err);
    return status ? status : hg_xdmf_write(run->xdmf, run->publish.file, run->publish.text, err);
}

enum h5grad_status hg_produce_check_memory(struct run *run, struct h5grad_error *err)
{
    return hg_ran_out()
               ? hg_error_set(err, H5GRAD_NO_MEMORY, "libhdf5 is out of memory: raise --memory")
               : hg_messages_check(&run->messages, err);
}

static enum h5grad_status commit_output(struct run *run, struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_results_release(&run->kept);
    enum h5grad_status status = hg_input_check_unchanged(run->file, err);
    if (!status)
        status = hg_coord_store_check_unchanged(run->coordinates, err);
    if (!status)
        status = hg_produce_check_memory(run, err);
    if (status)
        hg_error_context(err, status, "%s", run->input);
    else if ((status = hg_aux_vars_finish(run->aux_vars, err)) ||
             (run->resume.journal && (status = hg_journal_settle(run->resume.journal, err))))
        hg_error_context(err, status, "%s", run->output);
    else
        status = hg_publish_commit(&run->publish, err);
    hg_leave(&guard);
    return status;
}

void hg_produce_tell_lost(struct run *run)
{
    if (run->resume.journal && hg_journal_lost(run->resume.journal) > 0)
        hg_message_add(&run->messages, H5GRAD_WARNING,
                       "not all that the run before had done was still there: it is done again");
}

enum h5grad_status hg_produce_end(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = run->xdmf ? describe_output(run, err) : H5GRAD_OK;
    if (!status)
        status = commit_output(run, err);
    if (!status && run->publish.littered)
        hg_message_add(&run->messages, H5GRAD_WARNING,
                       "%s: not all files of the results that it had before could be removed",
                       run->output);
    return status;
}

enum h5grad_status hg_produce(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = hg_produce_begin(run, err);
    for (size_t i = 0; i < run->selection.n && !status; i++) {
        if (run->selection.item[i].usable)
            status = do_field(run, i, err);
    }
    status = clear_lanes(run, status, err);
    hg_produce_tell_lost(run);
    if (!status && hg_produce_is_cancelled(run))
        status = hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    if (status == H5GRAD_CANCELLED && atomic_load(&run->is_unsafe))
        status = hg_error_set(err, H5GRAD_FAILED, "%s: %s", run->output, run->unsafe.message);
    return status ? status : hg_produce_end(run, err);
}
