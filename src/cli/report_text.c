/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/parse.h"
#include "cli/report_text.h"

#include "base/parse.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Room for a shape of the highest rank in HDF5: 32 extents of 20 digits, each with an x behind. */
enum { REPORT_SHAPE = 32 * 21 + 1 };

struct report_total report_add_up(const struct h5grad_report *report)
{
    struct report_total total = {0};

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (field->skipped != NULL)
            continue;
        total.fields++;
        total.results += field->n_results;
        total.read += field->bytes_read;
        total.decoded_again += field->bytes_decoded_again;
        total.written += field->bytes_written;
        if (field->peak_memory > total.peak_memory)
            total.peak_memory = field->peak_memory;
    }
    return total;
}

uint64_t report_peak_resident(void)
{
    struct rusage usage;

    /* Linux counts it in KiB. */
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

static void report_print_key(FILE *out, const char *key)
{
    fprintf(out, "    %-14s ", key);
}

static void report_print_text(FILE *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    report_print_key(out, key);
    text_put_line(out, "", text);
}

/* "1048576 bytes (1.0 MiB)". */
static void report_print_bytes(FILE *out, const char *key, uint64_t bytes)
{
    char size[TEXT_NUMBER];

    report_print_key(out, key);
    fprintf(out, "%" PRIu64 " bytes", bytes);
    if (bytes >= 1024)
        fprintf(out, " (%s)", hg_parse_print_size(bytes, size));
    fputc('\n', out);
}

/* Writes the extents of the field or of its tiles to out, as "64x64x64". */
static const char *report_shape(const struct h5grad_field *field, bool tile, char out[REPORT_SHAPE])
{
    size_t used = 0;

    *out = '\0';
    for (unsigned k = 0; k < field->rank && used < REPORT_SHAPE; k++) {
        const struct h5grad_axis *axis = field->axes[k];
        used += (size_t)snprintf(out + used, REPORT_SHAPE - used, "%s%" PRIu64, k == 0 ? "" : "x",
                                 tile ? axis->tile : axis->extent);
    }
    return out;
}

static void report_print_spacing(FILE *out, const struct h5grad_axis *axis)
{
    char number[TEXT_NUMBER];

    if (axis->spacing == H5GRAD_SPACING_UNUSABLE) {
        fputs(", no usable spacing: ", out);
        text_put(out, axis->source);
        return;
    }
    hg_parse_print_double(axis->step, number, sizeof(number));
    fputs(axis->spacing == H5GRAD_SPACING_UNIT ? ", unit spacing" : ", spacing ", out);
    if (axis->spacing != H5GRAD_SPACING_UNIT)
        text_put(out, axis->coordinates != NULL ? axis->coordinates : number);
    fputs(" (", out);
    text_put(out, axis->source);
    fputc(')', out);
    if (axis->first != axis->last) {
        fprintf(out, ", %g to %g", axis->first, axis->last);
        if (axis->uniform)
            fprintf(out, ", step %g", axis->step);
    }
    if (axis->unit != NULL && strcmp(axis->unit, "1") != 0) {
        fputs(", in ", out);
        text_put(out, axis->unit);
    }
}

/* "axis 0  z: 64 points, spacing /z (dimension scale), 0 to 6.2, in m". */
static void report_print_axis(FILE *out, unsigned number, const struct h5grad_axis *axis,
                              bool planned)
{
    char key[TEXT_NUMBER];

    snprintf(key, sizeof(key), "axis %u", number);
    if (planned)
        report_print_key(out, key);
    else
        fprintf(out, "    %s  ", key);
    if (axis->name != NULL) {
        text_put(out, axis->name);
        fputs(": ", out);
    }
    fprintf(out, "%" PRIu64 " %s", axis->extent, axis->extent == 1 ? "point" : "points");
    if (planned && !axis->differentiated)
        fputs(", not differentiated", out);
    if (!planned || axis->differentiated || axis->spacing == H5GRAD_SPACING_UNUSABLE)
        report_print_spacing(out, axis);
    if (axis->left_out != NULL && !axis->differentiated) {
        fputs(planned ? ": " : ", left out unless --dim names it: ", out);
        text_put(out, axis->left_out);
    }
    fputc('\n', out);
}

/* The list: fields on the same grid together, in the order in which the grids are met. */

static bool report_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool report_same_axis(const struct h5grad_axis *a, const struct h5grad_axis *b)
{
    return a->extent == b->extent && a->differentiated == b->differentiated &&
           a->uniform == b->uniform && a->first == b->first && a->last == b->last &&
           a->step == b->step && report_same_text(a->name, b->name) && a->spacing == b->spacing &&
           report_same_text(a->coordinates, b->coordinates) &&
           report_same_text(a->source, b->source) && report_same_text(a->unit, b->unit) &&
           report_same_text(a->left_out, b->left_out);
}

/* Whether a list can print the same description below both fields. */
static bool report_same_grid(const struct h5grad_field *a, const struct h5grad_field *b)
{
    bool same = a->rank == b->rank && report_same_text(a->values, b->values) &&
                report_same_text(a->note, b->note);

    for (unsigned k = 0; k < a->rank && same; k++)
        same = report_same_axis(a->axes[k], b->axes[k]);
    return same;
}

/* Fields with the same description, chained by report_groups.next. */
struct report_group {
    size_t first, last;
    unsigned path, type, shape; /* columns of the widest */
};

struct report_groups {
    struct report_group *group;
    size_t n;
    size_t *next; /* of each field the next in its group, as index + 1, or 0; NULL: each is alone */
};

static void report_widen(struct report_group *group, const struct h5grad_field *field)
{
    char shape[REPORT_SHAPE];
    unsigned path = text_columns(field->path);
    unsigned type = text_columns(field->type);
    unsigned extents = (unsigned)strlen(report_shape(field, false, shape));

    /* A single long name must not push the other columns out of sight. */
    if (path > group->path && path <= 48)
        group->path = path;
    if (type > group->type)
        group->type = type;
    if (extents > group->shape)
        group->shape = extents;
}

/* Adds the field to its group. Compares it with the latest groups only: a file may have many. */
static void report_join_group(struct report_groups *groups, const struct h5grad_report *report,
                              size_t field)
{
    struct report_group *group = NULL;
    size_t oldest = groups->n > 64 ? groups->n - 64 : 0;

    for (size_t i = groups->n; i > oldest && group == NULL; i--) {
        const struct h5grad_field *first = report->fields[groups->group[i - 1].first];
        if (report_same_grid(first, report->fields[field]))
            group = &groups->group[i - 1];
    }
    if (group == NULL) {
        group = &groups->group[groups->n++];
        *group = (struct report_group){.first = field};
    } else {
        groups->next[group->last] = field + 1;
    }
    group->last = field;
    report_widen(group, report->fields[field]);
}

static void report_print_padded(FILE *out, const char *text, unsigned width)
{
    for (unsigned columns = text_put(out, text); columns < width; columns++)
        fputc(' ', out);
    fputs("  ", out);
}

static void report_print_group(FILE *out, const struct h5grad_report *report,
                               const struct report_groups *groups, const struct report_group *group)
{
    const struct h5grad_field *first = report->fields[group->first];
    char shape[REPORT_SHAPE];

    for (size_t i = group->first + 1; i != 0; i = groups->next ? groups->next[i - 1] : 0) {
        const struct h5grad_field *field = report->fields[i - 1];
        report_print_padded(out, field->path, group->path);
        report_print_padded(out, field->type, group->type);
        report_print_padded(out, report_shape(field, false, shape), group->shape);
        text_put_line(out, "", field->layout_text);
    }
    if (first->values != NULL)
        text_put_line(out, "    values  ", first->values);
    for (unsigned k = 0; k < first->rank; k++)
        report_print_axis(out, k, first->axes[k], false);
    if (first->note != NULL)
        text_put_line(out, "    note  ", first->note);
}

static void report_print_left_out(FILE *out, const struct h5grad_report *report)
{
    bool any = false;

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (field->skipped == NULL)
            continue;
        if (!any)
            fputs("left out\n", out);
        any = true;
        fputs("    ", out);
        text_put(out, field->path);
        text_put_line(out, ": ", field->skipped);
    }
}

