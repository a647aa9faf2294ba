/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/access.h"
#include "libhdf5/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

static bool lies_in(const char *path, const char *folder)
{
    size_t length = folder ? strlen(folder) : 0;
    if (length == 1)
        return true;
    return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* True if the file that info describes lies in the input's folders. False if its real path does not
 * lead to it (removed, or in another mount namespace). */
static bool lies_inside(const struct h5_access *access, const char *real, const struct stat *info)
{
    struct stat there;
    return real && stat(real, &there) == 0 && file_is_same(&there, info) &&
           (strcmp(real, access->real) == 0 || lies_in(real, access->folder[0]) ||
            lies_in(real, access->folder[1]));
}

/* Devices are refused, except for the input itself, which the user has named. */
static enum h5grad_status judge_file(struct h5_access *access, int place, const char *path,
                                     struct stat *info, struct h5grad_error *err)
{
    if (fstat(place, info) != 0)
        return hg_error_errno(err, errno, "cannot be looked up");
    BASE_FREED char *real = realpath(path, NULL);
    bool folder = S_ISDIR(info->st_mode); /* refused in any case, for a clearer reason */
    bool outside = !folder && !access->follow_external && !lies_inside(access, real, info);
    bool device = S_ISBLK(info->st_mode) && real && access->real && strcmp(real, access->real) == 0;
    if (outside) {
        snprintf(access->refused, sizeof access->refused, "%s", real ? real : path);
        return hg_access_check(access, err);
    }
    if (S_ISREG(info->st_mode) || device)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, folder ? "is a directory" : "is not a regular file");
}

int hg_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err)
{
    *info = (struct stat){0};
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) {
        hg_error_set(err, H5GRAD_FAILED, "%s", strerror(errno));
        return -1;
    }
    if (judge_file(access, place, path, info, err) == H5GRAD_OK)
        return place;
    close(place);
    errno = EACCES;
    return -1;
}

enum h5grad_status hg_access_check(const struct h5_access *access, struct h5grad_error *err)
{
    if (!access)
        return H5GRAD_OK;
    if (access->refused[0] != '\0')
        return hg_error_set(err, H5GRAD_FAILED,
                            "its data lie in %s, outside the folder of the input: "
                            "--follow-external reads them",
                            access->refused);
    if (access->failure == EMFILE)
        return hg_error_set(err, H5GRAD_FAILED,
                            "reading: %s: all sources of a virtual dataset are open at once (raise "
                            "ulimit -n)",
                            strerror(EMFILE));
    return access->failure != 0 ? hg_error_errno(err, access->failure, "reading")
                                : hg_manifest_error(&access->manifest, err);
}

enum h5grad_status hg_access_place(struct h5_access *access, const char *path,
                                   struct h5grad_error *err)
{
    access->real = realpath(path, NULL);
    if (!access->real)
        return hg_error_errno(err, errno, "cannot open");
    access->folder[0] = hg_path_real_folder(path);
    access->folder[1] = hg_path_real_folder(access->real);
    return access->folder[0] && access->folder[1] ? H5GRAD_OK
                                                  : hg_error_errno(err, errno, "cannot open");
}

void hg_outside_free(struct h5_outside *outside)
{
    free(outside->text);
    free(outside->path);
    free(outside->dataset);
}

static void forget_group(struct h5_access *access)
{
    if (access->group_path)
        hg_close(access->group);
    free(access->group_path);
    access->group_path = NULL;
}

void hg_access_remember(struct h5_access *access, hid_t from, hid_t group, const char *path,
                        size_t length)
{
    const char *known = access->group_path;
    if (known && access->group_from == from && strncmp(known, path, length) == 0 &&
        known[length] == '\0')
        return;
    forget_group(access);
    access->group_path = strndup(path, length);
    if (access->group_path && H5Iinc_ref(group) < 0) {
        free(access->group_path);
        access->group_path = NULL;
    }
    access->group = group;
    access->group_from = from;
    access->group_bare = -1;
    access->group_without = NULL;
}

hid_t hg_access_recall(const struct h5_access *access, hid_t from, const char *path,
                       size_t *position)
{
    const char *known = access->group_path;
    size_t length = known ? strlen(known) : 0;
    bool leads = known && access->group_from == from &&
                 (strncmp(path, known, length) == 0 ||
                  (strncmp(path, known, length - 1) == 0 && !path[length - 1]));
    if (!leads || H5Iinc_ref(access->group) < 0)
        return -1;
    *position = path[length - 1] ? length : length - 1;
    return access->group;
}

