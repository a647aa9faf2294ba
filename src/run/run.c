/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/clock.h"
#include "base/memory.h"
#include "formats/provenance.h"
#include "base/path.h"
#include "base/size.h"
#include "run/axes.h"
#include "run/boundary.h"
#include "run/produce.h"
#include "run/repeated.h"
#include "run/shared.h"
#include "run/split.h"
#include "run/subset.h"
#include "run/update.h"
#include "run/vector.h"

/* The number of fields with unused attributes of values that have a message each. */
#define FEW 8

/* So many fields are searched for datasets that fit their axes until one has some. */
#define SEARCHED 64

static void on_warning(void *user, const char *text)
{
    hg_message_add(&((struct run *)user)->messages, H5GRAD_WARNING, "%s", text);
}

static enum h5grad_status open_input(struct run *run, struct h5grad_error *err)
{
    run->access.follow_external = run->options.follow_external;
    run->access.allow_plugins = run->options.allow_plugins;
    run->access.allow_missing = run->options.allow_missing;
    run->access.swmr = run->options.swmr;
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
    return hg_select_datasets(run->file, &run->options, &run->selection, err);
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

/* Adds the datasets that fit the axes of a field to the warning of unit spacing. A row comes only
 * where it is the first: it may be the coordinates of another field itself. */
static enum h5grad_status hint_at(struct run *run, const struct field *field,
                                  struct h5grad_error *err)
{
    char label[256], suggestions[512];
    unsigned k = 0;
    hg_suggestions_text(field, suggestions, sizeof suggestions);
    if (!*suggestions || (field->n_axes == 1 && run->tally.of[TALLY_UNIT_SPACING].entry[0].n > 1))
        return H5GRAD_OK;
    while (field->axis[field->order[k]].spacing.kind != SPACING_AUTO)
        k++;
    hg_field_label(field, field->order[k], label, sizeof label);
    BASE_FREED char *first = hg_memory_format("%s: %s", field->path, label);
    return first ? hg_tally_hint(&run->tally, TALLY_UNIT_SPACING, first, suggestions, err)
                 : hg_error_memory(err, strlen(field->path));
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
    if (!status)
        status = hint_at(run, field, err);
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
    const struct task *task = run->task;
    const struct field *field = task->field;
    enum h5grad_status status = H5GRAD_OK;
    run->fields++;
    if (run->goal != RUN_LIST) {
        if (task->result_storage.n_filters == 0 && !task->result_storage.sparse)
            run->space = size_add_capped(run->space, hg_field_result_bytes(field));
        hg_shared_note(run);
        if (*task->left_out)
            hg_message_add(&run->messages, H5GRAD_DETAIL, "%s: results are stored without its %s",
                           field->path, task->left_out);
        tell_all_values(run, field);
        status = hg_costs_add(&run->costs, task, err);
        if (!status)
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
                                   const struct run_options *options, struct field *field,
                                   struct h5grad_error *err)
{
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    const struct vector_place place = {run->file, walk, run->coordinates};
    if (item->is_vector)
        return hg_vector_describe(run->task, &place, item->path, options, field, err);
    enum h5grad_status status =
        hg_task_describe(run->task, run->file, walk, item->path, options->unpack, field, err);
    if (status)
        return status;
    hg_derivation_note_axes(&options->derivation, field);
    status = hg_subset_settle(field, options, item->named, err);
    return status ? status : hg_axes_settle(field, options, run->coordinates, err);
}

/* Likewise, and plans its tiles: whatever the goal, so that a list shows as fields what a run
 * does. */
static enum h5grad_status prepare(struct run *run, const struct selected *item, struct field *field,
                                  struct h5grad_error *err)
{
    bool too_large = false;
    struct messages silent;
    struct run_options options = run->options;
    hg_messages_init(&silent);
    if (run->goal == RUN_LIST) /* it says all this itself */
        options.messages = &silent;
    enum h5grad_status status = describe(run, item, &options, field, err);
    struct h5_guard guard;
    hg_enter(&guard); /* one section for both */
    if (!status)
        status = hg_task_plan(run->task, &options, &too_large, err);
    if (!status)
        hg_task_note_methods(run->task, field);
    hg_leave(&guard);
    const bool told =
        run->fields >= SEARCHED || hg_tally_is_hinted(&run->tally, TALLY_UNIT_SPACING);
    if (!status && (run->goal != RUN_ALL || !told))
        status = hg_suggest(&run->suggestions, run->file, field, err);
    if (!status && run->goal == RUN_LIST)
        status = hg_axes_describe_others(field, &options, run->coordinates, err);
    else if (!status)
        status = hg_repeated_tell(run->task, options.messages, err);
    hg_messages_free(&silent);
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
    hg_task_close(run->task);
    if (!item->usable || run->goal != RUN_ALL)
        hg_field_free(field);
    hg_messages_deliver(&run->messages);
    return status;
}

/* Reports datasets and axes that were left out, attributes of values that are not used, and unit
 * spacing. A list has all but what cannot be reached. */
static void report_omissions(struct run *run)
{
    enum h5grad_level skipped = run->fields ? H5GRAD_WARNING : H5GRAD_DETAIL;
    hg_tally_report(&run->tally, TALLY_LOST, skipped);
    if (run->goal == RUN_LIST)
        return;
    hg_tally_report(&run->tally, TALLY_DROPPED, H5GRAD_WARNING);
    hg_tally_report(&run->tally, TALLY_ROUND, H5GRAD_WARNING);
    if (run->noted > FEW)
        hg_message_add(&run->messages, H5GRAD_WARNING,
                       "%zu more fields say of their values what is not used: -v names all",
                       run->noted - FEW);
    hg_coord_store_tell(run->coordinates, on_warning, run);
    hg_tally_report(&run->tally, TALLY_UNUSABLE, skipped);
    hg_tally_report(&run->tally, TALLY_TOO_LARGE, skipped);
    if (run->goal == RUN_ALL) /* a plan says so of each axis */
        hg_tally_report(&run->tally, TALLY_UNIT_SPACING, H5GRAD_WARNING);
}

/* With --strict: fails if something was left out or assumed that a run without it warns of. */
static enum h5grad_status refuse_doubts(const struct run *run, struct h5grad_error *err)
{
    if (!run->options.strict || run->goal == RUN_LIST)
        return H5GRAD_OK;
    for (enum tally_kind kind = 0; kind < TALLY_KINDS; kind++) {
        if (run->tally.of[kind].n == 0)
            continue;
        BASE_FREED char *doubt = hg_tally_first(&run->tally, kind);
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
    run->field = hg_memory_zeroed(run->selection.n, sizeof *run->field);
    if (!run->field)
        return hg_error_memory(err, run->selection.n * sizeof *run->field);
    for (size_t i = 0; i < run->selection.n && !status; i++)
        status = check_field(run, &run->selection.item[i], &run->field[i], err);
    if (!status)
        status = hg_result_names_check(&run->names, err);
    if (!status && run->fields)
        status = hg_derivation_check_axes(&run->options.derivation, err);
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

/* Checks that OUTPUT and the files beside it can be created. */
static enum h5grad_status check_places(const struct run *run, struct h5grad_error *err)
{
    bool overwrite = run->options.overwrite || run->options.update;
    enum h5grad_status status = hg_publish_check(run->output, run->input, overwrite, err);
    if (!status && run->options.split && strlen(hg_path_base(run->output)) > LEAF_MOST_NAME)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s: is too long for names of files beside it: %d bytes at most",
                            run->output, LEAF_MOST_NAME);
    if (status || !run->options.xdmf)
        return status;
    char *path = hg_memory_format("%s" XDMF_SUFFIX, run->output);
    status = path ? hg_publish_check(path, run->input, overwrite, err)
                  : hg_error_memory(err, strlen(run->output));
    free(path);
    return status;
}

/* Refuses to replace what INPUT leads to, when everything is known that the run reads. */
static enum h5grad_status check_not_read(const struct run *run, struct h5grad_error *err)
{
    struct stat info;
    if (run->goal == RUN_LIST || stat(run->output, &info) != 0 ||
        !(hg_manifest_has(&run->access.manifest, &info) ||
          hg_coord_store_has_file(run->coordinates, &info)))
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, "it reads %s as well: give OUTPUT another name",
                        run->output);
}

/* Notes, and returns, whether INPUT is one of h5grad's own results. */
static bool holds_results(struct run *run)
{
    struct h5_guard guard;
    hg_enter(&guard);
    if (hg_provenance_is_result(run->file))
        run->left = H5GRAD_LEFT_RESULTS;
    hg_leave(&guard);
    return run->left != H5GRAD_LEFT_NOTHING;
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
    if (run->options.skip_results && run->goal != RUN_LIST && holds_results(run))
        return H5GRAD_OK;
    status = check_fields(run, err);
    hg_costs_total(&run->costs, &run->progress);
    if (!status)
        status = check_not_read(run, err);
    if (!status)
        status = hg_produce_check_memory(run, err);
    if (!status && hg_update_is_current(run))
        run->left = H5GRAD_LEFT_UP_TO_DATE;
    return status ? hg_error_context(err, status, "%s", run->input) : H5GRAD_OK;
}

static void release(struct run *run)
{
    struct h5_guard guard;
    hg_aside_free(run->aside);
    hg_coord_store_free(run->coordinates);
    hg_aux_vars_free(run->aux_vars);
    hg_split_free(run);
    hg_enter(&guard);
    hg_results_release(&run->kept);
    hg_publish_abandon(&run->publish);
    hg_close(run->file);
    hg_access_free(&run->access);
    hg_leave(&guard);
    for (size_t i = 0; i < run->selection.n && run->field; i++)
        hg_field_free(&run->field[i]);
    free(run->field);
    free(run->line);
    free(run->groups.path);
    hg_select_free(&run->selection);
    hg_result_names_free(&run->names);
    hg_report_free(run->report);
    hg_xdmf_free(run->xdmf);
    hg_tally_free(&run->tally);
    hg_costs_free(&run->costs);
    hg_suggestions_free(&run->suggestions);
    hg_run_options_free(&run->options);
    hg_messages_free(&run->messages);
    free(run);
}

/* All up to the creation of the output. */
static enum h5grad_status prepare_run(struct run *run, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (run->goal != RUN_LIST)
        status = check_places(run, err);
    if (!status && run->goal != RUN_LIST && !hg_shared_is_other(run))
        status = hg_update_find(run, err);
    if (!status && run->goal != RUN_LIST && !hg_shared_is_other(run))
        status = hg_resume_find(&run->resume, run->output, &run->options, err);
    return status ? status : check(run, err);
}

static enum h5grad_status do_run(struct run *run, const struct h5grad_options *options,
                                 struct h5grad_report **report, struct h5grad_error *err)
{
    double start = clock_seconds();
    enum h5grad_status status = hg_run_options_check(options, &run->options, err);
    if (status)
        return status;
    if (hg_shared_is_other(run)) /* rank 0 speaks */
        run->options.call.message = NULL, run->options.call.progress = NULL;
    run->messages.callback = run->options.call.message;
    run->messages.user = run->options.call.user;
    run->options.messages = run->tally.messages = &run->messages;
    run->options.memo = &run->memo;
    status = prepare_run(run, err);
    run->messages.held = run->left == H5GRAD_LEFT_UP_TO_DATE; /* they were told when it was made */
    if (run->options.ranks)
        status = hg_ranks_agree(run->options.ranks, status, err);
    if (!status && run->options.ranks)
        status = hg_ranks_share(run->options.ranks, &run->left, sizeof run->left, err);
    if (!status && run->goal == RUN_ALL && run->left == H5GRAD_LEFT_NOTHING)
        status = run->options.ranks ? hg_shared_produce(run, err) : hg_produce(run, err);
    hg_messages_deliver(&run->messages);
    const bool stopped = status == H5GRAD_CANCELLED;
    const bool keep = (stopped || run->lost) && run->resume.ours;
    run->publish.leave = run->publish.leave || keep;
    hg_resume_close(&run->resume, keep);
    if (stopped && (hg_shared_is_other(run) ? run->options.checkpoint : keep))
        status = err->status = H5GRAD_RESUMABLE;
    if (!status && report) {
        *report = hg_report_finish(run->report, clock_seconds() - start);
        (*report)->left = run->left;
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
    run->task = &run->lane[0].task;
    run->results = &run->lane[0].results;
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
