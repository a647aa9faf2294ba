/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "hdf5/input.h"
#include "hdf5/virtual.h"

#define MOST_LEVELS  16                  /* of sources of sources */
#define MOST_SOURCES ((uint64_t)1 << 17) /* of one dataset, with those of its sources */

#define ORIGIN "${ORIGIN}" /* in the environment: the folder of the file */

/* One check of a dataset and its sources. */
struct check {
    struct h5_access *access;
    uint64_t n; /* sources so far */
    hid_t last; /* the file of the last, which that of the next often is; -1 */
    struct h5grad_error *err;
};

/* A dataset whose points lie elsewhere. */
struct site {
    hid_t dataset, creation;
    hid_t list;   /* how to open files */
    char *folder; /* of its file, as that was opened */
    char *real;   /* the same without symbolic links */
    unsigned depth;
};

/* A name is looked for in several places, where several files may be found. */
struct found {
    struct stat last; /* of those that were looked at */
    bool file;        /* libhdf5 goes no further */
    bool dataset;
};

static enum h5grad_status check_dataset(struct check *check, hid_t dataset, unsigned depth);

/* ---------------------------------------------------------------------------------------- places
 */

/* The folder of a path, in new memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : memory_text(".");
}

/* A path as seen from a folder, NULL: the working folder, in new memory. What libhdf5 does not put
 * together is not either: it must not become too long to be looked up. */
static char *path_in(const char *folder, const char *name)
{
    return folder && *name != '/' ? memory_format("%s/%s", folder, name) : memory_text(name);
}

/* A folder that the environment names, in new memory. */
static char *folder_from(const struct site *site, const char *text, size_t length)
{
    const size_t start = strlen(ORIGIN);
    if (length >= start && strncmp(text, ORIGIN, start) == 0)
        return memory_format("%s%.*s", site->folder, (int)(length - start), text + start);
    return strndup(text, length);
}

static bool open_site(struct site *site)
{
    ssize_t length = H5Fget_name(site->dataset, NULL, 0);
    char *name = length > 0 ? memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && H5Fget_name(site->dataset, name, (size_t)length + 1) == length) {
        char *real = realpath(name, NULL);
        site->folder = folder_of(name);
        site->real = folder_of(real ? real : name);
        free(real);
    }
    free(name);
    hid_t file = H5Iget_file_id(site->dataset);
    site->list = file < 0 ? -1 : H5Fget_access_plist(file);
    h5_close(file);
    return site->folder && site->real && site->list >= 0;
}

static void close_site(struct site *site)
{
    h5_close(site->list);
    free(site->folder);
    free(site->real);
}

/* ------------------------------------------------------------------------------- external files */

/* libhdf5 opens these by itself: a pipe or a device would block or be consumed, and the driver does
 * not note what they are. */
static enum h5grad_status check_raw(struct check *check, const char *name, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0 || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return error_errno(check->err, errno, "its external file %s cannot be read", name);
    if (!S_ISREG(info.st_mode))
        return error_set(check->err, H5GRAD_FAILED, "its external file %s is not a regular file",
                         name);
    if (!h5_access_may_read(check->access, path))
        return h5_access_check(check->access, check->err);
    h5_access_note(check->access, path);
    return H5GRAD_OK;
}

static enum h5grad_status check_external_file(struct check *check, const struct site *site,
                                              unsigned number, const char *folder)
{
    char name[4096] = ""; /* none that is longer can be opened */
    off_t offset;
    hsize_t size;
    if (H5Pget_external(site->creation, number, sizeof name - 1, name, &offset, &size) < 0)
        return h5_error(check->err, "cannot read the external files");
    char *path = path_in(folder, name);
    enum h5grad_status status =
        path ? check_raw(check, name, path) : error_memory(check->err, sizeof name);
    free(path);
    return status;
}

/* libhdf5 looks for them in the working folder, or where the environment says. */
static enum h5grad_status check_external(struct check *check, const struct site *site)
{
    const char *prefix = getenv("HDF5_EXTFILE_PREFIX");
    bool chosen = prefix && *prefix && strcmp(prefix, ".") != 0;
    char *folder = chosen ? folder_from(site, prefix, strlen(prefix)) : NULL;
    if (chosen && !folder)
        return error_memory(check->err, strlen(prefix));
    int n = H5Pget_external_count(site->creation);
    enum h5grad_status status = H5GRAD_OK;
    for (int i = 0; i < n && !status; i++)
        status = check_external_file(check, site, (unsigned)i, folder);
    free(folder);
    return status;
}

/* -------------------------------------------------------------------------------------- sources */

