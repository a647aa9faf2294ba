/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/size.h"
#include "run/axes.h"
#include "run/boundary.h"
#include "run/repeated.h"
#include "formats/aux_vars.h"
#include "formats/metadata.h"
#include "run/report.h"
#include "output/result_names.h"
#include "run/results.h"
#include "run/resume.h"
#include "run/select.h"
#include "run/subset.h"
#include "run/tally.h"
#include "run/task.h"
#include "run/vector.h"
#include "formats/xdmf.h"
#include "output/publish.h"
#include "libhdf5/metadata_cache.h"
#include "trust/open.h"
#include "trust/input_driver.h"
#include "formats/convention.h"
#include "values/meaning.h"

/* Results that must be on stable storage in the end are written back in pieces of this size. */
#define WRITE_BACK_BYTES ((uint64_t)64 << 20)

/* The number of fields with unused attributes of values that have a message each. */
#define FEW 8

struct run {
    enum run_goal goal;
    const char *input, *output;
    struct run_options options;
    struct messages messages;
    struct h5_access access;
    hid_t file;
    struct selection selection;
    struct coord_store *coordinates;
    struct result_names names;
    struct results results; /* of the field at hand */
    struct engine_memo memo;
    struct report *report;
    struct publish publish;
    struct resume resume;
    struct aux_vars *aux_vars;
    struct xdmf *xdmf; /* NULL: not wanted */
    size_t fields;     /* that can be done */
    uint64_t space;    /* bytes of results that are stored whole */
    struct h5grad_progress progress;
    struct field *field;         /* of each selected dataset that is to be done */
    bool *subset_used;           /* of each --subset, whether a field has its axis */
    struct task task;            /* of the one at hand */
    struct h5grad_error error;   /* used if the caller has none, since the run reads its reasons */
    struct h5grad_error skipped; /* why a dataset was skipped: a field, if any was */
    bool skipped_field;          /* skipped is about a field */
    struct tally tally;          /* what is reported once, with a count */
    size_t noted;                /* fields whose attributes about their values are not used, ... */
    struct h5grad_error doubt;   /* ... and what is to be said of the first */
    struct h5grad_error unsafe;  /* why the journal could not be synced */
    _Atomic bool is_unsafe;      /* unsafe is set; the run ends */
    uint64_t written_back;       /* bytes of results done when writing back was begun last */
};

static void on_warning(void *user, const char *text)
{
    hg_message_add(&((struct run *)user)->messages, H5GRAD_WARNING, "%s", text);
}

static enum h5grad_status open_input(struct run *run, struct h5grad_error *err)
{
    run->access.follow_external = run->options.follow_external;
    run->access.allow_plugins = run->options.allow_plugins;
    run->access.allow_missing = run->options.allow_missing;
    run->access.memory = hg_budget_buffers(run->options.memory);
    run->access.warn = on_warning;
    run->access.user = run;
    struct h5_guard guard;
    hg_enter(&guard);
    run->file = hg_open_input(run->input, &run->access, err);
    hg_leave(&guard);
    hg_messages_deliver(&run->messages);
    if (run->file < 0)
        return hg_error_status(err);
    return hg_select_datasets(run->file, &run->options, run->goal != RUN_LIST, &run->selection,
                              err);
}

/* Keeps the reason for a run that has nothing to do: that of a field, which other options may make
 * possible, explains more than that of another dataset. */
static enum h5grad_status note_skipped(struct run *run, enum field_fault fault,
                                       struct h5grad_error *reason)
{
    static const enum tally_kind kinds[] = {
        [FIELD_UNUSABLE] = TALLY_UNUSABLE,
        [FIELD_TOO_LARGE] = TALLY_TOO_LARGE,
        [FIELD_LOST] = TALLY_LOST,
    };
    bool is_field = fault != FIELD_NONE;
    if (!run->skipped.status || (is_field && !run->skipped_field)) {
        run->skipped = *reason;
        run->skipped_field = is_field;
    }
    if (is_field && fault != FIELD_OPTIONS)
        return hg_tally_add(&run->tally, kinds[fault], "", reason, "%s", reason->message);
    hg_message_add(&run->messages, H5GRAD_DETAIL, "%s (skipped)", reason->message);
    return H5GRAD_OK;
}

