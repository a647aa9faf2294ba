/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Temporary name to final name: the output file is made beside its final place under a name of its
 * own and renamed when it is whole.
 *
 * Where final is a symbolic link to a file, it is that file which is replaced; a link that leads
 * nowhere is an error. The file has the mode of any new file, as the umask says. Messages start
 * with final.
 */
#ifndef H5GRAD_WRITER_PUBLISH_H
#define H5GRAD_WRITER_PUBLISH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "hdf5/h5.h"

struct publish {
    char *final;         /* as the caller named it */
    char *target;        /* final with symbolic links followed */
    char *temporary;     /* ".NAME.h5grad.XXXXXX" in the same folder; NULL: nothing to remove */
    hid_t file;          /* the open temporary file; -1 */
    atomic_int *failure; /* errno of the first write to it that failed; 0 */
    bool overwrite;
    bool sync;
};

/* Checks without making anything: the folder exists and can be written to, final does not exist (or
 * overwrite is set and it is a regular file), it is not input by any name (device and inode). */
enum h5grad_status publish_check(const char *final, const char *input, bool overwrite,
                                 struct h5grad_error *err);

/* H5GRAD_FAILED when the file system of final has less than bytes free. */
enum h5grad_status publish_check_space(const char *final, uint64_t bytes, struct h5grad_error *err);

/*
 * Creates the temporary file, owned by nobody else, and opens it: objects of 1 MiB and more begin
 * at pages of 4 KiB, which smaller ones (chunks, mostly) are not worth. Closing the file closes
 * whatever is open in it. Fills *publish also on failure. Within h5_enter.
 */
enum h5grad_status publish_create(struct publish *publish, const char *final, bool overwrite,
                                  bool sync, struct h5grad_error *err);

/* Closes the file, with sync brings it to stable storage, renames it. On failure nothing is left.
 * Within h5_enter. */
enum h5grad_status publish_commit(struct publish *publish, struct h5grad_error *err);

/* Closes and removes the temporary file, if any, and releases *publish; to be called also after
 * publish_commit. Within h5_enter. */
void publish_abandon(struct publish *publish);

#endif
