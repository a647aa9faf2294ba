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
#include "libhdf5/identity.h"
#include "trust/external.h"
#include "trust/input_driver.h"
#include "trust/open.h"
#include "trust/search.h"
#include "trust/virtual_mapping.h"

#define MOST_LEVELS  16                  /* of nested sources */
#define MOST_SOURCES ((uint64_t)1 << 17) /* of a dataset, including those of its sources */

/* Number of missing numbered sources in a row after which the dataset ends. */
#define GAP 16

/* One check of a dataset and its sources. */
struct check {
    struct h5_access *access; /* NULL until there is something to check */
    struct h5_access own;     /* used if the caller opened the file, which may then lead anywhere */
    uint64_t n;               /* sources so far */
    hid_t last;               /* file of the last source, often that of the next, too; -1 */
    struct h5grad_error reason; /* why something cannot be opened; kept off the stack */
    struct h5grad_error *err;
};

/* A source of a mapping, or why it is unusable. */
struct source {
    char *file, *dataset; /* as in the mapping; NULL: none */
    char *path; /* of the file that was found; NULL: none, or the virtual dataset's file */
    enum {
        ABSENT,
        PATH_EXISTS,  /* at one of its paths, whatever it is */
        FILE_OPENED,  /* it is an HDF5 file */
        DATASET_FOUND /* in that file */
    } state;
    bool unfit; /* libhdf5 would fail or read nonsense instead of the fill value */
    char *why;  /* NULL: the source is usable */
    int rank;
    hsize_t extent[H5S_MAX_RANK];
};

/* A dataset whose points lie in other files, during its check. */
struct outside_dataset {
    const struct outside_dataset
        *above; /* the virtual dataset of which this is a source; may be NULL */
    unsigned depth;
    struct h5_identity identity;
    hid_t dataset, creation, type;
    bool virtual;
    hid_t files, datasets; /* access lists for opening them */
    struct h5_search search;
    struct source source;    /* the last one looked up: adjacent mappings often share it */
    size_t n;                /* number of mappings */
    uint64_t parts, missing; /* mappings, blocks or external files, and those missing */
    char *end;               /* the first numbered source that is missing, and why */
    uint64_t *points;        /* per unlimited mapping: extent of its source; else UINT64_MAX */
    int rank;                /* of the virtual dataset when it was closed */
    hsize_t stored[H5S_MAX_RANK];
    bool grows[H5S_MAX_RANK];
    hsize_t extent[H5S_MAX_RANK]; /* along unlimited axes */
    struct h5_outside found;      /* the result, with the first missing part */
};

static enum h5grad_status check_dataset(struct check *check, hid_t dataset,
                                        const struct outside_dataset *above);

/* ------------------------------------------------------------------------------ what is missing */

/* Counts a part of the dataset as missing. Takes ownership of text, which names the part and the
 * reason. */
static enum h5grad_status add_missing(struct check *check, struct outside_dataset *site, char *text)
{
    if (!text)
        return hg_error_memory(check->err, sizeof *site);
    site->missing++;
    if (site->found.text)
        free(text);
    else
        site->found.text = text;
    return H5GRAD_OK;
}

/* Returns the result of a dataset's check; NULL if its points lie in its own file or it was not
 * checked. */
static const struct h5_outside *find_outside(const struct h5_access *access, hid_t dataset)
{
    struct h5_identity identity;
    bool known = access && access->n_outside > 0 && hg_identify_lasting(dataset, &identity);
    const size_t *number = known ? hg_set_find(&access->checked, &identity) : NULL;
    return number ? &access->outside[*number] : NULL;
}

/* Says, in new memory, that the sources make the dataset shorter than when it was closed, or empty;
 * *shorter: they do. */
static char *describe_end(const struct outside_dataset *site, bool *shorter)
{
    for (int k = 0; k < site->rank; k++) {
        char left[96] = "no points";
        uint64_t points = site->extent[k], stored = site->stored[k];
        if (!site->grows[k] || (points >= stored && points > 0))
            continue;
        *shorter = true;
        if (points < stored)
            snprintf(left, sizeof left, "only %" PRIu64 " of %" PRIu64 " points", points, stored);
        return hg_memory_format("it has %s along axis %d%s%s", left, k, site->end ? ": " : "",
                                site->end ? site->end : "");
    }
    return NULL;
}

