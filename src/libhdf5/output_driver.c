/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libhdf5/output_driver.h"

#include "base/memory.h"
#include "base/size.h"
#include "libhdf5/handle.h"

#define LARGEST_ADDRESS ((haddr_t)INT64_MAX)
#define CALL_BYTES      ((size_t)1 << 30) /* below the 2 GiB that Linux moves at most per call */

/* The target of the pointer that H5Fget_vfd_handle returns. */
struct handle {
    struct h5_handle common; /* must be first */
    atomic_int *failure;
    uint64_t leased; /* end of the last lease; 0: there is none */
    bool abandoned;  /* nothing is written any more */
};

struct output {
    H5FD_t public; /* as in struct h5_file */
    struct handle handle;
    haddr_t end_of_file;
};

_Static_assert(offsetof(struct output, handle) == offsetof(struct h5_file, handle) &&
                   offsetof(struct handle, common) == 0,
               "an open file begins with a struct h5_file");

static const H5FD_class_t output_class;

static void note_failure(struct output *output, int number)
{
    int none = 0;
    atomic_compare_exchange_strong(output->handle.failure, &none, number);
}

static H5FD_t *output_open(const char *name, unsigned flags, hid_t access, haddr_t largest)
{
    (void)largest;
    atomic_int *const *failure = H5Pget_driver_info(access);
    struct output *output = failure ? hg_memory_zeroed(1, sizeof *output) : NULL;
    int mode = O_CLOEXEC | O_NOFOLLOW | (flags & H5F_ACC_RDWR ? O_RDWR : O_RDONLY);
    int fd = output ? open(name, mode) : -1;
    if (fd < 0) {
        H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE,
                 errno == ENOMEM ? H5E_CANTALLOC : H5E_CANTOPENFILE, "%s", strerror(errno));
        free(output);
        return NULL;
    }
    output->handle.common.fd = fd;
    output->handle.common.driver = &output_class;
    output->handle.failure = *failure;
    hg_handle_add(&output->handle.common);
    return &output->public;
}

static herr_t output_close(H5FD_t *file)
{
    struct output *output = (struct output *)file;
    hg_handle_remove(&output->handle.common);
    if (close(output->handle.common.fd) != 0)
        note_failure(output, errno);
    free(output);
    return 0;
}

static haddr_t output_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct output *)file)->end_of_file;
}

/* Places what libhdf5 allocates at the end, as it does itself, unless raw data are told a place. It
 * does not align data itself: what that leaves over it would use for chunks that are told a place.
 */
static haddr_t output_alloc(H5FD_t *file, H5FD_mem_t type, hid_t transfer, hsize_t size)
{
    (void)transfer;
    struct handle *handle = &((struct output *)file)->handle;
    struct h5_probe *probe = &handle->common.probe;
    haddr_t *end = &handle->common.end_of_allocation, at = *end;
    if (type == H5FD_MEM_DRAW && probe->told) {
        probe->told = false;
        at = probe->told_at;
    } else if (type == H5FD_MEM_DRAW && size >= OUTPUT_LARGE) {
        at = size_round_up(at, OUTPUT_ALIGN);
    }
    if (at > LARGEST_ADDRESS || size > LARGEST_ADDRESS - at)
        return HADDR_UNDEF;
    *end = size_max(*end, at + size);
    return at;
}

/* libhdf5 may give back what it has at the end, but not leases. */
static herr_t output_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    struct handle *handle = &((struct output *)file)->handle;
    handle->common.end_of_allocation = size_max(address, handle->leased);
    return 0;
}

/* Bytes beyond the end of the file, or that cannot be read, read as zeros. */
static herr_t output_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, void *data)
{
    (void)transfer;
    struct output *output = (struct output *)file;
    char *to = data;
    if (h5_probe_note(&output->handle.common.probe, type, address, size))
        return 0;
    while (size > 0) {
        ssize_t n = pread(output->handle.common.fd, to, size_min(size, CALL_BYTES), (off_t)address);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            note_failure(output, errno);
        if (n <= 0) {
            memset(to, 0, size);
            break;
        }
        to += n;
        address += (haddr_t)n;
        size -= (size_t)n;
    }
    return 0;
}

