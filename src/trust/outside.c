/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/size.h"
#include "trust/input_driver.h"
#include "trust/virtual_mapping.h"
#include "trust/search.h"
#include "trust/virtual_caches.h"
#include "trust/driver.h"
#include "trust/open.h"
#include "libhdf5/identity.h"

#define EXTERNAL_NAME 4096 /* bytes: none that is longer can be opened */

#define MOST_LEVELS  16                  /* of sources of sources */
#define MOST_SOURCES ((uint64_t)1 << 17) /* of one dataset, with those of its sources */

#define WHOLE SIZE_MAX /* the number in access->checked of a dataset of which no gap is known */

/* One check of a dataset and its sources. */
struct check {
    struct h5_access *access;
    struct h5_access own;       /* where the file is one of the caller's, which may lead anywhere */
    uint64_t n;                 /* sources so far */
    hid_t last;                 /* the file of the last, which that of the next often is; -1 */
    struct h5grad_error reason; /* why something cannot be opened; not on the stack at each level */
    struct h5grad_error *err;
};

/* A source, or why it does not have the points of a mapping. */
struct source {
    bool there;   /* something is at one of the places where it may be */
    bool file;    /* and is an HDF5 file */
    bool dataset; /* that has the dataset */
    bool unfit;   /* of which libhdf5 would make an error or nonsense, and not the fill value */
    char *why;    /* NULL: all is well */
    int rank;
    hsize_t extent[H5S_MAX_RANK];
};

/* A dataset whose points lie elsewhere, and what is found of them. */
struct site {
    const struct site *above; /* the virtual dataset that it is a source of; NULL */
    unsigned depth;
    struct h5_identity identity;
    hid_t dataset, creation, type;
    int rank;
    hid_t files, datasets; /* how to open them */
    struct h5_search search;
    size_t n;                /* mappings */
    uint64_t parts, missing; /* mappings, blocks or external files, and those without points */
    char *first;             /* which is missing first, and why */
    char *end;               /* the numbered source that would come next, and why it does not */
    uint64_t *points;        /* of each mapping without end: how many its source has; UINT64_MAX */
    bool grows[H5S_MAX_RANK];
    hsize_t extent[H5S_MAX_RANK]; /* along axes that grow */
};

static enum h5grad_status check_dataset(struct check *check, hid_t dataset,
                                        const struct site *above);

/* ------------------------------------------------------------------------------ what is missing */

/* A part of the dataset has no points; text, which is taken, says which part and why. */
static enum h5grad_status lose(struct check *check, struct site *site, char *text)
{
    if (!text)
        return hg_error_memory(check->err, sizeof *site);
    site->missing++;
    if (site->first)
        free(text);
    else
        site->first = text;
    return H5GRAD_OK;
}

/* "source FILE:DATASET of points 0..3: WHY", in new memory. */
static char *describe_part(const struct h5_mapping *mapping, uint64_t block, const char *file,
                           const char *dataset, const char *why)
{
    char place[512];
    hg_mapping_place(mapping, block, place, sizeof place);
    return hg_memory_format("source %s:%s%s of %s: %s", file, *dataset == '/' ? "" : "/", dataset,
                            place, why);
}

static const struct h5_gap *find_gap(const struct h5_access *access,
                                     const struct h5_identity *identity)
{
    const size_t *number = hg_set_find(&access->checked, identity);
    return number && *number != WHOLE ? &access->gap[*number] : NULL;
}

/* Takes note of what is to be said of a dataset; text, which is taken, is NULL when no memory was
 * left for it. */
static enum h5grad_status add_gap(struct check *check, const struct site *site, char *text)
{
    struct h5_access *access = check->access;
    size_t bytes = (access->n_gaps + 1) * sizeof *access->gap;
    struct h5_gap *grown = text ? realloc(access->gap, bytes) : NULL;
    if (!grown) {
        free(text);
        return hg_error_memory(check->err, bytes);
    }
    access->gap = grown;
    bool files = H5Pget_layout(site->creation) != H5D_VIRTUAL;
    grown[access->n_gaps] = (struct h5_gap){
        .text = text,
        .missing = site->missing > 0,
        .external = files && site->missing > 0,
    };
    return hg_set_add(&access->checked, &site->identity, access->n_gaps++, NULL, check->err);
}