/* Prints the field as a group of its own, where there is no memory for groups. */
static void report_print_alone(FILE *out, const struct h5grad_report *report, size_t field)
{
    const struct report_groups none = {.next = NULL};
    const struct report_group alone = {.first = field};

    report_print_group(out, report, &none, &alone);
}

size_t report_print_list(FILE *out, const struct h5grad_report *report, bool left_out)
{
    size_t fields = 0;
    struct report_groups groups = {
        .group = calloc(report->n_fields + 1, sizeof(*groups.group)),
        .next = calloc(report->n_fields + 1, sizeof(*groups.next)),
    };

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped != NULL)
            continue;
        fields++;
        if (groups.group != NULL && groups.next != NULL)
            report_join_group(&groups, report, i);
        else
            report_print_alone(out, report, i);
    }
    for (size_t i = 0; i < groups.n; i++)
        report_print_group(out, report, &groups, &groups.group[i]);
    if (left_out)
        report_print_left_out(out, report);
    free(groups.group);
    free(groups.next);
    return fields;
}

/* The plan. */

static void report_print_source(FILE *out, const struct h5grad_field *field)
{
    char shape[REPORT_SHAPE];

    text_put_line(out, "", field->path);
    report_print_text(out, "type", field->type);
    report_print_text(out, "shape", report_shape(field, false, shape));
    report_print_text(out, "layout", field->layout_text);
    report_print_text(out, "values", field->values);
    for (unsigned k = 0; k < field->rank; k++)
        report_print_axis(out, k, field->axes[k], true);
}

