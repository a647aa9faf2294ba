/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "run/axes.h"

/* Pieces of memory that live as long as the report. */
struct piece {
    struct piece *next;
    _Alignas(16) char data[];
};

struct report {
    struct h5grad_report public; /* first: h5grad_report_free gets its address */
    struct h5grad_field *field;
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

static struct h5grad_field *add(struct report *report, const char *path)
{
    struct h5grad_field *grown =
        realloc(report->field, (report->public.n_fields + 1) * sizeof *grown);
    if (!grown) {
        report->failed = true;
        return NULL;
    }
    report->field = grown;
    struct h5grad_field *field = &grown[report->public.n_fields++];
    memset(field, 0, sizeof *field);
    field->path = keep_text(report, path);
    return field;
}

static void describe_axis(struct report *report, const struct task *task, unsigned axis,
                          bool planned, struct h5grad_axis *out)
{
    const struct field *field = task->field;
    const struct field_axis *settled = &field->axis[axis];
    const struct coords_axis *said = &field->coords.axis[axis];
    char number[32];
    out->extent = field->extent[axis];
    out->name = keep_text(report, said->name);
    out->unit = keep_text(report, said->unit);
    out->spacing = keep_text(report, hg_field_spacing(field, axis, number, sizeof number));
    out->source = keep_text(report, settled->source);
    out->left_out = keep_text(report, said->left_out);
    out->differentiated = settled->differentiated;
    out->uniform = true;
    if (settled->coordinate) {
        const struct stencil_scan *scan = &settled->coordinate->scan;
        out->first = scan->first;
        out->last = scan->last;
        out->uniform = scan->even;
        out->step = scan->even ? scan->step : 0;
    } else if (settled->spacing.kind != SPACING_PATH) {
        out->step = settled->spacing.kind == SPACING_NUMBER ? settled->spacing.number : 1;
    }
    if (!planned)
        return;
    out->tile = task->plan.tile[axis];
    out->result = keep_text(report, settled->result);
}

/* What is not used of what the file says, of axes and of values, and points that are missing. */
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

static void describe_plan(struct report *report, const struct task *task, struct h5grad_field *out)
{
    const struct field *field = task->field;
    const struct plan *plan = &task->plan;
    char text[1024];
    uint64_t chunk = field->components * hg_element_size(field->stored), point = chunk;
    hg_type_result_name(&task->type, field->result, text, sizeof text);
    out->result_type = keep_text(report, text);
    hg_storage_text(&task->result_storage, text, sizeof text);
    out->result_layout = keep_text(report, text);
    out->read_way = task->reader->way->name;
    out->tiles = plan->tiles;
    out->bytes_read = plan->read_points * point;
    for (unsigned i = 0; plan->cached && i < plan->rank; i++)
        chunk *= plan->source_chunk[i];
    out->bytes_decoded_again = (plan->chunk_decodes - plan->chunks) * chunk;
    out->bytes_written = hg_field_result_bytes(field);
    out->peak_memory = plan->memory;
    out->threads = (int)plan->threads;
}

bool hg_report_add(struct report *report, const struct task *task, bool planned)
{
    const struct field *field = task->field;
    struct h5grad_field *out = add(report, field->path);
    if (!out)
        return false;
    char text[1024];
    unsigned rank = field->rank;
    struct h5grad_axis *axes = keep(report, rank * sizeof *axes);
    if (!axes)
        return false;
    for (unsigned i = 0; i < rank; i++)
        describe_axis(report, task, i, planned, &axes[i]);
    out->rank = rank;
    out->axes = axes;
    out->type = keep_text(report, task->type.name);
    hg_storage_text(&task->storage, text, sizeof text);
    out->layout = keep_text(report, text);
    out->values = keep_text(report, field->values.text);
    out->note = describe_note(report, field);
    if (planned)
        describe_plan(report, task, out);
    return !report->failed;
}

void hg_report_write_way(struct report *report, size_t number, const char *way)
{
    report->field[number].write_way = way;
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
    report->public.fields = report->field;
    report->public.seconds = seconds;
    return &report->public;
}
