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

#include "trust/input_driver.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "trust/heap.h"
#include "libhdf5/handle.h"

#define LARGEST_ADDRESS ((haddr_t)INT64_MAX)
#define CALL_BYTES      ((size_t)1 << 30) /* per call; Linux moves at most 2 GiB */

/* The target of the pointer that H5Fget_vfd_handle returns. */
struct handle {
    struct h5_handle common; /* must be first */
    struct h5_members members;
    struct h5_access *access;
    struct h5_heaps heaps;
    bool asked, netcdf; /* see hg_input_is_netcdf */
};

/* Driver information in a file access list, passed on to files that a file names. */
struct choice {
    struct h5_access *access;
};

static const H5FD_class_t input_class, family_class, multi_class;

struct input {
    H5FD_t public; /* as in struct h5_file */
    struct handle handle;
};

_Static_assert(offsetof(struct input, handle) == offsetof(struct h5_file, handle) &&
                   offsetof(struct handle, common) == 0,
               "an open file begins with a struct h5_file");

/* Returns libhdf5's setting: 1 requires locks, -1 turns them off. */
static int locking_wanted(void)
{
    const char *text = getenv("HDF5_USE_FILE_LOCKING");
    if (!text)
        return 0;
    if (strcasecmp(text, "FALSE") == 0 || strcmp(text, "0") == 0)
        return -1;
    return strcasecmp(text, "TRUE") == 0 || strcmp(text, "1") == 0;
}

/* False, with the reason in access->lock, if the file must not be read without a lock. */
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

/* Calls hg_access_open and locks the file, unless it is opened for a check only. What is read
 * beside a writer does not stay locked: another may open it after this one. */
static int open_to_read(struct h5_access *access, const char *path, struct stat *info)
{
    int fd = hg_access_open(access, path, info);
    if (fd < 0 || access->looking)
        return fd;
    if (!lock_to_read(fd, access)) {
        close(fd);
        errno = EACCES;
        return -1;
    }
    if (access->swmr)
        flock(fd, LOCK_UN);
    return fd;
}

/* Copies the driver information of an open file for the list with which libhdf5 opens files named
 * in it; libhdf5 frees it. */
static void *input_choice(H5FD_t *file)
{
    struct choice *choice = malloc(sizeof *choice);
    if (choice)
        choice->access = ((const struct input *)file)->handle.access;
    else
        hg_note_no_memory(); /* NULL tells libhdf5 that there is no information */
    return choice;
}

static uint64_t size_of(int fd, const struct stat *info)
{
    const off_t size = S_ISBLK(info->st_mode) ? lseek(fd, 0, SEEK_END) : info->st_size;
    return size > 0 ? (uint64_t)size : 0;
}

/* Closes a file that libhdf5 must see as absent. */
static int pass_by_unfit(int fd, const struct h5_access *access, const struct stat *info)
{
    if (fd < 0 || access->judging || !hg_access_is_unfit(access, info))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

/* Opens a member that the user has named, wherever it lies. */
static int open_member(struct h5_access *access, const char *path, struct stat *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    if (fstat(fd, info) == 0 && S_ISREG(info->st_mode) && lock_to_read(fd, access)) {
        if (access->swmr)
            flock(fd, LOCK_UN);
        return fd;
    }
    close(fd);
    errno = EACCES;
    return -1;
}

static void close_members(struct h5_members *members)
{
    for (size_t i = 0; i < members->n; i++)
        close(members->item[i].fd);
    free(members->item);
}

/* Returns whether libhdf5 opens the input itself, by the name of its first member. */
static bool is_several(const struct h5_access *access, const char *name)
{
    const struct h5_member_names *names = &access->names;
    return names->made != H5_MADE_WHOLE && names->n > 0 && strcmp(name, names->path[0]) == 0;
}

/* Opens a file, or all members of one that has several; false with errno. */
static bool open_members(struct h5_access *access, const char *name, struct h5_members *members)
{
    const struct h5_member_names *names = is_several(access, name) ? &access->names : NULL;
    const size_t n = names ? names->n : 1;
    members->item = hg_memory_zeroed(n, sizeof *members->item);
    members->made = names ? names->made : H5_MADE_WHOLE;
    while (members->item && members->n < n) {
        struct h5_member *member = &members->item[members->n];
        const char *path = names ? names->path[members->n] : name;
        member->fd = names ? open_member(access, path, &member->opened)
                           : open_to_read(access, path, &member->opened);
        if (member->fd < 0)
            hg_access_note_failed(access, path);
        else if (!names)
            member->fd = pass_by_unfit(member->fd, access, &member->opened);
        if (member->fd < 0)
            return false;
        hg_access_note_opened(access, path, &member->opened);
        member->size = size_of(member->fd, &member->opened);
        const bool follows = members->made == H5_MADE_FAMILY && members->n > 0;
        member->start = follows ? member[-1].start + members->item[0].size
                        : names ? names->start[members->n]
                                : 0;
        members->n++;
    }
    return members->item != NULL;
}

static H5FD_t *input_open(const char *name, unsigned flags, hid_t access_id, haddr_t largest)
{
    (void)largest;
    const struct choice *choice = H5Pget_driver_info(access_id);
    struct input *input = NULL;
    if (choice && !(flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL)))
        input = hg_memory_zeroed(1, sizeof *input);
    if (!input || !open_members(choice->access, name, &input->handle.members)) {
        H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE,
                 errno == ENOMEM ? H5E_CANTALLOC : H5E_CANTOPENFILE, "%s", strerror(errno));
        if (input)
            close_members(&input->handle.members);
        free(input);
        return NULL;
    }
    input->handle.common.fd = input->handle.members.item[0].fd;
    input->handle.common.driver = &input_class;
    input->handle.access = choice->access;
    hg_heaps_open(&input->handle.heaps, &input->handle.members, choice->access);
    hg_handle_add(&input->handle.common);
    return &input->public;
}

