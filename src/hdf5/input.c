/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/input.h"
#if H5_VERSION_GE(1, 13, 0)
    #include <H5FDdevelop.h>
#endif

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "hdf5/foreign.h"
#include "hdf5/heap.h"
#include "hdf5/layout.h"

#define LARGEST_ADDRESS ((haddr_t)INT64_MAX)
#define CALL_BYTES      ((size_t)1 << 30) /* more than one call moves at most on Linux */

/* The cache of decoded chunks that H5Dread goes through, of each dataset that is read so. libhdf5
 * fixes it when a dataset is opened first, so it is chosen for the whole file. Chunks that were
 * read whole go first: with tiles of one chunk and their halos that decodes the fewest again. With
 * 1 instead of almost 1 no others would ever go, and the cache would grow without end. */
#define CHUNK_SLOTS      2003
#define CHUNK_BYTES      ((size_t)8 << 20)
#define CHUNK_PREEMPTION 0.99

/* What H5Fget_vfd_handle points to; as for sec2 the descriptor comes first. */
struct handle {
    int fd;
    struct stat opened; /* what the file was then */
    struct h5_access *access;
    struct h5_raw raw;
    struct h5_heaps heaps;
};

/* What the file access list carries, also that of the files that a file names. */
struct choice {
    struct h5_access *access;
};

struct input {
    H5FD_t public; /* libhdf5's part */
    struct handle handle;
    haddr_t end_of_allocation;
};

/* ------------------------------------------------------------------------------- what is allowed
 */

static bool lies_in(const char *path, const char *folder)
{
    size_t length = folder ? strlen(folder) : 0;
    if (length == 1)
        return true;
    return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* Whether a file, already described, lies where the input may lead to. Its real path must lead to
 * it: one that was removed, or that lies in another mount namespace, has none. */
static bool lies_inside(const struct h5_access *access, const char *real, const struct stat *info)
{
    struct stat there;
    bool found = real && stat(real, &there) == 0 && there.st_dev == info->st_dev &&
                 there.st_ino == info->st_ino;
    return found && (strcmp(real, access->real) == 0 || lies_in(real, access->folder[0]) ||
                     lies_in(real, access->folder[1]));
}

/* Only the input itself, which the user has named, may be a device. */
static enum h5grad_status judge(struct h5_access *access, int place, const char *path,
                                struct stat *info, struct h5grad_error *err)
{
    if (fstat(place, info) != 0)
        return error_errno(err, errno, "cannot be looked up");
    char *real = realpath(path, NULL);
    bool outside = !access->follow_external && !lies_inside(access, real, info);
    bool device = S_ISBLK(info->st_mode) && real && access->real && strcmp(real, access->real) == 0;
    if (outside)
        snprintf(access->refused, sizeof access->refused, "%s", real ? real : path);
    free(real);
    if (outside)
        return h5_access_check(access, err);
    if (S_ISREG(info->st_mode) || device)
        return H5GRAD_OK;
    return error_set(err, H5GRAD_FAILED,
                     S_ISDIR(info->st_mode) ? "is a directory" : "is not a regular file");
}

int h5_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err)
{
    *info = (struct stat){0};
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) {
        error_set(err, H5GRAD_FAILED, "%s", strerror(errno));
        return -1;
    }
    if (judge(access, place, path, info, err) == H5GRAD_OK)
        return place;
    close(place);
    errno = EACCES;
    return -1;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

enum h5grad_status h5_access_check(const struct h5_access *access, struct h5grad_error *err)
{
    if (!access)
        return H5GRAD_OK;
    if (access->refused[0] == '\0' && access->failure == EMFILE)
        return error_set(err, H5GRAD_FAILED,
                         "reading: %s: all sources of a virtual dataset are open at once (raise "
                         "ulimit -n)",
                         strerror(EMFILE));
    if (access->refused[0] == '\0' && access->failure != 0)
        return error_errno(err, access->failure, "reading");
    if (access->refused[0] == '\0')
        return h5_noted_error(&access->noted, err);
    return error_set(err, H5GRAD_FAILED,
                     "its data lie in %s, outside the folder of the input: --follow-external reads "
                     "them",
                     access->refused);
}

/* The folder of a path, in new memory and without symbolic links; NULL when there is none. */
static char *real_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : NULL;
    char *real = slash && !folder ? NULL : realpath(folder ? folder : ".", NULL);
    free(folder);
    return real;
}

