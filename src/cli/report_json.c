/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/json.h"
#include "cli/report_text.h"

#include <math.h>
#include <string.h>

/* The first line of h5grad_version(). */
static void document_put_program(struct json *json)
{
    char program[64];

    snprintf(program, sizeof(program), "%.*s", (int)strcspn(h5grad_version(), "\n"),
             h5grad_version());
    json_text(json, "program", program);
}

static void document_put_spacing(struct json *json, const struct h5grad_axis *axis)
{
    static const char *const names[] = {
        [H5GRAD_SPACING_UNIT] = "unit",
        [H5GRAD_SPACING_STEP] = "step",
        [H5GRAD_SPACING_COORDINATES] = "coordinates",
        [H5GRAD_SPACING_UNUSABLE] = "unusable",
    };
    bool unusable = axis->spacing == H5GRAD_SPACING_UNUSABLE;
    bool coordinates = axis->spacing == H5GRAD_SPACING_COORDINATES;
    bool known = coordinates && (axis->first != axis->last || axis->extent == 1);
    bool has_step = !unusable && (!coordinates || (known && axis->uniform));

    json_text(json, "spacing", names[axis->spacing]);
    json_text(json, "coordinates", axis->coordinates);
    json_number(json, "step", has_step ? axis->step : NAN);
    json_number(json, "first", known ? axis->first : NAN);
    json_number(json, "last", known ? axis->last : NAN);
    json_text(json, "source", unusable ? NULL : axis->source);
    json_text(json, "problem", unusable ? axis->source : NULL);
    json_text(json, "suggestion", axis->suggestion);
}

/* Prints the boundaries of an axis; null if it is not differentiated. */
static void document_put_ends(struct json *json, const struct h5grad_axis *axis)
{
    if (axis->boundary[0]) {
        json_open(json, "boundary", '[', true);
        json_text(json, NULL, axis->boundary[0]);
        json_text(json, NULL, axis->boundary[1]);
        json_close(json);
    } else {
        json_text(json, "boundary", NULL);
    }
    json_number(json, "period", axis->period > 0 ? axis->period : NAN);
    json_text(json, "period_source", axis->period_source);
    json_number(json, "accuracy", axis->accuracy > 0 ? (double)axis->accuracy : NAN);
}

/* Returns the path of the gradient along axis; NULL if there is none. */
static const char *document_gradient(const struct h5grad_field *field, unsigned axis)
{
    for (size_t i = 0; i < field->n_results; i++) {
        if (field->results[i]->axis == (int)axis &&
            field->results[i]->kind == H5GRAD_RESULT_GRADIENT)
            return field->results[i]->path;
    }
    return NULL;
}

/* Prints which points have results, unless all have. */
static void document_put_subset(struct json *json, const struct h5grad_axis *axis)
{
    if (axis->subset_count == 0) {
        json_text(json, "subset", NULL);
        return;
    }
    json_open(json, "subset", '{', true);
    json_integer(json, "start", axis->subset_start);
    json_integer(json, "count", axis->subset_count);
    json_integer(json, "step", axis->subset_step);
    json_close(json);
}

static void document_put_axis(struct json *json, const struct h5grad_field *field, unsigned number,
                              bool planned)
{
    const struct h5grad_axis *axis = field->axes[number];

    json_open(json, NULL, '{', false);
    json_text(json, "name", axis->name);
    json_integer(json, "extent", axis->extent);
    json_text(json, "unit", axis->unit);
    document_put_spacing(json, axis);
    json_bool(json, "round", axis->round != 0);
    json_text(json, "left_out", axis->left_out);
    if (planned) {
        json_bool(json, "differentiated", axis->differentiated != 0);
        json_text(json, "result", document_gradient(field, number));
        json_integer(json, "tile", axis->tile);
        document_put_subset(json, axis);
        document_put_ends(json, axis);
    }
    json_close(json);
}

static void document_put_components(struct json *json, const struct h5grad_field *field)
{
    if (field->n_components == 0) {
        json_text(json, "components", NULL);
        return;
    }
    json_open(json, "components", '[', true);
    for (size_t i = 0; i < field->n_components; i++)
        json_text(json, NULL, field->components[i]);
    json_close(json);
}

static void document_put_results(struct json *json, const struct h5grad_field *field)
{
    json_open(json, "results", '[', false);
    for (size_t i = 0; i < field->n_results; i++) {
        json_open(json, NULL, '{', true);
        json_text(json, "path", field->results[i]->path);
        json_text(json, "what", result_word(field->results[i]->kind));
        if (field->results[i]->axis >= 0)
            json_integer(json, "axis", (uint64_t)field->results[i]->axis);
        else
            json_text(json, "axis", NULL);
        json_close(json);
    }
    json_close(json);
    json_text(json, "missing", field->missing);
}