/* How much shorter than when it was closed the sources let the dataset be, or that they let it be
 * empty, in new memory; *shorter: whether that is so. */
static char *describe_end(const struct site *site, bool *shorter)
{
    hsize_t stored[H5S_MAX_RANK];
    hid_t space = site->n > 0 ? H5Pget_virtual_vspace(site->creation, 0) : -1;
    int rank = space < 0 ? 0 : H5Sget_simple_extent_dims(space, stored, NULL);
    hg_close(space);
    for (int k = 0; k < rank; k++) {
        uint64_t points = site->extent[k];
        const char *why = site->end;
        *shorter = site->grows[k] && (points < stored[k] || points == 0);
        if (*shorter && points < stored[k])
            return hg_memory_format(
                "it has only %" PRIu64 " of %" PRIu64 " points along axis %d%s%s", points,
                (uint64_t)stored[k], k, why ? ": " : "", why ? why : "");
        if (*shorter)
            return hg_memory_format("it has no points along axis %d%s%s", k, why ? ": " : "",
                                    why ? why : "");
    }
    return NULL;
}

static enum h5grad_status conclude(struct check *check, const struct site *site)
{
    bool shorter = false;
    bool files = H5Pget_layout(site->creation) != H5D_VIRTUAL;
    char *end = describe_end(site, &shorter), *text = end;
    if (site->missing > 0 && site->parts > 1)
        text = hg_memory_format("%s (%" PRIu64 " of %" PRIu64 " %s)%s%s", site->first,
                                site->missing, site->parts, files ? "files" : "sources",
                                end ? "; " : "", end ? end : "");
    else if (site->missing > 0)
        text = hg_memory_format("%s%s%s", site->first, end ? "; " : "", end ? end : "");
    if (text != end)
        free(end);
    if (site->missing > 0 || shorter)
        return add_gap(check, site, text);
    return hg_set_add(&check->access->checked, &site->identity, WHOLE, NULL, check->err);
}

/* ------------------------------------------------------------------------------- external files */

/* libhdf5 opens these by itself: a pipe or a device would block or be consumed, and the driver does
 * not note what they are. */
static enum h5grad_status check_raw(struct check *check, struct site *site, const char *name,
                                    const char *path, uint64_t end)
{
    struct stat info;
    int place = hg_access_find(check->access, path, &info, &check->reason);
    uint64_t size = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    hg_access_note(check->access, path);
    site->parts++;
    if (place < 0 && info.st_mode != 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "its external file %s: %s", name,
                            check->reason.message);
    if (place >= 0) {
        close(place);
        if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
            return size >= end ? H5GRAD_OK
                               : lose(check, site,
                                      hg_memory_format("its external file %s has %" PRIu64
                                                       " bytes, less than %" PRIu64,
                                                       name, size, end));
        hg_error_errno(&check->reason, errno, "cannot be read");
    }
    return lose(check, site,
                hg_memory_format("its external file %s: %s", name, check->reason.message));
}

/* *left: bytes of the dataset that are in this file and those behind it. name has room for one that
 * can be opened. */
static enum h5grad_status check_external_file(struct check *check, struct site *site,
                                              unsigned number, char *name, uint64_t *left)
{
    off_t offset;
    hsize_t size;
    uint64_t end;
    if (H5Pget_external(site->creation, number, EXTERNAL_NAME - 1, name, &offset, &size) < 0 ||
        offset < 0)
        return hg_hdf5_error(check->err, "cannot read the external files");
    uint64_t bytes = size_min(size, *left);
    *left -= bytes;
    if (!size_add((uint64_t)offset, bytes, &end))
        end = UINT64_MAX;
    char *path = hg_search_external(&site->search, name);
    enum h5grad_status status = path ? check_raw(check, site, name, path, bytes > 0 ? end : 0)
                                     : hg_error_memory(check->err, EXTERNAL_NAME);
    free(path);
    return status;
}