static enum h5grad_status place(struct h5_access *access, const char *path,
                                struct h5grad_error *err)
{
    access->real = realpath(path, NULL);
    if (!access->real)
        return error_errno(err, errno, "cannot open");
    access->folder[0] = real_folder(path);
    access->folder[1] = real_folder(access->real);
    return access->folder[0] && access->folder[1] ? H5GRAD_OK
                                                  : error_errno(err, errno, "cannot open");
}

void h5_access_free(struct h5_access *access)
{
    if (!access)
        return;
    for (size_t i = 0; i < access->n_kept; i++)
        h5_close(access->kept[i]);
    h5_noted_free(&access->noted);
    h5_set_free(&access->checked);
    h5_set_free(&access->unfit);
    for (size_t i = 0; i < access->n_gaps; i++)
        free(access->gap[i].text);
    free(access->gap);
    access->gap = NULL;
    access->n_gaps = 0;
    free(access->real);
    free(access->folder[0]);
    free(access->folder[1]);
    access->real = access->folder[0] = access->folder[1] = NULL;
    access->n_kept = 0;
}

void h5_access_keep(struct h5_access *access, hid_t object)
{
    struct h5_identity new;
    struct h5_identity old;
    hid_t file = H5Iget_file_id(object);
    bool known = file < 0 || !h5_identify(file, &new) || access->n_kept == H5_KEPT_FILES;
    for (size_t i = 0; i < access->n_kept && !known; i++)
        known = h5_identify(access->kept[i], &old) && old.file == new.file;
    if (known)
        h5_close(file);
    else
        access->kept[access->n_kept++] = file;
}

static void note(struct h5_access *access, const char *path, const struct stat *info)
{
    if (!h5_noted_add(&access->noted, path, info))
        access->failure = ENOMEM;
}

void h5_access_note(struct h5_access *access, const char *path)
{
    struct stat info;
    note(access, path, stat(path, &info) == 0 ? &info : NULL);
}

static enum h5grad_status check_noted(struct h5_access *access, bool first_is_open,
                                      struct h5grad_error *err)
{
    if (access->failure != 0)
        return error_errno(err, access->failure, "reading");
    return h5_noted_check(&access->noted, first_is_open, err);
}

enum h5grad_status h5_access_check_unchanged(struct h5_access *access, struct h5grad_error *err)
{
    return check_noted(access, false, err);
}

void h5_permit_plugins(const struct h5_access *access)
{
    if (access && access->allow_plugins)
        H5PLset_loading_state(H5PL_ALL_PLUGIN);
}

/* ------------------------------------------------------------------------------------ the driver
 */

/* Locking as the environment wants it, in libhdf5's words: 1 is a must, -1 not at all. */
static int locking_wanted(void)
{
    const char *text = getenv("HDF5_USE_FILE_LOCKING");
    if (!text)
        return 0;
    if (strcasecmp(text, "FALSE") == 0 || strcmp(text, "0") == 0)
        return -1;
    return strcasecmp(text, "TRUE") == 0 || strcmp(text, "1") == 0;
}

