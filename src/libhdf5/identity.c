/* SPDX-License-Identifier: BSD-3-Clause */
#include "libhdf5/identity.h"

#include <string.h>
#include <sys/stat.h>

#include "libhdf5/handle.h"

#if H5_VERSION_GE(1, 12, 0)
    #define OBJECT_INFO H5O_info2_t
#else
    #define OBJECT_INFO H5O_info_t
#endif

static void take_identity(const OBJECT_INFO *info, struct h5_identity *identity)
{
    memset(identity, 0, sizeof *identity);
    identity->file = info->fileno;
#if H5_VERSION_GE(1, 12, 0)
    _Static_assert(sizeof info->token <= sizeof identity->token, "a token fits");
    memcpy(identity->token, &info->token, sizeof info->token);
#else
    _Static_assert(sizeof info->addr <= sizeof identity->token, "an address fits");
    memcpy(identity->token, &info->addr, sizeof info->addr);
#endif
}

bool hg_identify(hid_t object, struct h5_identity *identity)
{
    OBJECT_INFO info;
#if H5_VERSION_GE(1, 12, 0)
    herr_t status = H5Oget_info3(object, &info, H5O_INFO_BASIC);
#else
    herr_t status = H5Oget_info2(object, &info, H5O_INFO_BASIC);
#endif
    if (status < 0)
        return false;
    take_identity(&info, identity);
    return true;
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

bool hg_identify_link(hid_t group, const char *name, struct h5_identity *identity, H5O_type_t *kind,
                      bool *bare)
{
    const unsigned wanted = H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS;
    OBJECT_INFO info;
#if H5_VERSION_GE(1, 12, 0)
    herr_t status = H5Oget_info_by_name3(group, name, &info, wanted, H5P_DEFAULT);
#else
    herr_t status = H5Oget_info_by_name2(group, name, &info, wanted, H5P_DEFAULT);
#endif
    if (status < 0)
        return false;
    take_identity(&info, identity);
    *kind = info.type;
    *bare = info.num_attrs == 0;
    return true;
}

bool hg_same(const struct h5_identity *a, const struct h5_identity *b)
{
    return a->file == b->file && memcmp(a->token, b->token, sizeof a->token) == 0;
}