static void document_put_work(struct json *json, const struct h5grad_field *field)
{
    json_text(json, "result_type", field->result_type);
    json_text(json, "result_layout", field->result_layout_text);
    json_text(json, "read_way", field->read_method);
    json_text(json, "write_way", field->write_method);
    json_integer(json, "threads", (uint64_t)field->threads);
    json_integer(json, "tiles", field->tiles);
    json_integer(json, "bytes_read", field->bytes_read);
    json_integer(json, "bytes_decoded_again", field->bytes_decoded_again);
    json_integer(json, "bytes_written", field->bytes_written);
    json_integer(json, "peak_memory", field->peak_memory);
}

static void document_put_field(struct json *json, const struct h5grad_field *field, bool planned)
{
    json_open(json, NULL, '{', false);
    json_text(json, "path", field->path);
    json_text(json, "type", field->type);
    json_open(json, "shape", '[', true);
    for (unsigned k = 0; k < field->rank; k++)
        json_integer(json, NULL, field->axes[k]->extent);
    json_close(json);
    json_text(json, "layout", field->layout_text);
    json_text(json, "values", field->values);
    json_text(json, "note", field->note);
    json_open(json, "axes", '[', false);
    for (unsigned k = 0; k < field->rank; k++)
        document_put_axis(json, field, k, planned);
    json_close(json);
    document_put_components(json, field);
    if (!planned)
        json_text(json, "vector", field->vector);
    if (planned) {
        document_put_results(json, field);
        document_put_work(json, field);
    }
    json_close(json);
}

static void document_put_fields(struct json *json, const struct h5grad_report *report, bool planned)
{
    json_open(json, "fields", '[', false);
    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped == NULL)
            document_put_field(json, report->fields[i], planned);
    }
    json_close(json);
    json_open(json, "skipped", '[', false);
    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped == NULL)
            continue;
        json_open(json, NULL, '{', false);
        json_text(json, "path", report->fields[i]->path);
        json_text(json, "reason", report->fields[i]->skipped);
        json_close(json);
    }
    json_close(json);
}

static void document_put_total(struct json *json, const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);

    json_open(json, "total", '{', false);
    json_integer(json, "fields", total.fields);
    json_integer(json, "results", total.results);
    json_integer(json, "bytes_read", total.read);
    json_integer(json, "bytes_decoded_again", total.decoded_again);
    json_integer(json, "bytes_written", total.written);
    json_integer(json, "peak_memory", total.peak_memory);
    json_close(json);
    json_integer(json, "memory_cap", report->memory_cap);
}

static void document_begin(struct json *json, enum report_kind kind, const char *input,
                           const char *output)
{
    static const char *const names[] = {
        [REPORT_LIST] = "list",
        [REPORT_PLAN] = "plan",
        [REPORT_RUN] = "run",
    };

    json_open(json, NULL, '{', false);
    json_integer(json, "schema", 1);
    document_put_program(json);
    json_text(json, "report", names[kind]);
    json_text(json, "input", input);
    json_text(json, "output", kind == REPORT_LIST ? NULL : output);
}

static void document_put_left(struct json *json, enum h5grad_left left)
{
    static const char *const words[] = {
        [H5GRAD_LEFT_NOTHING] = NULL,
        [H5GRAD_LEFT_UP_TO_DATE] = "up to date",
        [H5GRAD_LEFT_RESULTS] = "results",
    };

    json_text(json, "left", words[left]);
}

void report_print_json(struct json *json, enum report_kind kind, const char *input,
                       const char *output, const struct h5grad_report *report)
{
    document_begin(json, kind, input, output);
    json_text(json, "error", NULL);
    if (kind != REPORT_LIST)
        document_put_left(json, report->left);
    document_put_fields(json, report, kind != REPORT_LIST);
    if (kind != REPORT_LIST)
        document_put_total(json, report);
    if (kind == REPORT_RUN) {
        json_number(json, "seconds", report->seconds);
        json_integer(json, "peak_resident", report_peak_resident());
    }
    json_close(json);
}

void report_print_json_failed(struct json *json, enum report_kind kind, const char *input,
                              const char *output, const char *reason)
{
    document_begin(json, kind, input, output);
    json_text(json, "error", reason);
    json_close(json);
}
