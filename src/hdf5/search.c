/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ORIGIN "${ORIGIN}" /* in the environment: the folder of the file */

/* The folder of a path, in new memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : memory_text(".");
}

bool h5_search_open(hid_t object, struct h5_search *search)
{
    *search = (struct h5_search){NULL, NULL};
    ssize_t length = H5Fget_name(object, NULL, 0);
    char *name = length > 0 ? memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && H5Fget_name(object, name, (size_t)length + 1) == length) {
        char *real = realpath(name, NULL);
        search->folder = folder_of(name);
        search->real = folder_of(real ? real : name);
        free(real);
    }
    free(name);
    if (search->folder && search->real)
        return true;
    h5_search_close(search);
    return false;
}

void h5_search_close(struct h5_search *search)
{
    free(search->folder);
    free(search->real);
    *search = (struct h5_search){NULL, NULL};
}

/* A path as seen from a folder, NULL: the working folder, in new memory. What libhdf5 does not put
 * together is not either: it must not become too long to be looked up. */
static char *path_in(const char *folder, const char *name)
{
    return folder && *name != '/' ? memory_format("%s/%s", folder, name) : memory_text(name);
}

/* A folder of length bytes that the environment names, in new memory. */
static char *folder_from(const struct h5_search *search, const char *text, size_t length)
{
    const size_t start = strlen(ORIGIN);
    if (length >= start && strncmp(text, ORIGIN, start) == 0)
        return memory_format("%s%.*s", search->folder, (int)(length - start), text + start);
    return strndup(text, length);
}

char *h5_search_external(const struct h5_search *search, const char *name)
{
    const char *prefix = getenv("HDF5_EXTFILE_PREFIX");
    if (!prefix || !*prefix || strcmp(prefix, ".") == 0)
        return path_in(NULL, name);
    char *folder = folder_from(search, prefix, strlen(prefix));
    char *path = folder ? path_in(folder, name) : NULL;
    free(folder);
    return path;
}

/* One search: what is looked for, and who is told. */
struct hunt {
    const struct h5_search *search;
    const char *name;
    enum h5grad_status (*visit)(void *user, const char *path, bool *done, struct h5grad_error *err);
    void *user;
    bool done;
    struct h5grad_error *err;
};

static enum h5grad_status look_in(struct hunt *hunt, const char *folder)
{
    char *path = path_in(folder, hunt->name);
    if (!path)
        return error_memory(hunt->err, strlen(hunt->name));
    enum h5grad_status status = hunt->visit(hunt->user, path, &hunt->done, hunt->err);
    free(path);
    return status;
}

static enum h5grad_status look_in_prefix(struct hunt *hunt, const char *text, size_t length)
{
    char *folder = folder_from(hunt->search, text, length);
    if (!folder)
        return error_memory(hunt->err, length);
    enum h5grad_status status = look_in(hunt, folder);
    free(folder);
    return status;
}

/* The folders that the environment lists and, for a source, what it says as a whole. */
static enum h5grad_status look_in_prefixes(struct hunt *hunt, enum h5_search_kind kind)
{
    bool source = kind == H5_SEARCH_SOURCE;
    const char *list = getenv(source ? "HDF5_VDS_PREFIX" : "HDF5_EXT_PREFIX");
    enum h5grad_status status = H5GRAD_OK;
    size_t length;
    for (const char *part = list; part && *part && !status && !hunt->done;
         part += length + (part[length] == ':')) {
        length = strcspn(part, ":");
        if (length > 0)
            status = look_in_prefix(hunt, part, length);
    }
    if (source && list && *list && strcmp(list, ".") != 0 && !status && !hunt->done)
        status = look_in_prefix(hunt, list, strlen(list));
    return status;
}

enum h5grad_status h5_search(const struct h5_search *search, enum h5_search_kind kind,
                             const char *name,
                             enum h5grad_status (*visit)(void *user, const char *path, bool *done,
                                                         struct h5grad_error *err),
                             void *user, struct h5grad_error *err)
{
    struct hunt hunt = {.search = search, .name = name, .visit = visit, .user = user, .err = err};
    enum h5grad_status status = H5GRAD_OK;
    if (*name == '/') {
        status = look_in(&hunt, NULL);
        hunt.name = strrchr(name, '/') + 1;
    }
    if (!status && !hunt.done)
        status = look_in_prefixes(&hunt, kind);
    const char *const folders[] = {search->folder, NULL, search->real};
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !status && !hunt.done; i++)
        status = look_in(&hunt, folders[i]);
    return status;
}