void hg_access_free(struct h5_access *access)
{
    if (!access)
        return;
    forget_group(access);
    for (size_t i = 0; i < access->n_kept; i++)
        hg_close(access->kept[i]);
    for (size_t i = 0; i < access->n_outside; i++)
        hg_outside_free(&access->outside[i]);
    hg_manifest_free(&access->manifest);
    hg_member_names_free(&access->names);
    hg_set_free(&access->checked);
    hg_set_free(&access->unfit);
    free(access->outside);
    free(access->real);
    free(access->folder[0]);
    free(access->folder[1]);
    access->outside = NULL;
    access->real = access->folder[0] = access->folder[1] = NULL;
    access->n_kept = access->n_outside = 0;
}

void hg_access_keep(struct h5_access *access, hid_t object)
{
    struct h5_identity new;
    struct h5_identity old;
    hid_t file = H5Iget_file_id(object);
    bool known = file < 0 || !hg_identify(file, &new) || access->n_kept == H5_KEPT_FILES;
    for (size_t i = 0; i < access->n_kept && !known; i++)
        known = hg_identify(access->kept[i], &old) && old.file == new.file;
    if (known)
        hg_close(file);
    else
        access->kept[access->n_kept++] = file;
}

static void note_file(struct h5_access *access, const char *path, const struct stat *info)
{
    if (!hg_manifest_add(&access->manifest, path, info))
        access->failure = ENOMEM;
}

void hg_access_note(struct h5_access *access, const char *path)
{
    struct stat info;
    note_file(access, path, stat(path, &info) == 0 ? &info : NULL);
}

void hg_access_note_opened(struct h5_access *access, const char *name, const struct stat *info)
{
    /* libhdf5 looks for a file in several places, and this one replaces the one that was
     * refused. */
    if (strcmp(hg_path_base(access->refused), hg_path_base(name)) == 0)
        access->refused[0] = '\0';
    note_file(access, name, info);
    hg_manifest_open(&access->manifest, name, true);
}

void hg_access_note_failed(struct h5_access *access, const char *name)
{
    int failed = errno;
    if (failed == EMFILE || failed == ENFILE || failed == ENOMEM || failed == EIO)
        access->failure = failed;
    hg_manifest_open(&access->manifest, name, false);
    errno = failed;
}

enum h5grad_status hg_access_check_unchanged(struct h5_access *access, bool first_is_open,
                                             struct h5grad_error *err)
{
    if (access->failure != 0)
        return hg_error_errno(err, access->failure, "reading");
    return hg_manifest_check(&access->manifest, first_is_open, err);
}

static struct h5_identity identity_of(const struct stat *info)
{
    struct h5_identity identity = {.file = (unsigned long)info->st_dev};
    memcpy(identity.token, &info->st_ino, sizeof info->st_ino);
    return identity;
}

bool hg_access_is_unfit(const struct h5_access *access, const struct stat *info)
{
    struct h5_identity identity = identity_of(info);
    return hg_set_find(&access->unfit, &identity);
}

enum h5grad_status hg_access_add_unfit(struct h5_access *access, const struct stat *info,
                                       struct h5grad_error *err)
{
    struct h5_identity identity = identity_of(info);
    return hg_set_add(&access->unfit, &identity, 0, NULL, err);
}

void hg_permit_plugins(const struct h5_access *access)
{
    if (access && access->allow_plugins)
        hg_let_load();
}

/* Opens the file that hg_access_find has checked, not one that has replaced it since. */
static int open_found(int place, const char *path, const struct stat *info)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    char link[32];
    struct stat opened;
    snprintf(link, sizeof link, "/proc/self/fd/%d", place);
    int fd = open(link, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = open(path, flags); /* without /proc */
    if (fd < 0 || (fstat(fd, &opened) == 0 && file_is_same(&opened, info)))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

int hg_access_open(struct h5_access *access, const char *path, struct stat *info)
{
    int place = hg_access_find(access, path, info, NULL);
    if (place < 0)
        return -1;
    int fd = open_found(place, path, info);
    int failed = errno;
    close(place);
    errno = failed;
    return fd;
}
