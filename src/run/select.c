/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/select.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "base/similar.h"
#include "hdf5/names.h"
#include "libhdf5/identity.h"
#include "formats/formats.h"
#include "values/values.h"

/* The state of a selection. */
struct search {
    hid_t file;
    const struct run_options *options;
    struct h5_guard guard;
    struct h5_set axes;   /* datasets that are no fields, or that others use as axes */
    const char **why;     /* why each dataset of the walk is no field; NULL: it may be one */
    struct h5_set chosen; /* datasets in the selection */
};

/* Called by a walk. */
static void note_passed_over(void *user, const char *path, const char *why)
{
    struct selection *selection = user;
    struct passed_over *grown =
        hg_memory_more(selection->passed, selection->n_passed, sizeof *grown);
    if (grown)
        selection->passed = grown;
    struct passed_over one = {.path = hg_memory_text(path), .why = hg_memory_text(why)};
    if (grown && one.path && one.why) {
        grown[selection->n_passed++] = one;
        return;
    }
    free(one.path);
    free(one.why);
    selection->ran_out = true;
}

static enum h5grad_status append(struct selection *selection, const char *path, bool named,
                                 const char *why, bool lost, struct h5grad_error *err)
{
    struct selected *grown = hg_memory_more(selection->item, selection->n, sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (selection->n + 1) * sizeof *grown);
    selection->item = grown;
    struct selected *item = &grown[selection->n];
    *item = (struct selected){.named = named, .why = why, .lost = lost};
    item->path = *path == '/' ? hg_memory_text(path) : hg_memory_format("/%s", path);
    if (!item->path)
        return hg_error_memory(err, strlen(path));
    selection->n++;
    return H5GRAD_OK;
}

/* Adds a dataset. named: given literally. why: why it cannot be done or is no field; or NULL. */
static enum h5grad_status add(struct selection *selection, struct search *search,
                              const struct h5_identity *identity, const char *path, bool named,
                              const char *why, struct h5grad_error *err)
{
    bool added;
    enum h5grad_status status = hg_set_add(&search->chosen, identity, selection->n, &added, err);
    if (status)
        return status;
    if (!added) {
        const size_t *number = hg_set_find(&search->chosen, identity);
        selection->item[*number].named |= named;
        if (named)
            selection->item[*number].why = why;
        return H5GRAD_OK;
    }
    char *absolute = hg_memory_format("%s%s", *path == '/' ? "" : "/", path);
    char *shown = absolute ? hg_names_shown_path(search->file, absolute) : NULL;
    free(absolute);
    if (!shown)
        return hg_error_memory(err, strlen(path));
    status = append(selection, shown, named, why, false, err);
    free(shown);
    return status;
}

/* Adds the dataset that an option gives as coordinates, which is then no field either. */
static enum h5grad_status add_given(struct search *search, const struct spacing_option *given,
                                    struct h5grad_error *err)
{
    struct h5_identity identity;
    H5_CLOSED hid_t dataset = given->kind == SPACING_PATH
                                  ? hg_names_open_variable(search->file, given->path, NULL, NULL)
                                  : -1;
    return dataset >= 0 && hg_identify(dataset, &identity)
               ? hg_set_add(&search->axes, &identity, 0, NULL, err)
               : H5GRAD_OK;
}

static enum h5grad_status add_all_given(struct search *search, struct h5grad_error *err)
{
    const struct run_options *options = search->options;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < options->n_coords && !status; i++)
        status = add_given(search, &options->coord[i].spacing, err);
    for (size_t i = 0; i < options->n_spacings && !status; i++)
        status = add_given(search, &options->spacing[i], err);
    return status;
}

/* Asks all conventions about dataset number i of the walk. It takes long to open it, which is not
 * needed where nothing can be said but by its path. */
static enum h5grad_status survey(struct selection *selection, struct search *search, size_t i,
                                 struct h5grad_error *err)
{
    const struct h5_found *found = &selection->walk.dataset[i];
    const char *path = found->path;
    const bool needed = !found->bare || hg_coords_need(path);
    struct h5grad_error reason = {.status = H5GRAD_OK};
    H5_CLOSED hid_t dataset = needed ? hg_open_dataset(search->file, path, &reason) : -1;
    if (reason.status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, reason.status, "%s", reason.message);
    if (needed && dataset < 0)
        return H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    search->why[i] = hg_coords_not_field(search->file, path, dataset);
    if (search->why[i])
        status = hg_set_add(&search->axes, &found->identity, i, NULL, err);
    if (!status)
        status = hg_coords_references(search->file, path, dataset, &search->axes, err);
    if (!status)
        status = hg_coords_survey(search->file, path, dataset, &selection->walk.marked, err);
    return status;
}