/* What a name stands for, in new memory: "%b" for the number of a block, "%%" for "%". */
static char *fill_in(const char *name, uint64_t block, bool *numbered)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (const char *p = name; *p; p++) {
        if (p[0] == '%' && p[1] == 'b') {
            fprintf(out, "%" PRIu64, block);
            *numbered = true;
            p++;
        } else {
            putc(*p, out);
            p += p[0] == '%' && p[1] == '%';
        }
    }
    if (memory_close_stream(out))
        return text;
    free(text);
    return NULL;
}

static enum h5grad_status check_in_file(struct check *check, const struct site *site, hid_t file,
                                        const char *name, struct found *found)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t source = H5Dopen2(file, name, H5P_DEFAULT);
    H5Eclear2(H5E_DEFAULT);
    if (source >= 0)
        status = check_dataset(check, source, site->depth + 1);
    else
        status = h5_access_check(check->access, check->err); /* a link that leads outside */
    found->dataset = found->dataset || source >= 0;
    h5_close(source);
    return status;
}

/* A path that a source may have. libhdf5 takes the first file that it can open; those behind it are
 * looked at as well, since what comes first is not the same in all versions. */
static enum h5grad_status check_path(struct check *check, const struct site *site, const char *path,
                                     const char *name, struct found *found)
{
    struct stat info;
    if (!found->file)
        h5_access_note(check->access, path);
    if (stat(path, &info) != 0 ||
        (info.st_dev == found->last.st_dev && info.st_ino == found->last.st_ino))
        return H5GRAD_OK;
    found->last = info;
    if (!h5_access_may_read(check->access, path))
        return found->file ? H5GRAD_OK : h5_access_check(check->access, check->err);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, site->list);
    H5Eclear2(H5E_DEFAULT);
    if (file < 0)
        return H5GRAD_OK;
    found->file = true;
    h5_close(check->last);
    check->last = file;
    return check_in_file(check, site, file, name, found);
}

static enum h5grad_status check_in_folder(struct check *check, const struct site *site,
                                          const char *folder, const char *file, const char *name,
                                          struct found *found)
{
    char *path = path_in(folder, file);
    if (!path)
        return error_memory(check->err, strlen(file));
    enum h5grad_status status = check_path(check, site, path, name, found);
    free(path);
    return status;
}

/* In the folders that the environment lists, and in what it says as a whole. */
static enum h5grad_status check_in_prefixes(struct check *check, const struct site *site,
                                            const char *file, const char *name, struct found *found)
{
    const char *list = getenv("HDF5_VDS_PREFIX");
    enum h5grad_status status = H5GRAD_OK;
    size_t length;
    for (const char *part = list; part && *part && !status;
         part += length + (part[length] == ':')) {
        length = strcspn(part, ":");
        char *folder = length ? folder_from(site, part, length) : NULL;
        if (folder)
            status = check_in_folder(check, site, folder, file, name, found);
        free(folder);
    }
    char *whole = list && !status ? folder_from(site, list, strlen(list)) : NULL;
    if (whole && *whole)
        status = check_in_folder(check, site, whole, file, name, found);
    free(whole);
    return status;
}

/* A dataset of a file, which libhdf5 looks for by its last name where an absolute one is not there;
 * *there tells whether it exists. */
static enum h5grad_status check_source(struct check *check, const struct site *site,
                                       const char *file, const char *name, bool *there)
{
    struct found found = {.file = false};
    enum h5grad_status status = H5GRAD_OK;
    check->access->refused[0] = '\0';
    if (strcmp(file, ".") == 0) {
        hid_t own = H5Iget_file_id(site->dataset);
        status = check_in_file(check, site, own, name, &found);
        h5_close(own);
        *there = found.dataset;
        return status;
    }
    if (*file == '/') {
        status = check_path(check, site, file, name, &found);
        file = strrchr(file, '/') + 1;
    }
    if (!status)
        status = check_in_prefixes(check, site, file, name, &found);
    const char *const folders[] = {site->folder, NULL, site->real};
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !status; i++)
        status = check_in_folder(check, site, folders[i], file, name, &found);
    *there = found.dataset;
    return status;
}

static enum h5grad_status count(struct check *check)
{
    if (check->n++ < MOST_SOURCES)
        return H5GRAD_OK;
    return error_set(check->err, H5GRAD_FAILED, "has more than %" PRIu64 " sources", MOST_SOURCES);
}

/* Whether all blocks of a mapping have the same source, since libhdf5 drops the folder of what is
 * not there: it would look for more of them without end. */
static bool is_endless(const char *file, const char *name, const char *one_file)
{
    return *file == '/' && !strstr(strrchr(file, '/'), "%b") && !strstr(name, "%b") &&
           faccessat(AT_FDCWD, one_file, F_OK, 0) != 0;
}

