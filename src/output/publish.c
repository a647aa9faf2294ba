/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "libhdf5/output_driver.h"
#include "libhdf5/handle.h"
#include "output/new_file.h"
#include "output/publish.h"
#include "trust/members.h"

#define NAME_BYTES    255       /* of a file name, on all file systems of note */
#define NAME_ATTEMPTS 100       /* to find a name that is free */
#define LOCK_PAUSE    50000000L /* nanoseconds between two attempts to lock a file */
#define LOCK_ATTEMPTS 60        /* three seconds */

/* Returns ".NAME.h5grad.SUFFIX" in the folder of target, in new memory. A NAME that is too long is
 * cut at a character boundary and followed by its hash, because others may begin alike. */
static char *hidden_name(const char *target, const char *suffix)
{
    const char *name = hg_path_base(target);
    size_t room = NAME_BYTES - strlen("..h5grad.") - strlen(suffix);
    size_t length = strlen(name);
    char hash[18] = "";
    if (length > room) {
        snprintf(hash, sizeof hash, "~%016" PRIx64, hash_bytes(HASH_START, name, length));
        length = room - strlen(hash);
        while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
            length--;
    }
    return hg_memory_format("%.*s.%.*s%s.h5grad.%s", (int)(name - target), target, (int)length,
                            name, hash, suffix);
}

/* Returns what final leads to, in new memory. */
static enum h5grad_status find_target(const char *final, char **target, struct h5grad_error *err)
{
    size_t length = strlen(final);
    if (length == 0)
        return hg_error_set(err, H5GRAD_FAILED, "is no file name");
    if (final[length - 1] == '/')
        return hg_error_set(err, H5GRAD_FAILED, "is the name of a folder");
    struct stat link;
    if (lstat(final, &link) == 0 && S_ISLNK(link.st_mode)) {
        *target = realpath(final, NULL);
        if (!*target && errno == ENOENT)
            return hg_error_set(err, H5GRAD_FAILED, "is a symbolic link that leads nowhere");
        return *target ? H5GRAD_OK : hg_error_errno(err, errno, "following the symbolic link");
    }
    *target = hg_memory_text(final);
    return *target ? H5GRAD_OK : hg_error_memory(err, length + 1);
}

/* Returns the hidden name beside what final leads to, in new memory; NULL with the reason. */
static char *name_beside(const char *final, const char *suffix, struct h5grad_error *err)
{
    char *target = NULL;
    if (find_target(final, &target, err) != H5GRAD_OK)
        return NULL;
    char *name = hidden_name(target, suffix);
    if (!name)
        hg_error_memory(err, strlen(target));
    free(target);
    return name;
}

char *hg_publish_journal_path(const char *final)
{
    return name_beside(final, PUBLISH_JOURNAL, NULL);
}

/* Ignores a file that has another name, too: see hg_new_file_rename. */
bool hg_publish_find_left(const char *final, struct stat *left)
{
    char *name = name_beside(final, PUBLISH_RESUMABLE, NULL);
    bool found = name && lstat(name, left) == 0 && S_ISREG(left->st_mode) && left->st_nlink <= 1;
    free(name);
    return found;
}

/* True if only the owners of the folder and of the file can replace the file, as in /tmp. */
static bool is_protected(const struct stat *folder, const struct stat *file)
{
    uid_t user = geteuid();
    return (folder->st_mode & S_ISVTX) && user != 0 && user != folder->st_uid &&
           user != file->st_uid;
}

