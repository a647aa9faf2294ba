/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report_text.h"

#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "cli/text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

const char *result_word(enum h5grad_result_kind kind)
{
    static const char *const words[] = {"gradient",   "second", "laplacian", "magnitude",
                                        "divergence", "curl",   "q"};
    return words[kind];
}

/* The longest shape in HDF5: 32 extents of 20 digits, each followed by an x. */
enum { REPORT_SHAPE = 32 * 21 + 1 };

struct report_total report_add_up(const struct h5grad_report *report)
{
    struct report_total total = {.seconds = report->seconds};

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (field->skipped != NULL)
            continue;
        total.fields++;
        total.results += field->n_results;
        total.read = size_add_capped(total.read, field->bytes_read);
        total.decoded_again = size_add_capped(total.decoded_again, field->bytes_decoded_again);
        total.written = size_add_capped(total.written, field->bytes_written);
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

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void print_pair(FILE *out, const char *key, const char *text)
{
    if (text != NULL)
        text_print(out, "    %-14s %s\n", key, text);
}

static void print_number(FILE *out, const char *key, uint64_t number)
{
    fprintf(out, "    %-14s %" PRIu64 "\n", key, number);
}

/* "1048576 bytes (1.0 MiB)". */
static void print_bytes(FILE *out, const char *key, uint64_t bytes)
{
    char size[TEXT_NUMBER];
    bool large = bytes >= 1024;

    fprintf(out, "    %-14s %" PRIu64 " bytes%s%s%s\n", key, bytes, large ? " (" : "",
            large ? hg_parse_print_size(bytes, size) : "", large ? ")" : "");
}

/* "/u, /v": the datasets of a vector; prints nothing of a field. */
static void print_components(FILE *out, const struct h5grad_field *field, const char *key)
{
    for (size_t i = 0; i < field->n_components; i++)
        text_print(out, "%s%s", i == 0 ? key : ", ", field->components[i]);
    if (field->n_components > 0)
        fputc('\n', out);
}

/* Writes the extents of the field or of its tiles to out, as "64x64x64". */
static const char *write_shape(const struct h5grad_field *field, bool tile, char out[REPORT_SHAPE])
{
    *out = '\0';
    for (unsigned k = 0; k < field->rank; k++) {
        const struct h5grad_axis *axis = field->axes[k];
        hg_memory_append(out, REPORT_SHAPE, "%s%" PRIu64, k == 0 ? "" : "x",
                         tile ? axis->tile : axis->extent);
    }
    return out;
}

static void print_spacing(FILE *out, const struct h5grad_axis *axis)
{
    char number[TEXT_NUMBER];

    if (axis->spacing == H5GRAD_SPACING_UNUSABLE) {
        text_print(out, ", no usable spacing: %s", axis->source);
        return;
    }
    hg_parse_print_double(axis->step, number, sizeof(number));
    if (axis->spacing == H5GRAD_SPACING_UNIT)
        text_print(out, ", unit spacing (%s%s%s)", axis->source,
                   axis->suggestion != NULL ? "; " : "",
                   axis->suggestion != NULL ? axis->suggestion : "");
    else
        text_print(out, ", spacing %s (%s)", axis->coordinates != NULL ? axis->coordinates : number,
                   axis->source);
    if (axis->first != axis->last) {
        fprintf(out, ", %g to %g", axis->first, axis->last);
        if (axis->uniform)
            fprintf(out, ", step %g", axis->step);
    }
    if (axis->unit != NULL && strcmp(axis->unit, "1") != 0)
        text_print(out, ", in %s", axis->unit);
}

/* Prints what is not the default: ", periodic, period 360 (a full circle), accuracy 4". */
static void print_ends(FILE *out, const struct h5grad_axis *axis)
{
    const char *low = axis->boundary[0], *high = axis->boundary[1];
    char number[TEXT_NUMBER];

    if (low != NULL && !(is_same_text(low, "one-sided") && is_same_text(high, "one-sided")))
        text_print(out, ", %s%s%s", low, is_same_text(low, high) ? "" : ":",
                   is_same_text(low, high) ? "" : high);
    if (axis->period > 0)
        hg_parse_print_double(axis->period, number, sizeof(number));
    if (axis->period_source != NULL)
        text_print(out, ", period %s%s%s%s", axis->period > 0 ? number : axis->period_source,
                   axis->period > 0 ? " (" : "", axis->period > 0 ? axis->period_source : "",
                   axis->period > 0 ? ")" : "");
    if (axis->accuracy > 2)
        fprintf(out, ", accuracy %u", axis->accuracy);
    if (axis->round && (low == NULL || is_same_text(low, "one-sided")))
        fputs(", goes round the globe", out);
}

/* "axis 0  z: 64 points, spacing /z (dimension scale), 0 to 6.2, in m". */
static void print_axis(FILE *out, unsigned number, const struct h5grad_axis *axis, bool planned)
{
    bool unusable = axis->spacing == H5GRAD_SPACING_UNUSABLE;
    char key[TEXT_NUMBER];

    snprintf(key, sizeof(key), "axis %u", number);
    text_print(out, planned ? "    %-14s %s%s" : "    %s  %s%s", key,
               axis->name != NULL ? axis->name : "", axis->name != NULL ? ": " : "");
    fprintf(out, "%" PRIu64 " %s", axis->extent, axis->extent == 1 ? "point" : "points");
    if (axis->subset_count > 0) {
        uint64_t end = axis->subset_start + (axis->subset_count - 1) * axis->subset_step + 1;
        fprintf(out, ", results of %" PRIu64 ":%" PRIu64, axis->subset_start, end);
        if (axis->subset_step > 1)
            fprintf(out, ":%" PRIu64, axis->subset_step);
    }
    if (planned && !axis->differentiated)
        fputs(", not differentiated", out);
    if (!planned || axis->differentiated || unusable)
        print_spacing(out, axis);
    if (!planned || axis->differentiated)
        print_ends(out, axis);
    if (axis->left_out != NULL && !axis->differentiated)
        text_print(out, "%s: %s", planned ? "" : ", left out unless --dim names it",
                   axis->left_out);
    fputc('\n', out);
}

/* The list: fields on the same grid together, in the order in which the grids are met. */

static bool is_same_axis(const struct h5grad_axis *a, const struct h5grad_axis *b)
{
    return a->extent == b->extent && a->differentiated == b->differentiated &&
           a->uniform == b->uniform && a->first == b->first && a->last == b->last &&
           a->step == b->step && a->round == b->round && a->spacing == b->spacing &&
           is_same_text(a->name, b->name) && is_same_text(a->coordinates, b->coordinates) &&
           is_same_text(a->source, b->source) && is_same_text(a->unit, b->unit) &&
           is_same_text(a->left_out, b->left_out) && is_same_text(a->suggestion, b->suggestion);
}

/* Whether a list can print the same description below both fields. */
static bool is_same_grid(const struct h5grad_field *a, const struct h5grad_field *b)
{
    bool same = a->rank == b->rank && is_same_text(a->values, b->values) &&
                is_same_text(a->note, b->note) && a->n_components == 0 && b->n_components == 0;

    for (unsigned k = 0; k < a->rank && same; k++)
        same = is_same_axis(a->axes[k], b->axes[k]);
    return same;
}

/* Fields with the same description. */
struct group {
    size_t first, last;
    unsigned path, type, shape; /* columns of the widest */
};

struct groups {
    struct group *group;
    size_t n;
    size_t *next; /* of each field the next in its group, or 0, which is the next of none */
};

static void widen(unsigned *columns, unsigned wanted, unsigned most)
{
    if (wanted > *columns && wanted <= most)
        *columns = wanted;
}

/* Adds the field to its group. Compares it with the latest groups only: a file may have many. */
static void join_group(struct groups *groups, const struct h5grad_report *report, size_t number)
{
    const struct h5grad_field *field = report->fields[number];
    size_t oldest = groups->n > 64 ? groups->n - 64 : 0, i = groups->n;
    char shape[REPORT_SHAPE];

    while (i > oldest && !is_same_grid(report->fields[groups->group[i - 1].first], field))
        i--;
    struct group *group = &groups->group[i > oldest ? i - 1 : groups->n++];
    if (i > oldest)
        groups->next[group->last] = number;
    else
        group->first = number;
    group->last = number;
    /* A single long name must not push the other columns out of sight. */
    widen(&group->path, text_put(NULL, field->path), 48);
    widen(&group->type, text_put(NULL, field->type), UINT_MAX);
    widen(&group->shape, (unsigned)strlen(write_shape(field, false, shape)), UINT_MAX);
}

static void print_padded(FILE *out, const char *text, unsigned width)
{
    unsigned columns = text_put(out, text);

    fprintf(out, "%*s", (int)(columns < width ? width - columns : 0) + 2, "");
}

static void print_group(FILE *out, const struct h5grad_report *report, const size_t *next,
                        const struct group *group)
{
    const struct h5grad_field *first = report->fields[group->first];
    const char *last = NULL;
    char shape[REPORT_SHAPE];
    size_t i = group->first;

    do {
        const struct h5grad_field *field = report->fields[i];
        print_padded(out, field->path, group->path);
        print_padded(out, field->type, group->type);
        print_padded(out, write_shape(field, false, shape), group->shape);
        text_print(out, "%s\n", field->layout_text);
        i = next != NULL ? next[i] : 0;
    } while (i != 0);
    print_components(out, first, "    components  ");
    if (first->values != NULL)
        text_print(out, "    values  %s\n", first->values);
    for (unsigned k = 0; k < first->rank; k++)
        print_axis(out, k, first->axes[k], false);
    if (first->note != NULL)
        text_print(out, "    note  %s\n", first->note);
    i = group->first;
    do {
        const struct h5grad_field *field = report->fields[i];
        if (field->vector != NULL && !is_same_text(field->vector, last))
            text_print(out, "    vector  --vector=%s\n", field->vector);
        last = field->vector;
        i = next != NULL ? next[i] : 0;
    } while (i != 0);
}

static void print_left_out(FILE *out, const struct h5grad_report *report)
{
    bool any = false;

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (field->skipped == NULL)
            continue;
        if (!any)
            fputs("left out\n", out);
        any = true;
        text_print(out, "    %s: %s\n", field->path, field->skipped);
    }
}

