/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "libhdf5/h5.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static _Atomic(const struct h5grad_hdf5_lock *) program_lock;

static _Thread_local bool entered;

static unsigned long section; /* see hg_section; guarded by the lock */

static bool loads; /* see hg_let_load; guarded by the lock */

/* libhdf5 failed to allocate memory in this thread: what it then reports as absent may exist. */
static _Thread_local bool ran_out;

/* True if an allocation failed in the last call of this thread that failed. */
static _Thread_local bool call_ran_out;

/* See hg_creation_list; guarded by the lock. */
static struct {
    hid_t dataset, list;
} last_creation = {-1, -1};

/* See hg_is_contiguous; guarded by the lock. */
static struct {
    hid_t dataset;
    bool is;
} last_contiguous = {-1, false};

/* See hg_scalar_space and hg_text_type; guarded by the lock. */
static hid_t scalar_space = -1, text_type = -1;

static void forget_creation(void);
static void forget_description(void);

#if H5_VERSION_GE(1, 13, 0)
    #define IDENTIFIERS        H5E_ID
    #define UNKNOWN_IDENTIFIER H5E_BADID
#else
    #define IDENTIFIERS        H5E_ATOM
    #define UNKNOWN_IDENTIFIER H5E_BADATOM
#endif

static bool is_no_memory(const H5E_error2_t *entry)
{
    return entry->min_num == H5E_NOSPACE || entry->min_num == H5E_CANTALLOC;
}

/* An external link whose file is not there is one, too, but not of libhdf5's list. */
static bool is_lost_identifier(const H5E_error2_t *entry)
{
    return entry->maj_num == IDENTIFIERS && entry->min_num == UNKNOWN_IDENTIFIER;
}

/* libhdf5 from 1.13 on returns an identifier, and reports no error, where memory for its list of
 * identifiers runs out: the identifier holds until another is used. Whatever is then asked of the
 * object seems not to be there. Closing it fails, at the latest. */
static herr_t look_for_memory(unsigned n, const H5E_error2_t *entry, void *user)
{
    (void)n;
    (void)user;
    if (is_no_memory(entry) || is_lost_identifier(entry))
        call_ran_out = true;
    return 0;
}

/* Called by libhdf5 instead of printing the error stack. Since 1.14.4 libhdf5 drops what a filter
 * says, but leaves errno set. */
static herr_t note_error(hid_t stack, void *user)
{
    call_ran_out = errno == ENOMEM;
    errno = 0;
    H5Ewalk2(stack, H5E_WALK_UPWARD, look_for_memory, user);
    ran_out = ran_out || call_ran_out;
    return 0;
}

bool hg_ran_out(void)
{
    bool was = ran_out;
    ran_out = false;
    return was;
}

void hg_note_no_memory(void)
{
    ran_out = true;
}

void hg_set_program_lock(const struct h5grad_hdf5_lock *of_program)
{
    atomic_store(&program_lock, of_program);
}

/* A thread that has the lock already keeps it, in the child too. */
static void lock_for_fork(void)
{
    if (!entered)
        pthread_mutex_lock(&lock);
}

static void unlock_after_fork(void)
{
    if (!entered)
        pthread_mutex_unlock(&lock);
}

/* A child of fork has libhdf5 as no other thread was changing it, and a lock that is free. */
static void prepare_for_fork(void)
{
    pthread_atfork(lock_for_fork, unlock_after_fork, unlock_after_fork);
}

void hg_enter(struct h5_guard *guard)
{
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    guard->within = entered;
    guard->plugins = 0;
    guard->loads = entered && loads;
    if (guard->within)
        return;
    pthread_once(&prepared, prepare_for_fork);
    guard->program = atomic_load(&program_lock);
    if (guard->program)
        guard->program->lock(guard->program->user);
    pthread_mutex_lock(&lock);
    entered = true;
    section++;
    errno = 0; /* see note_error */
    call_ran_out = false;
    /* Keep libhdf5 from loading code that a file names. */
    H5PLget_loading_state(&guard->plugins);
    H5PLset_loading_state(0);
    loads = false;
    guard->function = NULL;
    guard->data = NULL;
#ifndef H5_NO_DEPRECATED_SYMBOLS
    guard->is_version2 = 1;
    guard->function1 = NULL;
    H5Eauto_is_v2(H5E_DEFAULT, &guard->is_version2);
    if (!guard->is_version2) {
        H5Eget_auto1(&guard->function1, &guard->data);
        H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
        return;
    }
#endif
    H5Eget_auto2(H5E_DEFAULT, &guard->function, &guard->data);
    H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
}

void hg_leave(const struct h5_guard *guard)
{
    if (guard->within) {
        if (loads && !guard->loads)
            H5PLset_loading_state(0);
        loads = guard->loads;
        return;
    }
    forget_creation();
    forget_description();
    last_contiguous.dataset = -1;
#ifndef H5_NO_DEPRECATED_SYMBOLS
    if (!guard->is_version2)
        H5Eset_auto1(guard->function1, guard->data);
    else
#endif
        H5Eset_auto2(H5E_DEFAULT, guard->function, guard->data);
    H5PLset_loading_state(guard->plugins);
    entered = false;
    pthread_mutex_unlock(&lock);
    if (guard->program)
        guard->program->unlock(guard->program->user);
}

void hg_let_load(void)
{
    H5PLset_loading_state(H5PL_ALL_PLUGIN);
    loads = true;
}

