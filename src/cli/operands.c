/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/operands.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"

enum h5grad_status operands_take(struct options *options, const char *value,
                                 struct h5grad_error *error)
{
    struct options_list *list = &options->operands;
    const char **grown = hg_memory_more(list->items, list->count, sizeof *list->items);

    if (!grown)
        return hg_error_memory(error, (list->count + 1) * sizeof *list->items);
    list->items = grown;
    list->items[list->count++] = value;
    return H5GRAD_OK;
}

enum h5grad_status operands_check(const struct options *options, struct h5grad_error *error)
{
    const struct options_list *list = &options->operands;
    bool lists = options->mode == OPTIONS_LIST;

    for (size_t i = 0; i < list->count; i++) {
        if (*list->items[i] == '\0')
            return hg_error_set(error, H5GRAD_USAGE, "%s: an empty name",
                                i == 0 || lists ? "INPUT" : "OUTPUT");
    }
    if (list->count == 0)
        return hg_error_set(error, H5GRAD_USAGE, "missing INPUT: name the file to read%s",
                            lists ? "" : ", then the file to write");
    if (list->count == 1 && !lists)
        return hg_error_set(error, H5GRAD_USAGE,
                            "missing OUTPUT: name the file to write behind '%s'", list->items[0]);
    return H5GRAD_OK;
}

static bool operand_is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(hg_path_base(*(const char *const *)a), hg_path_base(*(const char *const *)b));
}

/* Fails if two of n inputs have one name. */
static enum h5grad_status operands_compare(const struct options_list *list, size_t n,
                                           const char *folder, struct h5grad_error *error)
{
    const char **sorted = hg_memory_zeroed(n, sizeof *sorted);
    enum h5grad_status status = H5GRAD_OK;

    if (!sorted)
        return hg_error_memory(error, n * sizeof *sorted);
    memcpy(sorted, list->items, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_names);
    for (size_t i = 1; i < n && !status; i++) {
        if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
            status = hg_error_set(error, H5GRAD_USAGE,
                                  "'%s' and '%s' would both be '%s' in '%s': give each a folder",
                                  sorted[i - 1], sorted[i], hg_path_base(sorted[i]), folder);
    }
    free(sorted);
    return status;
}

/* Makes the paths of n results in a folder. */
static enum h5grad_status operands_place(struct options *options, size_t n, const char *folder,
                                         struct h5grad_error *error)
{
    const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";

    options->outputs = hg_memory_zeroed(n, sizeof *options->outputs);
    if (!options->outputs)
        return hg_error_memory(error, n * sizeof *options->outputs);
    for (options->n_outputs = 0; options->n_outputs < n; options->n_outputs++) {
        const char *input = options->operands.items[options->n_outputs];
        char *path = hg_memory_format("%s%s%s", folder, between, hg_path_base(input));
        if (!path)
            return hg_error_memory(error, strlen(folder) + strlen(input));
        options->outputs[options->n_outputs] = path;
    }
    return H5GRAD_OK;
}

/* A file, and which of the operands leads to it. */
struct operand_file {
    dev_t device;
    ino_t inode;
    size_t number;
};

static int compare_files(const void *a, const void *b)
{
    const struct operand_file *one = a, *other = b;

    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return (one->inode > other->inode) - (one->inode < other->inode);
}

static bool operand_find(const char *path, size_t number, struct operand_file *file)
{
    struct stat info;
    bool found = stat(path, &info) == 0;

    if (found)
        *file = (struct operand_file){info.st_dev, info.st_ino, number};
    return found;
}

static bool operand_is_link(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
}

/* Fails if two results would replace the same one of n sorted files, since one is a symbolic link:
 * of hard links each is replaced by itself. */