static enum h5grad_status check_existing(const char *target, const struct stat *folder,
                                         const char *input, bool overwrite,
                                         struct h5grad_error *err)
{
    struct stat file;
    struct h5_member_names names;
    /* what lacks of the input is reported when it is opened */
    bool mine =
        hg_member_names(input, &names, NULL) == H5GRAD_OK && hg_member_names_have(&names, target);
    const bool whole = names.made == H5_MADE_WHOLE;
    hg_member_names_free(&names);
    if (mine)
        return hg_error_set(err, H5GRAD_FAILED,
                            whole ? "is the input file: give another name"
                                  : "is, or would be, a member of the input file");
    if (stat(target, &file) != 0)
        return errno == ENOENT ? H5GRAD_OK : hg_error_errno(err, errno, "cannot be looked up");
    if (S_ISDIR(file.st_mode))
        return hg_error_set(err, H5GRAD_FAILED, "is a folder");
    if (!S_ISREG(file.st_mode))
        return hg_error_set(err, H5GRAD_FAILED, "is not a regular file");
    if (!overwrite)
        return hg_error_set(err, H5GRAD_FAILED, "exists already; --overwrite replaces it");
    if (is_protected(folder, &file))
        return hg_error_set(err, H5GRAD_FAILED, "belongs to another user and cannot be replaced");
    return H5GRAD_OK;
}

static enum h5grad_status check_folder(const char *folder, struct stat *info,
                                       struct h5grad_error *err)
{
    if (stat(folder, info) != 0)
        return errno == ENOENT
                   ? hg_error_set(err, H5GRAD_FAILED, "folder %s does not exist", folder)
                   : hg_error_errno(err, errno, "folder %s", folder);
    if (!S_ISDIR(info->st_mode))
        return hg_error_set(err, H5GRAD_FAILED, "%s is not a folder", folder);
    if (access(folder, W_OK | X_OK) != 0)
        return hg_error_errno(err, errno, "folder %s cannot be written to", folder);
    return H5GRAD_OK;
}

/* Checks the length of the temporary names beside target, which are longer than its own. */
static enum h5grad_status check_length(const char *target, struct h5grad_error *err)
{
    struct stat info;
    char *name = hidden_name(target, PUBLISH_JOURNAL);
    if (!name)
        return hg_error_memory(err, strlen(target));
    bool fits = lstat(name, &info) == 0 || errno != ENAMETOOLONG;
    free(name);
    return fits ? H5GRAD_OK
                : hg_error_set(err, H5GRAD_FAILED, "is too long for a temporary name beside it");
}

enum h5grad_status hg_publish_check(const char *final, const char *input, bool overwrite,
                                    struct h5grad_error *err)
{
    char *target = NULL;
    char *folder = NULL;
    struct stat info;
    enum h5grad_status status = find_target(final, &target, err);
    if (status == H5GRAD_OK) {
        folder = hg_path_folder(target);
        status = folder ? check_folder(folder, &info, err) : hg_error_memory(err, strlen(target));
    }
    if (status == H5GRAD_OK)
        status = check_existing(target, &info, input, overwrite, err);
    if (status == H5GRAD_OK)
        status = check_length(target, err);
    if (status != H5GRAD_OK)
        hg_error_context(err, status, "%s", final);
    free(folder);
    free(target);
    return status;
}

/* Describes the file system of final. */
static enum h5grad_status find_space(const char *final, struct statvfs *system,
                                     struct h5grad_error *err)
{
    char *target = NULL;
    enum h5grad_status status = find_target(final, &target, err);
    if (status != H5GRAD_OK)
        return hg_error_context(err, status, "%s", final);
    char *folder = hg_path_folder(target);
    free(target);
    if (!folder)
        return hg_error_memory(err, strlen(final));
    int number = statvfs(folder, system) == 0 ? 0 : errno;
    free(folder);
    return number ? hg_error_errno(err, number, "%s: looking for the space that is free", final)
                  : H5GRAD_OK;
}

enum h5grad_status hg_publish_check_space(const char *final, uint64_t bytes, bool resumable,
                                          struct h5grad_error *err)
{
    struct statvfs system = {0};
    struct stat left;
    enum h5grad_status status = find_space(final, &system, err);
    if (status != H5GRAD_OK)
        return status;
    if (resumable && hg_publish_find_left(final, &left))
        bytes -= size_min(bytes, (uint64_t)left.st_blocks * 512);

