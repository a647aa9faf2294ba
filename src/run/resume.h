/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs that can be stopped and resumed: see output/journal.h. */
#ifndef H5GRAD_RUN_RESUME_H
#define H5GRAD_RUN_RESUME_H

#include "run/task.h"
#include "run/options.h"
#include "output/journal.h"

/* A zeroed struct is of a run that cannot be resumed. */
struct resume {
    bool wanted;             /* the run is to leave what a later one needs */
    bool ours;               /* journal and temporary file are this run's to remove */
    char *path;              /* of the journal */
    char *key;               /* all that the output depends on */
    struct journal *journal; /* NULL until it is found or begun */
};

/*
 * Looks for what a run that was stopped has left, where options ask for it, and lets this one do
 * what that one did: the number of workers, the memory cap and the caches, which shape the tiles,
 * are taken over. No file is changed. hg_resume_close is due in either case.
 */
enum h5grad_status hg_resume_find(struct resume *resume, const char *output,
                                  struct run_options *options, struct h5grad_error *err);

/* Whether a run that makes output has left both files. */
bool hg_resume_is_possible(const char *output);

/* H5GRAD_FAILED when input or options are not those of the run that was stopped. files: a hash of
 * the files that the input led to up to now. */
enum h5grad_status hg_resume_check(struct resume *resume, const char *input, uint64_t files,
                                   const struct run_options *options, struct h5grad_error *err);

/*
 * Goes on with the journal that was found, or begins one; the temporary file, open as fd and found
 * as was says, is this process's by now. *history is the line for the file's history: the caller's
 * before, the first run's after, valid as long as the resume.
 */
enum h5grad_status hg_resume_begin(struct resume *resume, const struct run_options *options, int fd,
                                   const struct stat *was, const char **history,
                                   struct h5grad_error *err);

/* The run comes to field number number, whose results have these writers, one per axis. Within
 * hg_enter. */
enum h5grad_status hg_resume_begin_field(struct resume *resume, const struct task *task,
                                         uint64_t number, struct writer *const *writer,
                                         struct h5grad_error *err);

/* With keep set, a later run can go on. */
void hg_resume_close(struct resume *resume, bool keep);

#endif
