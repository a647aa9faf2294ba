/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/resume.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/memory.h"
#include "output/publish.h"

enum h5grad_status hg_resume_find(struct resume *resume, const char *output,
                                  struct run_options *options, struct h5grad_error *err)
{
    *resume = (struct resume){.wanted = options->checkpoint};
    if (!resume->wanted)
        return H5GRAD_OK;
    resume->path = hg_publish_journal_path(output);
    if (!resume->path)
        return hg_error_memory(err, strlen(output));
    struct stat left;
    if (!options->resume || !hg_publish_find_left(output, &left) || left.st_size == 0)
        return H5GRAD_OK;
    enum h5grad_status status = hg_journal_read(resume->path, &resume->journal, err);
    if (status || !resume->journal)
        return status;
    const struct journal_head *head = hg_journal_head(resume->journal);
    if (head->facts.inode != left.st_ino) {
        hg_message_add(
            options->messages, H5GRAD_WARNING,
            "the temporary file beside %s is not the one that the run before has left: begun "
            "anew",
            output);
        hg_journal_close(resume->journal, false);
        resume->journal = NULL;
        return H5GRAD_OK;
    }
    if ((head->facts.parts > 0) != (options->ranks != NULL))
        return hg_error_set(
            err, H5GRAD_FAILED,
            "%s: the run that is to be resumed was begun %s --mpi: resume it so, or "
            "begin anew without --resume",
            output, head->facts.parts > 0 ? "with" : "without");
    if (options->ranks)
        return H5GRAD_OK;
    if (options->memory_given && options->memory < head->facts.memory)
        return hg_error_set(err, H5GRAD_FAILED,
                            "%s: the run that is to be resumed had a memory cap of %" PRIu64
                            " bytes: give the same, or begin anew without --resume",
                            output, head->facts.memory);
    options->threads = (unsigned)head->facts.threads;
    options->cache = head->facts.cache;
    options->memory = head->facts.memory;
    return H5GRAD_OK;
}

bool hg_resume_is_possible(const char *output)
{
    struct stat left;
    struct journal *journal = NULL;
    char *path = hg_publish_find_left(output, &left) ? hg_publish_journal_path(output) : NULL;
    bool possible = path && hg_journal_read(path, &journal, NULL) == H5GRAD_OK && journal &&
                    hg_journal_head(journal)->facts.inode == left.st_ino;
    hg_journal_close(journal, false);
    free(path);
    return possible;
}

/* Returns everything that the bytes of the output depend on, to be freed, in two lines: the input
 * and the files that it led to; the options. The number of the device is left out, since a file
 * system may get another when it is mounted again. */
static char *make_key(const char *input, uint64_t files, const struct run_options *options)
{
    struct stat info;
    char *key = NULL;
    size_t size;
    FILE *out = stat(input, &info) == 0 ? open_memstream(&key, &size) : NULL;
    if (!out)
        return NULL;
    fprintf(out, "inode=%ju size=%jd time=%jd.%09ld others=%016" PRIx64 "\n",
            (uintmax_t)info.st_ino, (intmax_t)info.st_size, (intmax_t)info.st_mtim.tv_sec,
            info.st_mtim.tv_nsec, files);
    fprintf(out, "h5grad=%s hdf5=%d.%d.%d%s", H5GRAD_VERSION, H5_VERS_MAJOR, H5_VERS_MINOR,
            H5_VERS_RELEASE, options->fingerprint);
    if (hg_memory_close_stream(out))
        return key;
    free(key);
    return NULL;
}

static enum h5grad_status compare_keys(const char *path, const char *then, const char *now,
                                       struct h5grad_error *err)
{
    if (strcmp(then, now) == 0)
        return H5GRAD_OK;
    /* Other files may be due to other options. */
    bool other = strcmp(then + strcspn(then, "\n"), now + strcspn(now, "\n")) == 0;
    return hg_error_set(err, H5GRAD_FAILED,
                        "cannot be resumed: %s since the run that left %s: begin anew without "
                        "--resume",
                        other ? "the input, or a file that is read with it, has changed"
                              : "the options differ",
                        path);
}