static uint64_t count_bytes(const struct site *site)
{
    uint64_t bytes = UINT64_MAX;
    hid_t space = H5Dget_space(site->dataset);
    hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (points >= 0 && !size_mul((uint64_t)points, H5Tget_size(site->type), &bytes))
        bytes = UINT64_MAX;
    hg_close(space);
    return bytes;
}

static enum h5grad_status check_external(struct check *check, struct site *site)
{
    int n = H5Pget_external_count(site->creation);
    if (n <= 0)
        return H5GRAD_OK;
    uint64_t left = count_bytes(site);
    enum h5grad_status status = H5GRAD_OK;
    char *name = hg_memory_zeroed(EXTERNAL_NAME, 1); /* not on the stack at each level of sources */
    if (!name)
        status = hg_error_memory(check->err, EXTERNAL_NAME);
    for (int i = 0; i < n && !status; i++)
        status = check_external_file(check, site, (unsigned)i, name, &left);
    free(name);
    return status;
}

/* -------------------------------------------------------------------------------------- sources */

/* What a name stands for, in new memory: "%b" for the number of a block, "%%" for "%". */
static char *fill_in(const char *name, uint64_t block)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (const char *p = name; *p; p++) {
        if (p[0] == '%' && p[1] == 'b') {
            fprintf(out, "%" PRIu64, block);
            p++;
        } else {
            putc(*p, out);
            p += p[0] == '%' && p[1] == '%';
        }
    }
    if (hg_memory_close_stream(out))
        return text;
    free(text);
    return NULL;
}

/* Of several reasons the first counts that something is there for. */
static enum h5grad_status explain(struct check *check, struct source *source, bool there,
                                  const char *why)
{
    if (source->why && (source->there || !there))
        return H5GRAD_OK;
    free(source->why);
    source->there = there;
    source->why = hg_memory_text(why);
    return source->why ? H5GRAD_OK : hg_error_memory(check->err, strlen(why));
}

/* Looking for a file: the first that opens is the one that libhdf5 takes. */
struct hunt {
    struct check *check;
    const struct site *site;
    struct source *source;
    enum h5_search_kind kind;
    hid_t file; /* -1: not found */
};

static enum h5grad_status try_path(void *user, const char *path, bool *done,
                                   struct h5grad_error *err)
{
    struct hunt *hunt = user;
    struct check *check = hunt->check;
    struct stat info;
    if (hunt->kind == H5_SEARCH_SOURCE)
        hg_access_note(check->access, path);
    int place = hg_access_find(check->access, path, &info, &check->reason);
    if (place < 0 && check->access->refused[0] != '\0')
        return hg_access_check(check->access, err);
    if (place < 0)
        return explain(check, hunt->source, info.st_mode != 0, check->reason.message);
    close(place);
    hunt->file = hg_open_to_judge(check->access, path, &info, hunt->site->files, &check->reason);
    *done = hunt->file >= 0;
    if (*done)
        return H5GRAD_OK;
    return explain(check, hunt->source, true, check->reason.message);
}

static enum h5grad_status find_file(struct check *check, const struct site *site,
                                    enum h5_search_kind kind, const char *name,
                                    struct source *source, hid_t *file)
{
    struct hunt hunt = {check, site, source, kind, -1};
    check->access->refused[0] = '\0';
    enum h5grad_status status = hg_search(&site->search, kind, name, try_path, &hunt, check->err);
    *file = hunt.file;
    return status;
}

/* Whether libhdf5 can make points of a type into those of the virtual dataset: of compounds it
 * takes the members that both have, and leaves the others as they are. */
static bool can_convert(hid_t from, hid_t to)
{
    H5T_cdata_t *data;
    bool can = H5Tget_class(from) == H5Tget_class(to) || H5Tfind(from, to, &data);
    int members = can && H5Tget_class(to) == H5T_COMPOUND ? H5Tget_nmembers(to) : 0;
    for (int i = 0; i < members && can; i++) {
        char *name = H5Tget_member_name(to, (unsigned)i);
        can = name && H5Tget_member_index(from, name) >= 0;
        H5free_memory(name);
    }
    H5Eclear2(H5E_DEFAULT);
    return can;
}

