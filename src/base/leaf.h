/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Leaves: files beside a split output that hold one result each. The output has an external link to
 * each, by a name without a folder, "NAME.RESULT.ID.h5": NAME is the output's, RESULT the end of
 * the result's path, ID 16 hexadecimal digits that no other run uses. Until the output is whole a
 * leaf has the name of the output's temporary file and a number.
 *
 * Which leaves an output names is read from its bytes, where the names stand as they are: so a file
 * that is to be replaced, whatever it is, need not be parsed.
 */
#ifndef H5GRAD_BASE_LEAF_H
#define H5GRAD_BASE_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* A root attribute among the first bytes of split outputs, by which they are known. */
#define LEAF_MARK "h5grad_split"

/* Limit of NAME in bytes, so that the names of leaves are not too long. */
#define LEAF_MOST_NAME 160

/* Returns the name of a leaf, without a folder, in new memory; NULL if allocation fails. output:
 * the path of the output. result: the path of the result. */
char *hg_leaf_name(const char *output, const char *result, uint64_t id);

/* Returns the path of the leaf of that name, in new memory; NULL if allocation fails. */
char *hg_leaf_path(const char *output, const char *name);

/* Returns the path of leaf number while the output has a temporary name, in new memory. */
char *hg_leaf_temporary(const char *temporary, size_t number);

/* Returns whether all leaves that the file at output names are there: true if it is no split
 * output, false also if it cannot be read or memory runs out. */
bool hg_leaf_all_exist(const char *output);

/* Files that are not removed. */
struct leaf_keeper {
    bool (*keeps)(const void *user, const struct stat *info); /* NULL: none are kept */
    const void *user;
};

/*
 * Removes the leaves beside the output that the open file gone names as its, and the open file kept
 * (-1: none) does not. Does nothing if gone is no split output. Returns false if one could
 * not be removed, or memory ran out.
 */
bool hg_leaf_remove(const char *output, int gone, int kept, const struct leaf_keeper *keeper);

/* Removes the leaves of a temporary file that have not got their names yet. */
void hg_leaf_remove_temporary(const char *temporary);

#endif