/* Walks the file once. Only after all datasets have been seen is it known which serve as axes. */
static enum h5grad_status walk(struct selection *selection, struct search *search,
                               struct h5grad_error *err)
{
    if (selection->walked)
        return H5GRAD_OK;
    enum h5grad_status status =
        hg_walk(search->file, note_passed_over, selection, &selection->walk, err);
    if (!status && selection->ran_out) {
        hg_walk_free(&selection->walk);
        status = hg_error_memory(err, selection->n_passed * sizeof *selection->passed);
    }
    if (status)
        return status;
    selection->walked = true;
    search->why = hg_memory_zeroed(selection->walk.n, sizeof *search->why);
    if (!search->why && selection->walk.n)
        return hg_error_memory(err, selection->walk.n * sizeof *search->why);
    status = hg_values_survey(search->file, &selection->walk, err);
    if (!status)
        status = add_all_given(search, err);
    for (size_t i = 0; i < selection->walk.n && !status; i++)
        status = survey(selection, search, i, err);
    return status;
}

/* Returns whether matching paths may begin with this one, which matches the pattern's first names.
 */
static bool may_lead_to(const char *path, const char *pattern)
{
    size_t length = 0, components = 0;
    for (const char *at = path; *at; at++)
        components += *at == '/';
    for (; pattern[length] && (pattern[length] != '/' || components-- > 0); length++)
        ;
    char *start = strndup(pattern, length);
    bool leads = start && fnmatch(start, path, FNM_PATHNAME) == 0;
    free(start);
    return leads;
}

/* Adds the objects passed over that may lead to fields whose path matches. */
static enum h5grad_status add_lost(struct selection *selection, const char *pattern,
                                   size_t *matches, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < selection->n_passed && !status; i++) {
        struct passed_over *lost = &selection->passed[i];
        if (pattern && !may_lead_to(lost->path + (*pattern != '/'), pattern))
            continue;
        ++*matches;
        if (!lost->chosen)
            status = append(selection, lost->path, false, lost->why, true, err);
        lost->chosen = true;
    }
    return status;
}

/* Adds dataset number i of the walk, in which the variable at path is stored: a field, or what is
 * none, with the reason. */
static enum h5grad_status add_found(struct selection *selection, struct search *search, size_t i,
                                    const char *path, struct h5grad_error *err)
{
    const struct h5_identity *identity = &selection->walk.dataset[i].identity;
    const char *why = search->why[i];
    if (!why && hg_set_find(&search->axes, identity))
        why = "it describes others, as coordinates do";
    return add(selection, search, identity, path, false, why, err);
}

static bool matches(const char *pattern, const char *path)
{
    return fnmatch(pattern, *pattern == '/' ? path : path + 1, FNM_PATHNAME) == 0;
}

/* Adds the fields whose path matches; every field if pattern is NULL. */
static enum h5grad_status add_fields(struct selection *selection, struct search *search,
                                     const char *pattern, struct h5grad_error *err)
{
    enum h5grad_status status = walk(selection, search, err);
    size_t n = 0;
    for (size_t i = 0; i < selection->walk.n && !status; i++) {
        const char *stored = selection->walk.dataset[i].path;
        char *path = hg_names_shown_path(search->file, stored);
        if (!path) {
            status = hg_error_memory(err, strlen(stored));
        } else if (!pattern || matches(pattern, path)) {
            n++;
            status = add_found(selection, search, i, path, err);
        }
        free(path);
    }
    if (!status)
        status = add_lost(selection, pattern, &n, err);
    if (!status && pattern && n == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "no dataset matches %s: h5grad --list shows what there is", pattern);
    return status;
}

/* Returns the path of the dataset that was meant by name, to be freed: one of a similar path, else
 * one of the same last component in another group. NULL: there is none. */
static char *find_meant(struct selection *selection, struct search *search, const char *name)
{
    struct similar similar;
    const char *elsewhere = NULL;
    if (walk(selection, search, NULL))
        return NULL;
    hg_similar_start(&similar, name, strlen(name));
    for (size_t i = 0; i < selection->walk.n; i++) {
        const char *path = selection->walk.dataset[i].path;
        hg_similar_try(&similar, *name == '/' ? path : path + 1);
        if (strcmp(hg_path_base(path), hg_path_base(name)) == 0)
            elsewhere = elsewhere ? elsewhere : path;
    }
    const char *meant = similar.nearest ? similar.nearest : elsewhere;
    return meant ? hg_names_shown_path(search->file, meant) : NULL;
}