unsigned long hg_section(void)
{
    return section;
}

bool hg_is_entered(void)
{
    return entered;
}

/* The outermost entry of the error stack says what was wanted, the innermost why it failed. */
struct stack_text {
    char outer[512];
    char inner[512];
    enum h5grad_status status;
    const char *advice;
};

static herr_t take_entry(unsigned n, const H5E_error2_t *entry, void *user)
{
    struct stack_text *text = user;
    const char *description = entry->desc ? entry->desc : "";
    if (n == 0)
        snprintf(text->outer, sizeof text->outer, "%s", description);
    snprintf(text->inner, sizeof text->inner, "%s", description);
    text->advice = is_no_memory(entry) ? " (raise --memory)"
                   : call_ran_out      ? ": memory ran out (raise --memory)"
                                       : "";
    text->status = *text->advice ? H5GRAD_NO_MEMORY : H5GRAD_FAILED;
    return 0;
}

enum h5grad_status hg_hdf5_error(struct h5grad_error *err, const char *format, ...)
{
    struct stack_text stack = {"", "", H5GRAD_FAILED, ""};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take_entry, &stack);
    H5Eclear2(H5E_DEFAULT);

    struct h5grad_error doing;
    va_list arguments;
    va_start(arguments, format);
    hg_error_set_list(&doing, stack.status, format, arguments);
    va_end(arguments);
    if (stack.inner[0] == '\0')
        return hg_error_set(err, stack.status, "%s", doing.message);
    if (stack.outer[0] == '\0' || strcmp(stack.outer, stack.inner) == 0)
        hg_error_set(err, stack.status, "%s%s", stack.inner, stack.advice);
    else
        hg_error_set(err, stack.status, "%s: %s%s", stack.outer, stack.inner, stack.advice);
    return hg_error_context(err, stack.status, "%s", doing.message);
}

bool hg_close(hid_t id)
{
    if (id < 0)
        return true;
    switch (H5Iget_type(id)) {
    case H5I_FILE:
        return H5Fclose(id) >= 0;
    case H5I_GROUP:
        return H5Gclose(id) >= 0;
    case H5I_DATATYPE:
        return H5Tclose(id) >= 0;
    case H5I_DATASPACE:
        return H5Sclose(id) >= 0;
    case H5I_DATASET:
        return H5Dclose(id) >= 0;
    case H5I_ATTR:
        return H5Aclose(id) >= 0;
    case H5I_GENPROP_LST:
        return H5Pclose(id) >= 0;
    default:
        return H5Idec_ref(id) >= 0;
    }
}

void hg_close_at(const hid_t *id)
{
    hg_close(*id);
}

hid_t hg_keep_if(bool ok, hid_t id)
{
    if (ok)
        return id;
    hg_close(id);
    return -1;
}

char *hg_read_name(hid_t id, ssize_t (*get)(hid_t id, char *name, size_t size))
{
    ssize_t length = get(id, NULL, 0);
    char *name = length > 0 ? hg_memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && get(id, name, (size_t)length + 1) == length)
        return name;
    free(name);
    return NULL;
}

int hg_dataset_extent(hid_t dataset, hsize_t *extent, hsize_t *most)
{
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    return space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, most);
}

static void forget_creation(void)
{
    hg_close(last_creation.list);
    last_creation.dataset = last_creation.list = -1;
}

/* No two datasets have one identifier, not even one after the other. */
hid_t hg_creation_list(hid_t dataset)
{
    if (last_creation.list < 0 || last_creation.dataset != dataset) {
        forget_creation();
        last_creation.list = H5Dget_create_plist(dataset);
        last_creation.dataset = dataset;
    }
    return last_creation.list;
}

static void forget_description(void)
{
    hg_close(text_type);
    hg_close(scalar_space);
    text_type = scalar_space = -1;
}

hid_t hg_scalar_space(void)
{
    if (scalar_space < 0)
        scalar_space = H5Screate(H5S_SCALAR);
    return scalar_space;
}

hid_t hg_text_type(size_t size)
{
    if (text_type < 0) {
        const hid_t type = H5Tcopy(H5T_C_S1);
        text_type = hg_keep_if(type >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0, type);
    }
    return text_type >= 0 && H5Tset_size(text_type, size) >= 0 ? text_type : -1;
}

#define EXTERNAL_FILES 0x0007 /* the type of the message that names them */

/* Returns whether the header of a dataset names external files, or cannot be read. */
static bool names_files(hid_t dataset)
{
#if H5_VERSION_GE(1, 12, 0)
    H5O_native_info_t info;
    herr_t status = H5Oget_native_info(dataset, &info, H5O_NATIVE_INFO_HDR);
#else
    H5O_info_t info;
    herr_t status = H5Oget_info2(dataset, &info, H5O_INFO_HDR);
#endif
    return status < 0 || (info.hdr.mesg.present >> EXTERNAL_FILES & 1);
}

/* libhdf5 computes an offset of contiguous datasets only, but of some with external files, too. */
bool hg_is_contiguous(hid_t dataset)
{
    if (last_contiguous.dataset != dataset) {
        last_contiguous.dataset = dataset;
        last_contiguous.is = H5Dget_offset(dataset) != HADDR_UNDEF && !names_files(dataset);
    }
    return last_contiguous.is;
}

H5D_layout_t hg_dataset_layout(hid_t dataset)
{
    hid_t creation = hg_creation_list(dataset);
    return creation < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(creation);
}
