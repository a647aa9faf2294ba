/* SPDX-License-Identifier: BSD-3-Clause */
/* Complete reads and writes at an offset of a file: interrupted and partial ones are continued. */
#ifndef H5GRAD_BASE_FILE_H
#define H5GRAD_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* Read or write exactly size bytes; reading fails at the end of the file. */
enum h5grad_status hg_file_read(int fd, void *data, uint64_t size, uint64_t offset,
                                struct h5grad_error *err);
enum h5grad_status hg_file_write(int fd, const void *data, uint64_t size, uint64_t offset,
                                 struct h5grad_error *err);

/* Continues *hash, as hash_large does, with size bytes at an offset; fails at the end of the
 * file. */
enum h5grad_status hg_file_hash(int fd, uint64_t size, uint64_t offset, uint64_t *hash,
                                struct h5grad_error *err);

/* Reserves disk space for size bytes at offset, so that writing cannot run out of it; does nothing
 * if the file system cannot. */
enum h5grad_status hg_file_reserve(int fd, uint64_t offset, uint64_t size,
                                   struct h5grad_error *err);

/* Starts writing dirty pages to storage, so that a later fsync has less to wait for; does nothing
 * if the system cannot. */
void hg_file_start_sync(int fd);

/* True if both describe the same file, under any names. */
static inline bool file_is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Returns the size of an open file; false if it has none. */
bool hg_file_size(int fd, uint64_t *size);

/* Reads the first line of a small text file, without its newline, truncated to size - 1 bytes;
 * false, with line unspecified, if there is none. */
bool hg_file_first_line(const char *path, char *line, size_t size);

#endif
