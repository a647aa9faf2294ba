/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/path.h"
#include "formats/formats.h"
#include "run/axes.h"
#include "run/boundary.h"
#include "run/cost.h"

/* Memory that lives as long as the report. */
struct piece {
    struct piece *next;
    _Alignas(16) char data[];
};

struct report {
    struct h5grad_report public; /* first: h5grad_report_free gets its address */
    struct h5grad_field **field;
    struct piece *pieces;
    bool failed;
};

struct report *hg_report_new(uint64_t memory_cap)
{
    struct report *report = hg_memory_zeroed(1, sizeof *report);
    if (report)
        report->public.memory_cap = memory_cap;
    return report;
}

void hg_report_free(struct report *report)
{
    if (!report)
        return;
    for (struct piece *piece = report->pieces, *next; piece; piece = next) {
        next = piece->next;
        free(piece);
    }
    free(report->field);
    free(report);
}

void h5grad_report_free(struct h5grad_report *report)
{
    hg_report_free((struct report *)report);
}

static void *keep(struct report *report, size_t size)
{
    struct piece *piece = calloc(1, sizeof *piece + size);
    if (!piece) {
        report->failed = true;
        return NULL;
    }
    piece->next = report->pieces;
    report->pieces = piece;
    return piece->data;
}

static const char *keep_text(struct report *report, const char *text)
{
    if (!text)
        return NULL;
    char *copy = keep(report, strlen(text) + 1);
    return copy ? memcpy(copy, text, strlen(text) + 1) : NULL;
}

/* Returns an array of n pointers to zeroed structs of size bytes. */
static void *keep_structs(struct report *report, size_t n, size_t size)
{
    void **pointer = keep(report, n * sizeof *pointer);
    char *structs = keep(report, n * size);
    if (!pointer || !structs)
        return NULL;
    for (size_t i = 0; i < n; i++)
        pointer[i] = structs + i * size;
    return pointer;
}

static struct h5grad_field *add(struct report *report, const char *path)
{
    const size_t n = report->public.n_fields;
    struct h5grad_field **grown = hg_memory_more(report->field, n, sizeof *grown);
    if (!grown) {
        report->failed = true;
        return NULL;
    }
    report->field = grown;
    struct h5grad_field *field = grown[n] = keep(report, sizeof *field);
    if (!field)
        return NULL;
    report->public.n_fields++;
    field->path = keep_text(report, path);
    return field;
}

/* Coordinates that were not read have first, last and step 0. */
static void describe_spacing(struct report *report, const struct field *field, unsigned axis,
                             struct h5grad_axis *out)
{
    const struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = settled->coordinate;
    out->source = keep_text(report, settled->source);
    out->origin = settled->given                    ? H5GRAD_FROM_OPTIONS
                  : field->coords.axis[axis].source ? H5GRAD_FROM_FILE
                                                    : H5GRAD_FROM_NOBODY;
    out->uniform = !coordinate || coordinate->scan.even;
    switch (settled->spacing.kind) {
    case SPACING_AUTO:
        out->spacing = settled->problem ? H5GRAD_SPACING_UNUSABLE : H5GRAD_SPACING_UNIT;
        out->step = settled->problem ? 0 : 1;
        return;
    case SPACING_NUMBER:
        out->spacing = H5GRAD_SPACING_STEP;
        out->step = settled->spacing.number;
        return;
    case SPACING_PATH:
        out->spacing = H5GRAD_SPACING_COORDINATES;
        out->coordinates = keep_text(report, coordinate ? coordinate->name : settled->spacing.path);
        out->first = coordinate ? coordinate->scan.first : 0;
        out->last = coordinate ? coordinate->scan.last : 0;
        out->step = coordinate && coordinate->scan.even ? coordinate->scan.step : 0;
    }
}

static void describe_axis(struct report *report, const struct task *task, unsigned axis,
                          bool planned, struct h5grad_axis *out)
{
    const struct field *field = task->field;
    const struct coords_axis *said = &field->coords.axis[axis];
    out->extent = field->extent[axis];
    out->name = keep_text(report, said->name);
    out->unit = keep_text(report, said->unit);
    describe_spacing(report, field, axis, out);
    out->suggestion = keep_text(report, field->axis[axis].suggestion);
    out->round = hg_boundary_spans_globe(field, axis);
    out->differentiated = field->axis[axis].differentiated;
    out->left_out = keep_text(report, said->left_out);
    if (planned && hg_field_is_cut(field, axis)) {
        out->subset_start = field->region->start[axis];
        out->subset_count = field->region->count[axis];
        out->subset_step = field->region->step[axis];
    }
    out->tile = planned ? task->plan.tile[axis] : 0;
    if (planned && out->differentiated) {
        const struct field_axis *settled = &field->axis[axis];
        char word[64];
        for (int side = 0; side < 2; side++) {
            hg_field_boundary(settled, side, word, sizeof word);
            out->boundary[side] = keep_text(report, word);
        }
        out->period = settled->op.period;
        out->period_source = settled->period_source;
        out->accuracy = settled->op.accuracy;
    }
}

/* Lists results in the order of the axes. */
static void describe_results(struct report *report, const struct field *field,
                             struct h5grad_field *out)
{
    struct h5grad_result **result = keep_structs(report, field->n_results, sizeof **result);
    for (unsigned i = 0; result && i <= field->rank; i++) {
        for (size_t k = 0; k < field->n_results; k++) {
            const struct field_result *of = &field->results[k];
            if ((of->along ? of->axis : field->rank) != i)
                continue;
            *result[out->n_results++] = (struct h5grad_result){
                .path = keep_text(report, of->path),
                .kind = (enum h5grad_result_kind)of->what,
                .axis = of->along ? (int)of->axis : -1,
            };
        }
    }
    out->missing = hg_derivation_missing_word(field->axis[field->order[0]].op.missing);
    out->results = (const struct h5grad_result *const *)result;
}

