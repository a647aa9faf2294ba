/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "hdf5/object.h"
#include "hdf5/attribute.h"
#include "hdf5/scales.h"
#include "hdf5/walk.h"

#define PREFIX "_nc4_non_coord_"
#define BLANKS " \t\r\n"

/* ------------------------------------------------------------------- names given by netCDF-4 */

static char *prefixed_path(const char *path)
{
    const char *base = hg_path_base(path);
    return hg_memory_format("%.*s" PREFIX "%s", (int)(base - path), path, base);
}

/* Opens the dataset that stores the variable at path. *renamed: it has netCDF-4's other name. err
 * is not NULL. */
static hid_t open_stored(hid_t file, const char *path, bool *renamed, struct h5grad_error *err)
{
    hid_t dataset = hg_open_dataset(file, path, err);
    *renamed = false;
    if (dataset >= 0 && !hg_is_placeholder(dataset))
        return dataset;
    if (dataset < 0 && err->status == H5GRAD_NO_MEMORY)
        return -1;
    BASE_FREED char *other = prefixed_path(path);
    struct h5grad_error reason = {.status = H5GRAD_OK};
    hid_t variable = other ? hg_open_dataset(file, other, &reason) : -1;
    if (!other || reason.status == H5GRAD_NO_MEMORY)
        hg_error_memory(err, strlen(path) + sizeof PREFIX);
    else if (variable < 0 && dataset >= 0)
        hg_error_set(err, H5GRAD_FAILED,
                     "is a dimension of netCDF-4, of which there is no variable");
    *renamed = variable >= 0;
    hg_close(dataset);
    return variable;
}

hid_t hg_names_open_variable(hid_t file, const char *path, char **stored, struct h5grad_error *err)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    bool renamed;
    hid_t dataset = open_stored(file, path, &renamed, &reason);
    if (stored)
        *stored = NULL;
    if (dataset < 0)
        hg_error_set(err, reason.status, "%s", reason.message);
    if (dataset < 0 || !stored)
        return dataset;
    *stored = renamed ? prefixed_path(path) : hg_memory_text(path);
    if (!*stored)
        hg_error_memory(err, strlen(path) + sizeof PREFIX);
    return hg_keep_if(*stored, dataset);
}

char *hg_names_shown_path(hid_t file, const char *stored)
{
    const char *base = hg_path_base(stored);
    if (!hg_path_begins(base, PREFIX) || base[strlen(PREFIX)] == '\0')
        return hg_memory_text(stored);
    char *shown = hg_memory_format("%.*s%s", (int)(base - stored), stored, base + strlen(PREFIX));
    struct h5grad_error reason = {.status = H5GRAD_OK};
    bool renamed = false;
    if (shown)
        hg_close(open_stored(file, shown, &renamed, &reason));
    if (!shown || renamed)
        return shown;
    free(shown);
    return reason.status == H5GRAD_NO_MEMORY ? NULL : hg_memory_text(stored);
}

/* ------------------------------------------------------------------------ names in attributes */

/* Appends name to the path in out, which has room for it, resolving "." and ".."; false if that
 * leads above the root. */
static bool follow_name(char *out, const char *name)
{
    size_t length = strlen(out);
    while (*name) {
        size_t part = strcspn(name, "/");
        if (part == 2 && strncmp(name, "..", 2) == 0) {
            if (length == 0)
                return false;
            while (out[--length] != '/')
                ;
        } else if (part > 0 && !(part == 1 && *name == '.')) {
            out[length++] = '/';
            memcpy(out + length, name, part);
            length += part;
        }
        out[length] = '\0';
        name += part + (name[part] == '/');
    }
    return length > 0;
}

typedef hid_t open_function(hid_t file, const char *path, struct h5grad_error *err);

/* Opens the object of that name relative to a group: *id, or -1, and its *path in new memory. False
 * if allocation fails. */
static bool open_from(hid_t file, open_function *opener, const char *group, const char *name,
                      char **path, hid_t *id)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    size_t length = strcmp(group, "/") == 0 ? 0 : strlen(group);
    *path = hg_memory_zeroed(length + strlen(name) + 2, 1);
    *id = -1;
    if (!*path)
        return false;
    memcpy(*path, group, length);
    if (follow_name(*path, name))
        *id = opener(file, *path, &reason);
    if (*id < 0) {
        free(*path);
        *path = NULL;
    }
    return reason.status != H5GRAD_NO_MEMORY;
}

/* Does the same relative to the group of a dataset, and then to the groups around it. */
static bool open_named(hid_t file, open_function *opener, const char *dataset, const char *name,
                       char **path, hid_t *id)
{
    BASE_FREED char *group = *name == '/' ? hg_memory_text("/") : hg_path_parent(dataset);
    *path = NULL;
    *id = -1;
    bool memory = group && open_from(file, opener, group, name, path, id);
    while (memory && *id < 0 && *name != '.' && group[1]) {
        char *outer = hg_path_parent(group);
        free(group);
        group = outer;
        memory = group && open_from(file, opener, group, name, path, id);
    }
    return memory;
}

hid_t hg_names_open_dimension(hid_t file, const char *path, const char *name)
{
    BASE_FREED char *found = NULL;
    hid_t dimension;
    if (!open_named(file, hg_open_dataset, path, name, &found, &dimension))
        hg_note_no_memory();
    return dimension;
}

static hid_t open_variable(hid_t file, const char *path, struct h5grad_error *err)
{
    return hg_names_open_variable(file, path, NULL, err);
}

enum h5grad_status hg_names_visit(hid_t file, const char *path, hid_t dataset,
                                  const char *attribute, names_visitor *visit, void *user,
                                  struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    BASE_FREED char *text = hg_attribute_text(dataset, attribute);
    char *rest = NULL;
    for (char *name = text ? strtok_r(text, BLANKS, &rest) : NULL; name && !status;
         name = strtok_r(NULL, BLANKS, &rest)) {
        size_t length = strlen(name);
        if (name[length - 1] == ':')
            name[length - 1] = '\0';
        BASE_FREED char *found = NULL;
        H5_CLOSED hid_t id = -1;
        if (!open_named(file, open_variable, path, name, &found, &id))
            return hg_error_memory(err, strlen(path) + length);
        const struct names_variable variable = {.name = name, .path = found, .id = id};
        status = visit(user, &variable, err);
    }
    return status;
}
