/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/coordinates.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/walk.h"

/* Points read at a time when long coordinates are checked. */
#define SCAN_POINTS ((uint64_t)1 << 16)

struct coordinates {
    hid_t file;
    uint64_t keep; /* points that may still be held in memory */
    size_t n;
    struct coordinate **item;
};

struct coordinates *coordinates_new(hid_t file, uint64_t memory)
{
    struct coordinates *store = memory_zeroed(1, sizeof *store);
    if (store) {
        store->file = file;
        store->keep = memory / 16 / sizeof(double);
    }
    return store;
}

static void coordinate_free(struct coordinate *item)
{
    if (!item)
        return;
    line_close(item->line);
    free(item->key);
    free(item->name);
    free(item);
}

void coordinates_free(struct coordinates *store)
{
    if (!store)
        return;
    struct h5_guard guard;
    h5_enter(&guard);
    for (size_t i = 0; i < store->n; i++)
        coordinate_free(store->item[i]);
    h5_leave(&guard);
    free(store->item);
    free(store);
}

/* Where "FILE:PATH" is to be cut: at the last ":/", else at the last ":"; NULL when it is not of
 * that form. */
static const char *file_end(const char *text)
{
    const char *end = NULL;
    for (const char *at = strstr(text, ":/"); at; at = strstr(at + 1, ":/"))
        end = at;
    if (!end)
        end = strrchr(text, ':');
    return end && end != text && end[1] ? end : NULL;
}

/* INPUT's own dataset of that name wins over FILE:PATH. */
static hid_t open_dataset(const struct coordinates *store, struct coordinate *item,
                          struct h5grad_error *err)
{
    const char *text = item->key, *end = file_end(text);
    hid_t dataset = h5_open_dataset(store->file, text, err);
    bool relative = dataset >= 0 && *text != '/';
    item->name = relative ? memory_format("/%s", text) : memory_text(text);
    if (dataset >= 0 || !end)
        return dataset;
    char *name = memory_format("%.*s", (int)(end - text), text);
    if (!name) {
        error_memory(err, strlen(text));
        return -1;
    }
    hid_t file = h5_open_input(name, err);
    if (file >= 0)
        dataset = h5_open_dataset(file, end + 1, err);
    h5_close(file); /* the open dataset keeps the file */
    free(name);
    return dataset;
}

static enum h5grad_status scan(struct coordinate *item, struct h5grad_error *err)
{
    uint64_t extent = line_extent(item->line), n = size_min(extent, SCAN_POINTS);
    double *x = memory_aligned(n * sizeof *x);
    if (!x)
        return error_memory(err, n * sizeof *x);
    enum h5grad_status status = H5GRAD_OK;
    stencil_scan_start(&item->scan);
    for (uint64_t first = 0; first < extent && !status; first += n) {
        uint64_t count = size_min(n, extent - first);
        status = line_read(item->line, first, count, x, err);
        if (!status)
            status = stencil_scan_next(&item->scan, x, count, err);
    }
    free(x);
    return status;
}

static enum h5grad_status open_line(struct coordinates *store, struct coordinate *item,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    h5_enter(&guard);
    hid_t dataset = open_dataset(store, item, err);
    if (dataset >= 0) {
        item->line = line_open(dataset, store->keep, err);
        h5_close(dataset);
    }
    h5_leave(&guard);
    if (!item->line)
        return H5GRAD_FAILED;
    if (!item->name)
        return error_memory(err, strlen(item->key));
    if (line_extent(item->line) <= store->keep)
        store->keep -= line_extent(item->line);
    return scan(item, err);
}

static struct coordinate *add(struct coordinates *store, const char *text)
{
    struct coordinate **grown = realloc(store->item, (store->n + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    store->item = grown;
    struct coordinate *item = memory_zeroed(1, sizeof *item);
    if (!item || !(item->key = memory_text(text))) {
        free(item);
        return NULL;
    }
    item->status = open_line(store, item, &item->error);
    store->item[store->n++] = item;
    return item;
}

enum h5grad_status coordinates_get(struct coordinates *store, const char *text,
                                   const struct coordinate **out, struct h5grad_error *err)
{
    struct coordinate *item = NULL;
    for (size_t i = 0; i < store->n && !item; i++) {
        if (strcmp(store->item[i]->key, text) == 0)
            item = store->item[i];
    }
    if (!item && !(item = add(store, text)))
        return error_memory(err, sizeof *item);
    if (item->status)
        return error_context(err, error_set(err, item->status, "%s", item->error.message),
                             "coordinates %s", text);
    *out = item;
    return H5GRAD_OK;
}
