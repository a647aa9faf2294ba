/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/driver.h"

#include <string.h>
#include <sys/stat.h>

#include "libhdf5/handle.h"
#include "libhdf5/identity.h"

/* Other drivers have handles of other kinds. */
static int descriptor_of_others(hid_t object)
{
    H5_CLOSED hid_t file = H5Iget_file_id(object);
    H5_CLOSED hid_t access = file < 0 ? -1 : H5Fget_access_plist(file);
    void *handle = NULL;
    int fd = -1;
    if (access >= 0 && H5Pget_driver(access) == H5FD_SEC2 &&
        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle)
        memcpy(&fd, handle, sizeof fd);
    return fd;
}

int hg_descriptor(hid_t object)
{
    const struct h5_handle *handle = hg_handle_of(object);
    return handle ? handle->fd : descriptor_of_others(object);
}

bool hg_identify_lasting(hid_t object, struct h5_identity *identity)
{
    struct stat info;
    int fd = hg_descriptor(object);
    if (fd < 0 || fstat(fd, &info) != 0 || !hg_identify(object, identity))
        return false;
    const uint64_t device = info.st_dev;
    identity->file = info.st_ino;
    memcpy(identity->token + sizeof(haddr_t), &device, sizeof device);
    return true;
}

struct h5_raw *hg_raw_of(hid_t object)
{
    struct h5_handle *handle = hg_handle_of(object);
    return handle ? &handle->raw : NULL;
}
