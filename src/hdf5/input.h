/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of input files: POSIX reads, as of libhdf5's own (sec2). What libhdf5 opens because an
 * input names it (targets of external links, sources of virtual datasets, however deeply nested)
 * comes through it too, and is opened only in the input's own folder and below, unless the user
 * trusts the file further: a file that came from somewhere must not choose what is read.
 */
#ifndef H5GRAD_HDF5_INPUT_H
#define H5GRAD_HDF5_INPUT_H

#include <stdbool.h>

#include "hdf5/raw.h"

#define H5_KEPT_FILES 64

/* What the user allows an input, and what came of it. The caller's; it outlives the file. */
struct h5_access {
    bool follow_external;                       /* files outside its folder may be read */
    bool allow_plugins;                         /* libhdf5 may load filters */
    uint64_t memory;                            /* bytes for reading one chunk; 0: any number */
    void (*warn)(void *user, const char *text); /* told of a lock that was not obtained; NULL */
    void *user;

    char *real;        /* the file's absolute path, without symbolic links */
    char *folder[2];   /* the folders it lies in: as it was named, and as it is */
    char refused[512]; /* a file that was not opened because it lies elsewhere; "" */
    char lock[160];    /* why it was not opened for its lock; "" */
    int failure;       /* errno of the first read that failed; 0 */
    size_t n_kept;
    hid_t kept[H5_KEPT_FILES]; /* files that external links led to */
};

/*
 * Opens a file to read with the native connector, whatever the environment says of drivers. The
 * handle, or -1 with the reason. A file system that cannot lock, or another process's lock, is told
 * to access->warn and no hindrance unless the environment has HDF5_USE_FILE_LOCKING=TRUE.
 * h5_access_free when the file is closed.
 */
hid_t h5_open_input(const char *path, struct h5_access *access, struct h5grad_error *err);
void h5_access_free(struct h5_access *access); /* NULL allowed */

/* Keeps the file of an object open until h5_access_free, so that the identities of its objects stay
 * theirs; not more than H5_KEPT_FILES of them. */
void h5_access_keep(struct h5_access *access, hid_t object);

/* What is allowed to a file opened by h5_open_input; NULL: another file, or nothing. */
struct h5_access *h5_input_access(hid_t file);

/* The same of the file that a dataset lies in. */
struct h5_access *h5_dataset_access(hid_t dataset);

/* h5_raw_of for files of this driver; NULL for others. */
struct h5_raw *h5_input_raw(hid_t file);

/* Whether a file access list uses the driver. */
bool h5_input_selected(hid_t access);

/* H5GRAD_FAILED when the file is not what it was when it was opened, or when reading it has failed:
 * libhdf5 and its users may have taken what they could not read for absent. */
enum h5grad_status h5_input_check_unchanged(hid_t file, struct h5grad_error *err);

/* H5GRAD_FAILED when something that was read lay in a file that was refused: libhdf5 takes such
 * points for missing. access may be NULL. */
enum h5grad_status h5_access_check(const struct h5_access *access, struct h5grad_error *err);

/* The same after reading of a dataset. */
enum h5grad_status h5_dataset_check(hid_t dataset, struct h5grad_error *err);

/* H5GRAD_FAILED when a dataset's points lie in files that may not be read: external storage, and
 * sources of virtual datasets as far as they are named. */
enum h5grad_status h5_check_outside(hid_t dataset, struct h5grad_error *err);

/* Lets libhdf5 load filters until h5_leave, where access says so. */
void h5_permit_plugins(const struct h5_access *access);

#endif
