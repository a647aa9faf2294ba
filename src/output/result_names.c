/* SPDX-License-Identifier: BSD-3-Clause */
#include "output/result_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"

/* Returns the length of the field in braces at text; 0 if there is none. */
static size_t template_field(const char *text)
{
    static const char *const fields[] = {"{name}", "{dim}", "{axis}", "{what}"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strncmp(text, fields[i], strlen(fields[i])) == 0)
            return strlen(fields[i]);
    }
    return 0;
}

enum h5grad_status hg_result_names_check_template(const char *name, struct h5grad_error *err)
{
    if (!name)
        return H5GRAD_OK;
    if (!*name || *name == '/' || name[strlen(name) - 1] == '/' || strstr(name, "//"))
        return hg_error_set(err, H5GRAD_USAGE,
                            "name '%s': not the name of a dataset in the source's group", name);
    for (const char *at = strchr(name, '{'); at; at = strchr(at + 1, '{')) {
        if (!template_field(at))
            return hg_error_set(
                err, H5GRAD_USAGE,
                "name '%s': the fields in braces are {name}, {dim}, {axis} and {what}", name);
    }
    return H5GRAD_OK;
}

/* A text that is first measured and then written. */
struct writing {
    char *text; /* NULL: it is measured */
    size_t length;
};

static void put(struct writing *out, const char *text, size_t length)
{
    if (out->text)
        memcpy(out->text + out->length, text, length);
    out->length += length;
}

static void put_text(struct writing *out, const char *text)
{
    put(out, text, strlen(text));
}

/* Writes an axis as one component of a path: its name, or its number. */
static void put_axis(struct writing *out, const struct result_placeholders *fields, bool by_name)
{
    const char *name = by_name ? fields->axis_name : NULL;
    char number[32];
    if (!name || !*name) {
        snprintf(number, sizeof number, "%u", fields->axis);
        put_text(out, number);
    }
    for (; name && *name; name++)
        put(out, *name == '/' ? "_" : name, 1);
}

static void put_what(struct writing *out, const struct result_placeholders *fields)
{
    put_text(out, fields->what);
    if (!fields->along)
        return;
    put(out, "_", 1);
    put_axis(out, fields, fields->by_name);
}

static void expand_template(struct writing *out, const char *pattern,
                            const struct result_placeholders *fields)
{
    while (*pattern) {
        size_t length = template_field(pattern);
        if (!length)
            put(out, pattern++, 1);
        else if (pattern[1] == 'n')
            put_text(out, hg_path_base(fields->name));
        else if (pattern[1] == 'w' || !fields->along)
            put_what(out, fields);
        else
            put_axis(out, fields, pattern[1] == 'a');
        pattern += length;
    }
}

/* The buffer of a stream would leave a gap of kilobytes beside each of many paths. */
char *hg_result_names_path(const char *name, const struct result_placeholders *fields)
{
    const size_t group = (size_t)(hg_path_base(fields->name) - fields->name);
    struct writing out = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) {
        if (pass > 0 && !(out.text = hg_memory_zeroed(out.length + 1, 1)))
            return NULL;
        out.length = 0;
        put(&out, fields->name, group);
        expand_template(&out, name ? name : RESULTS_DEFAULT_NAME, fields);
    }
    return out.text;
}

enum h5grad_status hg_result_names_add(struct result_names *names, const char *path,
                                       const struct result_origin *origin, struct h5grad_error *err)
{
    struct result_name *grown = hg_memory_more(names->name, names->n, sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (names->n + 1) * sizeof *grown);
    names->name = grown;
    grown[names->n] = (struct result_name){.path = hg_memory_text(path), .origin = *origin};
    if (!grown[names->n].path)
        return hg_error_memory(err, strlen(path));
    names->n++;
    return H5GRAD_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct result_name *one = a, *two = b;
    const int order = strcmp(one->path, two->path);
    return order ? order : strcmp(one->origin.what, two->origin.what);
}

struct prefix {
    const char *text;
    size_t length;
};

static int compare_prefix(const void *key, const void *name)
{
    const struct prefix *prefix = key;
    const char *text = ((const struct result_name *)name)->path;
    int order = strncmp(prefix->text, text, prefix->length);
    return order ? order : -(text[prefix->length] != '\0');
}

/* True if a group that the path needs has the name of another result. */
static bool inside_result(const struct result_names *names, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct prefix prefix = {path, (size_t)(slash - path)};
        if (bsearch(&prefix, names->name, names->n, sizeof *names->name, compare_prefix))
            return true;
    }
    return false;
}

/* "gradient of /T along axis 0" */
static void print_origin(const struct result_origin *origin, char *out, size_t size)
{
    char axis[32] = "";
    if (origin->along)
        snprintf(axis, sizeof axis, " along axis %u", origin->axis);
    snprintf(out, size, "%s of %s%s", origin->what, origin->source, axis);
}

/* Reports two results with the same path. */
static enum h5grad_status refuse_same(const struct result_name *a, const struct result_name *b,
                                      struct h5grad_error *err)
{
    char one[512], two[512];
    print_origin(&a->origin, one, sizeof one);
    print_origin(&b->origin, two, sizeof two);
    const bool fields = strcmp(a->origin.source, b->origin.source) != 0;
    return hg_error_set(err, H5GRAD_USAGE, "%s and %s would both be called %s: use {%s} in --name",
                        one, two, a->path, fields ? "name" : "what");
}

enum h5grad_status hg_result_names_check(struct result_names *names, struct h5grad_error *err)
{
    if (names->n)
        qsort(names->name, names->n, sizeof *names->name, compare_names);
    for (size_t i = 0; i < names->n; i++) {
        const char *path = names->name[i].path;
        if (i > 0 && strcmp(names->name[i - 1].path, path) == 0)
            return refuse_same(&names->name[i - 1], &names->name[i], err);
        if (inside_result(names, path))
            return hg_error_set(err, H5GRAD_FAILED,
                                "%s would lie within another result: choose another --name", path);
    }
    return H5GRAD_OK;
}

bool hg_result_names_allow(const struct result_names *names, const char *path)
{
    struct prefix whole = {path, strlen(path)};
    if (bsearch(&whole, names->name, names->n, sizeof *names->name, compare_prefix) ||
        inside_result(names, path))
        return false;
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->name[i].path;
        if (strncmp(name, path, whole.length) == 0 && name[whole.length] == '/')
            return false;
    }
    return true;
}

void hg_result_names_free(struct result_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i].path);
    free(names->name);
    memset(names, 0, sizeof *names);
}
