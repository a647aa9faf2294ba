/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an input may make libhdf5 open, and the record of what it did. A file of unknown origin must
 * not choose what is read: files that it names are opened only in its own folder and below, unless
 * the user allows more.
 */
#ifndef H5GRAD_TRUST_ACCESS_H
#define H5GRAD_TRUST_ACCESS_H

#include <limits.h>
#include <stdbool.h>

#include "grid/box.h"
#include "libhdf5/identity_set.h"
#include "trust/manifest.h"

#define H5_KEPT_FILES 64

/* What was found of a dataset whose points lie in other files; see trust/outside.h. */
struct h5_outside {
    char *text;           /* a remark for the user; NULL */
    bool missing;         /* it does not have all its points */
    bool external;        /* and they are of external files */
    uint64_t sources;     /* that are there */
    char *path, *dataset; /* of the first of them; path is NULL where that is in the same file */
};

void hg_outside_free(struct h5_outside *outside);

/* What the user allows an input, and what is known of it; the caller's, it outlives the file. */
struct h5_access {
    bool follow_external;                       /* files outside its folder may be read */
    bool allow_plugins;                         /* libhdf5 may load filters */
    bool allow_missing;                         /* what is missing is the fill value */
    uint64_t memory;                            /* bytes for reading one chunk; 0: any number */
    void (*warn)(void *user, const char *text); /* told of a lock that was not obtained; NULL */
    void *user;

    char *real;                  /* the file's absolute path, without symbolic links */
    char *folder[2];             /* the folders it lies in: as it was named, and as it is */
    char refused[PATH_MAX];      /* a file that was not opened because it lies elsewhere; "" */
    char lock[160];              /* why it was not opened for its lock; "" */
    int failure;                 /* errno of the first read that failed; 0 */
    struct h5_manifest manifest; /* files that the run depends on, the input first */
    struct h5_set checked;       /* virtual and external datasets, with their numbers in outside */
    size_t n_outside;
    struct h5_outside *outside;
    bool lacks_external; /* external files of some dataset lack points */
    bool looking;        /* files are opened to look for sources, not to read points: no locks */
    bool judging;        /* hg_open_to_judge opens a source, which may prove unfit */
    struct h5_set unfit; /* files that cannot be sources: to libhdf5 they are absent */
    uint64_t heap_read;  /* bytes of the largest collection of a global heap */
    /* The least extents of chunks of sources, by the axes from the last on; 0: none has chunks. */
    uint64_t source_chunk[GRID_MAX_RANK];
    size_t n_kept;
    hid_t kept[H5_KEPT_FILES]; /* files that external links led to */
    /* What hg_access_remember was told last: "/a/b/", or NULL, the group there, whence it is seen.
     */
    char *group_path;
    hid_t group, group_from;
};

void hg_access_free(struct h5_access *access); /* NULL allowed */

/* Sets real and folder for the file at path; to be called first. */
enum h5grad_status hg_access_place(struct h5_access *access, const char *path,
                                   struct h5grad_error *err);

/* Keeps the file of an object open until hg_access_free, which keeps the identities of its objects
 * valid; for at most H5_KEPT_FILES files. */
void hg_access_keep(struct h5_access *access, hid_t object);

/* Keeps a group open until it is told of another, or hg_access_free: the one that the first length
 * bytes of path, absolute and ending with a slash, lead to from an object over hard links alone. */
void hg_access_remember(struct h5_access *access, hid_t from, hid_t group, const char *path,
                        size_t length);

/* The group that is remembered, as an identifier of the caller's, where path leads from the same
 * object to it or into it: *position is where the rest of the path begins. -1 otherwise. */
hid_t hg_access_recall(const struct h5_access *access, hid_t from, const char *path,
                       size_t *position);

/* Adds a path to the manifest, whether a file is there or not. The driver adds what it opens. */
void hg_access_note(struct h5_access *access, const char *path);

/* For the driver: the file at path name was opened, as info describes it, or failed to open, with
 * errno. libhdf5 takes any failure for an absent file, and may read the fill value: errors that are
 * not about the file (no descriptors, no memory) are remembered and fail the run. */
void hg_access_note_opened(struct h5_access *access, const char *name, const struct stat *info);
void hg_access_note_failed(struct h5_access *access, const char *name);

/* Files that cannot be sources, as hg_open_to_judge has found. */
bool hg_access_is_unfit(const struct h5_access *access, const struct stat *info);
enum h5grad_status hg_access_add_unfit(struct h5_access *access, const struct stat *info,
                                       struct h5grad_error *err);

/* H5GRAD_FAILED when a file of the manifest has changed or reading one has failed. With
 * first_is_open the input itself is not looked up by its path, which may lead to another file by
 * now. */
enum h5grad_status hg_access_check_unchanged(struct h5_access *access, bool first_is_open,
                                             struct h5grad_error *err);

/* To be called after reading: H5GRAD_FAILED when a file was refused, whose points libhdf5 takes for
 * missing, when reading failed, or when a file that was opened again had changed. access may be
 * NULL. */
enum h5grad_status hg_access_check(const struct h5_access *access, struct h5grad_error *err);

/*
 * Looks up a path that the input names, without opening it: a pipe or a device could block or
 * react. Returns an O_PATH descriptor, which the caller closes, for a regular file that may be
 * read; info describes it. Otherwise -1 with the reason and errno; info is zeros where nothing is
 * there, and access->refused names a file outside.
 */
int hg_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err);

/* Opens what hg_access_find finds, to be read; -1 with errno. */
int hg_access_open(struct h5_access *access, const char *path, struct stat *info);

/* Lets libhdf5 load filters until hg_leave, where access says so. */
void hg_permit_plugins(const struct h5_access *access);

#endif