/* Of a source of another rank any axis may be that of any other. */
static void note_chunk(struct h5_access *access, hid_t dataset, const struct site *site)
{
    hsize_t chunk[H5S_MAX_RANK];
    hid_t creation = H5Dget_create_plist(dataset);
    int rank = 0;
    if (creation >= 0 && H5Pget_layout(creation) == H5D_CHUNKED)
        rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
    hg_close(creation);
    for (int k = 0; k < site->rank && rank > 0; k++) {
        uint64_t least = chunk[k < rank ? rank - 1 - k : 0];
        for (int i = 0; i < rank && rank != site->rank; i++)
            least = size_min(least, chunk[i]);
        uint64_t *known = &access->source_chunk[k];
        *known = *known > 0 ? size_min(*known, least) : least;
    }
}

/* Extents and type of a source that has passed the check, and what it is missing itself. */
static enum h5grad_status describe_source(struct check *check, const struct site *site,
                                          hid_t dataset, struct source *source)
{
    struct h5_identity identity;
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    bool known = space >= 0 && type >= 0 && hg_identify_lasting(dataset, &identity);
    source->rank = known ? H5Sget_simple_extent_dims(space, source->extent, NULL) : -1;
    bool other = known && !can_convert(type, site->type);
    const struct h5_gap *gap = known ? find_gap(check->access, &identity) : NULL;
    const char *why = NULL;
    source->unfit = other || (gap && gap->external);
    if (source->rank < 0)
        why = "cannot be described";
    else if (other)
        why = "has points of another type";
    else if (gap && gap->missing)
        why = gap->text;
    hg_close(type);
    hg_close(space);
    note_chunk(check->access, dataset, site);
    return why ? explain(check, source, true, why) : H5GRAD_OK;
}

static enum h5grad_status look_in_file(struct check *check, const struct site *site, hid_t file,
                                       const char *name, struct source *source)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t dataset = H5Dopen2(file, name, site->datasets);
    source->there = source->file = true;
    source->dataset = dataset >= 0;
    free(source->why);
    source->why = NULL;
    if (dataset >= 0 && !(status = check_dataset(check, dataset, site)))
        status = describe_source(check, site, dataset, source);
    if (dataset < 0) {
        hg_hdf5_error(&check->reason, "cannot be opened");
        status = hg_access_check(check->access, check->err); /* a link that leads outside */
        if (!status)
            status = explain(check, source, true, check->reason.message);
    }
    hg_close(dataset);
    return status;
}

/* Looks for a dataset of a file; source->why is due to be freed. */
static enum h5grad_status look(struct check *check, const struct site *site, const char *file,
                               const char *name, struct source *source)
{
    hid_t id = -1;
    enum h5grad_status status = H5GRAD_OK;
    *source = (struct source){.rank = -1};
    check->access->refused[0] = '\0';
    if (check->n++ == MOST_SOURCES)
        return hg_error_set(check->err, H5GRAD_FAILED, "has more than %" PRIu64 " sources",
                            MOST_SOURCES);
    bool own = strcmp(file, ".") == 0;
    if (own)
        id = H5Iget_file_id(site->dataset);
    else
        status = find_file(check, site, H5_SEARCH_SOURCE, file, source, &id);
    if (!status && id >= 0)
        status = look_in_file(check, site, id, name, source);
    if (status && id >= 0)
        hg_error_context(check->err, status, "source %s:%s%s", file, *name == '/' ? "" : "/", name);
    if (id >= 0) {
        hg_close(check->last);
        check->last = id;
    }
    return status;
}

/* ------------------------------------------------------------------------------------- mappings */

