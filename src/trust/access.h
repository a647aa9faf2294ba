/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an input may make libhdf5 open, and what it opened. A file of unknown origin must not choose
 * what is read: files that it names are opened only in its own folder and below, unless the user
 * allows more.
 */
#ifndef H5GRAD_TRUST_ACCESS_H
#define H5GRAD_TRUST_ACCESS_H

#include <limits.h>
#include <stdbool.h>

#include "grid/box.h"
#include "libhdf5/identity_set.h"
#include "trust/manifest.h"
#include "trust/members.h"

#define H5_KEPT_FILES 64

/* The result of checking a dataset whose points lie in other files; see trust/outside.h. */
struct h5_outside {
    char *text;           /* a remark for the user; may be NULL */
    bool missing;         /* points are missing */
    bool external;        /* ... in external files */
    uint64_t sources;     /* number of existing sources */
    char *path, *dataset; /* of the first source; path is NULL if that is in the same file */
};

void hg_outside_free(struct h5_outside *outside);

/* What the user allows an input, and what was found in it. Owned by the caller; outlives the
 * file. */
struct h5_access {
    bool follow_external;                       /* files outside its folder may be read */
    bool allow_plugins;                         /* libhdf5 may load filters */
    bool allow_missing;                         /* missing points read as the fill value */
    bool swmr;                                  /* a writer in SWMR mode may enlarge it */
    uint64_t memory;                            /* limit for reading one chunk, in bytes; 0: none */
    void (*warn)(void *user, const char *text); /* called if a lock was not obtained; may be NULL */
    void *user;

    struct h5_member_names names; /* the files that it is made of */
    char *real;      /* absolute path of the file, or its first member, without symbolic links */
    char *folder[2]; /* its folders: as named, and as real */
    char refused[PATH_MAX];      /* file that was not opened because it lies elsewhere; "" */
    char lock[160];              /* why it was not opened without a lock; "" */
    int failure;                 /* errno of the first read that failed; 0 */
    struct h5_manifest manifest; /* files that the run depends on, the input first */
    struct h5_set checked;       /* virtual and external datasets; numbers are indices of outside */
    size_t n_outside;
    struct h5_outside *outside;
    bool lacks_external; /* external files of a dataset lack points */
    bool looking;        /* opening files to look for sources, without locks */
    bool judging;        /* within hg_open_to_judge */
    struct h5_set unfit; /* files that cannot be sources, hidden from libhdf5 */
    uint64_t heap_read;  /* size of the largest global heap collection */
    /* The least chunk extents of all sources, by axis from the last on; 0: none is chunked. */
    uint64_t source_chunk[GRID_MAX_RANK];
    size_t n_kept;
    hid_t kept[H5_KEPT_FILES]; /* files reached by external links */
    /* The group of the last hg_access_remember: its path, "/a/b/" or NULL, and where that
     * begins. */
    char *group_path;
    hid_t group, group_from;
    int group_bare;            /* whether it has no attributes; -1: not asked yet */
    hid_t root_of;             /* the file of which is known ... */
    bool root_bare;            /* ... whether its root group has no attributes */
    const char *group_without; /* the last name that it was found not to have, static; NULL: none */
};

void hg_access_free(struct h5_access *access); /* NULL allowed */

/* Sets real and folder for the file at path. Call it first. */
enum h5grad_status hg_access_place(struct h5_access *access, const char *path,
                                   struct h5grad_error *err);

/* Keeps the file of an object open until hg_access_free, so that identities of its objects stay
 * valid; at most H5_KEPT_FILES files. */
void hg_access_keep(struct h5_access *access, hid_t object);

/* Keeps a group open until the next call or hg_access_free. The first length bytes of path,
 * absolute with a slash at the end, lead from an object to the group over hard links only. */
void hg_access_remember(struct h5_access *access, hid_t from, hid_t group, const char *path,
                        size_t length);

/* Returns the remembered group, as an identifier that the caller closes, if path leads from the
 * same object to or through it; *position: where the rest of the path begins. Else -1. */
hid_t hg_access_recall(const struct h5_access *access, hid_t from, const char *path,
                       size_t *position);

/* Adds a path to the manifest, whether or not the file exists. The driver adds what it opens. */
void hg_access_note(struct h5_access *access, const char *path);

/* For the driver: the file name was opened, as info describes it, or failed to open, with errno.
 * libhdf5 takes any failure for an absent file, and may read the fill value instead. So errors that
 * are not about the file (no descriptors, no memory) are recorded and fail the run. */
void hg_access_note_opened(struct h5_access *access, const char *name, const struct stat *info);
void hg_access_note_failed(struct h5_access *access, const char *name);

/* True for files that cannot be sources, by hg_open_to_judge. */
bool hg_access_is_unfit(const struct h5_access *access, const struct stat *info);
enum h5grad_status hg_access_add_unfit(struct h5_access *access, const struct stat *info,
                                       struct h5grad_error *err);

/* Fails if a file of the manifest has changed or reading one has failed. first_is_open: do not look
 * up the input itself by its path, which may lead to another file by now. */
enum h5grad_status hg_access_check_unchanged(struct h5_access *access, bool first_is_open,
                                             struct h5grad_error *err);

/* Call after reading. Fails if a file was refused, whose points libhdf5 takes for missing; if
 * reading failed; or if a file had changed when it was opened again. access may be NULL. */
enum h5grad_status hg_access_check(const struct h5_access *access, struct h5grad_error *err);

/*
 * Looks up a path that the input names without opening it, since a pipe or a device could block or
 * react. Returns an O_PATH descriptor, which the caller closes, of a regular readable file, and its
 * info. Else -1 with the reason and errno; info is zeros if nothing exists, and access->refused
 * names a file outside.
 */
int hg_access_find(struct h5_access *access, const char *path, struct stat *info,
                   struct h5grad_error *err);

/* Opens for reading what hg_access_find finds; -1 with errno. */
int hg_access_open(struct h5_access *access, const char *path, struct stat *info);

/* Lets libhdf5 load filters until hg_leave, if access allows it. */
void hg_permit_plugins(const struct h5_access *access);

#endif
