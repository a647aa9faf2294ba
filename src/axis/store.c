/* SPDX-License-Identifier: BSD-3-Clause */
#include "axis/store.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"
#include "values/meaning.h"
#include "hdf5/names.h"
#include "hdf5/attribute.h"
#include "hdf5/limit.h"
#include "hdf5/storage.h"
#include "hdf5/transfer.h"
#include "trust/outside.h"
#include "hdf5/walk.h"
#include "trust/open.h"
#include "trust/input_driver.h"
#include "reader/reader.h"

/* Points read at a time when long coordinates are checked. */
#define SCAN_POINTS ((uint64_t)1 << 16)

/* Relative tolerance within which the edges of cells span a full circle. */
#define CIRCLE_TOLERANCE 1e-6

struct coord_store {
    hid_t file;
    uint64_t keep; /* points that may still be held in memory */
    size_t n;
    struct coord_variable **item;
};

struct coord_store *hg_coord_store_new(hid_t file, uint64_t memory)
{
    struct coord_store *store = hg_memory_zeroed(1, sizeof *store);
    if (store) {
        store->file = file;
        store->keep = memory / BUDGET_COORDINATES_DIVISOR / sizeof(double);
    }
    return store;
}

static void coordinate_free(struct coord_variable *item)
{
    if (!item)
        return;
    hg_coord_array_close(item->array);
    hg_access_free(&item->other);
    free(item->key);
    free(item->name);
    free(item->unit);
    free(item->calendar);
    free(item->note);
    free(item->missing);
    free(item);
}

void hg_coord_store_free(struct coord_store *store)
{
    if (!store)
        return;
    struct h5_guard guard;
    hg_enter(&guard);
    for (size_t i = 0; i < store->n; i++)
        coordinate_free(store->item[i]);
    hg_leave(&guard);
    free(store->item);
    free(store);
}

/* Returns where to cut "FILE:PATH": at the last ":/", else at the last ":"; NULL if the text is not
 * of that form. */
static const char *file_end(const char *text)
{
    const char *end = NULL;
    for (const char *at = strstr(text, ":/"); at; at = strstr(at + 1, ":/"))
        end = at;
    if (!end)
        end = strrchr(text, ':');
    return end && end != text && end[1] ? end : NULL;
}

/* Opens "PATH@ATTRIBUTE", cut at the last '@'. *known: the file has the object. */
static struct coord_array *open_attribute(hid_t file, const char *text, bool *known,
                                          struct h5grad_error *err)
{
    const char *at = strrchr(text, '@');
    if (!at || at == text || !at[1])
        return NULL;
    BASE_FREED char *path = hg_memory_format("%.*s", (int)(at - text), text);
    if (!path) {
        hg_error_memory(err, strlen(text));
        return NULL;
    }
    hid_t object = hg_names_open_variable(file, path, NULL, err);
    if (object < 0 && err->status != H5GRAD_NO_MEMORY)
        object = hg_open_object(file, path, err);
    *known = object >= 0;
    struct coord_array *array = *known ? hg_coord_array_open_attribute(object, at + 1, err) : NULL;
    hg_close(object);
    return array;
}

/* The first and the last of the edges that a dataset of a pair for each point has. */
static bool read_edges(hid_t dataset, double edge[2])
{
    hsize_t extent[H5S_MAX_RANK];
    struct h5_storage storage;
    struct box box = {.count = {1, 1}};
    if (hg_dataset_extent(dataset, extent, NULL) != 2 || extent[0] == 0 || extent[1] != 2 ||
        hg_storage_read(dataset, &storage, NULL) || hg_limit_check(dataset, 0, NULL) ||
        hg_reader_check_filters(dataset, &storage, NULL) ||
        hg_read_box(dataset, H5T_NATIVE_DOUBLE, 2, &box, &edge[0], NULL))
        return false;
    box.start[0] = extent[0] - 1;
    box.start[1] = 1;
    return !hg_read_box(dataset, H5T_NATIVE_DOUBLE, 2, &box, &edge[1], NULL) &&
           !hg_dataset_check(dataset, NULL);
}