/* What a source that was looked for means for a mapping, or for a block of it. */
static enum h5grad_status judge(struct check *check, struct site *site,
                                const struct h5_mapping *mapping, uint64_t block,
                                const char *const *name, const struct source *source)
{
    enum h5grad_status status = H5GRAD_OK;
    char *misfit = source->why ? NULL : hg_mapping_misfit(mapping, source->rank, source->extent);
    const char *why = misfit ? misfit : source->why;
    site->parts++;
    if (why && (misfit || source->unfit)) {
        char *text = describe_part(mapping, block, name[0], name[1], why);
        status = text ? hg_error_set(check->err, H5GRAD_FAILED, "%s", text)
                      : hg_error_memory(check->err, strlen(why));
        free(text);
    } else if (why) {
        status = lose(check, site, describe_part(mapping, block, name[0], name[1], why));
    }
    free(misfit);
    return status;
}

static void extend(struct site *site, int axis, uint64_t end)
{
    site->grows[axis] = true;
    site->extent[axis] = size_max(site->extent[axis], end);
}

/* Whether all blocks of a mapping have the same source, since libhdf5 drops the folder of what is
 * not there: it would look for more of them without end. */
static bool is_endless(const struct h5_mapping *mapping, const char *file)
{
    const char *pattern = mapping->file;
    return *pattern == '/' && !strstr(strrchr(pattern, '/'), "%b") &&
           !strstr(mapping->dataset, "%b") && faccessat(AT_FDCWD, file, F_OK, 0) != 0;
}

/* A block of a numbered mapping. *absent: how many in a row are not there, this one among them. */
static enum h5grad_status check_block(struct check *check, struct site *site,
                                      const struct h5_mapping *mapping, uint64_t block,
                                      uint64_t *absent)
{
    const struct h5_run *run = &mapping->run;
    char *file = fill_in(mapping->file, block), *dataset = fill_in(mapping->dataset, block);
    const char *const name[] = {file, dataset};
    struct source source = {.why = NULL};
    enum h5grad_status status = file && dataset
                                    ? look(check, site, file, dataset, &source)
                                    : hg_error_memory(check->err, strlen(mapping->file));
    bool numbered = strstr(mapping->dataset, "%b") != NULL;
    uint64_t points;
    if (!status && !source.dataset && (!source.there || (source.file && numbered))) {
        if (++*absent == 1) {
            free(site->end);
            site->end = describe_part(mapping, block, file, dataset, source.why);
        }
        if (!site->end)
            status = hg_error_memory(check->err, sizeof *site);
    } else if (!status && source.dataset && is_endless(mapping, file)) {
        status = hg_error_set(check->err, H5GRAD_FAILED, "has sources without end");
    } else if (!status) {
        for (; *absent > 0 && !status; --*absent, site->parts++)
            status = lose(check, site, hg_memory_text(site->end));
        if (!status)
            status = judge(check, site, mapping, block, name, &source);
        if (source.dataset && size_mul(block + 1, run->block, &points))
            extend(site, run->axis, hg_run_end(run, points));
    }
    free(source.why);
    free(dataset);
    free(file);
    return status;
}

/* libhdf5 looks for numbered sources until there is none; some more are looked for here, since one
 * in between may be missing. */
static enum h5grad_status check_numbered(struct check *check, struct site *site,
                                         const struct h5_mapping *mapping)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t absent = 0;
    if (mapping->run.axis < 0 || mapping->run.block == UINT64_MAX || mapping->source_run.axis >= 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "has numbered sources, but not for blocks");
    extend(site, mapping->run.axis, 0);
    for (uint64_t block = 0; absent <= H5_VIRTUAL_GAP && !status; block++)
        status = check_block(check, site, mapping, block, &absent);
    return status;
}

/* The source that was looked for last, which is often that of the next mapping, too. */
struct latest {
    char *file, *dataset; /* NULL: none */
    struct source source;
};

static void forget(struct latest *latest)
{
    free(latest->file);
    free(latest->dataset);
    free(latest->source.why);
    *latest = (struct latest){.file = NULL};
}