static void report_print_results(FILE *out, const struct h5grad_field *field)
{
    char key[TEXT_NUMBER];

    for (size_t i = 0; i < field->n_results; i++) {
        snprintf(key, sizeof(key), "result %d", field->results[i]->axis);
        report_print_text(out, key, field->results[i]->path);
    }
    report_print_text(out, "result type", field->result_type);
    report_print_text(out, "result layout", field->result_layout_text);
}

static void report_print_work(FILE *out, const struct h5grad_field *field)
{
    char shape[REPORT_SHAPE];

    report_print_key(out, "tiles");
    fprintf(out, "%" PRIu64 " of %s\n", field->tiles, report_shape(field, true, shape));
    report_print_key(out, "threads");
    fprintf(out, "%d\n", field->threads);
    report_print_text(out, "read way", field->read_method);
    report_print_bytes(out, "read", field->bytes_read);
    report_print_bytes(out, "decoded again", field->bytes_decoded_again);
    report_print_text(out, "write way", field->write_method);
    report_print_bytes(out, "written", field->bytes_written);
    report_print_bytes(out, "peak memory", field->peak_memory);
}

void report_print_plan(FILE *out, const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (field->skipped != NULL)
            continue;
        report_print_source(out, field);
        report_print_results(out, field);
        report_print_work(out, field);
    }
    fputs("total\n", out);
    report_print_key(out, "fields");
    fprintf(out, "%zu\n", total.fields);
    report_print_key(out, "results");
    fprintf(out, "%zu\n", total.results);
    report_print_bytes(out, "read", total.read);
    report_print_bytes(out, "decoded again", total.decoded_again);
    report_print_bytes(out, "written", total.written);
    report_print_bytes(out, "peak memory", total.peak_memory);
    report_print_bytes(out, "memory cap", report->memory_cap);
}

/* The end of a run. */

static void report_print_way(FILE *out, const char *input, const struct h5grad_field *field)
{
    char shape[REPORT_SHAPE];

    fputs("h5grad: ", out);
    text_put(out, input);
    fputs(": ", out);
    text_put(out, field->path);
    fprintf(out, ": done in %" PRIu64 " %s of %s on %d %s", field->tiles,
            field->tiles == 1 ? "tile" : "tiles", report_shape(field, true, shape), field->threads,
            field->threads == 1 ? "thread" : "threads");
    if (field->read_method != NULL)
        fprintf(out, ", read way: %s", field->read_method);
    if (field->write_method != NULL)
        fprintf(out, ", write way: %s", field->write_method);
    fputc('\n', out);
}

void report_print_done(FILE *out, const char *input, const char *output,
                       const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);
    uint64_t resident = report_peak_resident();
    char text[TEXT_NUMBER];

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped == NULL)
            report_print_way(out, input, report->fields[i]);
    }
    fputs("h5grad: ", out);
    text_put(out, output);
    fprintf(out, ": %zu %s of %zu %s", total.results, total.results == 1 ? "gradient" : "gradients",
            total.fields, total.fields == 1 ? "field" : "fields");
    fprintf(out, ", %s written in %.3g s", hg_parse_print_size(total.written, text),
            report->seconds);
    if (report->seconds > 0)
        fprintf(out, " (%s)", text_rate((double)total.written / report->seconds, text));
    if (resident > 0)
        fprintf(out, ", peak memory %s", hg_parse_print_size(resident, text));
    fputc('\n', out);
}
