/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/hash.h"
#include "base/leaf.h"
#include "base/memory.h"
#include "formats/provenance.h"
#include "hdf5/attribute.h"

static const char attribute[] = "h5grad_hash";

/* The hash as text; newest: the time of the newest file that the run reads. */
static void make_hash(const struct run *run, char hash[UPDATE_HASH], struct timespec *newest)
{
    const char *options = run->options.fingerprint;
    struct h5_manifest_dates dates = {.hash = hash_bytes(HASH_START, options, strlen(options))};
    hg_manifest_dates(&run->access.manifest, &dates);
    hg_coord_store_dates(run->coordinates, &dates);
    snprintf(hash, UPDATE_HASH, "%016" PRIx64, dates.hash);
    *newest = dates.newest;
}

static bool is_older(const struct timespec *time, const struct timespec *than)
{
    return time->tv_sec < than->tv_sec ||
           (time->tv_sec == than->tv_sec && time->tv_nsec < than->tv_nsec);
}

/* Reads the hash of the file at OUTPUT, empty if it has none. */
static enum h5grad_status read_hash(struct run *run, struct h5grad_error *err)
{
    struct h5_access access = {.memory = hg_budget_buffers(run->options.memory)};
    struct h5_guard guard;
    hg_enter(&guard);
    hid_t file = hg_open_input(run->output, &access, err);
    enum h5grad_status status = file < 0 ? hg_error_status(err) : H5GRAD_OK;
    char *hash = status ? NULL : hg_attribute_text(file, attribute);
    if (hash)
        snprintf(run->update.hash, sizeof run->update.hash, "%s", hash);
    else if (!status && !hg_provenance_is_result(file))
        status = hg_error_set(err, H5GRAD_FAILED, "holds no results of h5grad");
    run->messages.held = hash != NULL; /* until it is known whether there is anything to do */
    hg_close(file);
    hg_access_free(&access);
    hg_leave(&guard);
    free(hash);
    return status;
}

enum h5grad_status hg_update_find(struct run *run, struct h5grad_error *err)
{
    struct stat info;
    struct h5grad_error reason;
    if (!run->options.update || stat(run->output, &info) != 0)
        return H5GRAD_OK;
    run->update.time = info.st_mtim;
    if (read_hash(run, &reason) == H5GRAD_OK || run->options.overwrite)
        return H5GRAD_OK;
    return hg_error_set(err, reason.status, "%s: %s: --overwrite replaces it all the same",
                        run->output, reason.message);
}

/* Whether the description of OUTPUT is there, and not older than what it describes was made of. */
static bool is_described(const struct run *run, const struct timespec *newest)
{
    struct stat info;
    BASE_FREED char *path = hg_memory_format("%s" XDMF_SUFFIX, run->output);
    return path && stat(path, &info) == 0 && !is_older(&info.st_mtim, newest);
}

bool hg_update_is_current(const struct run *run)
{
    char hash[UPDATE_HASH];
    struct timespec newest;
    if (run->update.hash[0] == '\0')
        return false;
    make_hash(run, hash, &newest);
    if (strcmp(hash, run->update.hash) != 0 || is_older(&run->update.time, &newest))
        return false;
    return (!run->xdmf || is_described(run, &newest)) &&
           (!run->options.split || hg_leaf_all_exist(run->output));
}

enum h5grad_status hg_update_write(const struct run *run, struct h5grad_error *err)
{
    char hash[UPDATE_HASH];
    struct timespec newest;
    make_hash(run, hash, &newest);
    return hg_attribute_write_text(run->publish.file, attribute, hash, err);
}