/* Completes the result of the check; false if allocation fails. */
static bool describe_missing(struct outside_dataset *site)
{
    bool shorter = false;
    char count[96] = "";
    struct h5_outside *found = &site->found;
    BASE_FREED char *end = describe_end(site, &shorter), *first = found->text;
    found->text = NULL;
    found->missing = site->missing > 0;
    found->external = found->missing && !site->virtual;
    if (found->missing && site->parts > 1)
        snprintf(count, sizeof count, " (%" PRIu64 " of %" PRIu64 " %s)", site->missing,
                 site->parts, site->virtual ? "sources" : "files");
    if (found->missing || end)
        found->text = hg_memory_format("%s%s%s%s", first ? first : "", count,
                                       first && end ? "; " : "", end ? end : "");
    return found->text || !(found->missing || shorter);
}

static enum h5grad_status conclude_check(struct check *check, struct outside_dataset *site)
{
    struct h5_access *access = check->access;
    struct h5_outside *more = describe_missing(site)
                                  ? hg_memory_more(access->outside, access->n_outside, sizeof *more)
                                  : NULL;
    if (!more)
        return hg_error_memory(check->err, sizeof *site);
    access->outside = more;
    more[access->n_outside] = site->found;
    access->lacks_external = access->lacks_external || site->found.external;
    site->found = (struct h5_outside){.text = NULL};
    return hg_set_add(&access->checked, &site->identity, access->n_outside++, NULL, check->err);
}

/* ------------------------------------------------------------------------------- external files */

/* Checks a file that libhdf5 opens without our driver, so nothing could refuse pipes and devices or
 * record what was read. end: where the dataset's bytes end in the file. */
static enum h5grad_status check_external_file(struct check *check, struct outside_dataset *site,
                                              const struct h5_external *file, uint64_t end)
{
    struct stat info;
    int place = hg_access_find(check->access, file->path, &info, &check->reason);
    uint64_t size = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    hg_access_note(check->access, file->path);
    site->parts++;
    if (place < 0 && info.st_mode != 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "its external file %s: %s", file->name,
                            check->reason.message);
    if (place >= 0) {
        close(place);
        if (faccessat(AT_FDCWD, file->path, R_OK, AT_EACCESS) == 0)
            return size >= end ? H5GRAD_OK
                               : add_missing(check, site,
                                             hg_memory_format("its external file %s has %" PRIu64
                                                              " bytes, less than %" PRIu64,
                                                              file->name, size, end));
        hg_error_errno(&check->reason, errno, "cannot be read");
    }
    return add_missing(
        check, site,
        hg_memory_format("its external file %s: %s", file->name, check->reason.message));
}

static uint64_t count_bytes(const struct outside_dataset *site)
{
    uint64_t bytes;
    H5_CLOSED hid_t space = H5Dget_space(site->dataset);
    hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    return points >= 0 && size_mul((uint64_t)points, H5Tget_size(site->type), &bytes) ? bytes
                                                                                      : UINT64_MAX;
}

static enum h5grad_status check_external(struct check *check, struct outside_dataset *site)
{
    int n = H5Pget_external_count(site->creation);
    const uint64_t bytes = n > 0 ? count_bytes(site) : 0;
    uint64_t at = 0, end;
    enum h5grad_status status = H5GRAD_OK;
    for (int i = 0; i < n && !status; i++) {
        struct h5_external file;
        status = hg_external_get(site->creation, (unsigned)i, &site->search, &file, check->err);
        uint64_t here = size_min(file.bytes, bytes - at);
        at += here;
        if (!size_add(file.offset, here, &end))
            end = UINT64_MAX;
        if (!status)
            status = check_external_file(check, site, &file, here > 0 ? end : 0);
        free(file.path);
    }
    return status;
}

/* -------------------------------------------------------------------------------------- sources */

static void forget_source(struct source *source)
{
    free(source->file);
    free(source->dataset);
    free(source->path);
    free(source->why);
    *source = (struct source){.rank = -1};
}