static herr_t input_close(H5FD_t *file)
{
    struct input *input = (struct input *)file;
    hg_handle_remove(&input->handle.common);
    hg_heaps_close(&input->handle.heaps);
    close_members(&input->handle.members);
    free(input);
    return 0;
}

/* libhdf5 shares files that compare equal. Files of two runs must not: the h5_access of one may end
 * before the other. */
static int input_compare(const H5FD_t *a, const H5FD_t *b)
{
    const struct handle *one = &((const struct input *)a)->handle;
    const struct handle *other = &((const struct input *)b)->handle;
    const struct stat *left = &one->members.item[0].opened;
    const struct stat *right = &other->members.item[0].opened;
    if (one->access != other->access)
        return (uintptr_t)one->access < (uintptr_t)other->access ? -1 : 1;
    if (left->st_dev != right->st_dev)
        return left->st_dev < right->st_dev ? -1 : 1;
    return (left->st_ino > right->st_ino) - (left->st_ino < right->st_ino);
}

static haddr_t input_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return hg_members_end(&((const struct input *)file)->handle.members, UINT64_MAX);
}

/* Does nothing: input_open has locked the file. But libhdf5 checks whether a file is being written
 * only for drivers that can lock. */
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

static herr_t input_query(const H5FD_t *file, unsigned long *flags)
{
    herr_t status = hg_handle_query(file, flags);
    *flags |= H5FD_FEAT_SUPPORTS_SWMR_IO;
    return status;
}

/* The features of libhdf5's own driver: none reaches from one member into another, and libhdf5 2
 * takes other drivers' files for damaged. */
static herr_t multi_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_USE_ALLOC_SIZE |
             H5FD_FEAT_PAGED_AGGR;
    return 0;
}

static herr_t fail_read(const char *why)
{
    H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "%s",
             why);
    return -1;
}

/* Reads zeros behind the end of the file, as sec2 does, but fails if the file was truncated. */
static herr_t input_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t size, void *data)
{
    (void)transfer;
    struct input *input = (struct input *)file;
    char *to = data;
    const haddr_t first = address;
    const size_t whole = size;
    const struct h5_members *members = &input->handle.members;
    if (address > file->cls->maxaddr || size > file->cls->maxaddr - address)
        return fail_read("address overflow");
    if (h5_probe_note(&input->handle.common.probe, type, address, size))
        return 0;
    while (size > 0) {
        ssize_t n = hg_members_pread(members, to, size_min(size, CALL_BYTES), address);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            input->handle.access->failure = errno;
            return fail_read(strerror(errno));
        }
        if (n == 0 && address < hg_members_end(members, address))
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
        hg_layout_refuse(&input->handle.heaps, first, data, whole);
    return hg_heap_is_sound(&input->handle.heaps, first, data, whole)
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

/* Returns the end of the member for a kind of data, so that libhdf5 refuses what leads beyond. */
static haddr_t multi_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    const struct h5_members *members = &((const struct input *)file)->handle.members;
    const bool raw = type == H5FD_MEM_DRAW || type == H5FD_MEM_GHEAP;
    size_t number = members->n - 1;
    if (type > H5FD_MEM_DEFAULT && members->n == 2)
        number = raw;
    else if (type > H5FD_MEM_DEFAULT && (size_t)type < members->n)
        number = (size_t)type - 1;
    return members->item[number].start + members->item[number].size;
}

/* Called with what a file says of its members. */
static herr_t input_check_members(H5FD_t *file, const char *name, const unsigned char *information)
{
    (void)name;
    return hg_members_agree(&((struct input *)file)->handle.members, information)
               ? 0
               : fail_read("its members are not those that it was written with");
}

