/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "engine/engine.h"
#include "output/result_names.h"
#include "reader/reader.h"
#include "stencil/stencil.h"
#include "writer/seam.h"

/* More than any version of a struct of options has. */
#define MOST_OPTIONS 4096

enum h5grad_status hg_run_options_take(const void *user, void *out, size_t known,
                                       struct h5grad_error *err)
{
    size_t size = known;
    memset(out, 0, known);
    if (!user)
        return H5GRAD_OK;
    memcpy(&size, user, sizeof size);
    if (size < sizeof size || size > MOST_OPTIONS)
        return hg_error_set(err, H5GRAD_USAGE,
                            "options: size is %zu: initialise them with the size of their struct",
                            size);
    for (size_t i = known; i < size; i++) {
        if (((const char *)user)[i])
            return hg_error_set(
                err, H5GRAD_USAGE,
                "options: the program asks for what this library, of version " H5GRAD_VERSION
                ", is too old for");
    }
    memcpy(out, user, size_min(size, known));
    return H5GRAD_OK;
}

static enum h5grad_status check_datasets(const struct h5grad_options *user,
                                         struct h5grad_error *err)
{
    for (size_t i = 0; i < user->n_datasets; i++) {
        if (!user->datasets[i] || !*user->datasets[i])
            return hg_error_set(err, H5GRAD_USAGE, "dataset: entry %zu is empty", i + 1);
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_dims(const struct h5grad_options *user, struct run_options *out,
                                     struct h5grad_error *err)
{
    out->dim = hg_memory_zeroed(user->n_dims, sizeof *out->dim);
    if (!out->dim)
        return hg_error_memory(err, user->n_dims * sizeof *out->dim);
    for (size_t i = 0; i < user->n_dims; i++) {
        const char *text = user->dims[i];
        if (!text || !*text)
            return hg_error_set(err, H5GRAD_USAGE, "dim: entry %zu is empty", i + 1);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(text, user->dims[j]) == 0)
                return hg_error_set(err, H5GRAD_USAGE, "dim: axis %s is repeated", text);
        }
        enum h5grad_status status = hg_axis_option_parse(text, strlen(text), &out->dim[i], err);
        if (status)
            return status;
        out->n_dims++;
    }
    if (user->n_dims && user->n_spacings > 1 && user->n_spacings != user->n_dims)
        return hg_error_set(
            err, H5GRAD_USAGE,
            "spacing: %zu entries for %zu axes: give one number, or one entry per axis "
            "of --dim",
            user->n_spacings, user->n_dims);
    return H5GRAD_OK;
}