size_t report_print_list(FILE *out, const struct h5grad_report *report, bool left_out)
{
    size_t fields = 0;
    struct groups groups = {
        .group = calloc(report->n_fields + 1, sizeof(*groups.group)),
        .next = calloc(report->n_fields + 1, sizeof(*groups.next)),
    };

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped != NULL)
            continue;
        fields++;
        if (groups.group != NULL && groups.next != NULL)
            join_group(&groups, report, i);
        else
            print_group(out, report, NULL, &(struct group){.first = i});
    }
    for (size_t i = 0; i < groups.n; i++)
        print_group(out, report, groups.next, &groups.group[i]);
    if (left_out)
        print_left_out(out, report);
    free(groups.group);
    free(groups.next);
    return fields;
}

/* The plan. */

static void print_field(FILE *out, const struct h5grad_field *field)
{
    char shape[REPORT_SHAPE];
    char key[TEXT_NUMBER];

    text_print(out, "%s\n", field->path);
    print_components(out, field, "    components     ");
    print_pair(out, "type", field->type);
    print_pair(out, "shape", write_shape(field, false, shape));
    print_pair(out, "layout", field->layout_text);
    print_pair(out, "values", field->values);
    for (unsigned k = 0; k < field->rank; k++)
        print_axis(out, k, field->axes[k], true);
    for (size_t i = 0; i < field->n_results; i++) {
        const struct h5grad_result *result = field->results[i];
        if (result->axis < 0)
            snprintf(key, sizeof(key), "%s", result_word(result->kind));
        else
            snprintf(key, sizeof(key), "%s %d",
                     result->kind == H5GRAD_RESULT_GRADIENT ? "result" : result_word(result->kind),
                     result->axis);
        print_pair(out, key, field->results[i]->path);
    }
    if (!is_same_text(field->missing, "nan"))
        print_pair(out, "missing", field->missing);
    print_pair(out, "result type", field->result_type);
    print_pair(out, "result layout", field->result_layout_text);
    fprintf(out, "    %-14s %" PRIu64 " of %s\n", "tiles", field->tiles,
            write_shape(field, true, shape));
    print_number(out, "threads", (uint64_t)field->threads);
    print_pair(out, "read way", field->read_method);
    print_bytes(out, "read", field->bytes_read);
    print_bytes(out, "decoded again", field->bytes_decoded_again);
    print_pair(out, "write way", field->write_method);
    print_bytes(out, "written", field->bytes_written);
    print_bytes(out, "peak memory", field->peak_memory);
}