static enum h5grad_status look_again(struct check *check, const struct site *site,
                                     const struct h5_mapping *mapping, struct latest *latest)
{
    if (latest->file && strcmp(latest->file, mapping->file) == 0 &&
        strcmp(latest->dataset, mapping->dataset) == 0)
        return H5GRAD_OK;
    forget(latest);
    char *file = fill_in(mapping->file, 0), *dataset = fill_in(mapping->dataset, 0);
    latest->file = hg_memory_text(mapping->file);
    latest->dataset = hg_memory_text(mapping->dataset);
    enum h5grad_status status = file && dataset && latest->file && latest->dataset
                                    ? look(check, site, file, dataset, &latest->source)
                                    : hg_error_memory(check->err, strlen(mapping->file));
    free(dataset);
    free(file);
    return status;
}

static enum h5grad_status check_plain(struct check *check, struct site *site, size_t i,
                                      const struct h5_mapping *mapping, struct latest *latest)
{
    const struct source *source = &latest->source;
    const struct h5_run *run = &mapping->run, *from = &mapping->source_run;
    const char *const name[] = {mapping->file, mapping->dataset};
    if (run->axis >= 0 && from->axis < 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "has sources without end");
    enum h5grad_status status = look_again(check, site, mapping, latest);
    if (!status)
        status = judge(check, site, mapping, 0, name, source);
    if (status || run->axis < 0)
        return status;
    if (!site->points && !(site->points = hg_memory_zeroed(site->n, sizeof *site->points)))
        return hg_error_memory(check->err, site->n * sizeof *site->points);
    site->points[i] = source->dataset ? hg_run_count(from, source->extent[from->axis]) : UINT64_MAX;
    extend(site, run->axis, source->dataset ? hg_run_end(run, site->points[i]) : 0);
    return H5GRAD_OK;
}

static enum h5grad_status check_mapping(struct check *check, struct site *site, size_t i,
                                        struct latest *latest)
{
    struct h5_mapping mapping;
    hsize_t end[H5S_MAX_RANK];
    enum h5grad_status status = hg_mapping_read(site->creation, i, &mapping, check->err);
    if (!status) {
        hg_mapping_ends(&mapping, end);
        for (int k = 0; k < mapping.rank; k++)
            site->extent[k] = size_max(site->extent[k], end[k]);
        status = hg_mapping_is_numbered(&mapping) ? check_numbered(check, site, &mapping)
                                                  : check_plain(check, site, i, &mapping, latest);
    }
    hg_mapping_free(&mapping);
    return status;
}

/* The dataset is as long as the longest of its sources without end makes it: others have too few
 * points then. */
static enum h5grad_status check_length(struct check *check, struct site *site, size_t i)
{
    struct h5_mapping mapping;
    enum h5grad_status status = hg_mapping_read(site->creation, i, &mapping, check->err);
    int axis = mapping.run.axis;
    if (!status && axis >= 0 && site->points[i] != UINT64_MAX) {
        uint64_t wanted = hg_run_count(&mapping.run, site->extent[axis]);
        char why[128];
        snprintf(why, sizeof why, "has points for %" PRIu64 " along axis %d, not for %" PRIu64,
                 site->points[i], axis, wanted);
        if (site->points[i] < wanted)
            status =
                lose(check, site, describe_part(&mapping, 0, mapping.file, mapping.dataset, why));
    }
    hg_mapping_free(&mapping);
    return status;
}

static enum h5grad_status check_sources(struct check *check, struct site *site)
{
    struct latest latest = {.file = NULL};
    enum h5grad_status status = H5GRAD_OK;
    if (H5Pget_virtual_count(site->creation, &site->n) < 0)
        return hg_hdf5_error(check->err, "cannot read the sources of the virtual dataset");
    if (site->depth == MOST_LEVELS)
        return hg_error_set(check->err, H5GRAD_FAILED,
                            "virtual datasets are nested more than %d deep", MOST_LEVELS);
    for (size_t i = 0; i < site->n && !status; i++)
        status = check_mapping(check, site, i, &latest);
    for (size_t i = 0; i < site->n && site->points && !status; i++)
        status = check_length(check, site, i);
    forget(&latest);
    return status;
}

/* ------------------------------------------------------------------------------------- datasets */