static enum h5grad_status parse_spacing(const char *text, struct spacing_option *out,
                                        struct h5grad_error *err)
{
    if (!text || !*text)
        return hg_error_set(err, H5GRAD_USAGE, "spacing: empty entry");
    if (strcmp(text, "auto") == 0) {
        out->kind = SPACING_AUTO;
    } else if (hg_parse_double(text, &out->number)) {
        out->kind = SPACING_NUMBER;
        if (hg_stencil_check_step(out->number, err)) {
            err->status = H5GRAD_USAGE;
            return hg_error_context(err, H5GRAD_USAGE, "spacing %s", text);
        }
    } else {
        out->kind = SPACING_PATH;
        out->path = text;
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_spacings(const struct h5grad_options *user, struct run_options *out,
                                         struct h5grad_error *err)
{
    out->spacing = hg_memory_zeroed(user->n_spacings, sizeof *out->spacing);
    if (user->n_spacings && !out->spacing)
        return hg_error_memory(err, user->n_spacings * sizeof *out->spacing);
    out->n_spacings = user->n_spacings;
    for (size_t i = 0; i < user->n_spacings; i++) {
        enum h5grad_status status = parse_spacing(user->spacings[i], &out->spacing[i], err);
        if (status)
            return status;
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_coord(const char *text, struct coord_option *out,
                                      struct h5grad_error *err)
{
    const char *equal = text ? strchr(text, '=') : NULL;
    if (!equal || equal == text || !equal[1])
        return hg_error_set(err, H5GRAD_USAGE, "coord '%s': not of the form DIM=PATH",
                            text ? text : "");
    enum h5grad_status status = hg_axis_option_parse(text, (size_t)(equal - text), &out->dim, err);
    if (status)
        return status;
    out->spacing.kind = SPACING_PATH;
    out->spacing.path = equal + 1;
    return H5GRAD_OK;
}

static enum h5grad_status parse_coords(const struct h5grad_options *user, struct run_options *out,
                                       struct h5grad_error *err)
{
    out->coord = hg_memory_zeroed(user->n_coords, sizeof *out->coord);
    if (user->n_coords && !out->coord)
        return hg_error_memory(err, user->n_coords * sizeof *out->coord);
    out->n_coords = user->n_coords;
    for (size_t i = 0; i < user->n_coords; i++) {
        enum h5grad_status status = parse_coord(user->coords[i], &out->coord[i], err);
        if (status)
            return status;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(out->coord[i].dim.text, out->coord[j].dim.text) == 0)
                return hg_error_set(err, H5GRAD_USAGE,
                                    "coord '%s': axis %s has coordinates already", user->coords[i],
                                    out->coord[i].dim.text);
        }
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_dtype(const char *text, struct run_options *out,
                                      struct h5grad_error *err)
{
    static const enum element allowed[] = {ELEMENT_F16, ELEMENT_F32, ELEMENT_F64};
    if (!text)
        return H5GRAD_OK;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        if (strcmp(text, hg_element_name(allowed[i])) == 0) {
            out->dtype_given = true;
            out->dtype = allowed[i];
            return H5GRAD_OK;
        }
    }
    return hg_error_set(err, H5GRAD_USAGE, "dtype '%s': not float16, float32 or float64", text);
}

static enum h5grad_status check_edges(const char *edges, struct h5grad_error *err)
{
    if (!edges || strcmp(edges, "midpoint") == 0)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE, "edges '%s': not midpoint", edges);
}

/* Ranks that may use the same processors divide them, unless OMP_NUM_THREADS says how many threads
 * each has. */
static unsigned default_threads(const struct ranks *ranks)
{
    unsigned threads = hg_engine_default_threads();
    bool divided = ranks && ranks->threads > 0 && !getenv("OMP_NUM_THREADS");
    return divided && ranks->threads < threads ? ranks->threads : threads;
}

static enum h5grad_status check_numbers(const struct h5grad_options *user, struct run_options *out,
                                        struct h5grad_error *err)
{
    if (user->edge_order < 0 || user->edge_order > 2)
        return hg_error_set(err, H5GRAD_USAGE, "edge order %d: must be 1 or 2", user->edge_order);
    if (user->threads < 0)
        return hg_error_set(err, H5GRAD_USAGE, "threads %d: must be at least 1", user->threads);
    out->threads = user->threads ? (unsigned)user->threads : default_threads(out->ranks);
    out->cache = hg_cache_find();
    if (user->memory && user->memory < H5GRAD_LEAST_MEMORY)
        return hg_error_set(err, H5GRAD_USAGE,
                            "memory %" PRIu64 ": must be at least %" PRIu64 " bytes", user->memory,
                            H5GRAD_LEAST_MEMORY);
    out->memory_given = user->memory > 0;
    out->memory =
        user->memory ? user->memory : hg_budget_default(out->ranks ? out->ranks->local : 1);
    return H5GRAD_OK;
}

/* Takes a size from the environment; *size stays as it is if it is not there. */
static enum h5grad_status take_size(const char *name, uint64_t *size, struct h5grad_error *err)
{
    const char *text = getenv(name);
    if (!text || (hg_parse_size(text, size) && *size > 0))
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE, "%s '%s': not a size above 0", name, text);
}

/* For tests: see doc/design.md. */
static enum h5grad_status check_environment(struct run_options *out, struct h5grad_error *err)
{
    out->seam = SEAM_BLOCK;
    if (take_size("H5GRAD_BUFFERS", &out->buffers, err) ||
        take_size("H5GRAD_PARTS", &out->part, err) || take_size("H5GRAD_SEAMS", &out->seam, err))
        return H5GRAD_USAGE;
    out->io = getenv("H5GRAD_IO");
    if (!out->io || hg_reader_has(out->io))
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE, "H5GRAD_IO '%s': not a method of reading and writing",
                        out->io);
}

static void take_switches(const struct h5grad_options *user, struct run_options *out)
{
    out->call = (struct run_callbacks){user->user, user->progress, user->cancelled, user->message,
                                       user->temporary};
    out->dataset = user->datasets;
    out->n_datasets = user->n_datasets;
    out->name = user->name;
    out->command = user->command;
    out->midpoints = user->edges != NULL;
    out->unpack = !user->no_unpack;
    out->history = !user->no_history;
    out->xdmf = user->xdmf != 0;
    out->split = user->split != 0;
    out->swmr = user->swmr != 0;
    out->overwrite = user->overwrite != 0;
    out->sync = user->sync != 0;
    out->strict = user->strict != 0;
    out->update = user->update != 0;
    out->skip_results = user->skip_results != 0;
    out->checkpoint = user->checkpoint != 0 || user->resume != 0; /* it may be stopped again */
    out->resume = user->resume != 0;
    out->follow_external = user->follow_external != 0;
    out->allow_plugins = user->allow_plugins != 0;
    out->allow_missing = user->allow_missing_sources != 0;
}

static void print_texts(FILE *out, const char *name, const char *const *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, " %s=%zu:%s", name, strlen(text[i]), text[i]);
}

static void print_text(FILE *out, const char *name, const char *text)
{
    if (text)
        print_texts(out, name, &text, 1);
}

