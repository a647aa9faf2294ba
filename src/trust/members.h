/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF5 files that consist of several: a family, whose members have one size and a number in their
 * names, and split files, with metadata and raw data apart. libhdf5's own drivers for them take a
 * pattern for printf from the caller; here the names are made, and all addresses found, without
 * them.
 */
#ifndef H5GRAD_TRUST_MEMBERS_H
#define H5GRAD_TRUST_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/error.h"

/* How a file is made up, as the names of libhdf5's drivers. */
enum h5_made { H5_MADE_WHOLE, H5_MADE_FAMILY, H5_MADE_MULTI };

/* The paths of the members: of a whole file its own. */
struct h5_member_names {
    enum h5_made made;
    size_t n;
    char **path;
    uint64_t *start; /* the address where each begins; of a family all 0 */
    char *next;      /* the first that does not exist of a family; else NULL */
};

/*
 * Finds what a user's name of an input stands for: an existing file of that name, else, where it
 * has one "%d", as "%05d", in the last component, the family with those numbers from 0 on; else
 * NAME-m.h5 and its fellows. A name of nothing is that of a whole file. Fails if memory runs out,
 * or with the name of a member that lacks.
 */
enum h5grad_status hg_member_names(const char *name, struct h5_member_names *names,
                                   struct h5grad_error *err);
void hg_member_names_free(struct h5_member_names *names);

/* Returns whether one of the members of an input, or of a family one that would be its next, is the
 * file at path. */
bool hg_member_names_have(const struct h5_member_names *names, const char *path);

/* Says what the file at path is, which cannot be opened, if it is a member of others, and how to
 * name these; false: it seems to be none. */
bool hg_member_explain(const char *path, struct h5grad_error *err);

/* The open members. */
struct h5_members {
    enum h5_made made;
    size_t n;
    struct h5_member {
        int fd;
        uint64_t start, size; /* when it was opened */
        struct stat opened;
    } * item;
};

/* Returns where what follows an address ended when the members were opened: in a split file at the
 * end of a member, else of all. */
uint64_t hg_members_end(const struct h5_members *members, uint64_t address);

/* Reads up to size bytes at an address, as pread does, from one member. */
ssize_t hg_members_pread(const struct h5_members *members, void *data, uint64_t size,
                         uint64_t address);

/* Reads exactly size bytes; false at the end or if reading fails. */
bool hg_members_read(const struct h5_members *members, void *data, uint64_t size, uint64_t address);

/* Checks what the file says of its members, in libhdf5's information for a driver. */
bool hg_members_agree(const struct h5_members *members, const unsigned char *information);

#endif