/* False, with the reason in access->lock, where the file is not to be read without a lock. */
static bool lock_to_read(int fd, struct h5_access *access)
{
    int wanted = locking_wanted();
    if (wanted < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
        return true;
    bool held = errno == EWOULDBLOCK;
    const char *why = held ? "another process has locked it, maybe to write" : strerror(errno);
    snprintf(access->lock, sizeof access->lock, "%s", why);
    if (wanted > 0)
        return false;
    if (access->warn) {
        char text[sizeof access->lock + 64];
        snprintf(text, sizeof text, "read without a lock: %s", access->lock);
        access->warn(access->user, text);
    }
    access->lock[0] = '\0';
    return true;
}

/* Opens what h5_access_find has judged, and not what may have come to its path since. */
static int open_found(int place, const char *path, const struct stat *info)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    char link[32];
    struct stat opened;
    snprintf(link, sizeof link, "/proc/self/fd/%d", place);
    int fd = open(link, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = open(path, flags); /* there is no /proc */
    if (fd < 0 ||
        (fstat(fd, &opened) == 0 && opened.st_dev == info->st_dev && opened.st_ino == info->st_ino))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

int h5_access_open(struct h5_access *access, const char *path, struct stat *info)
{
    int place = h5_access_find(access, path, info, NULL);
    if (place < 0)
        return -1;
    int fd = open_found(place, path, info);
    int failed = errno;
    close(place);
    errno = failed;
    return fd;
}

/* The same, with a lock where the file is opened for its points. */
static int open_to_read(struct h5_access *access, const char *path, struct stat *info)
{
    int fd = h5_access_open(access, path, info);
    if (fd < 0 || access->looking || lock_to_read(fd, access))
        return fd;
    close(fd);
    errno = EACCES;
    return -1;
}

/* For the list of an open file, with which libhdf5 opens those that it names; libhdf5 frees it. */
static void *input_choice(H5FD_t *file)
{
    struct choice *choice = malloc(sizeof *choice);
    if (choice)
        choice->access = ((const struct input *)file)->handle.access;
    else
        h5_note_no_memory(); /* to libhdf5 the driver has nothing for the list */
    return choice;
}

/* To libhdf5 a file that cannot be opened is not there, and it may have a fill value for that: what
 * says nothing of the file must not count as that. */
static void note_failure(struct h5_access *access, const char *name)
{
    int failed = errno;
    if (failed == EMFILE || failed == ENFILE || failed == ENOMEM || failed == EIO)
        access->failure = failed;
    h5_noted_open(&access->noted, name, false);
    errno = failed;
}

static haddr_t end_of_file(const struct input *input)
{
    off_t size = input->handle.opened.st_size;
    if (S_ISBLK(input->handle.opened.st_mode))
        size = lseek(input->handle.fd, 0, SEEK_END);
    return size > 0 ? (haddr_t)size : 0;
}

static struct h5_identity identity_of(const struct stat *info)
{
    struct h5_identity identity = {.file = (unsigned long)info->st_dev};
    memcpy(identity.token, &info->st_ino, sizeof info->st_ino);
    return identity;
}

/* Closes a file that is absent to libhdf5. */
static int pass_by_unfit(int fd, const struct h5_access *access, const struct stat *info)
{
    struct h5_identity identity = identity_of(info);
    if (fd < 0 || access->judging || !h5_set_find(&access->unfit, &identity))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

static H5FD_t *input_open(const char *name, unsigned flags, hid_t access_id, haddr_t largest)
{
    (void)largest;
    const struct choice *choice = H5Pget_driver_info(access_id);
    struct input *input = NULL;
    int fd = -1;
    if (choice && !(flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL)))
        input = memory_zeroed(1, sizeof *input);
    if (input)
        fd = open_to_read(choice->access, name, &input->handle.opened);
    if (input && fd < 0)
        note_failure(choice->access, name);
    fd = input ? pass_by_unfit(fd, choice->access, &input->handle.opened) : fd;
    if (fd < 0) {
        H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE,
                 errno == ENOMEM ? H5E_CANTALLOC : H5E_CANTOPENFILE, "%s", strerror(errno));
        free(input);
        return NULL;
    }
    /* libhdf5 looks for a file in several places: the one that counts was found. */
    struct h5_access *access = choice->access;
    if (strcmp(base_name(access->refused), base_name(name)) == 0)
        access->refused[0] = '\0';
    note(access, name, &input->handle.opened);
    h5_noted_open(&access->noted, name, true);
    input->handle.fd = fd;
    input->handle.access = access;
    h5_heaps_open(&input->handle.heaps, fd, end_of_file(input), access);
    return &input->public;
}

static herr_t input_close(H5FD_t *file)
{
    struct input *input = (struct input *)file;
    h5_heaps_close(&input->handle.heaps);
    close(input->handle.fd);
    free(input);
    return 0;
}

/* libhdf5 opens no file twice that is the same to it; two runs share none, since what one of them
 * allows may be forgotten before the other is done. */
static int input_compare(const H5FD_t *a, const H5FD_t *b)
{
    const struct handle *one = &((const struct input *)a)->handle;
    const struct handle *other = &((const struct input *)b)->handle;
    const struct stat *left = &one->opened;
    const struct stat *right = &other->opened;
    if (one->access != other->access)
        return (uintptr_t)one->access < (uintptr_t)other->access ? -1 : 1;
    if (left->st_dev != right->st_dev)
        return left->st_dev < right->st_dev ? -1 : 1;
    return (left->st_ino > right->st_ino) - (left->st_ino < right->st_ino);
}

static herr_t input_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_POSIX_COMPAT_HANDLE |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t input_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct input *)file)->end_of_allocation;
}

static herr_t input_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct input *)file)->end_of_allocation = address;
    return 0;
}

static haddr_t input_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return end_of_file((const struct input *)file);
}

static herr_t input_get_handle(H5FD_t *file, hid_t access, void **handle)
{
    (void)access;
    *handle = &((struct input *)file)->handle;
    return 0;
}

