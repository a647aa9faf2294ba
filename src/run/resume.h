/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs that can be stopped and resumed: see output/journal.h. */
#ifndef H5GRAD_RUN_RESUME_H
#define H5GRAD_RUN_RESUME_H

#include "run/task.h"
#include "run/options.h"
#include "output/journal.h"

/* A zeroed struct belongs to a run that cannot be resumed. */
struct resume {
    bool wanted;             /* the run can be resumed if it is stopped */
    bool ours;               /* this run removes journal and temporary file */
    uint64_t parts;          /* of a field, about, of a shared run; else 0 */
    char *path;              /* of the journal */
    char *key;               /* everything that the output depends on */
    struct journal *journal; /* NULL until found or begun */
};

/*
 * Looks for a stopped run, if options ask for it, and takes over the options that shape its tiles:
 * number of workers, memory cap, caches. Changes no file. Call hg_resume_close in any case.
 */
enum h5grad_status hg_resume_find(struct resume *resume, const char *output,
                                  struct run_options *options, struct h5grad_error *err);

/* Returns whether a stopped run has left both of its files for output. */
bool hg_resume_is_possible(const char *output);

/* H5GRAD_FAILED if input or options are not those of the stopped run. files: a hash of the files
 * that the input has led to so far. */
enum h5grad_status hg_resume_check(struct resume *resume, const char *input, uint64_t files,
                                   const struct run_options *options, struct h5grad_error *err);

/*
 * Continues the journal that was found, or begins one. This process owns the temporary file by now,
 * open as fd; was describes how it was found. Sets *history, the line of this run in the file's
 * history, to that of the first run, valid as long as the resume.
 */
enum h5grad_status hg_resume_begin(struct resume *resume, const struct run_options *options, int fd,
                                   const struct stat *was, const char **history,
                                   struct h5grad_error *err);

/* Returns a hash of what the ranks of a shared run must have in common: as the key of the journal,
 * but for numbers that the hosts of one file system may give to its files. */
uint64_t hg_resume_common(const char *input, const struct run_options *options);

/* Begins field number number, whose results have these writers. Within hg_enter. */
enum h5grad_status hg_resume_begin_field(struct resume *resume, const struct task *task,
                                         uint64_t number, struct writer *const *writer,
                                         struct h5grad_error *err);

/* keep: a later run can resume. */
void hg_resume_close(struct resume *resume, bool keep);

#endif