#if H5_VERSION_GE(1, 13, 0)
    #define CLASS_VERSION .version = H5FD_CLASS_VERSION, .value = 510,
#else
    #define CLASS_VERSION
#endif

#define INPUT_CLASS(class_name, largest, features, eoa)                                            \
    {                                                                                              \
        CLASS_VERSION.name = class_name, .maxaddr = largest, .fc_degree = H5F_CLOSE_WEAK,          \
        .fapl_size = sizeof(struct choice), .fapl_get = input_choice, .open = input_open,          \
        .close = input_close, .cmp = input_compare, .query = features,                             \
        .sb_decode = input_check_members, .get_eoa = eoa, .set_eoa = hg_handle_set_eoa,            \
        .get_eof = input_get_eof, .get_handle = hg_handle_get, .read = input_read,                 \
        .write = input_write, .lock = input_lock, .unlock = input_unlock,                          \
        .fl_map = H5FD_FLMAP_DICHOTOMY                                                             \
    }

/* libhdf5 reads files with several members only by drivers with the names of its own. */
static const H5FD_class_t input_class =
    INPUT_CLASS("h5grad_input", LARGEST_ADDRESS, input_query, hg_handle_get_eoa);
static const H5FD_class_t family_class =
    INPUT_CLASS("family", LARGEST_ADDRESS, input_query, hg_handle_get_eoa);
static const H5FD_class_t multi_class =
    INPUT_CLASS("multi", UINT64_MAX - 1, multi_query, multi_get_eoa);

/* Registers the driver on first use, as libhdf5's own drivers do. */
static hid_t input_driver(enum h5_made made)
{
    static const H5FD_class_t *const classes[] = {&input_class, &family_class, &multi_class};
    /* guarded by libhdf5's lock; stale after libhdf5 was closed */
    static hid_t drivers[] = {-1, -1, -1};
    hid_t *driver = &drivers[made];
    if (*driver < 0 || H5Iget_type(*driver) != H5I_VFL)
        *driver = H5FDregister(classes[made]);
    return *driver;
}

bool hg_input_select(hid_t list, struct h5_access *access)
{
    struct choice choice = {access};
    return H5Pset_driver(list, input_driver(access->names.made), &choice) >= 0;
}

/* Returns NULL for a file of another driver. */
static struct handle *find_handle(hid_t object)
{
    return hg_handle_by(object, &input_class);
}

struct h5_access *hg_input_access(hid_t object)
{
    const struct handle *handle = find_handle(object);
    return handle ? handle->access : NULL;
}

enum h5grad_status hg_dataset_check(hid_t dataset, struct h5grad_error *err)
{
    return hg_access_check(hg_input_access(dataset), err);
}

bool hg_input_grows(hid_t object)
{
    unsigned intent = 0;
    const struct h5_access *access = hg_input_access(object);
    if (access)
        return access->swmr;
    H5_CLOSED hid_t file = H5Iget_file_id(object);
    return file >= 0 && H5Fget_intent(file, &intent) >= 0 && intent & H5F_ACC_SWMR_READ;
}

static bool says_netcdf(hid_t object)
{
    return H5Aexists_by_name(object, "/", "_NCProperties", H5P_DEFAULT) > 0 ||
           H5Aexists_by_name(object, "/", "_nc3_strict", H5P_DEFAULT) > 0;
}

/* Asked once, since asking takes as long as opening a small dataset. */
bool hg_input_is_netcdf(hid_t object)
{
    struct handle *handle = find_handle(object);
    if (!handle)
        return says_netcdf(object);
    if (!handle->asked)
        handle->netcdf = says_netcdf(object);
    handle->asked = true;
    return handle->netcdf;
}

bool hg_input_is_scattered(hid_t object)
{
    const struct handle *handle = find_handle(object);
    return handle && handle->members.n > 1;
}

struct h5_heaps *hg_input_heaps(hid_t file)
{
    struct handle *handle = find_handle(file);
    return handle ? &handle->heaps : NULL;
}

static bool is_unchanged(const struct h5_member *member)
{
    struct stat now;
    const struct stat *then = &member->opened;
    return fstat(member->fd, &now) == 0 && now.st_size == then->st_size &&
           now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

enum h5grad_status hg_input_check_unchanged(hid_t file, struct h5grad_error *err)
{
    const struct handle *handle = find_handle(file);
    bool same = true;
    if (!handle)
        return H5GRAD_OK;
    for (size_t i = 0; i < handle->members.n && same; i++)
        same = is_unchanged(&handle->members.item[i]);
    if (same || handle->access->swmr)
        return hg_access_check_unchanged(handle->access, true, err);
    return hg_error_set(err, H5GRAD_FAILED,
                        "changed while it was read: run again when nothing writes to it");
}