/* The lock is taken where the file is opened. libhdf5 looks whether a file is being written only
 * with drivers that can lock. */
static herr_t input_lock(H5FD_t *file, hbool_t writing)
{
    (void)file;
    (void)writing;
    return 0;
}

static herr_t input_unlock(H5FD_t *file)
{
    (void)file;
    return 0;
}

static herr_t fail_read(const char *why)
{
    H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "%s",
             why);
    return -1;
}

/* As sec2 reads zeros beyond the end of the file; but not where the file has become shorter. */
static herr_t input_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t size, void *data)
{
    (void)transfer;
    struct input *input = (struct input *)file;
    char *to = data;
    const haddr_t first = address;
    const size_t whole = size;
    if (address > LARGEST_ADDRESS || size > LARGEST_ADDRESS - address)
        return fail_read("address overflow");
    if (h5_raw_note(&input->handle.raw, type, address, size))
        return 0;
    while (size > 0) {
        ssize_t n = pread(input->handle.fd, to, size_min(size, CALL_BYTES), (off_t)address);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            input->handle.access->failure = errno;
            return fail_read(strerror(errno));
        }
        if (n == 0 && address < end_of_file(input))
            return fail_read("the file became shorter while it was read");
        if (n == 0) {
            memset(to, 0, size);
            break;
        }
        to += n;
        address += (haddr_t)n;
        size -= (size_t)n;
    }
    if (type == H5FD_MEM_OHDR)
        h5_layout_refuse(&input->handle.heaps, first, data, whole);
    return h5_heap_is_sound(&input->handle.heaps, first, data, whole)
               ? 0
               : fail_read("damaged or too large global heap");
}

static herr_t input_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, const void *data)
{
    (void)file;
    (void)type;
    (void)transfer;
    (void)address;
    (void)size;
    (void)data;
    return fail_read("the file is open to read");
}

static const H5FD_class_t input_class = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 510,
#endif
    .name = "h5grad_input",
    .maxaddr = LARGEST_ADDRESS,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(struct choice),
    .fapl_get = input_choice,
    .open = input_open,
    .close = input_close,
    .cmp = input_compare,
    .query = input_query,
    .get_eoa = input_get_eoa,
    .set_eoa = input_set_eoa,
    .get_eof = input_get_eof,
    .get_handle = input_get_handle,
    .read = input_read,
    .write = input_write,
    .lock = input_lock,
    .unlock = input_unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* As libhdf5's own drivers do it. */
static hid_t input_driver(void)
{
    static hid_t driver = -1; /* under the lock; stale when libhdf5 was closed in between */
    if (driver < 0 || H5Iget_type(driver) != H5I_VFL)
        driver = H5FDregister(&input_class);
    return driver;
}

bool h5_input_selected(hid_t access)
{
    hid_t driver = H5Pget_driver(access);
    return driver >= 0 && driver == input_driver();
}

struct h5_access *h5_input_access(hid_t file)
{
    hid_t list = H5Fget_access_plist(file);
    const struct choice *choice = NULL;
    if (list >= 0 && h5_input_selected(list))
        choice = H5Pget_driver_info(list);
    struct h5_access *access = choice ? choice->access : NULL;
    h5_close(list);
    return access;
}

struct h5_access *h5_dataset_access(hid_t dataset)
{
    hid_t file = H5Iget_file_id(dataset);
    struct h5_access *access = file < 0 ? NULL : h5_input_access(file);
    h5_close(file);
    return access;
}

enum h5grad_status h5_dataset_check(hid_t dataset, struct h5grad_error *err)
{
    return h5_access_check(h5_dataset_access(dataset), err);
}

/* NULL for a file of another driver. */
static struct handle *find_handle(hid_t file)
{
    void *handle = NULL;
    if (!h5_input_access(file) || H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0)
        return NULL;
    return handle;
}

struct h5_heaps *h5_input_heaps(hid_t file)
{
    struct handle *handle = find_handle(file);
    return handle ? &handle->heaps : NULL;
}

struct h5_raw *h5_input_raw(hid_t file)
{
    struct handle *handle = find_handle(file);
    return handle ? &handle->raw : NULL;
}

enum h5grad_status h5_input_check_unchanged(hid_t file, struct h5grad_error *err)
{
    struct stat now;
    const struct handle *handle = find_handle(file);
    if (!handle)
        return H5GRAD_OK;
    const struct stat *then = &handle->opened;
    if (fstat(handle->fd, &now) != 0)
        return error_errno(err, errno, "cannot be looked up");
    if (now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == then->st_mtim.tv_nsec)
        return check_noted(handle->access, true, err);
    return error_set(err, H5GRAD_FAILED,
                     "changed while it was read: run again when nothing writes to it");
}