enum h5grad_status hg_resume_check(struct resume *resume, const char *input, uint64_t files,
                                   const struct run_options *options, struct h5grad_error *err)
{
    if (!resume->wanted)
        return H5GRAD_OK;
    resume->key = make_key(input, files, options);
    if (!resume->key)
        return hg_error_errno(err, errno, "%s", input);
    if (!resume->journal)
        return H5GRAD_OK;
    return compare_keys(resume->path, hg_journal_head(resume->journal)->key, resume->key, err);
}

enum h5grad_status hg_resume_begin(struct resume *resume, const struct run_options *options, int fd,
                                   const struct stat *was, const char **history,
                                   struct h5grad_error *err)
{
    enum h5grad_status status;
    if (resume->journal) {
        status = hg_journal_continue(resume->journal, err);
    } else {
        const struct journal_head head = {
            .key = resume->key,
            .history = *history,
            .facts = {options->threads, options->memory, options->cache, was->st_ino,
                      resume->parts},
        };
        status = hg_journal_create(resume->path, &head, &resume->journal, err);
    }
    if (status)
        return status;
    hg_journal_attach(resume->journal, fd, was);
    resume->ours = true;
    *history = hg_journal_head(resume->journal)->history;
    return H5GRAD_OK;
}

uint64_t hg_resume_common(const char *input, const struct run_options *options)
{
    struct stat info = {.st_size = -1};
    stat(input, &info);
    const int64_t facts[] = {info.st_size,  info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                             H5_VERS_MAJOR, H5_VERS_MINOR,       H5_VERS_RELEASE};
    uint64_t hash = hash_bytes(HASH_START, facts, sizeof facts);
    hash = hash_bytes(hash, H5GRAD_VERSION, strlen(H5GRAD_VERSION));
    return hash_bytes(hash, options->fingerprint, strlen(options->fingerprint));
}

enum h5grad_status hg_resume_begin_field(struct resume *resume, const struct task *task,
                                         uint64_t number, struct writer *const *writer,
                                         struct h5grad_error *err)
{
    const struct field *field = task->field;
    const struct plan *plan = &task->plan;
    size_t axes = plan->rank * sizeof *plan->tile;
    if (!resume->journal)
        return H5GRAD_OK;
    uint64_t fingerprint = hash_bytes(HASH_START, plan->tile, axes);
    fingerprint = hash_bytes(fingerprint, plan->grid, axes);
    fingerprint = hash_bytes(fingerprint, plan->block, axes);
    fingerprint = hash_bytes(fingerprint, plan->order, plan->rank * sizeof *plan->order);
    for (size_t k = 0; k < field->n_results; k++) {
        const char *method = writer[k]->method->name;
        haddr_t offset = H5Dget_offset(writer[k]->target.dataset);
        H5Eclear2(H5E_DEFAULT);
        fingerprint = hash_bytes(fingerprint, method, strlen(method));
        fingerprint = hash_bytes(fingerprint, &offset, sizeof offset);
    }
    for (unsigned k = 0; k < field->n_axes; k++) {
        const struct coord_variable *coordinate = field->axis[field->order[k]].coordinate;
        if (coordinate) {
            const double ends[] = {coordinate->scan.first, coordinate->scan.last};
            fingerprint = hash_bytes(fingerprint, ends, sizeof ends);
        }
    }
    return hg_journal_begin_field(resume->journal, number, plan->tiles, fingerprint, err);
}

void hg_resume_close(struct resume *resume, bool keep)
{
    hg_journal_close(resume->journal, resume->ours && !keep);
    free(resume->path);
    free(resume->key);
    *resume = (struct resume){0};
}