void report_print_plan(FILE *out, const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped == NULL)
            print_field(out, report->fields[i]);
    }
    fputs("total\n", out);
    print_number(out, "fields", total.fields);
    print_number(out, "results", total.results);
    print_bytes(out, "read", total.read);
    print_bytes(out, "decoded again", total.decoded_again);
    print_bytes(out, "written", total.written);
    print_bytes(out, "peak memory", total.peak_memory);
    print_bytes(out, "memory cap", report->memory_cap);
}

/* The end of a run. */

static void print_method(FILE *out, const char *input, const struct h5grad_field *field)
{
    const char *read = field->read_method, *write = field->write_method;
    char shape[REPORT_SHAPE];

    text_print(out, "h5grad: %s: %s: done in %" PRIu64 " %s of %s on %d %s%s%s%s%s\n", input,
               field->path, field->tiles, field->tiles == 1 ? "tile" : "tiles",
               write_shape(field, true, shape), field->threads,
               field->threads == 1 ? "thread" : "threads", read != NULL ? ", read way: " : "",
               read != NULL ? read : "", write != NULL ? ", write way: " : "",
               write != NULL ? write : "");
}

void report_print_methods(FILE *out, const char *input, const struct h5grad_report *report)
{
    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i]->skipped == NULL)
            print_method(out, input, report->fields[i]);
    }
}

void report_print_done(FILE *out, const char *output, const struct report_total *total,
                       size_t files, bool memory)
{
    uint64_t resident = memory ? report_peak_resident() : 0;
    char of_files[64] = "", peak[TEXT_NUMBER + 16] = "";
    char written[TEXT_NUMBER], rate[TEXT_NUMBER], size[TEXT_NUMBER], time[TEXT_NUMBER];

    if (files > 0)
        snprintf(of_files, sizeof(of_files), " in %zu %s", files, files == 1 ? "file" : "files");
    if (resident > 0)
        snprintf(peak, sizeof(peak), ", peak memory %s", hg_parse_print_size(resident, size));
    text_print(out, "h5grad: %s: %zu %s of %zu %s%s, %s written in %s (%s)%s\n", output,
               total->results, total->results == 1 ? "gradient" : "gradients", total->fields,
               total->fields == 1 ? "field" : "fields", of_files,
               hg_parse_print_size(total->written, written), text_elapsed(total->seconds, time),
               text_rate((double)total->written / (total->seconds > 0 ? total->seconds : 1), rate),
               peak);
}