/* The bounds of a longitude. */
static enum h5grad_status judge_bounds(void *user, const struct names_variable *variable,
                                       struct h5grad_error *err)
{
    struct coord_variable *item = user;
    double edge[2];
    (void)err;
    if (variable->id >= 0 && read_edges(variable->id, edge)) {
        const double circle = item->kind.radians ? 2 * M_PI : 360;
        item->closed = fabs(fabs(edge[1] - edge[0]) - circle) <= CIRCLE_TOLERANCE * circle;
    }
    return H5GRAD_OK;
}

/* Whether its cells go round the globe, which is only asked of a longitude. */
static void read_bounds(hid_t file, const char *text, hid_t dataset, struct coord_variable *item)
{
    BASE_FREED char *path = hg_memory_format("%s%s", *text == '/' ? "" : "/", text);
    if (path && item->kind.quantity == AXIS_LONGITUDE)
        hg_names_visit(file, path, dataset, "bounds", judge_bounds, item, NULL);
}

/* Opens a dataset of the whole name, with its unit, or else an attribute. *known as above. */
static struct coord_array *open_in(hid_t file, const char *text, uint64_t keep,
                                   struct coord_variable *item, bool *known,
                                   struct h5grad_error *err)
{
    H5_CLOSED hid_t dataset = hg_names_open_variable(file, text, NULL, err);
    *known = dataset >= 0;
    if (!*known)
        return open_attribute(file, text, known, err);
    item->unit = hg_attribute_unit(dataset, false, NULL);
    item->calendar = hg_attribute_text(dataset, "calendar");
    BASE_FREED char *standard_name = hg_attribute_text(dataset, "standard_name");
    BASE_FREED char *letter = hg_attribute_text(dataset, "axis");
    item->kind = hg_axis_kind(item->unit, standard_name, letter);
    read_bounds(file, text, dataset, item);
    struct coord_array *array = hg_coord_array_open(dataset, keep, err);
    item->missing = hg_missing_text(dataset);
    return array;
}

static struct coord_array *open_elsewhere(const struct coord_store *store,
                                          struct coord_variable *item, const char *end,
                                          struct h5grad_error *err)
{
    BASE_FREED char *name = hg_memory_format("%.*s", (int)(end - item->key), item->key);
    if (!name) {
        hg_error_memory(err, strlen(item->key));
        return NULL;
    }
    const struct h5_access *input = hg_input_access(store->file);
    if (input) {
        item->other.follow_external = input->follow_external;
        item->other.allow_plugins = input->allow_plugins;
        item->other.allow_missing = input->allow_missing;
        item->other.memory = input->memory;
        item->other.swmr = input->swmr;
    }
    bool known;
    hid_t file = hg_open_input(name, &item->other, err);
    struct coord_array *array =
        file >= 0 ? open_in(file, end + 1, store->keep, item, &known, err) : NULL;
    hg_close(file); /* the open dataset keeps the file */
    return array;
}

/* Prefers what INPUT has of that name to FILE:PATH. */
static struct coord_array *find_array(const struct coord_store *store, struct coord_variable *item,
                                      struct h5grad_error *err)
{
    const char *text = item->key, *end = file_end(text);
    bool known = true;
    struct coord_array *array = open_in(store->file, text, store->keep, item, &known, err);
    item->name = hg_memory_format("%s%s", known && *text != '/' ? "/" : "", text);
    return known || !end ? array : open_elsewhere(store, item, end, err);
}

static enum h5grad_status check_present(const struct coord_array *array, uint64_t first,
                                        const double *x, uint64_t count, struct h5grad_error *err)
{
    for (uint64_t i = 0; i < count && hg_coord_array_has_missing(array); i++) {
        if (isnan(x[i]))
            return hg_error_set(err, H5GRAD_FAILED, "coordinate %" PRIu64 " is missing", first + i);
    }
    return H5GRAD_OK;
}

/* Whether coordinates may be dates written as numbers. */
struct dates {
    bool all;    /* all so far may be dates */
    bool months; /* in more than one month; within a month their differences are days */
    int month;   /* of the last one */
};