    /* A file system without blocks does not say how many are free; the product may overflow. */
    uint64_t unit = system.f_frsize;
    if (system.f_blocks == 0 || unit == 0 || system.f_bavail >= bytes / unit + 1)
        return H5GRAD_OK;
    uint64_t free_bytes = system.f_bavail * unit;
    if (free_bytes >= bytes)
        return H5GRAD_OK;
    char needs[PARSE_SIZE_BYTES], has[PARSE_SIZE_BYTES];
    return hg_error_set(err, H5GRAD_FAILED, "%s: needs %s, the file system has %s free", final,
                        hg_parse_print_size(bytes, needs), hg_parse_print_size(free_bytes, has));
}

/* Makes a name that is most likely free, in new memory: six random characters; O_EXCL makes
 * sure. */
static char *temporary_name(const char *target, unsigned attempt)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char suffix[7] = "";
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t mix = (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
    mix = (mix ^ (uint64_t)getpid() << 40 ^ attempt) * UINT64_C(0x9e3779b97f4a7c15);
    mix ^= mix >> 32;
    for (unsigned i = 0; i + 1 < sizeof suffix; i++) {
        suffix[i] = letters[mix % (sizeof letters - 1)];
        mix /= sizeof letters - 1;
    }
    return hidden_name(target, suffix);
}

static void tell_name(const struct publish_notice *notice, const char *name)
{
    if (notice)
        notice->call(notice->user, name);
}

/* Finds a name that is free, in new memory; NULL with the reason. */
static char *free_name(const char *target, struct h5grad_error *err)
{
    for (unsigned attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        struct stat taken;
        char *name = temporary_name(target, attempt);
        if (!name)
            hg_error_memory(err, strlen(target));
        if (!name || lstat(name, &taken) != 0)
            return name;
        free(name);
    }
    hg_error_set(err, H5GRAD_FAILED, "no name is free for a temporary file beside it");
    return NULL;
}

/* Creates an empty file beside target exclusively; *name is in new memory. Returns -1 with errno if
 * it cannot be created, or with the reason in err and *name NULL if no name is free. */
static int make_file(const char *target, const struct publish_notice *notice, char **name,
                     struct h5grad_error *err)
{
    *name = free_name(target, err);
    if (!*name)
        return -1;
    tell_name(notice, *name);
    return open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Makes the temporary file of a run that cannot be resumed. */
static enum h5grad_status make_temporary(struct publish *publish,
                                         const struct publish_notice *notice,
                                         struct h5grad_error *err)
{
    char *name;
    int fd = make_file(publish->target, notice, &name, err);
    if (fd >= 0) {
        close(fd);
        publish->temporary = name;
        return H5GRAD_OK;
    }
    if (name)
        hg_error_errno(err, errno, "cannot create %s", name);
    free(name);
    return hg_error_status(err);
}

/* False if another process keeps the file locked; a killed one may take a while to end. If the file
 * system has no locks, the file counts as locked by us. */
static bool lock_file(int fd)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE};
    for (unsigned attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

/* True if name still belongs to the open file, whose state becomes *info: until it was locked,
 * another run may have renamed it. */
static bool is_named(int fd, const char *name, struct stat *info)
{
    struct stat named;
    return fstat(fd, info) == 0 && lstat(name, &named) == 0 && file_is_same(&named, info);
}

/* Removes the journal, if any, before the file that it describes is emptied or renamed. */
static enum h5grad_status remove_journal(const char *target, struct h5grad_error *err)
{
    char *journal = hidden_name(target, PUBLISH_JOURNAL);
    if (!journal)
        return hg_error_memory(err, strlen(target));
    bool removed = unlink(journal) == 0 || errno == ENOENT;
    if (!removed)
        hg_error_errno(err, errno, "%s", journal);
    free(journal);
    return removed ? H5GRAD_OK : hg_error_status(err);
}

/* Empties the file for a run that begins anew, unless it is empty: some file systems write a
 * truncated file back as soon as it is closed. */
static enum h5grad_status empty_file(struct publish *publish, const struct stat *info,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = remove_journal(publish->target, err);
    if (!status && info->st_size > 0 && ftruncate(publish->held, 0) != 0)
        status = hg_error_errno(err, errno, "emptying %s", publish->temporary);
    return status;
}

/* Opens and locks the file, calling notice first. A file created here counts as ours whichever
 * owner the file system gives it. */
static enum h5grad_status open_held(struct publish *publish, struct stat *info,
                                    const struct publish_notice *notice, struct h5grad_error *err)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const char *name = publish->temporary;
    bool early = lstat(name, info) != 0;
    if (early)
        tell_name(notice, name);
    publish->held = open(name, flags | O_EXCL, 0666);
    bool made = publish->held >= 0;
    if (!made && errno == EEXIST)
        publish->held = open(name, flags, 0666);
    if (publish->held < 0)
        return hg_error_errno(err, errno, "cannot create %s", name);
    publish->leave = !made;
    if (fstat(publish->held, info) != 0 || !S_ISREG(info->st_mode) ||
        (!made && info->st_uid != geteuid()))
        return hg_error_set(err, H5GRAD_FAILED, "%s is not a file of a run of yours", name);
    publish->leave = true;
    if (!lock_file(publish->held) || !is_named(publish->held, name, info))
        return hg_error_set(err, H5GRAD_FAILED, "another h5grad is making it");
    if (!early)
        tell_name(notice, name);
    return H5GRAD_OK;
}