static enum h5grad_status make_fingerprint(const struct h5grad_options *user,
                                           struct run_options *options, struct h5grad_error *err)
{
    size_t size;
    FILE *out = open_memstream(&options->fingerprint, &size);
    if (!out)
        return hg_error_memory(err, 1);
    print_texts(out, "dataset", user->datasets, user->n_datasets);
    print_texts(out, "dim", user->dims, user->n_dims);
    print_texts(out, "spacing", user->spacings, user->n_spacings);
    print_texts(out, "coord", user->coords, user->n_coords);
    print_texts(out, "boundary", user->boundaries, user->n_boundaries);
    print_texts(out, "period", user->periods, user->n_periods);
    print_texts(out, "accuracy", user->accuracies, user->n_accuracies);
    print_texts(out, "compute", user->computes, user->n_computes);
    print_texts(out, "vector", user->vectors, user->n_vectors);
    print_texts(out, "subset", user->subsets, user->n_subsets);
    print_text(out, "missing", user->missing);
    print_text(out, "sphere", user->sphere);
    print_text(out, "time_unit", user->time_unit);
    print_text(out, "dtype", user->dtype);
    print_text(out, "name", user->name);
    print_text(out, "layout", user->layout);
    print_text(out, "filter", user->filter);
    print_text(out, "edges", user->edges);
    print_text(out, "io", options->io);
    if (options->buffers > 0)
        fprintf(out, " buffers=%" PRIu64, options->buffers);
    if (options->split)
        fputs(" split", out);
    if (options->part > 0)
        fprintf(out, " part=%" PRIu64, options->part);
    fprintf(out,
            " edge_order=%d no_unpack=%d no_history=%d xdmf=%d follow_external=%d plugins=%d"
            " missing=%d",
            (int)options->derivation.edge_order, !options->unpack, !options->history, options->xdmf,
            options->follow_external, options->allow_plugins, options->allow_missing);
    return hg_memory_close_stream(out) ? H5GRAD_OK : hg_error_memory(err, size);
}

/* A journal is about one file, and ranks share one. */
static enum h5grad_status check_split(const struct h5grad_options *user, struct h5grad_error *err)
{
    if (user->split && (user->checkpoint || user->resume))
        return hg_error_set(err, H5GRAD_USAGE,
                            "--split with --%s: a split run cannot be resumed: leave one out",
                            user->resume ? "resume" : "checkpoint");
    if (user->split && user->ranks && !user->alone)
        return hg_error_set(err, H5GRAD_USAGE,
                            "--split with --mpi: it is for one process: leave one out");
    return H5GRAD_OK;
}

/* What a writer changes while nothing reads is not noticed, and ranks would open other extents. */
static enum h5grad_status check_swmr(const struct h5grad_options *user, struct h5grad_error *err)
{
    if (user->swmr && (user->checkpoint || user->resume))
        return hg_error_set(err, H5GRAD_USAGE,
                            "--swmr with --%s: a run beside a writer cannot be resumed: leave one "
                            "out",
                            user->resume ? "resume" : "checkpoint");
    if (user->swmr && user->ranks && !user->alone)
        return hg_error_set(err, H5GRAD_USAGE,
                            "--swmr with --mpi: processes would see other extents: leave one out");
    return H5GRAD_OK;
}

static enum h5grad_status parse(const struct h5grad_options *user, struct run_options *out,
                                struct h5grad_error *err)
{
    enum h5grad_status status = check_datasets(user, err);
    out->ranks = (struct ranks *)user->ranks;
    if (!status)
        status = parse_dims(user, out, err);
    out->n_spaced = out->n_dims;
    out->spaced = out->dim;
    if (!status)
        status = parse_spacings(user, out, err);
    if (!status)
        status = parse_coords(user, out, err);
    if (!status)
        status = hg_derivation_parse(user, &out->derivation, err);
    if (!status)
        status = parse_dtype(user->dtype, out, err);
    if (!status)
        status = check_edges(user->edges, err);
    if (!status)
        status = hg_layout_parse(user->layout, user->filter, &out->format, err);
    if (!status)
        status = hg_result_names_check_template(user->name, err);
    if (!status)
        status = check_numbers(user, out, err);
    if (!status)
        status = check_environment(out, err);
    if (!status)
        status = check_split(user, err);
    if (!status)
        status = check_swmr(user, err);
    take_switches(user, out);
    if (user->alone)
        out->ranks = NULL;
    return status ? status : make_fingerprint(user, out, err);
}

enum h5grad_status hg_run_options_check(const struct h5grad_options *user,
                                        struct run_options *options, struct h5grad_error *err)
{
    /* parse_spacing changes the status of an error, so there must be one. */
    struct h5grad_error local = {0};
    struct h5grad_error *e = err ? err : &local;
    struct h5grad_options full;
    memset(options, 0, sizeof *options);
    enum h5grad_status status = hg_run_options_take(user, &full, sizeof full, e);
    if (!status)
        status = parse(&full, options, e);
    if (status)
        hg_run_options_free(options);
    return status;
}

void hg_run_options_free(struct run_options *options)
{
    for (size_t i = 0; i < options->n_dims; i++)
        free(options->dim[i].text);
    free(options->dim);
    options->dim = NULL;
    options->n_dims = 0;
    for (size_t i = 0; i < options->n_coords; i++)
        free(options->coord[i].dim.text);
    free(options->coord);
    hg_derivation_free(&options->derivation);
    free(options->spacing);
    free(options->fingerprint);
    options->fingerprint = NULL;
    options->coord = NULL;
    options->spacing = NULL;
    options->n_coords = options->n_spacings = 0;
}
