/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"

/* below the 2 GiB that Linux moves at most per call */
#define CALL_BYTES ((uint64_t)1 << 30)

/* read at a time to be hashed: pieces of hash_large, so that their number does not matter */
#define HASH_BYTES (16 * (uint64_t)HASH_PIECE)

/* Moves size bytes: from the file to to, or, if to is NULL, from from to the file. */
static enum h5grad_status move_bytes(int fd, char *to, const char *from, uint64_t size,
                                     uint64_t offset, struct h5grad_error *err)
{
    const char *doing = to ? "reading" : "writing";
    for (uint64_t done = 0; done < size;) {
        size_t piece = size_min(size - done, CALL_BYTES);
        off_t at = (off_t)(offset + done);
        ssize_t n = to ? pread(fd, to + done, piece, at) : pwrite(fd, from + done, piece, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 && to)
            return hg_error_set(err, H5GRAD_FAILED, "reading: the file ends too early");
        if (n <= 0)
            return hg_error_errno(err, n < 0 ? errno : ENOSPC, "%s", doing);
        done += (uint64_t)n;
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_file_read(int fd, void *data, uint64_t size, uint64_t offset,
                                struct h5grad_error *err)
{
    return move_bytes(fd, data, NULL, size, offset, err);
}

enum h5grad_status hg_file_write(int fd, const void *data, uint64_t size, uint64_t offset,
                                 struct h5grad_error *err)
{
    return move_bytes(fd, NULL, data, size, offset, err);
}

enum h5grad_status hg_file_hash(int fd, uint64_t size, uint64_t offset, uint64_t *hash,
                                struct h5grad_error *err)
{
    const uint64_t most = size_min(size, HASH_BYTES);
    BASE_FREED void *data = malloc(size_max(most, 1));
    enum h5grad_status status = data ? H5GRAD_OK : hg_error_memory(err, most);
    for (uint64_t done = 0; done < size && !status;) {
        const uint64_t piece = size_min(size - done, most);
        status = hg_file_read(fd, data, piece, offset + done, err);
        *hash = status ? *hash : hash_large(*hash, data, piece);
        done += piece;
    }
    return status;
}

enum h5grad_status hg_file_reserve(int fd, uint64_t offset, uint64_t size, struct h5grad_error *err)
{
#ifdef __linux__
    /* posix_fallocate would write every block on a file system without this call */
    int result;
    do {
        result = size ? fallocate(fd, 0, (off_t)offset, (off_t)size) : 0;
    } while (result < 0 && errno == EINTR);
    if (result < 0 && (errno == ENOSPC || errno == EFBIG || errno == EDQUOT))
        return hg_error_errno(err, errno, "reserving space for it");
#else
    (void)fd, (void)offset, (void)size, (void)err;
#endif
    return H5GRAD_OK;
}

bool hg_file_size(int fd, uint64_t *size)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_size < 0)
        return false;
    *size = (uint64_t)status.st_size;
    return true;
}

void hg_file_start_sync(int fd)
{
#ifdef SYNC_FILE_RANGE_WRITE
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
#endif
}

bool hg_file_first_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool found = fgets(line, (int)size, file) != NULL;
    (void)fclose(file); /* only read */
    if (found)
        line[strcspn(line, "\n")] = '\0';
    return found;
}