/* A dataset that cannot be done fails the run if it was named, and is left out otherwise. A lack of
 * memory always fails the run. */
static enum h5grad_status skip(struct run *run, const struct selected *item, enum field_fault fault,
                               enum h5grad_status status, struct h5grad_error *err)
{
    bool fatal = item->named || fault == FIELD_EMPTY || err->status == H5GRAD_NO_MEMORY;
    if (!fatal && !hg_report_skip(run->report, item->path, err->message))
        return hg_error_memory(err, strlen(err->message));
    hg_error_context(err, status, "%s", item->path);
    if (fatal)
        return status;
    return note_skipped(run, fault, err);
}

static enum h5grad_status add_names(struct run *run, const char *source, const struct field *field,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t k = 0; k < field->n_results && !status; k++) {
        const struct field_result *result = &field->results[k];
        const struct result_origin origin = {hg_field_word(result->what), source, result->along,
                                             hg_field_axis_number(field, result->axis)};
        status = hg_result_names_add(&run->names, result->path, &origin, err);
    }
    return status;
}

/* Counts the axes with unit spacing, those that go round the globe but have ends, and those dropped
 * for their coordinates. */
static enum h5grad_status count_axes(struct run *run, const struct field *field,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    char label[256], number[32];
    for (unsigned k = 0; k < field->n_axes && !status; k++) {
        unsigned axis = field->order[k];
        const char *name = hg_field_axis_option(field, axis, number, sizeof number);
        hg_field_label(field, axis, label, sizeof label);
        if (hg_boundary_globe_not_joined(field, axis))
            status = hg_tally_add(&run->tally, TALLY_ROUND, name, err,
                                  "axis %s goes round the globe: its ends are one-sided; "
                                  "--boundary=%s=periodic joins them",
                                  name, name);
        if (!status && field->axis[axis].spacing.kind == SPACING_AUTO)
            status = hg_tally_add(&run->tally, TALLY_UNIT_SPACING, "", err, "%s: %s", field->path,
                                  label);
    }
    for (unsigned i = 0; i < field->rank && !status; i++) {
        const char *why = field->axis[i].problem;
        if (!field->axis[i].dropped)
            continue;
        hg_field_label(field, i, label, sizeof label);
        status = hg_tally_add(&run->tally, TALLY_DROPPED, why, err, "%s: %s: left out: %s",
                              field->path, label, why);
    }
    return status;
}

/* Sends messages about the packing and missing values of a field, and attributes not used. */
static void tell_values(struct run *run, const char *path, const struct values *values)
{
    if (values->text)
        hg_message_add(&run->messages, H5GRAD_DETAIL, "%s: values: %s", path, values->text);
    if (!values->note)
        return;
    const bool one_line = run->options.strict; /* the error */
    if (run->noted == 0)
        hg_error_set(&run->doubt, H5GRAD_FAILED, "%s: %s", path, values->note);
    hg_message_add(&run->messages, run->noted++ < FEW && !one_line ? H5GRAD_WARNING : H5GRAD_DETAIL,
                   "%s: %s", path, values->note);
}

/* Likewise for every dataset that a field's results are made of. */
static void tell_all_values(struct run *run, const struct field *field)
{
    const struct field_vector *vector = field->vector;
    tell_values(run, vector ? vector->source[0] : field->path, &field->values);
    for (size_t k = 1; vector && k < vector->n_sources; k++)
        tell_values(run, vector->source[k], &vector->other[k - 1].values);
}

static const struct coord_variable *find_coordinate(void *user, const struct field *field,
                                                    unsigned axis)
{
    const struct run *run = user;
    return hg_axes_coordinate(field, axis, &run->options, run->coordinates);
}