/* The rank of a virtual dataset; H5Dget_space would open its sources to tell it. */
static int virtual_rank(hid_t creation)
{
    size_t mappings = 0;
    hid_t space = H5Pget_virtual_count(creation, &mappings) >= 0 && mappings > 0
                      ? H5Pget_virtual_vspace(creation, 0)
                      : -1;
    int rank = space < 0 ? 0 : H5Sget_simple_extent_ndims(space);
    hg_close(space);
    return rank;
}

static bool open_site(const struct check *check, struct site *site)
{
    hid_t file = H5Iget_file_id(site->dataset);
    site->type = H5Dget_type(site->dataset);
    site->files = file < 0 ? -1 : H5Fget_access_plist(file);
    site->datasets = H5Pcreate(H5P_DATASET_ACCESS);
    hg_close(file);
    return hg_search_open(site->dataset, &site->search) && site->type >= 0 && site->files >= 0 &&
           site->datasets >= 0 && hg_virtual_choose_gap(site->datasets, check->access);
}

static void close_site(struct site *site)
{
    hg_close(site->datasets);
    hg_close(site->files);
    hg_close(site->type);
    hg_search_close(&site->search);
    free(site->first);
    free(site->end);
    free(site->points);
}

/* libhdf5 would follow a circle until the stack is full. */
static bool is_above(const struct site *site)
{
    for (const struct site *above = site->above; above; above = above->above) {
        if (hg_same(&above->identity, &site->identity))
            return true;
    }
    return false;
}

static enum h5grad_status check_elsewhere(struct check *check, hid_t dataset, hid_t creation,
                                          const struct site *above)
{
    struct site site = {
        .above = above,
        .depth = above ? above->depth + 1 : 0,
        .dataset = dataset,
        .creation = creation,
        .type = -1,
        .files = -1,
        .datasets = -1,
    };
    if (!hg_identify_lasting(dataset, &site.identity))
        return hg_hdf5_error(check->err, "cannot be identified");
    if (hg_set_find(&check->access->checked, &site.identity))
        return H5GRAD_OK;
    if (is_above(&site))
        return hg_error_set(check->err, H5GRAD_FAILED, "is among its own sources");
    enum h5grad_status status = H5GRAD_OK;
    if (!open_site(check, &site))
        status = hg_hdf5_error(check->err, "its file cannot be described");
    if (!status)
        status = check_external(check, &site);
    if (!status && H5Pget_layout(creation) == H5D_VIRTUAL) {
        site.rank = virtual_rank(creation);
        status = check_sources(check, &site);
    }
    if (!status)
        status = conclude(check, &site);
    close_site(&site);
    return status;
}

/* libhdf5 reads external files of a dataset that has some whatever its layout. */
static enum h5grad_status check_dataset(struct check *check, hid_t dataset,
                                        const struct site *above)
{
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0)
        return hg_hdf5_error(check->err, "cannot read the layout");
    enum h5grad_status status = H5GRAD_OK;
    if (H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) != 0) {
        if (!check->access)
            check->access = hg_input_access(dataset);
        if (!check->access)
            check->access = &check->own;
        check->access->looking = true;
        status = check_elsewhere(check, dataset, creation, above);
    }
    hg_close(creation);
    return status;
}

static enum h5grad_status refuse(const struct h5_gap *gap, struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s: --allow-missing-sources takes the fill value for what is missing",
                        gap->text);
}

enum h5grad_status hg_check_outside(hid_t dataset, struct h5grad_error *err)
{
    struct check check = {.own = {.follow_external = true}, .last = -1, .err = err};
    enum h5grad_status status = check_dataset(&check, dataset, NULL);
    hg_close(check.last);
    if (!check.access)
        return status;
    check.access->looking = false;
    check.access->refused[0] = '\0';
    if (check.access == &check.own) {
        if (!status && check.own.n_gaps > 0 && check.own.gap[check.own.n_gaps - 1].missing)
            status =
                hg_error_set(err, H5GRAD_FAILED, "%s", check.own.gap[check.own.n_gaps - 1].text);
        hg_access_free(&check.own);
    }
    return status;
}

static const struct h5_gap *gap_of(hid_t dataset, const struct h5_access *access)
{
    struct h5_identity identity;
    return access && access->n_gaps > 0 && hg_identify_lasting(dataset, &identity)
               ? find_gap(access, &identity)
               : NULL;
}

