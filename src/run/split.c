/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/split.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/metadata.h"
#include "hdf5/create.h"
#include "libhdf5/handle.h"
#include "libhdf5/metadata_cache.h"
#include "run/groups.h"

#define HASHED_BYTES ((uint64_t)16 << 20) /* that one thread hashes at a time */
#define READ_BYTES   (4 * HASH_PIECE)

static struct leaf *leaf_of(const struct run *run, unsigned k)
{
    return &run->publish.leaves.leaf[run->split.leaf[k].number];
}

/* Creates the file of a leaf. */
static enum h5grad_status open_leaf(struct run *run, struct split_leaf *leaf,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_leaves_add(&run->publish.leaves, run->publish.temporary, err);
    leaf->number = run->publish.leaves.n - 1;
    hid_t file = status ? -1 : run->publish.leaves.leaf[leaf->number].file;
    if (!status && !hg_metadata_cache_limit(file, hg_budget_buffers(H5GRAD_LEAST_MEMORY)))
        status = hg_hdf5_error(err, "choosing what is kept of it in memory");
    if (!status && run->options.history)
        status = hg_metadata_write_history(file, run->file, run->line, err);
    hg_leave(&guard);
    return status;
}

static enum h5grad_status create_leaf(struct run *run, struct split_leaf *leaf,
                                      struct h5grad_error *err)
{
    const struct h5_walk *walk = run->selection.walked ? &run->selection.walk : NULL;
    const struct task *task = run->task;
    enum h5grad_status status = open_leaf(run, leaf, err);
    if (status)
        return status;
    hid_t file = run->publish.leaves.leaf[leaf->number].file;
    leaf->aux_vars = hg_aux_vars_new(run->file, file, walk, &run->names, &run->split.silent);
    if (!leaf->aux_vars)
        return hg_error_memory(err, sizeof *leaf);
    status = hg_aux_vars_add(leaf->aux_vars, task->field, task->dataset, &leaf->links, err);
    return status ? status : hg_groups_copy(run, &leaf->links, file, err);
}

enum h5grad_status hg_split_create(struct run *run, struct result_place *place,
                                   struct h5grad_error *err)
{
    struct split *split = &run->split;
    const struct field *field = run->task->field;
    enum h5grad_status status = H5GRAD_OK;
    for (split->n = 0; split->n < field->n_results && !status;) {
        struct split_leaf *leaf = &split->leaf[split->n++];
        *leaf = (struct split_leaf){0};
        status = create_leaf(run, leaf, err);
        if (status)
            return hg_error_context(err, status, "%s", field->results[split->n - 1].path);
    }
    for (unsigned k = 0; k < split->n; k++)
        place[k] = (struct result_place){leaf_of(run, k)->file, split->leaf[k].aux_vars,
                                         &split->leaf[k].links};
    return status;
}

/* Lets the convention of the source complete a leaf, as if the field had no other result. */
static enum h5grad_status finish_convention(const struct run *run, unsigned k,
                                            struct h5grad_error *err)
{
    struct field *alone = hg_memory_zeroed(1, sizeof *alone);
    if (!alone)
        return hg_error_memory(err, sizeof *alone);
    *alone = *run->task->field;
    alone->results = &run->task->field->results[k];
    alone->n_results = 1;
    const enum h5grad_status status = hg_groups_finish(run, leaf_of(run, k)->file, alone, err);
    free(alone);
    return status;
}

static enum h5grad_status close_leaf(const struct run *run, unsigned k, struct h5grad_error *err)
{
    struct h5_guard guard;
    enum h5grad_status status = finish_convention(run, k, err);
    hg_enter(&guard);
    if (!status)
        status = hg_aux_vars_finish(run->split.leaf[k].aux_vars, err);
    if (!status)
        status = hg_leaves_close(leaf_of(run, k), run->options.sync, err);
    hg_leave(&guard);
    return status;
}

/* Hashes bytes of a file; data: room for READ_BYTES. */
static bool hash_extent(int fd, uint64_t from, uint64_t bytes, void *data, uint64_t *hash)
{
    *hash = HASH_START;
    for (uint64_t done = 0; done < bytes; done += READ_BYTES) {
        const uint64_t n = size_min(bytes - done, READ_BYTES);
        if (hg_file_read(fd, data, n, from + done, NULL))
            return false;
        *hash = hash_large(*hash, data, n);
    }
    return true;
}

/* Hashes a file, by threads. False if it cannot be read. */
static bool hash_file(int fd, uint64_t size, unsigned threads, uint64_t *hash)
{
    const uint64_t n = size_ceil_div(size, HASHED_BYTES);
    BASE_FREED uint64_t *each = hg_memory_zeroed(n, sizeof *each);
    bool ok = each != NULL;
    if (!ok)
        return false;
#pragma omp parallel num_threads(threads) reduction(&& : ok)
    {
        void *data = hg_memory_aligned(READ_BYTES);
        ok = ok && data;
#pragma omp for
        for (uint64_t i = 0; i < n; i++)
            ok = ok && hash_extent(fd, i * HASHED_BYTES,
                                   size_min(HASHED_BYTES, size - i * HASHED_BYTES), data, &each[i]);
        free(data);
    }
    *hash = hash_bytes(HASH_START, each, n * sizeof *each);
    return ok;
}

/* Chooses an ID that no other run uses: of no two runs at a time is the same inode, and of no two
 * others the time. */
static uint64_t make_id(const struct stat *info)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t facts[] = {info->st_ino, (uint64_t)now.tv_sec, (uint64_t)now.tv_nsec};
    return hash_large(HASH_START, facts, sizeof facts);
}

/* Names a closed leaf: where equal runs make equal files, by what it holds. */
static enum h5grad_status name_leaf(const struct run *run, unsigned k, struct h5grad_error *err)
{
    struct leaf *leaf = leaf_of(run, k);
    struct stat info;
    uint64_t id = 0;
    int fd = open(leaf->temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && fstat(fd, &info) == 0;
    if (ok && run->options.history)
        id = make_id(&info);
    else if (ok)
        ok = hash_file(fd, (uint64_t)info.st_size, run->options.threads, &id);
    if (fd >= 0)
        close(fd);
    if (!ok)
        return hg_error_set(err, H5GRAD_FAILED, "%s cannot be read back", leaf->temporary);
    leaf->name = hg_leaf_name(run->publish.target, run->task->field->results[k].path, id);
    return leaf->name ? H5GRAD_OK : hg_error_memory(err, strlen(run->publish.target));
}

static enum h5grad_status link_leaf(const struct run *run, unsigned k, struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    const enum h5grad_status status = hg_create_external(
        run->publish.file, run->task->field->results[k].path, leaf_of(run, k)->name, err);
    hg_leave(&guard);
    return status;
}

enum h5grad_status hg_split_finish(struct run *run, struct h5grad_error *err)
{
    const struct field *field = run->task->field;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < run->split.n && !status; k++) {
        status = close_leaf(run, k, err);
        if (!status)
            status = name_leaf(run, k, err);
        if (!status)
            status = link_leaf(run, k, err);
        if (status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    hg_split_free(run);
    return status;
}

void hg_split_start_sync(const struct run *run)
{
    for (unsigned k = 0; k < run->split.n; k++)
        hg_file_start_sync(leaf_of(run, k)->descriptor);
}

void hg_split_free(struct run *run)
{
    struct split *split = &run->split;
    for (unsigned k = 0; k < split->n; k++) {
        hg_aux_vars_free(split->leaf[k].aux_vars);
        hg_scale_links_free(&split->leaf[k].links);
    }
    split->n = 0;
}