/* Leaves the file to its other name and creates a new one. */
static enum h5grad_status open_another(struct publish *publish, struct stat *info,
                                       struct h5grad_error *err)
{
    if (unlink(publish->temporary) != 0)
        return hg_error_errno(err, errno, "removing %s", publish->temporary);
    close(publish->held);
    return open_held(publish, info, NULL, err); /* notice was called with the name */
}

/* Locks the one temporary file of resumable runs, and empties it unless resume is set. */
static enum h5grad_status hold_file(struct publish *publish, bool resume,
                                    const struct publish_notice *notice, struct h5grad_error *err)
{
    struct stat info;
    publish->temporary = hidden_name(publish->target, PUBLISH_RESUMABLE);
    if (!publish->temporary)
        return hg_error_memory(err, strlen(publish->target));
    publish->leave = true;
    enum h5grad_status status = open_held(publish, &info, notice, err);
    if (!status && !resume && info.st_nlink > 1)
        status = open_another(publish, &info, err);
    if (status)
        return status;
    publish->leave = false;
    publish->was = info;
    if (!resume)
        return empty_file(publish, &info, err);
    if (info.st_size == 0)
        return hg_error_set(err, H5GRAD_FAILED, "another h5grad has just made it");
    return H5GRAD_OK;
}

/* Creates an HDF5 file in the temporary file. */
static enum h5grad_status open_file(struct publish *publish, size_t results,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    publish->file = hg_new_file_open(publish->temporary, results, publish->failure, err);
    if (publish->file >= 0)
        publish->descriptor = hg_descriptor(publish->file);
    hg_leave(&guard);
    return publish->file < 0 ? hg_error_status(err) : H5GRAD_OK;
}

enum h5grad_status hg_publish_create(struct publish *publish, const char *final,
                                     const struct publish_request *request,
                                     const struct publish_notice *notice, struct h5grad_error *err)
{
    memset(publish, 0, sizeof *publish);
    publish->file = publish->held = -1;
    publish->overwrite = request->overwrite;
    publish->sync = request->sync;
    publish->by_content = request->by_content;
    publish->keeper = request->keeper;
    enum h5grad_status status = find_target(final, &publish->target, err);
    if (!status) {
        publish->final = hg_memory_text(final);
        publish->failure = hg_memory_zeroed(1, sizeof *publish->failure);
        if (!publish->final || !publish->failure)
            status = hg_error_memory(err, strlen(final));
    }
    if (!status && request->kind == PUBLISH_ONCE)
        status = make_temporary(publish, notice, err);
    else if (!status)
        status = hold_file(publish, request->kind == PUBLISH_RESUMED, notice, err);
    if (!status)
        status = open_file(publish, request->results, err);
    if (status) {
        hg_error_context(err, status, "%s", final);
        hg_publish_abandon(publish); /* which has no open file to close */
    }
    return status;
}