/* A mapping, whose names may stand for those of any number of blocks: libhdf5 looks for them until
 * there is none. */
static enum h5grad_status check_mapping(struct check *check, const struct site *site,
                                        const char *file, const char *name)
{
    enum h5grad_status status = H5GRAD_OK;
    bool more = true;
    for (uint64_t block = 0; more && !status; block++) {
        bool numbered = false, there = false;
        char *one_file = fill_in(file, block, &numbered);
        char *one_name = fill_in(name, block, &numbered);
        if (!one_file || !one_name)
            status = error_memory(check->err, strlen(file) + strlen(name));
        else if (!(status = count(check)))
            status = check_source(check, site, one_file, one_name, &there);
        if (!status && numbered && there && is_endless(file, name, one_file))
            status = error_set(check->err, H5GRAD_FAILED, "has sources without end");
        free(one_file);
        free(one_name);
        more = numbered && there;
    }
    return status;
}

static enum h5grad_status check_sources(struct check *check, const struct site *site)
{
    size_t n = 0;
    if (H5Pget_virtual_count(site->creation, &n) < 0)
        return h5_error(check->err, "cannot read the sources of the virtual dataset");
    if (site->depth == MOST_LEVELS)
        return error_set(check->err, H5GRAD_FAILED, "virtual datasets are nested more than %d deep",
                         MOST_LEVELS);
    enum h5grad_status status = H5GRAD_OK;
    char *file = NULL, *name = NULL; /* those of the mapping before, which are often the same */
    for (size_t i = 0; i < n && !status; i++) {
        char *next_file = h5_virtual_name(site->creation, i, H5Pget_virtual_filename);
        char *next_name = h5_virtual_name(site->creation, i, H5Pget_virtual_dsetname);
        if (!next_file || !next_name)
            status = h5_error(check->err, "cannot read the sources of the virtual dataset");
        else if (i == 0 || strcmp(file, next_file) != 0 || strcmp(name, next_name) != 0)
            status = check_mapping(check, site, next_file, next_name);
        free(file);
        free(name);
        file = next_file;
        name = next_name;
    }
    free(file);
    free(name);
    return status;
}

/* ------------------------------------------------------------------------------------- datasets */

/* What a dataset is whenever and however it is opened: libhdf5 numbers files anew each time. */
static bool identify(hid_t dataset, struct h5_identity *identity)
{
    struct stat info;
    int fd = h5_descriptor(dataset);
    if (fd < 0 || fstat(fd, &info) != 0 || !h5_identify(dataset, identity))
        return false;
    const uint64_t device = info.st_dev;
    identity->file = info.st_ino;
    memcpy(identity->token + sizeof(haddr_t), &device, sizeof device);
    return true;
}

/* One whose points lie elsewhere, unless it is known: it may be among its own sources. */
static enum h5grad_status check_elsewhere(struct check *check, hid_t dataset, hid_t creation,
                                          unsigned depth)
{
    struct h5_identity identity;
    bool added;
    if (!identify(dataset, &identity))
        return h5_error(check->err, "cannot be identified");
    enum h5grad_status status =
        h5_set_add(&check->access->checked, &identity, 0, &added, check->err);
    if (status || !added)
        return status;
    struct site site = {.dataset = dataset, .creation = creation, .list = -1, .depth = depth};
    if (!open_site(&site))
        status = h5_error(check->err, "its file cannot be described");
    if (!status)
        status = check_external(check, &site);
    if (!status && H5Pget_layout(creation) == H5D_VIRTUAL)
        status = check_sources(check, &site);
    close_site(&site);
    return status;
}

/* libhdf5 reads external files of a dataset that has some whatever its layout. */
static enum h5grad_status check_dataset(struct check *check, hid_t dataset, unsigned depth)
{
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0)
        return h5_error(check->err, "cannot read the layout");
    enum h5grad_status status = H5GRAD_OK;
    if (H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) != 0) {
        if (!check->access)
            check->access = h5_dataset_access(dataset);
        if (check->access) {
            check->access->looking = true;
            status = check_elsewhere(check, dataset, creation, depth);
        }
    }
    h5_close(creation);
    return status;
}

enum h5grad_status h5_check_outside(hid_t dataset, struct h5grad_error *err)
{
    struct check check = {.err = err, .last = -1};
    enum h5grad_status status = check_dataset(&check, dataset, 0);
    h5_close(check.last);
    if (!check.access)
        return status;
    check.access->looking = false;
    check.access->refused[0] = '\0';
    if (status) /* those whose sources were not looked at any more are not to count as good */
        h5_set_free(&check.access->checked);
    return status;
}