static void look_for_dates(struct dates *dates, double origin, const double *x, uint64_t count)
{
    for (uint64_t i = 0; i < count && dates->all; i++) {
        int before = dates->month;
        dates->all = hg_meaning_may_be_date(origin + x[i], &dates->month);
        dates->months = dates->months || (before != 0 && before != dates->month);
    }
}

/* Refuses dates, unless a unit says that the numbers are something else. */
static enum h5grad_status judge_dates(const struct coord_variable *item, const struct dates *dates,
                                      struct h5grad_error *err)
{
    bool said = item->unit && item->unit[strspn(item->unit, " ")];
    if (said || !dates->all || !dates->months)
        return H5GRAD_OK;
    return hg_error_set(
        err, H5GRAD_FAILED,
        "they look like dates written as numbers (%.0f to %.0f), and no unit says that "
        "they are none",
        item->scan.first, item->scan.last);
}

static enum h5grad_status scan_points(struct coord_variable *item, struct h5grad_error *err)
{
    struct dates dates = {.all = true};
    uint64_t extent = hg_coord_array_extent(item->array), n = size_min(extent, SCAN_POINTS);
    BASE_FREED double *x = hg_memory_aligned(n * sizeof *x);
    if (!x)
        return hg_error_memory(err, n * sizeof *x);
    enum h5grad_status status = H5GRAD_OK;
    hg_stencil_scan_start(&item->scan);
    item->scan.origin = hg_coord_array_origin(item->array);
    for (uint64_t first = 0; first < extent && !status; first += n) {
        uint64_t count = size_min(n, extent - first);
        status = hg_coord_array_read(item->array, first, count, x, err);
        if (!status)
            status = check_present(item->array, first, x, count, err);
        if (!status)
            status = hg_stencil_scan_next(&item->scan, x, count, err);
        look_for_dates(&dates, item->scan.origin, x, status ? 0 : count);
    }
    return status ? status : judge_dates(item, &dates, err);
}

/* Finds the one point at which longitudes jump back, or forth, by more than half a circle. *turn: a
 * circle, to be added from there on; 0 unless there is exactly one. */
static enum h5grad_status find_turn(const struct coord_variable *item, uint64_t *jump, double *turn,
                                    struct h5grad_error *err)
{
    const double circle = item->kind.radians ? 2 * M_PI : 360;
    const uint64_t extent = hg_coord_array_extent(item->array), n = size_min(extent, SCAN_POINTS);
    BASE_FREED double *x = hg_memory_aligned(n * sizeof *x);
    double before = NAN;
    unsigned jumps = 0;
    enum h5grad_status status = x ? H5GRAD_OK : hg_error_memory(err, n * sizeof *x);
    for (uint64_t first = 0; first < extent && !status; first += n) {
        const uint64_t count = size_min(n, extent - first);
        status = hg_coord_array_read(item->array, first, count, x, err);
        for (uint64_t i = 0; i < count && !status; i++) {
            if (fabs(x[i] - before) > circle / 2) {
                *jump = first + i;
                *turn = x[i] < before ? circle : -circle;
                jumps++;
            }
            before = x[i];
        }
    }
    if (jumps != 1)
        *turn = 0;
    return status;
}

/* Scans longitudes that are not monotonic again, without their jump from 360 to 0 or from 180 to
 * -180. reason: why they are not. */
static enum h5grad_status unwrap(struct coord_variable *item, const struct h5grad_error *reason,
                                 struct h5grad_error *err)
{
    uint64_t jump = 0;
    double turn = 0;
    enum h5grad_status status = find_turn(item, &jump, &turn, err);
    if (status)
        return status;
    if (turn != 0)
        hg_coord_array_unwrap(item->array, jump, turn);
    if (turn == 0 || item->points != COORD_ARRAY_ALL || scan_points(item, err))
        return hg_error_set(err, reason->status, "%s", reason->message);
    char *note = hg_memory_format(
        "%s%scoordinates %s go round the globe: %s %s from point %" PRIu64 " on",
        item->note ? item->note : "", item->note ? "; " : "", item->name,
        item->kind.radians ? "a circle" : "360", turn > 0 ? "is added" : "is taken away", jump);
    if (!note)
        return hg_error_memory(err, strlen(item->name));
    free(item->note);
    item->note = note;
    return H5GRAD_OK;
}

