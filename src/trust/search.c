/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"

/* A prefix that libhdf5 took from the environment when it was started, in new memory; NULL: none.
 */
static char *prefix_of(hid_t list, ssize_t (*get)(hid_t, char *, size_t))
{
    ssize_t length = get(list, NULL, 0);
    char *prefix = length > 0 ? hg_memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (prefix && get(list, prefix, (size_t)length + 1) == length)
        return prefix;
    free(prefix);
    return NULL;
}

bool hg_search_open(hid_t object, struct h5_search *search)
{
    *search = (struct h5_search){NULL, NULL, NULL, NULL};
    ssize_t length = H5Fget_name(object, NULL, 0);
    char *name = length > 0 ? hg_memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && H5Fget_name(object, name, (size_t)length + 1) == length) {
        char *real = realpath(name, NULL);
        search->folder = hg_path_folder(name);
        search->real = hg_path_folder(real ? real : name);
        free(real);
    }
    free(name);
    hid_t list = H5Iget_type(object) == H5I_DATASET ? H5Dget_access_plist(object) : -1;
    if (list >= 0) {
        search->sources = prefix_of(list, H5Pget_virtual_prefix);
        search->external = prefix_of(list, H5Pget_efile_prefix);
    }
    hg_close(list);
    if (search->folder && search->real)
        return true;
    hg_search_close(search);
    return false;
}

void hg_search_close(struct h5_search *search)
{
    free(search->folder);
    free(search->real);
    free(search->sources);
    free(search->external);
    *search = (struct h5_search){NULL, NULL, NULL, NULL};
}

/* A path as seen from a folder, NULL: the working folder, in new memory. What libhdf5 does not put
 * together is not either: it must not become too long to be looked up. */
static char *path_in(const char *folder, const char *name)
{
    return folder && *name != '/' ? hg_memory_format("%s/%s", folder, name) : hg_memory_text(name);
}

char *hg_search_external(const struct h5_search *search, const char *name)
{
    return path_in(search->external, name);
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
        return hg_error_memory(hunt->err, strlen(hunt->name));
    enum h5grad_status status = hunt->visit(hunt->user, path, &hunt->done, hunt->err);
    free(path);
    return status;
}

/* The folders that the environment lists. */
static enum h5grad_status look_in_list(struct hunt *hunt, const char *list)
{
    enum h5grad_status status = H5GRAD_OK;
    size_t length;
    for (const char *part = list; part && *part && !status && !hunt->done;
         part += length + (part[length] == ':')) {
        length = strcspn(part, ":");
        char *folder = strndup(part, length);
        if (!folder)
            return hg_error_memory(hunt->err, length);
        if (length > 0)
            status = look_in(hunt, folder);
        free(folder);
    }
    return status;
}

enum h5grad_status hg_search(const struct h5_search *search, enum h5_search_kind kind,
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
    bool source = kind == H5_SEARCH_SOURCE;
    if (!status && !hunt.done)
        status = look_in_list(&hunt, getenv(source ? "HDF5_VDS_PREFIX" : "HDF5_EXT_PREFIX"));
    if (!status && !hunt.done && source && search->sources)
        status = look_in(&hunt, search->sources);
    const char *const folders[] = {search->folder, NULL, search->real};
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !status && !hunt.done; i++)
        status = look_in(&hunt, folders[i]);
    return status;
}
