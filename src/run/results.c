/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "hdf5/create.h"
#include "run/metadata.h"
#include "writer/format.h"

/* A field in braces at text: its length; 0 when there is none. */
static size_t template_field(const char *text)
{
    static const char *const fields[] = {"{name}", "{dim}", "{axis}"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strncmp(text, fields[i], strlen(fields[i])) == 0)
            return strlen(fields[i]);
    }
    return 0;
}

enum h5grad_status results_check_template(const char *name, struct h5grad_error *err)
{
    if (!name)
        return H5GRAD_OK;
    if (!*name || *name == '/' || name[strlen(name) - 1] == '/' || strstr(name, "//"))
        return error_set(err, H5GRAD_USAGE,
                         "name '%s': not the name of a dataset in the source's group", name);
    for (const char *at = strchr(name, '{'); at; at = strchr(at + 1, '{')) {
        if (!template_field(at))
            return error_set(err, H5GRAD_USAGE,
                             "name '%s': the fields in braces are {name}, {dim} and {axis}", name);
    }
    return H5GRAD_OK;
}

/* An axis's name becomes one component of a path. */
static void print_axis(FILE *out, const char *name)
{
    for (; *name; name++)
        fputc(*name == '/' ? '_' : *name, out);
}

static void expand(FILE *out, const char *pattern, const char *name, unsigned axis,
                   const char *axis_name)
{
    while (*pattern) {
        size_t length = template_field(pattern);
        if (!length)
            fputc(*pattern++, out);
        else if (pattern[1] == 'n')
            fputs(name, out);
        else if (pattern[1] == 'a' && axis_name && *axis_name)
            print_axis(out, axis_name);
        else
            fprintf(out, "%u", axis);
        pattern += length;
    }
}

char *results_path(const char *name, const char *field, unsigned axis, const char *axis_name)
{
    const char *base = path_base(field);
    char *path = NULL;
    size_t size;
    FILE *out = open_memstream(&path, &size);
    if (!out)
        return NULL;
    fwrite(field, 1, (size_t)(base - field), out);
    expand(out, name ? name : RESULTS_DEFAULT_NAME, base, axis, axis_name);
    if (memory_close_stream(out))
        return path;
    free(path);
    return NULL;
}

enum h5grad_status results_names_add(struct results_names *names, const char *path,
                                     struct h5grad_error *err)
{
    char **grown = realloc(names->name, (names->n + 1) * sizeof *grown);
    if (!grown)
        return error_memory(err, (names->n + 1) * sizeof *grown);
    names->name = grown;
    if (!(grown[names->n] = memory_text(path)))
        return error_memory(err, strlen(path));
    names->n++;
    return H5GRAD_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct prefix {
    const char *text;
    size_t length;
};

static int compare_prefix(const void *key, const void *name)
{
    const struct prefix *prefix = key;
    const char *text = *(char *const *)name;
    int order = strncmp(prefix->text, text, prefix->length);
    return order ? order : -(text[prefix->length] != '\0');
}

/* Whether a group that the path needs has the name of another result. */
static bool inside_result(const struct results_names *names, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct prefix prefix = {path, (size_t)(slash - path)};
        if (bsearch(&prefix, names->name, names->n, sizeof *names->name, compare_prefix))
            return true;
    }
    return false;
}

enum h5grad_status results_names_check(struct results_names *names, struct h5grad_error *err)
{
    if (names->n)
        qsort(names->name, names->n, sizeof *names->name, compare_names);
    for (size_t i = 0; i < names->n; i++) {
        if (i > 0 && strcmp(names->name[i - 1], names->name[i]) == 0)
            return error_set(err, H5GRAD_FAILED,
                             "two results would be called %s: tell them apart with {name}, {dim} "
                             "or {axis} in --name",
                             names->name[i]);
        if (inside_result(names, names->name[i]))
            return error_set(err, H5GRAD_FAILED,
                             "%s would lie within another result: choose another --name",
                             names->name[i]);
    }
    return H5GRAD_OK;
}

bool results_names_allow(const struct results_names *names, const char *path)
{
    struct prefix whole = {path, strlen(path)};
    if (bsearch(&whole, names->name, names->n, sizeof *names->name, compare_prefix) ||
        inside_result(names, path))
        return false;
    for (size_t i = 0; i < names->n; i++) {
        if (strncmp(names->name[i], path, whole.length) == 0 && names->name[i][whole.length] == '/')
            return false;
    }
    return true;
}

void results_names_free(struct results_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
    memset(names, 0, sizeof *names);
}

static hid_t create_dataset(const struct field *field, hid_t file, const char *path, hid_t type,
                            struct h5grad_error *err)
{
    const struct h5_storage *storage = &field->result_storage;
    hsize_t extent[GRID_MAX_RANK], most[GRID_MAX_RANK];
    for (unsigned i = 0; i < storage->rank; i++) {
        extent[i] = storage->extent[i];
        most[i] = storage->max_extent[i] == UINT64_MAX ? H5S_UNLIMITED : storage->max_extent[i];
    }
    hid_t dataset = -1;
    hid_t space = H5Screate_simple((int)storage->rank, extent, most);
    hid_t creation = format_creation(storage, err);
    if (creation >= 0 && space < 0)
        h5_error(err, "it cannot be described");
    else if (creation >= 0)
        dataset = h5_create_dataset(file, path, type, space, creation, err);
    h5_close(creation);
    h5_close(space);
    return dataset;
}

static struct writer *open_writer(const struct field *field, hid_t file, struct result *result,
                                  struct h5grad_error *err)
{
    struct writer_target target = {
        .file = file,
        .dataset = result->dataset,
        .storage = &result->storage,
        .memory = result->memory,
        .size = H5Tget_size(result->memory),
        .raw = true,
        .journal = field->job.journal,
    };
    return writer_open(&target, getenv("H5GRAD_IO"), err);
}

enum h5grad_status result_create(const struct field *field, struct companions *companions,
                                 const struct attachments *scales, hid_t file, unsigned k,
                                 struct result *result, struct h5grad_error *err)
{
    unsigned axis = field->engine_axis[k].axis;
    const char *path = field->axis[axis].result;
    memset(result, 0, sizeof *result);
    result->dataset = -1;
    result->memory = h5_type_result(&field->type, field->result);
    if (result->memory < 0)
        return h5_error(err, "%s: its datatype cannot be made", path);
    result->dataset = create_dataset(field, file, path, result->memory, err);
    if (result->dataset < 0)
        return error_context(err, H5GRAD_FAILED, "%s", path);
    enum h5grad_status status = h5_storage_read(result->dataset, &result->storage, err);
    if (!status)
        status = companions_attach(companions, scales, result->dataset, path, err);
    if (!status)
        status = metadata_write(field, axis, result->dataset, result->memory, err);
    if (!status) {
        result->writer = open_writer(field, file, result, err);
        status = result->writer ? H5GRAD_OK : error_status(err);
    }
    return status ? error_context(err, status, "%s", path) : H5GRAD_OK;
}

enum h5grad_status result_finish(struct result *result, struct h5grad_error *err)
{
    enum h5grad_status status = writer_finish(result->writer, err);
    hid_t dataset = result->dataset;
    writer_close(result->writer);
    result->writer = NULL;
    result->dataset = -1;
    if (!h5_close(dataset) && !status)
        status = h5_error(err, "it cannot be closed");
    return status;
}

void result_close(struct result *result)
{
    writer_close(result->writer);
    h5_close(result->dataset);
    h5_close(result->memory);
    memset(result, 0, sizeof *result);
    result->dataset = result->memory = -1;
}