/* Records a reason. The first one about something that exists takes precedence. */
static enum h5grad_status explain_source(struct check *check, struct source *source, bool there,
                                         const char *why)
{
    if (source->why && (source->state != ABSENT || !there))
        return H5GRAD_OK;
    free(source->why);
    if (there && source->state == ABSENT)
        source->state = PATH_EXISTS;
    source->why = hg_memory_text(why);
    return source->why ? H5GRAD_OK : hg_error_memory(check->err, strlen(why));
}

static enum h5grad_status try_path(struct check *check, enum h5_search_kind kind, hid_t files,
                                   const char *path, struct source *source, hid_t *file)
{
    struct h5_access *access = check->access;
    struct stat info;
    if (kind == H5_SEARCH_SOURCE)
        hg_access_note(access, path);
    int place = hg_access_find(access, path, &info, &check->reason);
    if (place < 0 && access->refused[0] != '\0')
        return hg_access_check(access, check->err);
    if (place < 0)
        return explain_source(check, source, info.st_mode != 0, check->reason.message);
    close(place);
    *file = hg_open_to_judge(access, path, &info, files, &check->reason);
    if (*file < 0)
        return explain_source(check, source, true, check->reason.message);
    source->path = hg_memory_text(path);
    return source->path ? H5GRAD_OK : hg_error_memory(check->err, strlen(path));
}

/* Opens the first path that can be opened, as libhdf5 does; *file stays -1 if none can. */
static enum h5grad_status find_file(struct check *check, const struct h5_search *search,
                                    enum h5_search_kind kind, const char *name, hid_t files,
                                    struct source *source, hid_t *file)
{
    BASE_FREED char *paths = hg_search(search, kind, name);
    enum h5grad_status status = paths ? H5GRAD_OK : hg_error_memory(check->err, strlen(name));
    check->access->refused[0] = '\0';
    for (const char *path = paths; !status && *file < 0 && *path; path += strlen(path) + 1)
        status = try_path(check, kind, files, path, source, file);
    return status;
}

/* True if libhdf5 converts points of a source to the type of the virtual dataset. It drops members
 * of compounds that are not in both: all must be. */
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

/* Records the smallest chunk. If the ranks differ, any axis may correspond to any other. */
static void note_chunk(struct h5_access *access, hid_t dataset, int rank_of_virtual)
{
    hsize_t chunk[H5S_MAX_RANK];
    H5_CLOSED hid_t creation = H5Dget_create_plist(dataset);
    int rank = 0;
    if (creation >= 0 && H5Pget_layout(creation) == H5D_CHUNKED)
        rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
    for (int k = 0; k < rank_of_virtual && rank > 0; k++) {
        uint64_t least = chunk[k < rank ? rank - 1 - k : 0];
        for (int i = 0; i < rank && rank != rank_of_virtual; i++)
            least = size_min(least, chunk[i]);
        uint64_t *known = &access->source_chunk[k];
        *known = *known > 0 ? size_min(*known, least) : least;
    }
}

/* Reads extent and type of a source that has passed the check, and whether it lacks points. */
static enum h5grad_status describe_source(struct check *check, const struct outside_dataset *site,
                                          hid_t dataset, struct source *source)
{
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    const struct h5_outside *found = find_outside(check->access, dataset);
    bool other = type >= 0 && !can_convert(type, site->type);
    source->rank = type < 0 ? -1 : hg_dataset_extent(dataset, source->extent, NULL);
    source->unfit = other || (found && found->external);
    note_chunk(check->access, dataset, site->rank);
    if (source->rank < 0)
        return explain_source(check, source, true, "cannot be described");
    if (other)
        return explain_source(check, source, true, "has points of another type");
    return found && found->missing ? explain_source(check, source, true, found->text) : H5GRAD_OK;
}

static enum h5grad_status look_in_file(struct check *check, const struct outside_dataset *site,
                                       hid_t file, struct source *source)
{
    H5_CLOSED hid_t dataset = H5Dopen2(file, source->dataset, site->datasets);
    source->state = dataset >= 0 ? DATASET_FOUND : FILE_OPENED;
    free(source->why);
    source->why = NULL;
    if (dataset >= 0) {
        enum h5grad_status status = check_dataset(check, dataset, site);
        return status ? status : describe_source(check, site, dataset, source);
    }
    hg_hdf5_error(&check->reason, "cannot be opened");
    enum h5grad_status status =
        hg_access_check(check->access, check->err); /* a link that leads outside */
    return status ? status : explain_source(check, source, true, check->reason.message);
}

