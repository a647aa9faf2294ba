/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an input may make libhdf5 open, what the user allows it, and what came of it. A file that
 * came from somewhere must not choose what is read: what it names is opened only in its own folder
 * and below, unless the user trusts it further.
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
    char *text;           /* what is to be said of it; NULL */
    bool missing;         /* it does not have all its points */
    bool external;        /* in external files */
    uint64_t sources;     /* that are there */
    char *path, *dataset; /* of the first of them; path is NULL where that is in the same file */
};

void hg_outside_free(struct h5_outside *outside);

/* What the user allows an input, and what came of it. The caller's; it outlives the file. */
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
    struct h5_manifest manifest; /* what it led to, itself first */
    struct h5_set checked;       /* virtual and external datasets, with their numbers in outside */
    size_t n_outside;
    struct h5_outside *outside;
    bool lacks_external; /* one of them */
    bool looking;        /* files are opened to be looked at, and not for their points */
    bool judging;        /* a file is opened to learn whether it can be a source */
    struct h5_set unfit; /* files that cannot: to libhdf5 they are absent */
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

/* Enters where the file at path lies, ahead of all that is below. */
enum h5grad_status hg_access_place(struct h5_access *access, const char *path,
                                   struct h5grad_error *err);

/* Keeps the file of an object open until hg_access_free, so that the identities of its objects stay
 * theirs; not more than H5_KEPT_FILES of them. */
void hg_access_keep(struct h5_access *access, hid_t object);

/* Keeps a group open until it is told of another, or hg_access_free: the one that the first length
 * bytes of path, absolute and ending with a slash, lead to from an object over hard links alone. */
void hg_access_remember(struct h5_access *access, hid_t from, hid_t group, const char *path,
                        size_t length);

/* The group that is remembered, as an identifier of the caller's, where path leads from the same
 * object to it or into it: *position is where the rest of the path begins. -1 otherwise. */
hid_t hg_access_recall(const struct h5_access *access, hid_t from, const char *path,
                       size_t *position);

/* Notes what is at path as something that is read, or that would be if it were there. What the
 * driver opens for its points is noted anyway. */
void hg_access_note(struct h5_access *access, const char *path);

/* For the driver: the file at the path name was opened, as info describes it; or it was not, with
 * errno. To libhdf5 a file that cannot be opened is not there, and it may have a fill value for
 * that: an error that says nothing of the file is remembered, so that it does not count as that. */
void hg_access_note_opened(struct h5_access *access, const char *name, const struct stat *info);
void hg_access_note_failed(struct h5_access *access, const char *name);

/* Files that cannot be sources, as hg_open_to_judge has found. */
bool hg_access_is_unfit(const struct h5_access *access, const struct stat *info);
enum h5grad_status hg_access_add_unfit(struct h5_access *access, const struct stat *info,
                                       struct h5grad_error *err);

/* H5GRAD_FAILED when files that were read or looked for are not what they were, the first, which is
 * the one that was opened with the access, also when another took its name, but where it is known
 * to be open still; or when reading one has failed. */
enum h5grad_status hg_access_check_unchanged(struct h5_access *access, bool first_is_open,
                                             struct h5grad_error *err);

/* H5GRAD_FAILED when something that was read lay in a file that was refused, libhdf5 takes such
 * points for missing, or in one that was another when it was opened again. access may be NULL. */
enum h5grad_status hg_access_check(const struct h5_access *access, struct h5grad_error *err);

/*
 * Looks at what a path that the input names leads to, without opening it: a pipe or a device could
 * block, or do something. A descriptor of O_PATH, to be closed, where it is a regular file that may
 * be read, as info describes it; -1 with the reason and errno otherwise. Where nothing is there,
 * info is zeros; where it lies outside, access->refused names it.
 */
int hg_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err);

/* Opens what hg_access_find finds, to be read; -1 with errno. */
int hg_access_open(struct h5_access *access, const char *path, struct stat *info);

/* Lets libhdf5 load filters until hg_leave, where access says so. */
void hg_permit_plugins(const struct h5_access *access);

#endif
