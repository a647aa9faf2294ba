/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a field in the output file: names, datasets, attributes. */
#ifndef H5GRAD_RUN_RESULTS_H
#define H5GRAD_RUN_RESULTS_H

#include "run/companions.h"
#include "run/field.h"
#include "run/options.h"

#define RESULTS_DEFAULT_NAME "{name}_grad_{dim}"

/* H5GRAD_USAGE when a --name template (NULL: the default) has an unknown field in braces or no
 * text. */
enum h5grad_status results_check_template(const char *name, struct h5grad_error *err);

/* The path of the result of a field along an axis, in new memory; NULL when there is none.
 * axis_name may be NULL. */
char *results_path(const char *name, const char *field, unsigned axis, const char *axis_name);

/* All result paths of a run. A zeroed struct is empty. */
struct results_names {
    size_t n;
    char **name;
};

enum h5grad_status results_names_add(struct results_names *names, const char *path,
                                     struct h5grad_error *err);

/* Fails when two results have one name, or one lies where another needs a group; sorts the names.
 */
enum h5grad_status results_names_check(struct results_names *names, struct h5grad_error *err);

/* Whether something else may have the path, in names that have been checked. */
bool results_names_allow(const struct results_names *names, const char *path);
void results_names_free(struct results_names *names);

/* A result being written: for axis number axis of field->engine_axis. */
struct result {
    hid_t dataset, memory;
    struct h5_storage storage;
    struct writer *writer;
};

/* Makes the dataset for axis number k of field->engine_axis in file, with its attributes and
 * scales, and opens its writer. result_close is due in either case. Within h5_enter. */
enum h5grad_status result_create(const struct field *field, struct companions *companions,
                                 const struct attachments *scales, hid_t file, unsigned k,
                                 struct result *result, struct h5grad_error *err);

/* After the engine is done: completes the dataset. Within h5_enter. */
enum h5grad_status result_finish(struct result *result, struct h5grad_error *err);
void result_close(struct result *result);

#endif