/* Counts a source that was found; records the names of the first for hg_open_source. */
static enum h5grad_status keep_first(struct check *check, struct outside_dataset *site)
{
    const struct source *source = &site->source;
    struct h5_outside *found = &site->found;
    found->sources++;
    if (found->sources > 1)
        return H5GRAD_OK;
    found->path = hg_memory_text(source->path);
    found->dataset = hg_memory_text(source->dataset);
    return found->dataset && (found->path || !source->path)
               ? H5GRAD_OK
               : hg_error_memory(check->err, strlen(source->dataset));
}

static enum h5grad_status look_for(struct check *check, struct outside_dataset *site)
{
    struct source *source = &site->source;
    hid_t file = -1;
    enum h5grad_status status = H5GRAD_OK;
    check->access->refused[0] = '\0';
    if (check->n++ == MOST_SOURCES)
        return hg_error_set(check->err, H5GRAD_FAILED, "has more than %" PRIu64 " sources",
                            MOST_SOURCES);
    if (strcmp(source->file, ".") == 0)
        file = H5Iget_file_id(site->dataset);
    else
        status = find_file(check, &site->search, H5_SEARCH_SOURCE, source->file, site->files,
                           source, &file);
    if (file < 0)
        return status;
    if (!status)
        status = look_in_file(check, site, file, source);
    if (!status && source->state == DATASET_FOUND)
        status = keep_first(check, site);
    if (status)
        hg_error_context(check->err, status, "source %s:%s%s", source->file,
                         source->dataset[0] == '/' ? "" : "/", source->dataset);
    hg_close(check->last);
    check->last = file;
    return status;
}

/* Sets site->source to the source of a mapping, or of one of its blocks. */
static enum h5grad_status look_for_source(struct check *check, struct outside_dataset *site,
                                          const struct h5_mapping *mapping, uint64_t block)
{
    struct source *last = &site->source, next = {.rank = -1};
    bool named = hg_mapping_source(mapping, block, &next.file, &next.dataset);
    if (named && last->file && strcmp(last->file, next.file) == 0 &&
        strcmp(last->dataset, next.dataset) == 0) {
        forget_source(&next);
        return H5GRAD_OK;
    }
    forget_source(last);
    *last = next;
    return named ? look_for(check, site) : hg_error_memory(check->err, strlen(mapping->file));
}

/* ------------------------------------------------------------------------------------- mappings */

/* Decides whether site->source has the points of a mapping, or of one of its blocks. */
static enum h5grad_status judge_mapping(struct check *check, struct outside_dataset *site,
                                        const struct h5_mapping *mapping, uint64_t block)
{
    const struct source *source = &site->source;
    BASE_FREED char *misfit =
        source->why ? NULL : hg_mapping_misfit(mapping, source->rank, source->extent);
    const char *why = misfit ? misfit : source->why;
    site->parts++;
    if (!why)
        return H5GRAD_OK;
    char *text = hg_mapping_text(mapping, block, why);
    if (!text || (!misfit && !source->unfit))
        return add_missing(check, site, text);
    hg_error_set(check->err, H5GRAD_FAILED, "%s", text);
    free(text);
    return H5GRAD_FAILED;
}

static void extend_dataset(struct outside_dataset *site, int axis, uint64_t end)
{
    site->grows[axis] = true;
    site->extent[axis] = size_max(site->extent[axis], end);
}

/* True if all blocks of a mapping have the same source, so that libhdf5 would never stop looking
 * for the next: it drops the folder of a file that does not exist, and with it the number. */
static bool is_endless(const struct h5_mapping *mapping, const char *file)
{
    const char *pattern = mapping->file;
    return *pattern == '/' && !strstr(strrchr(pattern, '/'), "%b") &&
           !strstr(mapping->dataset, "%b") && faccessat(AT_FDCWD, file, F_OK, 0) != 0;
}