/* Counts a field that can be done and its results. */
static enum h5grad_status accept(struct run *run, const struct selected *item,
                                 struct h5grad_error *err)
{
    const struct task *task = &run->task;
    const struct field *field = task->field;
    enum h5grad_status status = H5GRAD_OK;
    run->fields++;
    if (run->goal != RUN_LIST) {
        run->progress.bytes_total += hg_field_result_bytes(field);
        if (task->result_storage.n_filters == 0 && !task->result_storage.sparse)
            run->space += hg_field_result_bytes(field);
        if (*task->left_out)
            hg_message_add(&run->messages, H5GRAD_DETAIL, "%s: results are stored without its %s",
                           field->path, task->left_out);
        tell_all_values(run, field);
        status = count_axes(run, field, err);
        if (!status)
            status = add_names(run, item->path, field, err);
    }
    if (!status && run->xdmf)
        status = hg_xdmf_add(run->xdmf, field, find_coordinate, run, err);
    if (!status && !hg_report_add(run->report, task, run->goal != RUN_LIST))
        status = hg_error_memory(err, sizeof *field);
    return status;
}

/* Describes a dataset, or a vector, and settles its axes and results. */
static enum h5grad_status describe(struct run *run, const struct selected *item,
                                   struct field *field, struct h5grad_error *err)
{
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    const struct vector_place place = {run->file, walk, run->coordinates, run->subset_used};
    if (item->is_vector)
        return hg_vector_describe(&run->task, &place, item->path, &run->options, field, err);
    enum h5grad_status status =
        hg_task_describe(&run->task, run->file, walk, item->path, run->options.unpack, field, err);
    if (status)
        return status;
    hg_derivation_note_axes(&run->options.derivation, field);
    if (run->goal == RUN_LIST)
        return hg_axes_describe(field, &run->options, run->coordinates, err);
    status = hg_subset_settle(field, &run->options, item->named, run->subset_used, err);
    return status ? status : hg_axes_settle(field, &run->options, run->coordinates, err);
}

/* Likewise, and plans its tiles. */
static enum h5grad_status prepare(struct run *run, const struct selected *item, struct field *field,
                                  struct h5grad_error *err)
{
    bool too_large = false;
    enum h5grad_status status = describe(run, item, field, err);
    if (!status && run->goal != RUN_LIST) {
        status = hg_task_plan(&run->task, &run->options, &too_large, err);
        if (!status)
            hg_task_note_methods(&run->task, field);
        if (!status)
            status = hg_repeated_tell(&run->task, &run->messages, err);
    }
    if (status && field->fault == FIELD_SOUND)
        field->fault = too_large ? FIELD_TOO_LARGE : FIELD_OPTIONS;
    return status;
}

static enum h5grad_status check_field(struct run *run, struct selected *item, struct field *field,
                                      struct h5grad_error *err)
{
    if (item->why) {
        hg_error_set(err, H5GRAD_FAILED, "%s%s", item->why,
                     item->named ? "; --no-unpack takes the stored numbers as they are" : "");
        return skip(run, item, item->lost ? FIELD_LOST : FIELD_NONE, H5GRAD_FAILED, err);
    }
    enum h5grad_status status = prepare(run, item, field, err);
    item->usable = status == H5GRAD_OK;
    if (status)
        status = skip(run, item, field->fault, status, err);
    else
        status = accept(run, item, err);
    hg_task_close(&run->task);
    if (!item->usable || run->goal != RUN_ALL)
        hg_field_free(field);
    hg_messages_deliver(&run->messages);
    return status;
}

/* Reports datasets and axes that were left out, attributes of values that are not used, and unit
 * spacing. */
static void report_omissions(struct run *run)
{
    enum h5grad_level skipped = run->fields ? H5GRAD_WARNING : H5GRAD_DETAIL;
    hg_tally_report(&run->tally, TALLY_LOST, skipped);
    hg_tally_report(&run->tally, TALLY_DROPPED, H5GRAD_WARNING);
    hg_tally_report(&run->tally, TALLY_ROUND, H5GRAD_WARNING);
    if (run->noted > FEW)
        hg_message_add(&run->messages, H5GRAD_WARNING,
                       "%zu more fields say of their values what is not used: -v names all",
                       run->noted - FEW);
    if (run->goal != RUN_LIST)
        hg_coord_store_tell(run->coordinates, on_warning, run);
    hg_tally_report(&run->tally, TALLY_UNUSABLE, skipped);
    hg_tally_report(&run->tally, TALLY_TOO_LARGE, skipped);
    if (run->goal == RUN_ALL) /* a plan says so of each axis */
        hg_tally_report(&run->tally, TALLY_UNIT_SPACING, H5GRAD_WARNING);
}