static enum h5grad_status operands_compare_files(const struct options *options,
                                                 const struct operand_file *there, size_t n,
                                                 struct h5grad_error *error)
{
    for (size_t i = 1; i < n; i++) {
        size_t a = there[i - 1].number, b = there[i].number;
        if (compare_files(&there[i - 1], &there[i]) != 0)
            continue;
        bool linked = operand_is_link(options->outputs[a]);
        if (!linked && !operand_is_link(options->outputs[b]))
            continue;
        return hg_error_set(
            error, H5GRAD_USAGE, "'%s' and '%s' would both be '%s': give each a folder",
            options->operands.items[linked ? a : b], options->operands.items[linked ? b : a],
            options->outputs[linked ? b : a]);
    }
    return H5GRAD_OK;
}

/* Fails if the result of one of n inputs would replace another result or input, to which the folder
 * has a link or which is one into the folder. A result that would replace its own input fails by
 * itself. */
static enum h5grad_status operands_check_others(const struct options *options, size_t n,
                                                struct h5grad_error *error)
{
    const char *const *inputs = options->operands.items;
    struct operand_file *there = hg_memory_zeroed(n, sizeof *there), input;
    enum h5grad_status status = H5GRAD_OK;
    size_t n_there = 0;

    if (!there)
        return hg_error_memory(error, n * sizeof *there);
    for (size_t i = 0; i < n; i++)
        n_there += operand_find(options->outputs[i], i, &there[n_there]);
    qsort(there, n_there, sizeof *there, compare_files);
    status = operands_compare_files(options, there, n_there, error);
    for (size_t i = 0; i < n && n_there > 0 && !status; i++) {
        const struct operand_file *output =
            operand_find(inputs[i], i, &input)
                ? bsearch(&input, there, n_there, sizeof *there, compare_files)
                : NULL;
        if (output && output->number != i)
            status =
                hg_error_set(error, H5GRAD_USAGE,
                             "'%s' would be replaced by the result of '%s': give another folder",
                             inputs[i], inputs[output->number]);
    }
    free(there);
    return status;
}

static enum h5grad_status operands_settle_folder(struct options *options, size_t n,
                                                 const char *folder, struct h5grad_error *error)
{
    const struct options_list *list = &options->operands;
    enum h5grad_status status;

    for (size_t i = 0; i < n; i++) {
        if (*hg_path_base(list->items[i]) == '\0')
            return hg_error_set(error, H5GRAD_USAGE, "'%s': INPUT must be a file, not a folder",
                                list->items[i]);
    }
    status = operands_compare(list, n, folder, error);
    if (!status)
        status = operands_place(options, n, folder, error);
    if (!status && (options->grad.overwrite || options->grad.update))
        status = operands_check_others(options, n, error);
    options->n_files = n > 1 ? n : 0;
    if (!status)
        options->output = options->outputs[0];
    return status;
}

enum h5grad_status operands_settle(struct options *options, struct h5grad_error *error)
{
    const struct options_list *list = &options->operands;
    const char *last = list->items[list->count - 1];

    options->input = list->items[0];
    if (options->mode == OPTIONS_LIST) {
        options->n_files = list->count > 1 ? list->count : 0;
        return H5GRAD_OK;
    }
    if (operand_is_folder(last))
        return operands_settle_folder(options, list->count - 1, last, error);
    if (last[strlen(last) - 1] == '/')
        return hg_error_set(error, H5GRAD_FAILED, "%s: no such folder: make it first", last);
    if (list->count > 2)
        return hg_error_set(
            error, H5GRAD_USAGE,
            "'%s': too many operands: behind several INPUTs must be a folder that exists", last);
    options->output = last;
    return H5GRAD_OK;
}

void operands_choose(struct options *options, size_t number)
{
    options->input = options->operands.items[number];
    options->output = options->outputs ? options->outputs[number] : NULL;
}

void operands_free(struct options *options)
{
    for (size_t i = 0; i < options->n_outputs; i++)
        free(options->outputs[i]);
    free(options->outputs);
    free(options->operands.items);
}
