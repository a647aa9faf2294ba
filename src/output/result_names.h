/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of results: the --name template, and all result paths of a run. */
#ifndef H5GRAD_OUTPUT_RESULT_NAMES_H
#define H5GRAD_OUTPUT_RESULT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define RESULTS_DEFAULT_NAME "{name}_{what}"

/* What the placeholders of a template stand for. */
struct result_placeholders {
    const char *name; /* the path of the field */
    const char *what; /* "grad", "laplacian", ...; if along, followed by the axis */
    bool along;       /* the result is along an axis */
    unsigned axis;
    const char *axis_name; /* NULL: its number */
    bool by_name;          /* the axis after what has its name, not its number */
};

/* H5GRAD_USAGE if a --name template (NULL: the default) has an unknown placeholder in braces or is
 * empty. */
enum h5grad_status hg_result_names_check_template(const char *name, struct h5grad_error *err);

/* Returns the path of a result, beside its field, to be freed; NULL if memory runs out. If a result
 * is along no axis, {dim} and {axis} stand for what. */
char *hg_result_names_path(const char *name, const struct result_placeholders *fields);

/* A result in words, for messages. */
struct result_origin {
    const char *what;   /* "gradient", ...; outlives the names, as does source */
    const char *source; /* the path of the field */
    bool along;
    unsigned axis;
};

struct result_name {
    char *path;
    struct result_origin origin;
};

/* All result paths of a run. A zeroed struct is empty. */
struct result_names {
    size_t n;
    struct result_name *name;
};

enum h5grad_status hg_result_names_add(struct result_names *names, const char *path,
                                       const struct result_origin *origin,
                                       struct h5grad_error *err);

/* H5GRAD_USAGE if two results have one name, H5GRAD_FAILED if one is where another needs a group;
 * sorts the names. */
enum h5grad_status hg_result_names_check(struct result_names *names, struct h5grad_error *err);

/* True if something else may have the path. The names have been checked. */
bool hg_result_names_allow(const struct result_names *names, const char *path);
void hg_result_names_free(struct result_names *names);

#endif
