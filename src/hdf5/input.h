/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of input files: POSIX reads, as of libhdf5's own (sec2). What libhdf5 opens because an
 * input names it (targets of external links, sources of virtual datasets, however deeply nested)
 * comes through it too, and is opened only in the input's own folder and below, unless the user
 * trusts the file further: a file that came from somewhere must not choose what is read.
 */
#ifndef H5GRAD_HDF5_INPUT_H
#define H5GRAD_HDF5_INPUT_H

#include <limits.h>
#include <stdbool.h>

#include "grid/box.h"
#include "hdf5/noted.h"
#include "hdf5/raw.h"
#include "hdf5/set.h"

#define H5_KEPT_FILES 64

/* What is to be said of a dataset whose points lie elsewhere; see hdf5/outside.h. */
struct h5_gap {
    char *text;
    bool missing;  /* it does not have all its points */
    bool external; /* in external files */
};

/* What the user allows an input, and what came of it. The caller's; it outlives the file. */
struct h5_access {
    bool follow_external;                       /* files outside its folder may be read */
    bool allow_plugins;                         /* libhdf5 may load filters */
    bool allow_missing;                         /* what is missing is the fill value */
    uint64_t memory;                            /* bytes for reading one chunk; 0: any number */
    void (*warn)(void *user, const char *text); /* told of a lock that was not obtained; NULL */
    void *user;

    char *real;             /* the file's absolute path, without symbolic links */
    char *folder[2];        /* the folders it lies in: as it was named, and as it is */
    char refused[PATH_MAX]; /* a file that was not opened because it lies elsewhere; "" */
    char lock[160];         /* why it was not opened for its lock; "" */
    int failure;            /* errno of the first read that failed; 0 */
    struct h5_noted noted;  /* what it led to, itself first */
    struct h5_set checked;  /* virtual and external datasets, with the numbers of their gaps */
    size_t n_gaps;
    struct h5_gap *gap;
    bool looking;        /* files are opened to be looked at, and not for their points */
    bool judging;        /* a file is opened to learn whether it can be a source */
    struct h5_set unfit; /* files that cannot: to libhdf5 they are absent */
    uint64_t heap_read;  /* bytes of the largest collection of a global heap */
    /* The least extents of chunks of sources, by the axes from the last on; 0: none has chunks. */
    uint64_t source_chunk[GRID_MAX_RANK];
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

/* Opens the file at path, of which info tells, to learn whether it can be a source: the handle, or
 * -1 with the reason. From then on one that cannot is absent to libhdf5, which from 1.14.4 on has
 * the fill value for files that are absent, and an error for others. */
hid_t h5_access_judge(struct h5_access *access, const char *path, const struct stat *info,
                      hid_t list, struct h5grad_error *err);

/* Keeps the file of an object open until h5_access_free, so that the identities of its objects stay
 * theirs; not more than H5_KEPT_FILES of them. */
void h5_access_keep(struct h5_access *access, hid_t object);

/* Notes what is at path as something that is read, or that would be if it were there. What the
 * driver opens for its points is noted anyway. */
void h5_access_note(struct h5_access *access, const char *path);

/* H5GRAD_FAILED when files that were read or looked for are not what they were, the first, which is
 * the one that was opened with the access, also when another took its name; or when reading one
 * has failed. */
enum h5grad_status h5_access_check_unchanged(struct h5_access *access, struct h5grad_error *err);

/* What is allowed to a file opened by h5_open_input; NULL: another file, or nothing. */
struct h5_access *h5_input_access(hid_t file);

/* The same of the file that a dataset lies in. */
struct h5_access *h5_dataset_access(hid_t dataset);

/* h5_raw_of for files of this driver; NULL for others. */
struct h5_raw *h5_input_raw(hid_t file);

/* The heaps (hdf5/heap.h) of a file of this driver; NULL for others. */
struct h5_heaps;
struct h5_heaps *h5_input_heaps(hid_t file);

/* Whether a file access list uses the driver. */
bool h5_input_selected(hid_t access);

/* H5GRAD_FAILED when the file, which may have lost its name, or one that it led to is not what it
 * was when it was opened, or when reading has failed: libhdf5 and its users may have taken what
 * they could not read for absent. */
enum h5grad_status h5_input_check_unchanged(hid_t file, struct h5grad_error *err);

/* H5GRAD_FAILED when something that was read lay in a file that was refused, libhdf5 takes such
 * points for missing, or in one that was another when it was opened again. access may be NULL. */
enum h5grad_status h5_access_check(const struct h5_access *access, struct h5grad_error *err);

/* The same after reading of a dataset. */
enum h5grad_status h5_dataset_check(hid_t dataset, struct h5grad_error *err);

/*
 * Looks at what a path that the input names leads to, without opening it: a pipe or a device could
 * block, or do something. A descriptor of O_PATH, to be closed, where it is a regular file that may
 * be read, as info describes it; -1 with the reason and errno otherwise. Where nothing is there,
 * info is zeros; where it lies outside, access->refused names it.
 */
int h5_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err);

/* Opens what h5_access_find finds, to be read; -1 with errno. */
int h5_access_open(struct h5_access *access, const char *path, struct stat *info);

/* Lets libhdf5 load filters until h5_leave, where access says so. */
void h5_permit_plugins(const struct h5_access *access);

#endif
