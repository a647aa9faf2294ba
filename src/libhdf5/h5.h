/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one lock of libhdf5, its error stack as text, and the closing of handles: all users of
 * libhdf5 include this.
 *
 * libhdf5 may be built without thread safety, so a thread calls it only between hg_enter and
 * hg_leave. Nothing slow (filters, arithmetic, waiting) happens in between. The section also keeps
 * libhdf5 from printing its error stack and from loading plugins, and restores the caller's
 * settings.
 */
#ifndef H5GRAD_LIBHDF5_H5_H
#define H5GRAD_LIBHDF5_H5_H

#include <hdf5.h>
#include <stdbool.h>

#include "base/error.h"

/* Within another section of the same thread it is a part of that, and ends only what it let libhdf5
 * load: what a section costs, small fields notice. */
struct h5_guard {
    bool loads;       /* whether libhdf5 was let load plugins within the other section; ... */
    bool within;      /* ... there is one, which keeps all that follows */
    unsigned plugins; /* the setting before: what libhdf5 may load */
    const struct h5grad_hdf5_lock *program; /* its lock, which is held, too; NULL: none is */
    H5E_auto2_t function;
    void *data;
#ifndef H5_NO_DEPRECATED_SYMBOLS
    unsigned is_version2; /* false: the caller has set an error function of the old interface */
    H5E_auto1_t function1;
#endif
};

void hg_enter(struct h5_guard *guard);
void hg_leave(const struct h5_guard *guard);

/* Lets libhdf5 load plugins until hg_leave. Within hg_enter. */
void hg_let_load(void);

/* h5grad_set_hdf5_lock. */
void hg_set_program_lock(const struct h5grad_hdf5_lock *lock);

/* Returns the number of the section between hg_enter and hg_leave: what others may change of an
 * object, they do not change within one. Within hg_enter. */
unsigned long hg_section(void);

/* True while this thread is between hg_enter and hg_leave. */
bool hg_is_entered(void);

/* True if libhdf5 failed to allocate memory in this thread since the last call. It reports what it
 * could not read for that reason as absent or broken, so a run that goes on may miss something. */
bool hg_ran_out(void);

/* Call when skipping an object because an allocation failed; hg_ran_out() then returns true. */
void hg_note_no_memory(void);

/* Sets the error to H5GRAD_FAILED, or H5GRAD_NO_MEMORY if libhdf5 ran out of memory, with the text,
 * ": ", and this thread's error stack of libhdf5 in one line. Clears the stack. Within hg_enter. */
enum h5grad_status hg_hdf5_error(struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(2, 3);

/* Releases an identifier of any kind; ignores negative ones. False if libhdf5 reports a failure.
 * Within hg_enter, as is everything below. */
bool hg_close(hid_t id);

/* Declares an identifier that hg_close closes at the end of its block, after a return statement has
 * evaluated its expression. */
#define H5_CLOSED __attribute__((cleanup(hg_close_at)))
void hg_close_at(const hid_t *id);

/* Returns id if ok is true; else closes it and returns -1. */
hid_t hg_keep_if(bool ok, hid_t id);

/* Returns a copy of the text that H5Fget_name, H5Iget_name or the like fills in, or NULL. */
char *hg_read_name(hid_t id, ssize_t (*get)(hid_t id, char *name, size_t size));

/* Returns the rank of a dataset, and its current and maximal extents (H5S_UNLIMITED: no maximum);
 * extent and most may be NULL. -1 for more than H5S_MAX_RANK axes or on failure. */
int hg_dataset_extent(hid_t dataset, hsize_t *extent, hsize_t *most);

/* Returns the creation list of a dataset, or -1. It takes libhdf5 long to make one, so this keeps
 * the last: it is valid until the next call or hg_leave. Do not close it. */
hid_t hg_creation_list(hid_t dataset);

/* Return the dataspace of one point, and the type of text in UTF-8 that takes so many bytes, or -1.
 * Attributes are many, so there is one of each: valid until the next call or hg_leave. Do not close
 * them. */
hid_t hg_scalar_space(void);
hid_t hg_text_type(size_t size);

/* True if the points of a dataset lie in its own file, in one piece, as libhdf5 says without the
 * creation list: false for some that do, as where no points are stored yet. */
bool hg_is_contiguous(hid_t dataset);

/* Returns the layout of a dataset, or H5D_LAYOUT_ERROR. */
H5D_layout_t hg_dataset_layout(hid_t dataset);

#endif
