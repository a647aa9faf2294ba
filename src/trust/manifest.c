/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/manifest.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Limit of all entries: a file may name any number of others, of any length. */
#define MOST_BYTES ((size_t)16 << 20)

/* All 0: there is no such file. For a folder or a pipe, which has no data, only the inode: it may
 * change, as when the run itself writes OUTPUT into that folder. */
struct identity {
    uint64_t inode, size;
    int64_t seconds, nanoseconds;
};

struct h5_manifest_entry {
    struct h5_manifest_entry *next;
    const char *path;
    struct identity identity;
    dev_t device;
    bool opened; /* the file could be opened */
    char text[];
};

static struct identity identify_file(const struct stat *info)
{
    if (!info)
        return (struct identity){0};
    if (!S_ISREG(info->st_mode) && !S_ISBLK(info->st_mode))
        return (struct identity){.inode = info->st_ino};
    return (struct identity){
        .inode = info->st_ino,
        .size = (uint64_t)info->st_size,
        .seconds = info->st_mtim.tv_sec,
        .nanoseconds = info->st_mtim.tv_nsec,
    };
}

static void note_change(struct h5_manifest *manifest, const struct h5_manifest_entry *note)
{
    if (manifest->changed[0] == '\0')
        snprintf(manifest->changed, sizeof manifest->changed, "%s", note->path);
}

static bool is_same_file(const struct h5_manifest *manifest, const struct identity *a,
                         const struct identity *b)
{
    return manifest->growing ? a->inode == b->inode : memcmp(a, b, sizeof *a) == 0;
}

static void compare_entries(struct h5_manifest *manifest, const struct h5_manifest_entry *note,
                            const struct stat *info)
{
    const struct identity now = identify_file(info);
    if (!is_same_file(manifest, &now, &note->identity))
        note_change(manifest, note);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct h5_manifest_entry *)a)->path,
                  ((const struct h5_manifest_entry *)b)->path);
}

/* Returns the entry of a path, or NULL. */
static struct h5_manifest_entry *find_entry(const struct h5_manifest *manifest, const char *path)
{
    const struct h5_manifest_entry wanted = {.path = path};
    struct h5_manifest_entry *const *known = tfind(&wanted, &manifest->tree, compare_paths);
    return known ? *known : NULL;
}

bool hg_manifest_add(struct h5_manifest *manifest, const char *path, const struct stat *info)
{
    struct h5_manifest_entry *note = find_entry(manifest, path);
    if (note) {
        compare_entries(manifest, note, info);
        return true;
    }
    size_t length = strlen(path) + 1;
    size_t bytes = sizeof *note + length + 8 * sizeof(void *); /* with the tree's nodes */
    if (length > MOST_BYTES || bytes > MOST_BYTES - manifest->bytes)
        return true;
    note = malloc(sizeof *note + length);
    if (!note)
        return false;
    *note = (struct h5_manifest_entry){
        .path = note->text, .identity = identify_file(info), .device = info ? info->st_dev : 0};
    memcpy(note->text, path, length);
    if (!tsearch(note, &manifest->tree, compare_paths)) {
        free(note);
        return false;
    }
    if (manifest->last)
        manifest->last->next = note;
    else
        manifest->first = note;
    manifest->last = note;
    manifest->bytes += bytes;
    return true;
}

void hg_manifest_open(struct h5_manifest *manifest, const char *path, bool opened)
{
    struct h5_manifest_entry *note = find_entry(manifest, path);
    if (note && opened)
        note->opened = true;
    else if (note && note->opened)
        note_change(manifest, note);
}

enum h5grad_status hg_manifest_error(const struct h5_manifest *manifest, struct h5grad_error *err)
{
    if (manifest->changed[0] == '\0')
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s changed while it was read: run again when nothing writes to it",
                        manifest->changed);
}

enum h5grad_status hg_manifest_check(struct h5_manifest *manifest, bool first_is_open,
                                     struct h5grad_error *err)
{
    const struct h5_manifest_entry *note = manifest->first;
    if (note && first_is_open)
        note = note->next;
    for (; note && manifest->changed[0] == '\0'; note = note->next) {
        struct stat info;
        compare_entries(manifest, note, stat(note->path, &info) == 0 ? &info : NULL);
    }
    return hg_manifest_error(manifest, err);
}

bool hg_manifest_has(const struct h5_manifest *manifest, const struct stat *info)
{
    const struct identity wanted = identify_file(info);
    const struct h5_manifest_entry *note = manifest->first;
    while (note &&
           !(note->device == info->st_dev && is_same_file(manifest, &note->identity, &wanted)))
        note = note->next;
    return note != NULL;
}

uint64_t hg_manifest_hash(const struct h5_manifest *manifest, bool inodes, uint64_t start)
{
    for (const struct h5_manifest_entry *note = manifest->first; note; note = note->next) {
        struct identity identity = note->identity;
        identity.inode = inodes ? identity.inode : 0;
        start = hash_bytes(start, &identity, sizeof identity);
    }
    return start;
}

void hg_manifest_dates(const struct h5_manifest *manifest, struct h5_manifest_dates *dates)
{
    for (const struct h5_manifest_entry *note = manifest->first; note; note = note->next) {
        const struct identity *file = &note->identity;
        const int64_t fact[] = {(int64_t)file->size, file->seconds, file->nanoseconds};
        dates->hash = hash_bytes(dates->hash, fact, sizeof fact);
        if (file->seconds > dates->newest.tv_sec ||
            (file->seconds == dates->newest.tv_sec && file->nanoseconds > dates->newest.tv_nsec))
            dates->newest = (struct timespec){file->seconds, file->nanoseconds};
    }
}

void hg_manifest_free(struct h5_manifest *manifest)
{
    while (manifest->first) {
        struct h5_manifest_entry *note = manifest->first;
        manifest->first = note->next;
        tdelete(note, &manifest->tree, compare_paths);
        free(note);
    }
    *manifest = (struct h5_manifest){0};
}