/* Completes the reason why a dataset that options name cannot be opened. */
static enum h5grad_status refuse_named(struct selection *selection, struct search *search,
                                       const char *name, struct h5grad_error *err)
{
    const enum h5grad_status status = hg_error_status(err);
    struct h5grad_error reason = err ? *err : (struct h5grad_error){.status = status};
    const bool absent = status == H5GRAD_FAILED && hg_is_absent(search->file, name);
    char *meant = absent ? find_meant(selection, search, name) : NULL;
    if (meant)
        hg_error_set(err, status, "%s: did you mean %s?", reason.message, meant);
    else if (absent)
        hg_error_set(err, status, "%s: h5grad --list shows what there is", reason.message);
    free(meant);
    return hg_error_context(err, status, "%s", name);
}

/* Refuses a dataset that options name besides fields, if INPUT does not have it: one without
 * characters that may lead to another file, or to an attribute. */
static enum h5grad_status check_there(struct selection *selection, struct search *search,
                                      const char *name, struct h5grad_error *err)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (strpbrk(name, ":@"))
        return H5GRAD_OK;
    H5_CLOSED hid_t dataset = hg_names_open_variable(search->file, name, NULL, &reason);
    if (dataset >= 0 || !hg_is_absent(search->file, name))
        return H5GRAD_OK;
    hg_error_set(err, reason.status, "%s", reason.message);
    return refuse_named(selection, search, name, err);
}

static enum h5grad_status check_all_there(struct selection *selection, struct search *search,
                                          struct h5grad_error *err)
{
    const struct run_options *options = search->options;
    const struct derivation *derivation = &options->derivation;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < options->n_coords && !status; i++) {
        const struct spacing_option *given = &options->coord[i].spacing;
        if (given->kind == SPACING_PATH)
            status = check_there(selection, search, given->path, err);
    }
    for (size_t i = 0; i < options->n_spacings && !status; i++) {
        if (options->spacing[i].kind == SPACING_PATH)
            status = check_there(selection, search, options->spacing[i].path, err);
    }
    for (size_t i = 0; i < derivation->n_vectors && !status; i++) {
        if (derivation->vector[i].n > 0)
            status = check_there(selection, search, derivation->vector[i].path, err);
        if (status)
            hg_error_context(err, status, "%s", derivation->vector[i].name);
    }
    return status;
}

static enum h5grad_status add_named(struct selection *selection, struct search *search,
                                    const char *name, struct h5grad_error *err)
{
    hid_t dataset = hg_names_open_variable(search->file, name, NULL, err);
    if (dataset < 0) {
        if (strpbrk(name, "*?["))
            return add_fields(selection, search, name, err);
        return refuse_named(selection, search, name, err);
    }
    struct h5_identity identity;
    enum h5grad_status status;
    const char *why = search->options->unpack ? hg_coords_categories(dataset) : NULL;
    if (hg_identify(dataset, &identity))
        status = add(selection, search, &identity, name, true, why, err);
    else
        status = hg_hdf5_error(err, "%s: it cannot be identified", name);
    hg_close(dataset);
    return status;
}

/* Adds a vector at its first entry in the options. */
static enum h5grad_status add_vector(struct selection *selection, const struct search *search,
                                     const struct vector_option *option, struct h5grad_error *err)
{
    if (hg_derivation_vector(&search->options->derivation, option->name, NULL) != option)
        return H5GRAD_OK;
    enum h5grad_status status = append(selection, option->name, true, NULL, false, err);
    if (status)
        return status;
    struct selected *item = &selection->item[selection->n - 1];
    memmove(item->path, item->path + 1, strlen(item->path)); /* it is no path */
    item->is_vector = true;
    return H5GRAD_OK;
}

enum h5grad_status hg_select_datasets(hid_t file, const struct run_options *options,
                                      struct selection *selection, struct h5grad_error *err)
{
    const size_t n_vectors = options->derivation.n_vectors;
    struct search search = {.file = file, .options = options};
    memset(selection, 0, sizeof *selection);
    enum h5grad_status status = H5GRAD_OK;
    hg_enter(&search.guard);
    status = check_all_there(selection, &search, err);
    if (!status && options->n_datasets == 0 && n_vectors == 0)
        status = add_fields(selection, &search, NULL, err);
    for (size_t i = 0; i < options->n_datasets && !status; i++)
        status = add_named(selection, &search, options->dataset[i], err);
    for (size_t i = 0; i < n_vectors && !status; i++)
        status = add_vector(selection, &search, &options->derivation.vector[i], err);
    hg_leave(&search.guard);
    free(search.why);
    hg_set_free(&search.axes);
    hg_set_free(&search.chosen);
    if (status)
        hg_select_free(selection);
    return status;
}

void hg_select_free(struct selection *selection)
{
    for (size_t i = 0; i < selection->n; i++)
        free(selection->item[i].path);
    free(selection->item);
    for (size_t i = 0; i < selection->n_passed; i++) {
        free(selection->passed[i].path);
        free(selection->passed[i].why);
    }
    free(selection->passed);
    if (selection->walked)
        hg_walk_free(&selection->walk);
    memset(selection, 0, sizeof *selection);
}