/* Whether there are only two longitudes, which are monotonic anyhow, more than half a circle apart:
 * 350 and 10. */
static bool are_two_round_globe(const struct coord_variable *item)
{
    const double half = item->kind.radians ? M_PI : 180;
    return hg_coord_array_extent(item->array) == 2 &&
           fabs(item->scan.last - item->scan.first) > half;
}

/* Sets item->nearly of coordinates that are not even: the step, if all lie on an even axis as
 * closely as their type can tell. */
static enum h5grad_status look_for_rounding(struct coord_variable *item, struct h5grad_error *err)
{
    const struct stencil_scan *scan = &item->scan;
    const uint64_t extent = hg_coord_array_extent(item->array), n = size_min(extent, SCAN_POINTS);
    const double step = extent > 1 ? (scan->last - scan->first) / (double)(extent - 1) : 0;
    const double bound = FLT_EPSILON * fmax(fabs(scan->first), fabs(scan->last));
    if (scan->even || step == 0 || !hg_coord_array_is_single(item->array))
        return H5GRAD_OK;
    BASE_FREED double *x = hg_memory_aligned(n * sizeof *x);
    enum h5grad_status status = x ? H5GRAD_OK : hg_error_memory(err, n * sizeof *x);
    bool near = true;
    for (uint64_t first = 0; first < extent && near && !status; first += n) {
        const uint64_t count = size_min(n, extent - first);
        status = hg_coord_array_read(item->array, first, count, x, err);
        for (uint64_t i = 0; i < count && near && !status; i++)
            near = fabs(x[i] - (scan->first + (double)(first + i) * step)) <= bound;
    }
    if (near && !status)
        item->nearly = step;
    return status;
}

static enum h5grad_status open_array(struct coord_store *store, struct coord_variable *item,
                                     struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    item->array = find_array(store, item, err);
    hg_leave(&guard);
    if (!item->array)
        return hg_error_status(err);
    if (!item->name)
        return hg_error_memory(err, strlen(item->key));
    const char *note = hg_coord_array_note(item->array);
    if (note && !(item->note = hg_memory_format("coordinates %s: %s", item->name, note)))
        return hg_error_memory(err, strlen(note));
    const bool cut = item->points == COORD_ARRAY_ALL && hg_coord_array_grows(item->array);
    hg_coord_array_take(item->array, cut ? COORD_ARRAY_FIRST : item->points, item->extent);
    if (hg_coord_array_extent(item->array) <= store->keep)
        store->keep -= hg_coord_array_extent(item->array);
    if (item->scale.factor > 0) {
        enum h5grad_status status = hg_coord_array_rescale(item->array, item->scale, err);
        if (status)
            return status;
    }
    struct h5grad_error reason = {.status = H5GRAD_OK};
    enum h5grad_status status = scan_points(item, &reason);
    if (item->kind.quantity == AXIS_LONGITUDE &&
        (status == H5GRAD_FAILED || (status == H5GRAD_OK && are_two_round_globe(item))))
        status = unwrap(item, &reason, err);
    else if (status)
        hg_error_set(err, status, "%s", reason.message);
    return status ? status : look_for_rounding(item, err);
}

/* The key of a coordinate variable in the store. */
struct request {
    const char *text;
    enum coord_array_points points;
    uint64_t extent;
    struct array_scale scale;
};

static struct coord_variable *add_coordinate(struct coord_store *store,
                                             const struct request *request)
{
    struct coord_variable **grown = hg_memory_more(store->item, store->n, sizeof *grown);
    if (!grown)
        return NULL;
    store->item = grown;
    struct coord_variable *item = hg_memory_zeroed(1, sizeof *item);
    if (!item || !(item->key = hg_memory_text(request->text))) {
        free(item);
        return NULL;
    }
    item->points = request->points;
    item->extent = request->extent;
    item->scale = request->scale;
    item->status = open_array(store, item, &item->error);
    store->item[store->n++] = item;
    return item;
}

