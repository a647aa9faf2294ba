/* SPDX-License-Identifier: BSD-3-Clause */
#include "libhdf5/handle.h"

#include <string.h>

#define RECENT 4 /* objects to remember */

/* List of the handles of all open files of both drivers, the most recently used first. */
static struct h5_handle *first;

/* Where the handle of an object was found last: it takes several calls of libhdf5 to find. No two
 * objects have one identifier, not even one after the other. */
static struct recent {
    hid_t object;
    struct h5_handle *handle;
} recent[RECENT];

void hg_handle_add(struct h5_handle *handle)
{
    handle->previous = NULL;
    handle->next = first;
    if (first)
        first->previous = handle;
    first = handle;
}

static void unlink_handle(struct h5_handle *handle)
{
    if (handle->next)
        handle->next->previous = handle->previous;
    if (handle->previous)
        handle->previous->next = handle->next;
    else
        first = handle->next;
}

void hg_handle_remove(struct h5_handle *handle)
{
    unlink_handle(handle);
    memset(recent, 0, sizeof recent);
}

static struct h5_handle *find_handle(hid_t object)
{
    const bool is_file = H5Iget_type(object) == H5I_FILE;
    hid_t file = is_file ? object : H5Iget_file_id(object);
    void *found = NULL;
    struct h5_handle *handle = NULL;
    if (file >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &found) >= 0)
        handle = first;
    while (handle && (void *)handle != found)
        handle = handle->next;
    if (!is_file)
        hg_close(file);
    if (handle && handle != first) {
        unlink_handle(handle);
        hg_handle_add(handle);
    }
    return handle;
}

static void remember(hid_t object, struct h5_handle *handle)
{
    memmove(&recent[1], &recent[0], (RECENT - 1) * sizeof *recent);
    recent[0].object = object;
    recent[0].handle = handle;
}

/* Moves an object that is remembered to the front: a file is asked for again and again, among
 * datasets that are not. */
static struct h5_handle *recall(unsigned i)
{
    const struct recent found = recent[i];
    memmove(&recent[1], &recent[0], i * sizeof *recent);
    recent[0] = found;
    return found.handle;
}

struct h5_handle *hg_handle_of(hid_t object)
{
    struct h5_handle *handle;
    for (unsigned i = 0; i < RECENT; i++) {
        if (recent[i].object == object && recent[i].handle)
            return recall(i);
    }
    if ((handle = find_handle(object)))
        remember(object, handle);
    return handle;
}

void hg_handle_note(hid_t object, hid_t file)
{
    struct h5_handle *handle = hg_handle_of(file);
    if (handle)
        remember(object, handle);
}

void *hg_handle_by(hid_t object, const void *driver)
{
    struct h5_handle *handle = hg_handle_of(object);
    return handle && handle->driver == driver ? handle : NULL;
}

/* Returns the descriptor of a file that another driver opened; only sec2's handle is known. */
static int descriptor_of_others(hid_t object)
{
    H5_CLOSED hid_t file = H5Iget_file_id(object);
    H5_CLOSED hid_t access = file < 0 ? -1 : H5Fget_access_plist(file);
    void *handle = NULL;
    int fd = -1;
    if (access >= 0 && H5Pget_driver(access) == H5FD_SEC2 &&
        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle)
        memcpy(&fd, handle, sizeof fd);
    return fd;
}

int hg_descriptor(hid_t object)
{
    const struct h5_handle *handle = hg_handle_of(object);
    return handle ? handle->fd : descriptor_of_others(object);
}

struct h5_probe *hg_probe_of(hid_t object)
{
    struct h5_handle *handle = hg_handle_of(object);
    return handle ? &handle->probe : NULL;
}

herr_t hg_handle_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_POSIX_COMPAT_HANDLE |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

haddr_t hg_handle_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct h5_file *)file)->handle.end_of_allocation;
}

herr_t hg_handle_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct h5_file *)file)->handle.end_of_allocation = address;
    return 0;
}

herr_t hg_handle_get(H5FD_t *file, hid_t access, void **handle)
{
    (void)access;
    *handle = &((struct h5_file *)file)->handle;
    return 0;
}