/* True for the bytes of a chunk that is told its place, where they are already. Meanwhile libhdf5
 * may write other raw data: global heaps count as such, which its cache may just have to make room
 * for. */
static bool is_placed(struct h5_probe *probe, H5FD_mem_t type, haddr_t address, size_t size)
{
    if (type != H5FD_MEM_DRAW || !probe->placing || address != probe->told_at)
        return false;
    h5_probe_note(probe, type, address, size);
    return true;
}

static herr_t output_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                           size_t size, const void *data)
{
    (void)transfer;
    struct output *output = (struct output *)file;
    const char *from = data;
    if (is_placed(&output->handle.common.probe, type, address, size) || output->handle.abandoned) {
        address += size;
        size = 0;
    }
    while (size > 0) {
        ssize_t n =
            pwrite(output->handle.common.fd, from, size_min(size, CALL_BYTES), (off_t)address);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            note_failure(output, n < 0 ? errno : ENOSPC);
            break;
        }
        from += n;
        address += (haddr_t)n;
        size -= (size_t)n;
    }
    if (address > output->end_of_file)
        output->end_of_file = address;
    return 0;
}

static herr_t output_truncate(H5FD_t *file, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    struct output *output = (struct output *)file;
    if (output->handle.abandoned)
        return 0;
    if (ftruncate(output->handle.common.fd, (off_t)output->handle.common.end_of_allocation) != 0)
        note_failure(output, errno);
    output->end_of_file = output->handle.common.end_of_allocation;
    return 0;
}

/* libhdf5 1.13 and later demand a version and a value; 256 to 511 are for experimental drivers. */
static const H5FD_class_t output_class = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = 511,
#endif
    .name = "h5grad_output",
    .maxaddr = LARGEST_ADDRESS,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(atomic_int *),
    .open = output_open,
    .close = output_close,
    .query = hg_handle_query,
    .alloc = output_alloc,
    .get_eoa = hg_handle_get_eoa,
    .set_eoa = output_set_eoa,
    .get_eof = output_get_eof,
    .get_handle = hg_handle_get,
    .read = output_read,
    .write = output_write,
    .truncate = output_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* Registers the driver on first use, as libhdf5's own drivers do. */
static hid_t output_driver(void)
{
    static hid_t driver = -1; /* guarded by libhdf5's lock; stale after libhdf5 was closed */
    if (driver < 0 || H5Iget_type(driver) != H5I_VFL)
        driver = H5FDregister(&output_class);
    return driver;
}

/* Small data are allocated by the driver, too, one by one. */
bool hg_output_select(hid_t access, atomic_int *failure)
{
    return H5Pset_driver(access, output_driver(), &failure) >= 0 &&
           H5Pset_small_data_block_size(access, 0) >= 0;
}

static struct handle *find_handle(hid_t file)
{
    return hg_handle_by(file, &output_class);
}

const atomic_int *hg_output_failure(hid_t file)
{
    const struct handle *handle = find_handle(file);
    return handle ? handle->failure : NULL;
}

void hg_output_abandon(hid_t file)
{
    struct handle *handle = find_handle(file);
    if (handle)
        handle->abandoned = true;
}

uint64_t hg_output_lease(hid_t file, uint64_t bytes, uint64_t align)
{
    struct handle *handle = find_handle(file);
    uint64_t at = size_round_up(handle->common.end_of_allocation, align);
    handle->leased = handle->common.end_of_allocation = at + size_round_up(bytes, align);
    return at;
}

bool hg_output_resize(hid_t file, uint64_t end, uint64_t to)
{
    struct handle *handle = find_handle(file);
    if (handle->leased != end || handle->common.end_of_allocation != end)
        return false;
    handle->leased = handle->common.end_of_allocation = to;
    return true;
}

uint64_t hg_output_end(hid_t file)
{
    return find_handle(file)->common.end_of_allocation;
}

uint64_t hg_output_leased(hid_t file)
{
    return find_handle(file)->leased;
}

void hg_output_keep(hid_t file, uint64_t end)
{
    struct handle *handle = find_handle(file);
    haddr_t *now = &handle->common.end_of_allocation;
    *now = size_max(*now, end);
    handle->leased = size_max(handle->leased, end);
}
