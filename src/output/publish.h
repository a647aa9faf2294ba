/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output file under a temporary name beside its final one, renamed when it is complete.
 *
 * If final is a symbolic link to a file, that file is replaced; a dangling link is an error. The
 * file gets the mode of any new file, by the umask. Messages start with final.
 */
#ifndef H5GRAD_OUTPUT_PUBLISH_H
#define H5GRAD_OUTPUT_PUBLISH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/leaf.h"
#include "libhdf5/h5.h"
#include "output/leaves.h"

/* Suffixes of ".NAME.h5grad." for resumable runs. */
#define PUBLISH_RESUMABLE "part"
#define PUBLISH_JOURNAL   "journal"

enum publish_kind {
    PUBLISH_ONCE,      /* a temporary file with a unique name */
    PUBLISH_RESUMABLY, /* one with a name that a later run finds, emptied */
    PUBLISH_RESUMED,   /* the same with its bytes */
};

struct publish_request {
    enum publish_kind kind;
    size_t results; /* that the file is for */
    bool overwrite, sync;
    bool by_content;           /* names of leaves are by what they hold */
    struct leaf_keeper keeper; /* of leaves of the output that is replaced; zeros: none */
};

/* Called with the name of a temporary file before the file is made, or when it is locked. */
struct publish_notice {
    void (*call)(void *user, const char *path);
    void *user;
};

struct publish {
    char *final;         /* as the caller named it */
    char *target;        /* final with symbolic links followed */
    char *temporary;     /* ".NAME.h5grad.XXXXXX" in the same folder; NULL: nothing to remove */
    hid_t file;          /* the open temporary file; -1: none */
    int descriptor;      /* of the file; see hg_descriptor */
    atomic_int *failure; /* errno of the first write that failed; 0 */
    int held;            /* descriptor that holds the lock of a resumable file; -1 */
    struct stat was;     /* its state when it was locked */
    bool leave;          /* set to leave the temporary file for a later run */
    bool overwrite;
    bool sync;
    bool exchanged;       /* temporary now names the file that was replaced */
    char *text_final;     /* path of a text that appears with the output; NULL: none */
    char *text_temporary; /* NULL: nothing to remove */
    FILE *text;           /* open to write; NULL */
    struct leaves leaves; /* of a split output, all closed when it is committed */
    bool by_content;
    struct leaf_keeper keeper;
    bool stays;    /* the output has its name although a later step failed */
    bool littered; /* leaves of the output that was replaced could not be removed */
};

/* Creates nothing. Checks that the folder exists and is writable, that final does not exist (or
 * overwrite is set and it is a regular file), and that it is not input by another name. */
enum h5grad_status hg_publish_check(const char *final, const char *input, bool overwrite,
                                    struct h5grad_error *err);

/* Fails if the file system of final has less than bytes free. If resumable, the blocks of the file
 * that an earlier run left count as free. */
enum h5grad_status hg_publish_check_space(const char *final, uint64_t bytes, bool resumable,
                                          struct h5grad_error *err);

/*
 * Creates the temporary file, and opens it as an HDF5 file. Closing the file closes everything open
 * in it. Fills *publish on failure, too. Not within hg_enter, so that notice may call anything.
 */
enum h5grad_status hg_publish_create(struct publish *publish, const char *final,
                                     const struct publish_request *request,
                                     const struct publish_notice *notice, struct h5grad_error *err);

/* Returns the path of the journal of runs that make final, in new memory; NULL if allocation
 * fails. */
char *hg_publish_journal_path(const char *final);

/* True if a run has left its temporary file; *left: its state. The run can be resumed only if there
 * is a journal, too: without one it was killed as it began, or as it renamed the file. */
bool hg_publish_find_left(const char *final, struct stat *left);

/* Opens publish->text, which appears with the output under the name of final plus suffix. A file of
 * that name is treated like final; see hg_publish_check. */
enum h5grad_status hg_publish_open_text(struct publish *publish, const char *suffix,
                                        const struct publish_notice *notice,
                                        struct h5grad_error *err);

/* Closes the file, syncs it if sync is set, removes the journal of a resumable run, names the
 * leaves, and renames the file; then removes the leaves of the output that it replaces. On failure
 * nothing is left. Within hg_enter. */
enum h5grad_status hg_publish_commit(struct publish *publish, struct h5grad_error *err);

/* Closes and removes the temporary file, if any, and frees the members of *publish. Call it after
 * hg_publish_commit, too. Within hg_enter. */
void hg_publish_abandon(struct publish *publish);

#endif