/* Returns the notes on axes, values and missing points in one text. */
static const char *describe_note(struct report *report, const struct field *field)
{
    enum { OWN = 3 };
    const char *part[OWN + GRID_MAX_RANK] = {field->missing, hg_axes_note(field),
                                             field->values.note};
    size_t used = 0, size = 1, n = OWN;
    for (unsigned k = 0; k < field->rank; k++) {
        if (field->axis[k].coordinate)
            part[n++] = field->axis[k].coordinate->note;
    }
    for (size_t i = 0; i < n; i++)
        size += part[i] ? strlen(part[i]) + strlen("; ") : 0;
    char *text = size > 1 ? keep(report, size) : NULL;
    for (size_t i = 0; i < n && text; i++) {
        if (part[i])
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? "; " : "", part[i]);
    }
    return text;
}

static enum h5grad_layout describe_layout(struct report *report, const struct h5_storage *storage,
                                          const char **words)
{
    static const enum h5grad_layout layouts[] = {
        [H5_CONTIGUOUS] = H5GRAD_CONTIGUOUS, [H5_COMPACT] = H5GRAD_COMPACT,
        [H5_CHUNKED] = H5GRAD_CHUNKED,       [H5_VIRTUAL] = H5GRAD_VIRTUAL,
        [H5_EXTERNAL] = H5GRAD_EXTERNAL,
    };
    char text[1024];
    hg_storage_text(storage, text, sizeof text);
    *words = keep_text(report, text);
    return layouts[storage->layout];
}

static void describe_plan(struct report *report, const struct task *task, struct h5grad_field *out)
{
    const struct field *field = task->field;
    const struct plan *plan = &task->plan;
    char text[1024];
    hg_type_result_name(&task->type, field->result, text, sizeof text);
    out->result_type = keep_text(report, text);
    out->result_layout = describe_layout(report, &task->result_storage, &out->result_layout_text);
    out->read_method = task->source[0].reader->method->name;
    out->tiles = plan->tiles;
    out->bytes_read = hg_cost_read(task);
    out->bytes_decoded_again = hg_cost_decoded_again(task);
    out->bytes_written = hg_field_result_bytes(field);
    out->peak_memory = plan->memory;
    out->threads = (int)plan->threads;
}

static void describe_components(struct report *report, const struct field_vector *vector,
                                struct h5grad_field *out)
{
    const char **path = keep(report, vector->n_sources * sizeof *path);
    for (size_t i = 0; path && i < vector->n_sources; i++)
        path[i] = keep_text(report, vector->source[i]);
    out->components = path;
    out->n_components = path ? vector->n_sources : 0;
}

/* "B=/data/1/meshes/B": the name of a vector has none of the characters with a meaning. */
static const char *describe_vector(struct report *report, const struct task *task)
{
    struct coords_vector vector;
    struct h5grad_error reason;
    struct h5_guard guard;
    const char *text = NULL;
    hg_enter(&guard);
    enum h5grad_status status =
        hg_coords_find_vector(task->file, task->field->stored_path, &vector, &reason);
    hg_leave(&guard);
    if (!status && vector.path && !vector.problem) {
        BASE_FREED char *name = hg_memory_text(hg_path_base(vector.path));
        for (size_t i = 0; name && name[i]; i++)
            name[i] = strchr(":=", name[i]) ? '_' : name[i];
        BASE_FREED char *option = name ? hg_memory_format("%s=%s", name, vector.path) : NULL;
        text = keep_text(report, option);
        report->failed = report->failed || !text;
    }
    report->failed = report->failed || status == H5GRAD_NO_MEMORY;
    hg_coords_free_vector(&vector);
    return text;
}

bool hg_report_add(struct report *report, const struct task *task, bool planned)
{
    const struct field *field = task->field;
    struct h5grad_field *out = add(report, field->path);
    if (!out)
        return false;
    struct h5grad_axis **axes = keep_structs(report, field->rank, sizeof **axes);
    if (!axes)
        return false;
    for (unsigned i = 0; i < field->rank; i++)
        describe_axis(report, task, i, planned, axes[i]);
    if (field->vector)
        describe_components(report, field->vector, out);
    out->rank = field->rank;
    out->axes = (const struct h5grad_axis *const *)axes;
    out->type = keep_text(report, task->type.name);
    out->layout = describe_layout(report, &task->storage, &out->layout_text);
    out->values = keep_text(report, field->values.text);
    out->note = describe_note(report, field);
    if (!planned && !field->vector)
        out->vector = describe_vector(report, task);
    if (planned) {
        describe_results(report, field, out);
        describe_plan(report, task, out);
    }
    return !report->failed;
}

void hg_report_write_method(struct report *report, size_t number, const char *method)
{
    report->field[number]->write_method = method;
}

bool hg_report_skip(struct report *report, const char *path, const char *why)
{
    struct h5grad_field *out = add(report, path);
    if (out)
        out->skipped = keep_text(report, why);
    return !report->failed;
}

struct h5grad_report *hg_report_finish(struct report *report, double seconds)
{
    report->public.fields = (const struct h5grad_field *const *)report->field;
    report->public.seconds = seconds;
    return &report->public;
}
