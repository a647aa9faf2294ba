/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report.h"

#include "cli/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

/* Sums over the fields that are done. */
struct report_total {
    size_t fields;
    size_t results;
    uint64_t read;
    uint64_t decoded_again;
    uint64_t written;
    uint64_t peak_memory; /* one field is done after the other */
};

static struct report_total report_add_up(const struct h5grad_report *report)
{
    struct report_total total = {0};

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = &report->fields[i];
        if (field->skipped != NULL)
            continue;
        total.fields++;
        for (unsigned k = 0; k < field->rank; k++)
            total.results += field->axes[k].result != NULL;
        total.read += field->bytes_read;
        total.decoded_again += field->bytes_decoded_again;
        total.written += field->bytes_written;
        if (field->peak_memory > total.peak_memory)
            total.peak_memory = field->peak_memory;
    }
    return total;
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
    text_put(out, text);
    fputc('\n', out);
}

/* "1048576 bytes (1.0 MiB)". */
static void report_print_bytes(FILE *out, const char *key, uint64_t bytes)
{
    char size[TEXT_NUMBER];

    report_print_key(out, key);
    fprintf(out, "%" PRIu64 " bytes", bytes);
    if (bytes >= 1024)
        fprintf(out, " (%s)", text_size(bytes, size));
    fputc('\n', out);
}

/* "64x64x64", of the extents or of the tiles. */
static void report_print_shape(FILE *out, const struct h5grad_field *field, bool tile)
{
    for (unsigned k = 0; k < field->rank; k++) {
        const struct h5grad_axis *axis = &field->axes[k];
        fprintf(out, "%s%" PRIu64, k == 0 ? "" : "x", tile ? axis->tile : axis->extent);
    }
}

static void report_print_spacing(FILE *out, const struct h5grad_axis *axis)
{
    bool unit = strcmp(axis->spacing, "unit") == 0;
    bool coordinates = axis->first != 0 || axis->last != 0;

    fputs(unit ? ", unit spacing" : ", spacing ", out);
    if (!unit)
        text_put(out, axis->spacing);
    if (axis->source != NULL) {
        fputs(" (", out);
        text_put(out, axis->source);
        fputc(')', out);
    }
    if (coordinates)
        fprintf(out, ", %g to %g", axis->first, axis->last);
    if (coordinates && axis->uniform)
        fprintf(out, ", step %g", axis->step);
    if (axis->unit != NULL) {
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
    report_print_key(out, key);
    if (axis->name != NULL) {
        text_put(out, axis->name);
        fputs(": ", out);
    }
    fprintf(out, "%" PRIu64 " %s", axis->extent, axis->extent == 1 ? "point" : "points");
    if (planned && !axis->differentiated)
        fputs(", not differentiated", out);
    else if (axis->spacing != NULL)
        report_print_spacing(out, axis);
    fputc('\n', out);
}

/* What --list and --dry-run both say of a field. */
static void report_print_source(FILE *out, const struct h5grad_field *field, bool planned)
{
    text_put(out, field->path);
    fputc('\n', out);
    report_print_text(out, "type", field->type);
    report_print_key(out, "shape");
    report_print_shape(out, field, false);
    fputc('\n', out);
    report_print_text(out, "layout", field->layout);
    for (unsigned k = 0; k < field->rank; k++)
        report_print_axis(out, k, &field->axes[k], planned);
}

size_t report_print_list(FILE *out, const struct h5grad_report *report)
{
    size_t fields = 0;

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i].skipped != NULL)
            continue;
        report_print_source(out, &report->fields[i], false);
        fields++;
    }
    return fields;
}

static void report_print_results(FILE *out, const struct h5grad_field *field)
{
    char key[TEXT_NUMBER];

    for (unsigned k = 0; k < field->rank; k++) {
        snprintf(key, sizeof(key), "result %u", k);
        report_print_text(out, key, field->axes[k].result);
    }
    report_print_text(out, "result type", field->result_type);
    report_print_text(out, "result layout", field->result_layout);
}

static void report_print_work(FILE *out, const struct h5grad_field *field)
{
    report_print_key(out, "tiles");
    fprintf(out, "%" PRIu64 " of ", field->tiles);
    report_print_shape(out, field, true);
    fputc('\n', out);
    report_print_key(out, "threads");
    fprintf(out, "%d\n", field->threads);
    report_print_text(out, "read way", field->read_way);
    report_print_bytes(out, "read", field->bytes_read);
    report_print_bytes(out, "decoded again", field->bytes_decoded_again);
    report_print_text(out, "write way", field->write_way);
    report_print_bytes(out, "written", field->bytes_written);
    report_print_bytes(out, "peak memory", field->peak_memory);
}

void report_print_plan(FILE *out, const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);

    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = &report->fields[i];
        if (field->skipped != NULL)
            continue;
        report_print_source(out, field, true);
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

static void report_print_way(FILE *out, const char *input, const struct h5grad_field *field)
{
    fputs("h5grad: ", out);
    text_put(out, input);
    fputs(": ", out);
    text_put(out, field->path);
    fprintf(out, ": done in %" PRIu64 " %s of ", field->tiles,
            field->tiles == 1 ? "tile" : "tiles");
    report_print_shape(out, field, true);
    fprintf(out, " on %d %s", field->threads, field->threads == 1 ? "thread" : "threads");
    if (field->read_way != NULL)
        fprintf(out, ", read way: %s", field->read_way);
    if (field->write_way != NULL)
        fprintf(out, ", write way: %s", field->write_way);
    fputc('\n', out);
}

void report_print_done(FILE *out, const char *input, const char *output,
                       const struct h5grad_report *report)
{
    struct report_total total = report_add_up(report);
    struct rusage usage;
    char text[TEXT_NUMBER];

    for (size_t i = 0; i < report->n_fields; i++) {
        if (report->fields[i].skipped == NULL)
            report_print_way(out, input, &report->fields[i]);
    }
    fputs("h5grad: ", out);
    text_put(out, output);
    fprintf(out, ": %zu %s of %zu %s", total.results, total.results == 1 ? "gradient" : "gradients",
            total.fields, total.fields == 1 ? "field" : "fields");
    fprintf(out, ", %s written in %.3g s", text_size(total.written, text), report->seconds);
    if (report->seconds > 0)
        fprintf(out, " (%s)", text_rate((double)total.written / report->seconds, text));
    /* Linux counts it in KiB. */
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        fprintf(out, ", peak memory %s", text_size((uint64_t)usage.ru_maxrss * 1024, text));
    fputc('\n', out);
}