/* Checks a block of a numbered mapping. *absent: number of missing sources in a row. */
static enum h5grad_status check_block(struct check *check, struct outside_dataset *site,
                                      const struct h5_mapping *mapping, uint64_t block,
                                      uint64_t *absent)
{
    const struct h5_run *run = &mapping->run;
    const struct source *source = &site->source;
    enum h5grad_status status = look_for_source(check, site, mapping, block);
    bool numbered = strstr(mapping->dataset, "%b") != NULL;
    uint64_t points;
    if (status)
        return status;
    if (source->state == ABSENT || (source->state == FILE_OPENED && numbered)) {
        if (++*absent == 1) {
            free(site->end);
            site->end = hg_mapping_text(mapping, block, source->why);
        }
        return site->end ? H5GRAD_OK : hg_error_memory(check->err, sizeof *site);
    }
    if (source->state == DATASET_FOUND && is_endless(mapping, source->file))
        return hg_error_set(check->err, H5GRAD_FAILED, "has sources without end");
    for (; *absent > 0 && !status; --*absent, site->parts++)
        status = add_missing(check, site, hg_memory_text(site->end));
    if (!status)
        status = judge_mapping(check, site, mapping, block);
    if (source->state == DATASET_FOUND && size_mul(block + 1, run->block, &points))
        extend_dataset(site, run->axis, hg_mapping_run_end(run, points));
    return status;
}

/* Looks for GAP sources more than libhdf5, which stops at the first missing one: others may
 * follow. */
static enum h5grad_status check_numbered(struct check *check, struct outside_dataset *site,
                                         const struct h5_mapping *mapping)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t absent = 0;
    if (mapping->run.axis < 0 || mapping->run.block == UINT64_MAX || mapping->source_run.axis >= 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "has numbered sources, but not for blocks");
    extend_dataset(site, mapping->run.axis, 0);
    for (uint64_t block = 0; absent <= GAP && !status; block++)
        status = check_block(check, site, mapping, block, &absent);
    return status;
}

static enum h5grad_status check_plain(struct check *check, struct outside_dataset *site, size_t i,
                                      const struct h5_mapping *mapping)
{
    const struct source *source = &site->source;
    const struct h5_run *run = &mapping->run, *from = &mapping->source_run;
    if (run->axis >= 0 && from->axis < 0)
        return hg_error_set(check->err, H5GRAD_FAILED, "has sources without end");
    enum h5grad_status status = look_for_source(check, site, mapping, 0);
    if (!status)
        status = judge_mapping(check, site, mapping, 0);
    if (status || run->axis < 0)
        return status;
    if (!site->points && !(site->points = hg_memory_zeroed(site->n, sizeof *site->points)))
        return hg_error_memory(check->err, site->n * sizeof *site->points);
    site->points[i] = source->state == DATASET_FOUND
                          ? hg_mapping_run_count(from, source->extent[from->axis])
                          : UINT64_MAX;
    extend_dataset(site, run->axis,
                   source->state == DATASET_FOUND ? hg_mapping_run_end(run, site->points[i]) : 0);
    return H5GRAD_OK;
}

static enum h5grad_status check_mapping(struct check *check, struct outside_dataset *site, size_t i)
{
    struct h5_mapping mapping;
    hsize_t end[H5S_MAX_RANK];
    enum h5grad_status status = hg_mapping_read(site->creation, i, &mapping, check->err);
    if (!status) {
        hg_mapping_ends(&mapping, end);
        for (int k = 0; k < mapping.rank; k++)
            site->extent[k] = size_max(site->extent[k], end[k]);
        status = hg_mapping_is_numbered(&mapping) ? check_numbered(check, site, &mapping)
                                                  : check_plain(check, site, i, &mapping);
    }
    hg_mapping_free(&mapping);
    return status;
}

/* Compares the source of an unlimited mapping with the longest one, which sets the dataset's
 * extent. */
static enum h5grad_status check_length(struct check *check, struct outside_dataset *site, size_t i)
{
    struct h5_mapping mapping;
    enum h5grad_status status = hg_mapping_read(site->creation, i, &mapping, check->err);
    int axis = mapping.run.axis;
    if (!status && axis >= 0 && site->points[i] != UINT64_MAX) {
        uint64_t wanted = hg_mapping_run_count(&mapping.run, site->extent[axis]);
        char why[128];
        snprintf(why, sizeof why, "has points for %" PRIu64 " along axis %d, not for %" PRIu64,
                 site->points[i], axis, wanted);
        if (site->points[i] < wanted)
            status = add_missing(check, site, hg_mapping_text(&mapping, 0, why));
    }
    hg_mapping_free(&mapping);
    return status;
}

