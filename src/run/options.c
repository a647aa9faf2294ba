/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/options.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "engine/engine.h"
#include "run/result_names.h"
#include "stencil/stencil.h"

void h5grad_options_init(struct h5grad_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
    options->edge_order = 1;
}

/* A caller built against an older or newer library passes a struct of another size. */
static enum h5grad_status complete(const struct h5grad_options *user, struct h5grad_options *out,
                                   struct h5grad_error *err)
{
    h5grad_options_init(out);
    if (!user)
        return H5GRAD_OK;
    if (user->size == 0)
        return hg_error_set(err, H5GRAD_USAGE,
                            "options: size is 0: initialise them with h5grad_options_init");
    memcpy(out, user, size_min(user->size, sizeof *out));
    out->size = sizeof *out;
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

static enum h5grad_status check_dims(const struct h5grad_options *user, struct h5grad_error *err)
{
    for (size_t i = 0; i < user->n_dims; i++) {
        if (!user->dims[i] || !*user->dims[i])
            return hg_error_set(err, H5GRAD_USAGE, "dim: entry %zu is empty", i + 1);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(user->dims[i], user->dims[j]) == 0)
                return hg_error_set(err, H5GRAD_USAGE, "dim: axis %s is repeated", user->dims[i]);
        }
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
    out->dim = hg_memory_format("%.*s", (int)(equal - text), text);
    if (!out->dim)
        return hg_error_memory(err, strlen(text));
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
            if (strcmp(out->coord[i].dim, out->coord[j].dim) == 0)
                return hg_error_set(err, H5GRAD_USAGE,
                                    "coord '%s': axis %s has coordinates already", user->coords[i],
                                    out->coord[i].dim);
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

static enum h5grad_status check_numbers(struct run_options *out, struct h5grad_error *err)
{
    const struct h5grad_options *user = &out->user;
    if (user->edge_order != 1 && user->edge_order != 2)
        return hg_error_set(err, H5GRAD_USAGE, "edge order %d: must be 1 or 2", user->edge_order);
    if (user->threads < 0)
        return hg_error_set(err, H5GRAD_USAGE, "threads %d: must be at least 1", user->threads);
    out->threads = user->threads ? (unsigned)user->threads : hg_engine_default_threads();
    out->cache = hg_cache_find();
    if (user->memory && user->memory < H5GRAD_LEAST_MEMORY)
        return hg_error_set(err, H5GRAD_USAGE,
                            "memory %" PRIu64 ": must be at least %" PRIu64 " bytes", user->memory,
                            H5GRAD_LEAST_MEMORY);
    out->memory = user->memory;
    if (!out->memory)
        out->memory =
            size_max(H5GRAD_LEAST_MEMORY, size_min((uint64_t)1 << 30, hg_budget_available() / 4));
    return H5GRAD_OK;
}

static enum h5grad_status check_environment(struct run_options *out, struct h5grad_error *err)
{
    const char *buffers = getenv("H5GRAD_BUFFERS");
    if (buffers && !(hg_parse_size(buffers, &out->buffers) && out->buffers > 0))
        return hg_error_set(err, H5GRAD_USAGE, "H5GRAD_BUFFERS '%s': not a size above 0", buffers);
    return H5GRAD_OK;
}

enum h5grad_status hg_run_options_check(const struct h5grad_options *user,
                                        struct run_options *options, struct h5grad_error *err)
{
    /* parse_spacing changes the status of an error, so there must be one. */
    struct h5grad_error local = {0};
    struct h5grad_error *e = err ? err : &local;
    memset(options, 0, sizeof *options);
    enum h5grad_status status = complete(user, &options->user, e);
    const struct h5grad_options *full = &options->user;
    if (!status)
        status = check_datasets(full, e);
    if (!status)
        status = check_dims(full, e);
    if (!status)
        status = parse_spacings(full, options, e);
    if (!status)
        status = parse_coords(full, options, e);
    if (!status)
        status = parse_dtype(full->dtype, options, e);
    if (!status)
        status = check_edges(full->edges, e);
    if (!status)
        status = hg_format_parse(full->layout, full->filter, &options->format, e);
    if (!status)
        status = hg_results_check_template(full->name, e);
    if (!status)
        status = check_numbers(options, e);
    if (!status)
        status = check_environment(options, e);
    if (status)
        hg_run_options_free(options);
    return status;
}

void hg_run_options_free(struct run_options *options)
{
    for (size_t i = 0; i < options->n_coords; i++)
        free(options->coord[i].dim);
    free(options->coord);
    free(options->spacing);
    options->coord = NULL;
    options->spacing = NULL;
    options->n_coords = options->n_spacings = 0;
}