enum h5grad_status hg_publish_open_text(struct publish *publish, const char *suffix,
                                        const struct publish_notice *notice,
                                        struct h5grad_error *err)
{
    char *name;
    publish->text_final = hg_memory_format("%s%s", publish->final, suffix);
    if (!publish->text_final)
        return hg_error_memory(err, strlen(publish->final));
    int fd = make_file(publish->text_final, notice, &name, err);
    publish->text = fd < 0 ? NULL : fdopen(fd, "w");
    if (publish->text) {
        publish->text_temporary = name;
        return H5GRAD_OK;
    }
    if (!name)
        hg_error_context(err, hg_error_status(err), "%s", publish->text_final);
    else
        hg_error_errno(err, errno, "%s: cannot create it", publish->text_final);
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    free(name);
    return hg_error_status(err);
}

static enum h5grad_status close_text(struct publish *publish, struct h5grad_error *err)
{
    FILE *text = publish->text;
    if (!text)
        return H5GRAD_OK;
    publish->text = NULL;
    errno = 0;
    bool failed = fflush(text) != 0 || ferror(text);
    if (!failed && publish->sync)
        failed = fsync(fileno(text)) != 0 && errno != EINVAL;
    int number = errno;
    if (fclose(text) != 0 && !failed) {
        failed = true;
        number = errno;
    }
    return failed ? hg_error_errno(err, number, "writing %s", publish->text_temporary) : H5GRAD_OK;
}

static enum h5grad_status sync_folder(const char *target, struct h5grad_error *err)
{
    char *folder = hg_path_folder(target);
    enum h5grad_status status =
        folder ? hg_new_file_sync(folder, O_DIRECTORY, err) : hg_error_memory(err, strlen(target));
    free(folder);
    return status;
}

/* Renames, and sets *from to NULL on success. */
static enum h5grad_status rename_whole(char **from, const char *to, bool overwrite,
                                       struct h5grad_error *err)
{
    int number = !overwrite ? hg_new_file_rename(*from, to) : rename(*from, to) == 0 ? 0 : errno;
    if (number == EEXIST && !overwrite)
        return hg_error_set(err, H5GRAD_FAILED, "appeared while its content was being made");
    if (number != 0)
        return hg_error_errno(err, number, "renaming %s", *from);
    free(*from);
    *from = NULL;
    return H5GRAD_OK;
}

/* False if the file system cannot exchange names. */
static bool exchange_names(const struct publish *publish)
{
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, publish->temporary, AT_FDCWD, publish->target, RENAME_EXCHANGE) == 0;
#else
    (void)publish;
    return false;
#endif
}

/* Gives the file its final name. While a later step can fail, a file that it replaces keeps the
 * temporary name, if the file system can exchange names; then it tells its leaves to the process
 * that watches over this one, too. */
static enum h5grad_status rename_file(struct publish *publish, struct h5grad_error *err)
{
    publish->exchanged = publish->overwrite &&
                         (publish->sync || publish->text_temporary || publish->leaves.n > 0) &&
                         exchange_names(publish);
    return publish->exchanged
               ? H5GRAD_OK
               : rename_whole(&publish->temporary, publish->target, publish->overwrite, err);
}

/* Undoes rename_file, unless a replaced file cannot be brought back: keeping the new one is better
 * than neither. */
static void take_back(struct publish *publish)
{
    if (publish->exchanged && exchange_names(publish))
        return;
    publish->stays = publish->overwrite;
    if (!publish->overwrite)
        unlink(publish->target);
}

static enum h5grad_status rename_text(struct publish *publish, struct h5grad_error *err)
{
    if (!publish->text_temporary)
        return H5GRAD_OK;
    enum h5grad_status status =
        rename_whole(&publish->text_temporary, publish->text_final, publish->overwrite, err);
    return status ? hg_error_context(err, status, "%s", publish->text_final) : status;
}