static enum h5grad_status check_sources(struct check *check, struct outside_dataset *site)
{
    enum h5grad_status status = H5GRAD_OK;
    if (H5Pget_virtual_count(site->creation, &site->n) < 0)
        return hg_hdf5_error(check->err, "cannot read the sources of the virtual dataset");
    if (site->depth == MOST_LEVELS)
        return hg_error_set(check->err, H5GRAD_FAILED,
                            "virtual datasets are nested more than %d deep", MOST_LEVELS);
    /* H5Dget_space would open the sources to learn the extent. */
    H5_CLOSED hid_t space = site->n > 0 ? H5Pget_virtual_vspace(site->creation, 0) : -1;
    if (space >= 0)
        site->rank = H5Sget_simple_extent_dims(space, site->stored, NULL);
    for (size_t i = 0; i < site->n && !status; i++)
        status = check_mapping(check, site, i);
    for (size_t i = 0; i < site->n && site->points && !status; i++)
        status = check_length(check, site, i);
    return status;
}

/* ------------------------------------------------------------------------------------- datasets */

bool hg_choose_gap(hid_t list, const struct h5_access *access)
{
    return !access->allow_missing || H5Pset_virtual_printf_gap(list, GAP) >= 0;
}

static bool open_site(const struct check *check, struct outside_dataset *site)
{
    H5_CLOSED hid_t file = H5Iget_file_id(site->dataset);
    site->type = H5Dget_type(site->dataset);
    site->files = file < 0 ? -1 : H5Fget_access_plist(file);
    site->datasets = H5Pcreate(H5P_DATASET_ACCESS);
    return hg_search_open(site->dataset, &site->search) && site->type >= 0 && site->files >= 0 &&
           site->datasets >= 0 && hg_choose_gap(site->datasets, check->access);
}

static void close_site(struct outside_dataset *site)
{
    hg_close(site->datasets);
    hg_close(site->files);
    hg_close(site->type);
    hg_search_close(&site->search);
    forget_source(&site->source);
    hg_outside_free(&site->found);
    free(site->end);
    free(site->points);
}

/* True for a dataset above itself: libhdf5 would follow the cycle until the stack overflows. */
static bool is_above(const struct outside_dataset *site)
{
    for (const struct outside_dataset *above = site->above; above; above = above->above) {
        if (hg_same(&above->identity, &site->identity))
            return true;
    }
    return false;
}

static enum h5grad_status check_elsewhere(struct check *check, hid_t dataset, hid_t creation,
                                          const struct outside_dataset *above)
{
    struct outside_dataset site = {
        .above = above,
        .depth = above ? above->depth + 1 : 0,
        .dataset = dataset,
        .creation = creation,
        .virtual = H5Pget_layout(creation) == H5D_VIRTUAL,
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
    if (!status && site.virtual)
        status = check_sources(check, &site);
    if (!status)
        status = conclude_check(check, &site);
    close_site(&site);
    return status;
}

/* Returns whether the points of a dataset, of which the layout can be read, lie in its own file. */
static bool lies_in_its_file(hid_t dataset)
{
    if (hg_is_contiguous(dataset))
        return true;
    const hid_t shared = hg_creation_list(dataset);
    return shared >= 0 && H5Pget_layout(shared) != H5D_VIRTUAL &&
           H5Pget_external_count(shared) == 0;
}

/* Looks beyond the layout: libhdf5 reads external files whatever the layout is. */
static enum h5grad_status check_dataset(struct check *check, hid_t dataset,
                                        const struct outside_dataset *above)
{
    if (lies_in_its_file(dataset))
        return H5GRAD_OK;
    H5_CLOSED hid_t creation = H5Dget_create_plist(dataset); /* sources are checked meanwhile */
    if (creation < 0)
        return hg_hdf5_error(check->err, "cannot read the layout");
    if (!check->access)
        check->access = hg_input_access(dataset);
    if (!check->access)
        check->access = &check->own;
    check->access->looking = true;
    return check_elsewhere(check, dataset, creation, above);
}

static void end_check(struct check *check)
{
    hg_close(check->last);
    if (!check->access)
        return;
    check->access->looking = false;
    check->access->refused[0] = '\0';
    hg_access_free(&check->own);
}

enum h5grad_status hg_check_outside(hid_t dataset, struct h5grad_error *err)
{
    if (lies_in_its_file(dataset)) /* nearly all do, and a check is large */
        return H5GRAD_OK;
    struct check check = {.own = {.follow_external = true}, .last = -1, .err = err};
    enum h5grad_status status = check_dataset(&check, dataset, NULL);
    const struct h5_outside *found = status ? NULL : find_outside(&check.own, dataset);
    if (found && found->missing)
        status = hg_error_set(err, H5GRAD_FAILED, "%s", found->text);
    end_check(&check);
    return status;
}

enum h5grad_status hg_check_whole(hid_t dataset, struct h5grad_error *err)
{
    const struct h5_access *access = hg_input_access(dataset);
    const struct h5_outside *found = find_outside(access, dataset);
    if (!found || !found->missing || access->allow_missing)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s: --allow-missing-sources takes the fill value for what is missing",
                        found->text);
}