enum h5grad_status hg_check_whole(hid_t dataset, struct h5grad_error *err)
{
    const struct h5_access *access = hg_input_access(dataset);
    const struct h5_gap *gap = gap_of(dataset, access);
    return gap && gap->missing && !access->allow_missing ? refuse(gap, err) : H5GRAD_OK;
}

bool hg_lacks_external(hid_t dataset)
{
    const struct h5_gap *gap = gap_of(dataset, hg_input_access(dataset));
    return gap && gap->external;
}

char *hg_missing_text(hid_t dataset)
{
    const struct h5_gap *gap = gap_of(dataset, hg_input_access(dataset));
    return gap ? hg_memory_format("%s%s", gap->text,
                                  gap->missing ? ": its fill value is taken for what is missing"
                                               : "")
               : NULL;
}

/* The source of a mapping, or of its first block; -1. */
static hid_t open_source(struct check *check, const struct site *site, size_t i)
{
    struct h5_mapping mapping;
    struct source source = {.why = NULL};
    hid_t id = -1, dataset = -1;
    if (hg_mapping_read(site->creation, i, &mapping, check->err) == H5GRAD_OK) {
        char *file = fill_in(mapping.file, 0), *name = fill_in(mapping.dataset, 0);
        if (!file || !name)
            hg_note_no_memory();
        else if (strcmp(file, ".") == 0)
            id = H5Iget_file_id(site->dataset);
        else if (find_file(check, site, H5_SEARCH_SOURCE, file, &source, &id) == H5GRAD_NO_MEMORY)
            hg_note_no_memory();
        dataset = id < 0 ? -1 : H5Dopen2(id, name, site->datasets);
        free(name);
        free(file);
    }
    hg_mapping_free(&mapping);
    hg_close(id);
    free(source.why);
    return dataset;
}

hid_t hg_open_source(hid_t dataset)
{
    struct check check = {.own = {.follow_external = true}, .last = -1, .err = &check.reason};
    struct site site = {.dataset = dataset,
                        .creation = H5Dget_create_plist(dataset),
                        .files = -1,
                        .datasets = -1,
                        .type = -1};
    hid_t source = -1;
    bool virtual = site.creation >= 0 && H5Pget_layout(site.creation) == H5D_VIRTUAL &&
                   H5Pget_virtual_count(site.creation, &site.n) >= 0;
    check.access = hg_input_access(dataset);
    if (!check.access)
        check.access = &check.own;
    check.access->looking = true;
    if (virtual && open_site(&check, &site)) {
        for (size_t i = 0; i < site.n && source < 0; i++)
            source = open_source(&check, &site, i);
    }
    check.access->looking = false;
    check.access->refused[0] = '\0';
    H5Eclear2(H5E_DEFAULT);
    hg_access_free(&check.own);
    close_site(&site);
    hg_close(site.creation);
    return source;
}

enum h5grad_status hg_explain_link(struct h5_access *access, hid_t group, const char *file,
                                   const char *path, struct h5grad_error *err)
{
    struct check check = {.access = access, .last = -1, .err = err};
    struct site site = {.dataset = group, .files = -1, .datasets = -1, .type = -1};
    struct source source = {.why = NULL};
    hid_t found = -1, owner = H5Iget_file_id(group);
    enum h5grad_status status = H5GRAD_OK;
    site.files = owner < 0 ? -1 : H5Fget_access_plist(owner);
    access->looking = true;
    if (site.files >= 0 && hg_search_open(group, &site.search))
        status = find_file(&check, &site, H5_SEARCH_LINK, file, &source, &found);
    access->looking = false;
    access->refused[0] = '\0';
    if (!status)
        status = hg_error_set(err, H5GRAD_FAILED, "is an external link to %s in %s: %s", path, file,
                              found >= 0   ? "no such object"
                              : source.why ? source.why
                                           : "not found");
    hg_close(found);
    hg_close(owner);
    free(source.why);
    close_site(&site);
    return status;
}