/* With --strict: fails if something was left out or assumed that a run without it warns of. */
static enum h5grad_status refuse_doubts(const struct run *run, struct h5grad_error *err)
{
    static const enum tally_kind kinds[] = {TALLY_LOST,    TALLY_UNUSABLE,     TALLY_TOO_LARGE,
                                            TALLY_DROPPED, TALLY_UNIT_SPACING, TALLY_ROUND};
    if (!run->options.strict || run->goal == RUN_LIST)
        return H5GRAD_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (run->tally.of[kinds[i]].n == 0)
            continue;
        BASE_FREED char *doubt = hg_tally_first(&run->tally, kinds[i]);
        return doubt ? hg_error_set(err, H5GRAD_FAILED, "%s: refused by --strict", doubt)
                     : hg_error_memory(err, sizeof run->tally);
    }
    return run->noted > 0
               ? hg_error_set(err, H5GRAD_FAILED, "%s: refused by --strict", run->doubt.message)
               : H5GRAD_OK;
}

/* Returns whether a list without fields is no error: unless options allow none. */
static bool may_be_empty(const struct run *run)
{
    const struct run_options *options = &run->options;
    bool asked = options->n_dims > 0 || options->n_coords > 0 || options->n_spacings > 0;
    return run->goal == RUN_LIST && !(asked && run->skipped_field);
}

static enum h5grad_status check_fields(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    const struct derivation *derivation = &run->options.derivation;
    run->field = hg_memory_zeroed(run->selection.n, sizeof *run->field);
    run->subset_used = hg_memory_zeroed(derivation->n_subsets, sizeof *run->subset_used);
    if (!run->field || !run->subset_used)
        return hg_error_memory(err, run->selection.n * sizeof *run->field);
    for (size_t i = 0; i < run->selection.n && !status; i++)
        status = check_field(run, &run->selection.item[i], &run->field[i], err);
    if (!status)
        status = hg_result_names_check(&run->names, err);
    if (!status && run->fields)
        status = hg_derivation_check_axes(&run->options.derivation, err);
    if (!status && run->goal != RUN_LIST && run->fields)
        status = hg_subset_check_used(derivation, run->subset_used, err);
    if (!status && run->fields)
        status = refuse_doubts(run, err);
    if (!status)
        report_omissions(run);
    if (status || run->fields || may_be_empty(run))
        return status;
    if (run->skipped.status)
        return hg_error_set(err, H5GRAD_FAILED, "nothing to do: %s", run->skipped.message);
    return hg_error_set(err, H5GRAD_FAILED, "nothing to do: it has no field to differentiate");
}

/* Begins to write results back if they must be on stable storage in the end, or survive a crash of
 * the machine. */
static void keep_safe(struct run *run)
{
    int fd = run->publish.descriptor;
    uint64_t done = run->progress.bytes_done;
    if (run->options.sync && done - run->written_back >= WRITE_BACK_BYTES) {
        run->written_back = done;
        hg_file_start_sync(fd);
    }
    if (run->resume.journal && !atomic_load(&run->is_unsafe) &&
        hg_journal_sync(run->resume.journal, fd, &run->unsafe))
        atomic_store(&run->is_unsafe, true);
}

static void on_progress(void *user, uint64_t bytes)
{
    struct run *run = user;
    const struct run_callbacks *call = &run->options.call;
    run->progress.bytes_done += bytes;
    keep_safe(run);
    if (call->progress)
        call->progress(call->user, &run->progress);
}

static int on_cancelled(void *user)
{
    const struct run *run = user;
    const struct run_callbacks *call = &run->options.call;
    return atomic_load(&run->is_unsafe) || (call->cancelled && call->cancelled(call->user));
}

/* Copies the attributes of groups, which hold for results in netCDF-4: a field with scales and no
 * other convention. */