static bool is_requested(const struct coord_variable *item, const struct request *request)
{
    const bool grows =
        item->array && item->points == COORD_ARRAY_ALL && hg_coord_array_grows(item->array);
    return item->points == request->points &&
           (item->points != COORD_ARRAY_FIRST || item->extent == request->extent) &&
           (!grows || hg_coord_array_extent(item->array) <= request->extent) &&
           item->scale.factor == request->scale.factor &&
           item->scale.divides == request->scale.divides && strcmp(item->key, request->text) == 0;
}

static enum h5grad_status get(struct coord_store *store, const struct request *request,
                              const struct coord_variable **out, struct h5grad_error *err)
{
    struct coord_variable *item = NULL;
    for (size_t i = 0; i < store->n && !item; i++) {
        if (is_requested(store->item[i], request))
            item = store->item[i];
    }
    if (!item && !(item = add_coordinate(store, request)))
        return hg_error_memory(err, sizeof *item);
    if (item->status)
        return hg_error_context(err, hg_error_set(err, item->status, "%s", item->error.message),
                                "coordinates %s", item->name ? item->name : request->text);
    *out = item;
    return H5GRAD_OK;
}

enum h5grad_status hg_coord_store_get(struct coord_store *store, const char *text,
                                      enum coord_array_points points, uint64_t extent,
                                      const struct coord_variable **out, struct h5grad_error *err)
{
    const struct request request = {.text = text, .points = points, .extent = extent};
    return get(store, &request, out, err);
}

enum h5grad_status hg_coord_store_rescale(struct coord_store *store,
                                          const struct coord_variable *coordinate,
                                          struct array_scale scale,
                                          const struct coord_variable **out,
                                          struct h5grad_error *err)
{
    const uint64_t extent = coordinate->points == COORD_ARRAY_ALL
                                ? hg_coord_array_extent(coordinate->array)
                                : coordinate->extent;
    const struct request request = {coordinate->key, coordinate->points, extent, scale};
    return get(store, &request, out, err);
}

hid_t hg_coord_store_file(const struct coord_store *store)
{
    return store->file;
}

static enum h5grad_status join_note(struct coord_variable *item, const char *text,
                                    struct h5grad_error *err)
{
    if (item->note && strstr(item->note, text))
        return H5GRAD_OK;
    char *both =
        hg_memory_format("%s%s%s", item->note ? item->note : "", item->note ? "; " : "", text);
    if (!both)
        return hg_error_memory(err, strlen(text));
    free(item->note);
    item->note = both;
    return H5GRAD_OK;
}

enum h5grad_status hg_coord_store_add_note(struct coord_store *store,
                                           const struct coord_variable *coordinate,
                                           struct h5grad_error *err, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    for (size_t i = 0; i < store->n; i++) {
        if (store->item[i] == coordinate)
            return join_note(store->item[i], text, err);
    }
    return H5GRAD_OK;
}

void hg_coord_store_tell(const struct coord_store *store,
                         void (*tell)(void *user, const char *note), void *user)
{
    for (size_t i = 0; i < store->n; i++) {
        if (store->item[i]->note && store->item[i]->scale.factor == 0)
            tell(user, store->item[i]->note);
    }
}

enum h5grad_status hg_coord_store_check_unchanged(struct coord_store *store,
                                                  struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < store->n && !status; i++)
        status = hg_access_check_unchanged(&store->item[i]->other, false, err);
    return status;
}

uint64_t hg_coord_store_hash_files(const struct coord_store *store, bool inodes, uint64_t start)
{
    for (size_t i = 0; i < store->n; i++)
        start = hg_manifest_hash(&store->item[i]->other.manifest, inodes, start);
    return start;
}

bool hg_coord_store_has_file(const struct coord_store *store, const struct stat *info)
{
    bool has = false;
    for (size_t i = 0; i < store->n && !has; i++)
        has = hg_manifest_has(&store->item[i]->other.manifest, info);
    return has;
}

void hg_coord_store_dates(const struct coord_store *store, struct h5_manifest_dates *dates)
{
    for (size_t i = 0; i < store->n; i++)
        hg_manifest_dates(&store->item[i]->other.manifest, dates);
}
