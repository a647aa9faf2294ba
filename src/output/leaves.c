/* SPDX-License-Identifier: BSD-3-Clause */
#include "output/leaves.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/leaf.h"
#include "base/memory.h"
#include "libhdf5/handle.h"
#include "output/new_file.h"

static enum h5grad_status create(struct leaf *leaf, struct h5grad_error *err)
{
    int fd = open(leaf->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        hg_error_errno(err, errno, "cannot create %s", leaf->temporary);
        free(leaf->temporary); /* another's */
        leaf->temporary = NULL;
        return hg_error_status(err);
    }
    close(fd);
    leaf->file = hg_new_file_open(leaf->temporary, 1, leaf->failure, err);
    if (leaf->file < 0)
        return hg_error_status(err);
    leaf->descriptor = hg_descriptor(leaf->file);
    return H5GRAD_OK;
}

enum h5grad_status hg_leaves_add(struct leaves *leaves, const char *temporary,
                                 struct h5grad_error *err)
{
    struct leaf *grown = hg_memory_more(leaves->leaf, leaves->n, sizeof *grown);
    if (!grown)
        return hg_error_memory(err, (leaves->n + 1) * sizeof *grown);
    leaves->leaf = grown;
    struct leaf *leaf = &grown[leaves->n];
    *leaf = (struct leaf){.file = -1,
                          .failure = hg_memory_zeroed(1, sizeof *leaf->failure),
                          .temporary = hg_leaf_temporary(temporary, leaves->n)};
    leaves->n++;
    return leaf->failure && leaf->temporary ? create(leaf, err)
                                            : hg_error_memory(err, strlen(temporary));
}

enum h5grad_status hg_leaves_close(struct leaf *leaf, bool sync, struct h5grad_error *err)
{
    enum h5grad_status status = hg_new_file_close(leaf->file, leaf->failure, err);
    leaf->file = -1;
    leaf->failure = NULL;
    return status || !sync ? status : hg_new_file_sync(leaf->temporary, 0, err);
}

static enum h5grad_status place(struct leaf *leaf, const char *output, bool by_content,
                                struct h5grad_error *err)
{
    BASE_FREED char *path = hg_leaf_path(output, leaf->name);
    if (!path)
        return hg_error_memory(err, strlen(output));
    int number = hg_new_file_rename(leaf->temporary, path);
    leaf->fresh = number == 0;
    if (number == EEXIST && by_content)
        number = rename(leaf->temporary, path) == 0 ? 0 : errno;
    if (number)
        return hg_error_errno(err, number, "%s", path);
    free(leaf->temporary);
    leaf->temporary = NULL;
    return H5GRAD_OK;
}

/* The last one comes first, so that those without their names stay numbered from 0 on, by which
 * hg_leaf_remove_temporary finds them. */
enum h5grad_status hg_leaves_place(struct leaves *leaves, const char *output, bool by_content,
                                   struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = leaves->n; i-- > 0 && !status;)
        status = place(&leaves->leaf[i], output, by_content, err);
    return status;
}

void hg_leaves_take_back(const struct leaves *leaves, const char *output)
{
    for (size_t i = 0; i < leaves->n; i++) {
        const struct leaf *leaf = &leaves->leaf[i];
        BASE_FREED char *path = leaf->fresh ? hg_leaf_path(output, leaf->name) : NULL;
        if (path)
            unlink(path);
    }
}

void hg_leaves_free(struct leaves *leaves)
{
    for (size_t i = 0; i < leaves->n; i++) {
        struct leaf *leaf = &leaves->leaf[i];
        if (leaf->file >= 0)
            hg_leaves_close(leaf, false, NULL);
        if (leaf->temporary)
            unlink(leaf->temporary);
        free(leaf->failure);
        free(leaf->temporary);
        free(leaf->name);
    }
    free(leaves->leaf);
    *leaves = (struct leaves){0};
}