bool hg_lacks_external(hid_t dataset)
{
    const struct h5_access *access = hg_input_access(dataset);
    const struct h5_outside *found =
        access && access->lacks_external ? find_outside(access, dataset) : NULL;
    return found && found->external;
}

uint64_t hg_count_sources(hid_t dataset)
{
    const struct h5_outside *found = find_outside(hg_input_access(dataset), dataset);
    return found ? size_max(found->sources, 1) : 1;
}

char *hg_missing_text(hid_t dataset)
{
    const struct h5_outside *found = find_outside(hg_input_access(dataset), dataset);
    return found && found->text
               ? hg_memory_format("%s%s", found->text,
                                  found->missing ? ": its fill value is taken for what is missing"
                                                 : "")
               : NULL;
}

static hid_t open_first(hid_t dataset, const struct h5_access *access,
                        const struct h5_outside *found)
{
    H5_CLOSED hid_t own = H5Iget_file_id(dataset), datasets = H5Pcreate(H5P_DATASET_ACCESS);
    H5_CLOSED hid_t files = found->path && own >= 0 ? H5Fget_access_plist(own) : -1;
    H5_CLOSED hid_t other = files >= 0 ? H5Fopen(found->path, hg_open_mode(access), files) : -1;
    hid_t file = found->path ? other : own;
    return file >= 0 && datasets >= 0 && hg_choose_gap(datasets, access)
               ? H5Dopen2(file, found->dataset, datasets)
               : -1;
}

hid_t hg_open_source(hid_t dataset)
{
    const struct h5_access *access = hg_input_access(dataset);
    if (access && access->n_outside == 0)
        return -1;
    struct check check = {.own = {.follow_external = true}, .last = -1};
    hid_t source = -1;
    if (check_dataset(&check, dataset, NULL) == H5GRAD_NO_MEMORY)
        hg_note_no_memory();
    const struct h5_outside *found = find_outside(check.access, dataset);
    if (found && found->dataset)
        source = open_first(dataset, check.access, found);
    end_check(&check);
    H5Eclear2(H5E_DEFAULT);
    return source;
}

enum h5grad_status hg_explain_link(struct h5_access *access, hid_t group, const char *file,
                                   const char *path, struct h5grad_error *err)
{
    struct check check = {.access = access, .last = -1, .err = err};
    struct source source = {.rank = -1};
    struct h5_search search = {.folder = NULL};
    H5_CLOSED hid_t owner = H5Iget_file_id(group);
    H5_CLOSED hid_t files = owner < 0 ? -1 : H5Fget_access_plist(owner);
    enum h5grad_status status = H5GRAD_OK;
    access->looking = true;
    if (files >= 0 && hg_search_open(group, &search))
        status = find_file(&check, &search, H5_SEARCH_LINK, file, files, &source, &check.last);
    const char *why = check.last >= 0 ? "no such object" : source.why ? source.why : "not found";
    if (!status)
        status = hg_error_set(err, H5GRAD_FAILED, "is an external link to %s in %s: %s", path, file,
                              why);
    end_check(&check);
    forget_source(&source);
    hg_search_close(&search);
    return status;
}