/* -------------------------------------------------------------------------------- opening a file
 */

/* The system's own reasons, which are clearer than libhdf5's; a pipe would block in open. */
static enum h5grad_status check_readable(const char *path, struct h5grad_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_errno(err, errno, "cannot open");
    if (S_ISDIR(status.st_mode))
        return error_set(err, H5GRAD_FAILED, "is a directory");
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return error_set(err, H5GRAD_FAILED, "is not a regular file");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_errno(err, errno, "cannot open");
    close(fd);
    return H5GRAD_OK;
}

/* The close degree stays the driver's default: libhdf5 refuses to open a file with two degrees. */
static hid_t access_list(struct h5_access *access)
{
    struct choice choice = {access};
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0)
        return -1;
    herr_t chosen = access ? H5Pset_driver(list, input_driver(), &choice) : H5Pset_fapl_sec2(list);
    bool ok = chosen >= 0 && H5Pset_cache(list, 0, CHUNK_SLOTS, CHUNK_BYTES, CHUNK_PREEMPTION) >= 0;
#if H5_VERSION_GE(1, 12, 0)
    ok = ok && H5Pset_vol(list, H5VL_NATIVE, NULL) >= 0;
#endif
    if (ok)
        return list;
    h5_close(list);
    return -1;
}

static herr_t note_writing(unsigned n, const H5E_error2_t *entry, void *user)
{
    (void)n;
    bool *writing = user;
    *writing = *writing || (entry->desc && strstr(entry->desc, "h5clear"));
    return 0;
}

static enum h5grad_status explain_failure(const char *path, const struct h5_access *access,
                                          struct h5grad_error *err)
{
    bool writing = false;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_writing, &writing);
    enum h5grad_status status = h5_error(err, "cannot open");
    if (access->lock[0] != '\0')
        return error_set(err, H5GRAD_FAILED,
                         "cannot be locked: %s (HDF5_USE_FILE_LOCKING=FALSE in the environment "
                         "reads it all the same)",
                         access->lock);
    if (writing)
        return error_set(err, H5GRAD_FAILED,
                         "is open for writing or was not closed properly (once nothing writes to "
                         "it, h5clear -s makes it readable)");
    htri_t known = H5Fis_hdf5(path);
    H5Eclear2(H5E_DEFAULT);
    const char *format = known == 0 ? h5_foreign_format(path) : NULL;
    if (known == 0)
        return error_set(err, H5GRAD_FAILED, "%s", format ? format : "is not an HDF5 file");
    return status;
}

hid_t h5_access_judge(struct h5_access *access, const char *path, const struct stat *info,
                      hid_t list, struct h5grad_error *err)
{
    struct h5_identity identity = identity_of(info);
    access->judging = true;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, list);
    access->judging = false;
    if (file >= 0)
        return file;
    explain_failure(path, access, err);
    if (h5_set_add(&access->unfit, &identity, 0, NULL, err))
        h5_note_no_memory();
    return -1;
}

/* Whether the program that calls this library has the file open itself: then it is read through
 * libhdf5's own driver, which shares with it what is not yet written. */
static bool is_open_here(const char *path)
{
    struct stat wanted;
    struct stat open_one;
    ssize_t n = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE);
    hid_t *files =
        n > 0 && stat(path, &wanted) == 0 ? memory_zeroed((uint64_t)n, sizeof *files) : NULL;
    bool found = false;
    if (files)
        n = H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE, (size_t)n, files);
    for (ssize_t i = 0; files && i < n && !found; i++) {
        int fd = h5_input_access(files[i]) ? -1 : h5_descriptor(files[i]);
        found = fd >= 0 && fstat(fd, &open_one) == 0 && wanted.st_dev == open_one.st_dev &&
                wanted.st_ino == open_one.st_ino;
    }
    free(files);
    return found;
}

hid_t h5_open_input(const char *path, struct h5_access *access, struct h5grad_error *err)
{
    if (check_readable(path, err) != H5GRAD_OK || place(access, path, err) != H5GRAD_OK)
        return -1;
    hid_t list = access_list(is_open_here(path) ? NULL : access);
    if (list < 0) {
        h5_error(err, "cannot choose how to open files");
        return -1;
    }
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, list);
    if (file < 0)
        explain_failure(path, access, err);
    h5_close(list);
    return file;
}