/* Renames both files or neither. */
static enum h5grad_status rename_all(struct publish *publish, struct h5grad_error *err)
{
    enum h5grad_status status = rename_file(publish, err);
    if (status != H5GRAD_OK)
        return status;
    status = rename_text(publish, err);
    if (status == H5GRAD_OK && publish->sync)
        status = sync_folder(publish->target, err);
    if (status != H5GRAD_OK)
        take_back(publish);
    return status;
}

static enum h5grad_status close_file(struct publish *publish, struct h5grad_error *err)
{
    const enum h5grad_status status = hg_new_file_close(publish->file, publish->failure, err);
    publish->failure = NULL;
    publish->file = -1;
    return status;
}

/* Removes the journal: from here on the run cannot be resumed, because the temporary name may
 * become that of the file that is replaced. */
static enum h5grad_status end_resumable(struct publish *publish, struct h5grad_error *err)
{
    enum h5grad_status status = remove_journal(publish->target, err);
    return status || !publish->sync ? status : sync_folder(publish->target, err);
}

/* Two runs that replace the same split output take turns, or both would remove the leaves of the
 * file before the first one, and those of the first none. Returns the folder, locked; -1: not. */
static int lock_folder(const struct publish *publish)
{
    BASE_FREED char *folder = publish->leaves.n > 0 ? hg_path_folder(publish->target) : NULL;
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0)
        lock_file(fd);
    return fd;
}

static int open_target(const struct publish *publish)
{
    return open(publish->target, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* Names the leaves, then the file, and removes the leaves of the file that it replaces. */
static enum h5grad_status name_all(struct publish *publish, struct h5grad_error *err)
{
    const int folder = lock_folder(publish);
    const int old = publish->overwrite ? open_target(publish) : -1;
    enum h5grad_status status =
        hg_leaves_place(&publish->leaves, publish->target, publish->by_content, err);
    if (!status && publish->leaves.n > 0 && publish->sync)
        status = sync_folder(publish->target, err);
    if (!status)
        status = rename_all(publish, err);
    if (status && !publish->stays)
        hg_leaves_take_back(&publish->leaves, publish->target);
    if (!status && old >= 0) {
        const int kept = open_target(publish);
        publish->littered =
            kept < 0 || !hg_leaf_remove(publish->target, old, kept, &publish->keeper);
        if (kept >= 0)
            close(kept);
    }
    if (old >= 0)
        close(old);
    if (folder >= 0)
        close(folder);
    return status;
}

enum h5grad_status hg_publish_commit(struct publish *publish, struct h5grad_error *err)
{
    enum h5grad_status status = close_file(publish, err);
    if (status == H5GRAD_OK)
        status = close_text(publish, err);
    if (status == H5GRAD_OK && publish->sync)
        status = hg_new_file_sync(publish->temporary, 0, err);
    if (status == H5GRAD_OK && publish->held >= 0)
        status = end_resumable(publish, err);
    if (status == H5GRAD_OK)
        status = name_all(publish, err);
    if (status != H5GRAD_OK) {
        hg_error_context(err, status, "%s", publish->final);
        hg_publish_abandon(publish);
    }
    return status;
}

void hg_publish_abandon(struct publish *publish)
{
    /* Leave the file as a killed process would: bytes that an earlier run wrote beyond this one's
     * last stay. */
    if (publish->file >= 0 && publish->leave)
        hg_output_abandon(publish->file);
    if (publish->file >= 0)
        close_file(publish, NULL);
    hg_leaves_free(&publish->leaves);
    if (publish->temporary && !publish->leave)
        unlink(publish->temporary);
    if (publish->held >= 0)
        close(publish->held);
    close_text(publish, NULL);
    if (publish->text_temporary)
        unlink(publish->text_temporary);
    free(publish->text_temporary);
    free(publish->text_final);
    free(publish->failure);
    free(publish->temporary);
    free(publish->target);
    free(publish->final);
    memset(publish, 0, sizeof *publish);
    publish->file = publish->held = -1;
}