static enum h5grad_status copy_groups(struct run *run, const struct field *field,
                                      const struct scale_links *links, struct h5grad_error *err)
{
    if (links->total == 0 || field->coords.convention)
        return H5GRAD_OK;
    return hg_coords_copy_above(run->file, run->publish.file, field->path,
                                hg_meaning_holds_for_group, err);
}

/* Begins the field in the journal and makes a sink of its writers. */
static enum h5grad_status open_sink(struct run *run, size_t number, struct results *results,
                                    struct h5grad_error *err)
{
    struct engine_job *job = &run->task.job;
    const struct plan *plan = &run->task.plan;
    const struct sink_request request = {
        .n = job->n_outputs,
        .writer = results->writer,
        .journal = run->resume.journal,
        .ordered = job->ordered,
        .workers = plan->threads,
        .waiting = hg_engine_waiting(job, plan),
    };
    enum h5grad_status status =
        hg_resume_begin_field(&run->resume, &run->task, number, results->writer, err);
    if (status)
        return status;
    job->sink = hg_sink_open(&request, err);
    return job->sink ? H5GRAD_OK : hg_error_status(err);
}

static enum h5grad_status create_results(struct run *run, size_t number, struct results *results,
                                         struct h5grad_error *err)
{
    struct task *task = &run->task;
    struct scale_links links = {0};
    struct h5_guard guard;
    task->journal = run->resume.journal;
    enum h5grad_status status =
        hg_aux_vars_add(run->aux_vars, task->field, task->dataset, &links, err);
    hg_enter(&guard);
    if (!status)
        status = copy_groups(run, task->field, &links, err);
    if (!status)
        status = hg_results_create(task, run->aux_vars, &links, results, err);
    if (!status)
        status = open_sink(run, number, results, err);
    hg_leave(&guard);
    hg_scale_links_free(&links);
    return status ? hg_error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

/* Lets the convention of the source complete the output. */
static enum h5grad_status finish_convention(const struct run *run, struct h5grad_error *err)
{
    const struct field *field = run->task.field;
    const struct coords_convention *convention = field->coords.convention;
    if (!convention || !convention->finish)
        return H5GRAD_OK;
    const struct coords_results results = {run->file, run->task.dataset, run->publish.file, field};
    return convention->finish(&results, err);
}

static enum h5grad_status finish_results(struct run *run, struct results *results,
                                         enum h5grad_status status, struct h5grad_error *err)
{
    const bool complete = !status;
    struct h5_guard guard;
    hg_sink_close(run->task.job.sink);
    hg_enter(&guard);
    status = hg_results_finish(run->task.field, results, status, err);
    if (complete && !status)
        status = finish_convention(run, err);
    hg_leave(&guard);
    return complete && status ? hg_error_context(err, status, "%s", run->output) : status;
}

/* Does a field. number is that of the selected dataset and of its entry in the report. */
static enum h5grad_status do_results(struct run *run, size_t number, struct h5grad_error *err)
{
    struct engine_job *job = &run->task.job;
    struct results *results = &run->results;
    hg_results_init(results, run->publish.file);
    enum h5grad_status status = create_results(run, number, results, err);
    if (!status) {
        run->progress.field = run->task.field->path;
        hg_report_write_method(run->report, number, results->writer[0]->method->name);
        job->progress = on_progress;
        job->cancelled = on_cancelled;
        job->user = run;
        status = hg_engine_run(job, &run->task.plan, err);
        if (status)
            hg_error_context(err, status, "%s: %s", run->input, run->task.field->path);
    }
    return finish_results(run, results, status, err);
}

static enum h5grad_status do_field(struct run *run, size_t number, struct h5grad_error *err)
{
    struct field *field = &run->field[number];
    bool too_large;
    enum h5grad_status status = hg_task_open(&run->task, run->file, field, err);
    if (!status)
        status = hg_task_plan(&run->task, &run->options, &too_large, err);
    if (status)
        hg_error_context(err, status, "%s: %s", run->input, field->path);
    else
        status = do_results(run, number, err);
    hg_task_close(&run->task);
    hg_field_free(field);
    hg_messages_deliver(&run->messages);
    return status;
}

static void tell_temporary(void *user, const char *path)
{
    const struct run_callbacks *call = &((const struct run *)user)->options.call;
    if (call->temporary)
        call->temporary(call->user, path);
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
    uint64_t files = hg_manifest_hash(&run->access.manifest, HASH_START);
    files = hg_coord_store_hash_files(run->coordinates, files);
    enum h5grad_status status =
        hg_resume_check(&run->resume, run->input, files, &run->options, err);
    if (status)
        return hg_error_context(err, status, "%s", run->output);
    status = hg_publish_create(&run->publish, run->output, options->overwrite, options->sync, kind,
                               &notice, err);
    if (status || !run->resume.wanted)
        return status;
    tell_temporary(run, run->resume.path);
    status = hg_resume_begin(&run->resume, &run->options, run->publish.descriptor,
                             &run->publish.was, line, err);
    run->publish.leave = kind == PUBLISH_RESUMED && !run->resume.ours;
    return status ? hg_error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

static enum h5grad_status begin_output(struct run *run, struct h5grad_error *err)
{
    const struct run_options *options = &run->options;
    char *command = options->command
                        ? hg_memory_text(options->command)
                        : hg_memory_format("h5grad_run %s %s", run->input, run->output);
    char *own = command ? hg_metadata_history_line(command) : NULL;
    const char *line = own;
    free(command);
    if (!own)
        return hg_error_memory(err, strlen(run->input) + strlen(run->output));
    enum h5grad_status status = create_output(run, &line, err);
    struct h5_guard guard;
    hg_enter(&guard);
    /* libhdf5 places metadata when the cache is full, so more memory must not make it larger: equal
     * runs make equal files. */
    const uint64_t least = hg_budget_buffers(H5GRAD_LEAST_MEMORY);
    if (!status && !hg_metadata_cache_limit(run->publish.file, least))
        status = hg_hdf5_error(err, "%s: choosing what is kept of it in memory", run->output);
    if (!status && options->history &&
        (status = hg_metadata_write_history(run->publish.file, run->file, line, err)))
        hg_error_context(err, status, "%s", run->output);
    hg_leave(&guard);
    free(own);
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

/* Fails if libhdf5 ran out of memory: objects may then have seemed absent. */
static enum h5grad_status check_memory(struct run *run, struct h5grad_error *err)
{
    return hg_ran_out()
               ? hg_error_set(err, H5GRAD_NO_MEMORY, "libhdf5 is out of memory: raise --memory")
               : hg_messages_check(&run->messages, err);
}

static enum h5grad_status commit_output(struct run *run, struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_input_check_unchanged(run->file, err);
    if (!status)
        status = hg_coord_store_check_unchanged(run->coordinates, err);
    if (!status)
        status = check_memory(run, err);
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

/* Reports tiles that are no longer in the temporary file, since it was changed after it was left.
 */
static void tell_lost(struct run *run)
{
    if (run->resume.journal && hg_journal_lost(run->resume.journal) > 0)
        hg_message_add(&run->messages, H5GRAD_WARNING,
                       "not all that the run before had done was still there: it is done again");
}

static enum h5grad_status do_fields(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status =
        hg_publish_check_space(run->output, run->space, run->resume.wanted, err);
    if (!status)
        status = begin_output(run, err);
    for (size_t i = 0; i < run->selection.n && !status; i++) {
        if (run->selection.item[i].usable)
            status = do_field(run, i, err);
    }
    tell_lost(run);
    if (!status && on_cancelled(run))
        status = hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    if (status == H5GRAD_CANCELLED && atomic_load(&run->is_unsafe))
        status = hg_error_set(err, H5GRAD_FAILED, "%s: %s", run->output, run->unsafe.message);
    if (!status && run->xdmf)
        status = describe_output(run, err);
    if (!status)
        status = commit_output(run, err);
    return status;
}

/* Checks that OUTPUT and the files beside it can be created. */
static enum h5grad_status check_places(const struct run *run, struct h5grad_error *err)
{
    bool overwrite = run->options.overwrite;
    enum h5grad_status status = hg_publish_check(run->output, run->input, overwrite, err);
    if (status || !run->options.xdmf)
        return status;
    char *path = hg_memory_format("%s" XDMF_SUFFIX, run->output);
    status = path ? hg_publish_check(path, run->input, overwrite, err)
                  : hg_error_memory(err, strlen(run->output));
    free(path);
    return status;
}

static enum h5grad_status check(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = open_input(run, err);
    if (status)
        return hg_error_context(err, status, "%s", run->input);
    if (run->goal != RUN_LIST && run->options.xdmf) {
        run->xdmf = hg_xdmf_new(run->input, run->output, &run->messages);
        if (!run->xdmf)
            return hg_error_memory(err, strlen(run->output));
    }
    run->coordinates = hg_coord_store_new(run->file, run->options.memory);
    run->report = hg_report_new(run->options.memory);
    if (!run->coordinates || !run->report)
        return hg_error_memory(err, sizeof *run);
    status = check_fields(run, err);
    if (!status)
        status = check_memory(run, err);
    return status ? hg_error_context(err, status, "%s", run->input) : H5GRAD_OK;
}

static void release(struct run *run)
{
    struct h5_guard guard;
    hg_coord_store_free(run->coordinates);
    hg_aux_vars_free(run->aux_vars);
    hg_enter(&guard);
    hg_publish_abandon(&run->publish);
    hg_close(run->file);
    hg_access_free(&run->access);
    hg_leave(&guard);
    for (size_t i = 0; i < run->selection.n && run->field; i++)
        hg_field_free(&run->field[i]);
    free(run->field);
    free(run->subset_used);
    hg_select_free(&run->selection);
    hg_result_names_free(&run->names);
    hg_report_free(run->report);
    hg_xdmf_free(run->xdmf);
    hg_tally_free(&run->tally);
    hg_run_options_free(&run->options);
    hg_messages_free(&run->messages);
    free(run);
}

static enum h5grad_status do_run(struct run *run, const struct h5grad_options *options,
                                 struct h5grad_report **report, struct h5grad_error *err)
{
    double start = clock_seconds();
    enum h5grad_status status = hg_run_options_check(options, &run->options, err);
    if (status)
        return status;
    run->messages.callback = run->options.call.message;
    run->messages.user = run->options.call.user;
    run->options.messages = run->tally.messages = &run->messages;
    run->options.memo = &run->memo;
    if (run->goal != RUN_LIST)
        status = check_places(run, err);
    if (!status && run->goal != RUN_LIST)
        status = hg_resume_find(&run->resume, run->output, &run->options, err);
    if (!status)
        status = check(run, err);
    if (!status && run->goal == RUN_ALL)
        status = do_fields(run, err);
    hg_messages_deliver(&run->messages);
    bool keep = status == H5GRAD_CANCELLED && run->resume.ours;
    run->publish.leave = run->publish.leave || keep;
    hg_resume_close(&run->resume, keep);
    if (keep)
        status = err->status = H5GRAD_RESUMABLE;
    if (!status && report) {
        *report = hg_report_finish(run->report, clock_seconds() - start);
        run->report = NULL;
    }
    return status;
}

enum h5grad_status hg_run_files(enum run_goal goal, const char *input, const char *output,
                                const struct h5grad_options *options, struct h5grad_report **report,
                                struct h5grad_error *err)
{
    struct run *run = hg_memory_zeroed(1, sizeof *run);
    if (!run)
        return hg_error_memory(err, sizeof *run);
    bool ran_out = hg_ran_out(); /* of a run from whose callback this one is called */
    run->goal = goal;
    run->input = input;
    run->output = output;
    run->file = run->publish.file = run->publish.held = -1;
    hg_messages_init(&run->messages);
    struct h5grad_error *reason = err ? err : &run->error;
    enum h5grad_status status = do_run(run, options, report, reason);
    /* Names that collide, for instance, may do so for an attribute that seemed absent. */
    if (status == H5GRAD_USAGE && hg_ran_out())
        status = hg_error_set(reason, H5GRAD_NO_MEMORY,
                              "%s: libhdf5 is out of memory: raise --memory", input);
    release(run);
    hg_ran_out();
    if (ran_out)
        hg_note_no_memory();
    return status;
}
