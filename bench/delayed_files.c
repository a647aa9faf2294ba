/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file system that is far away: shows the files of a folder, to read, and delays every request by
 * some milliseconds, so many at once. Speaks the kernel's protocol itself, so that it needs no
 * library, but root, and runs until it is unmounted. Prints a line when it is mounted.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define MOST_FILES   256
#define READ_BYTES   (128 << 10) /* of a request: what the kernel asks for by default */
#define BUFFER_BYTES (READ_BYTES + 8192)

static struct {
    int device;
    long delay; /* nanoseconds */
    unsigned files;
    char *name[MOST_FILES];
    int file[MOST_FILES]; /* node i + 2 */
    int folder;           /* node FUSE_ROOT_ID */
} served;

static int descriptor(uint64_t node)
{
    if (node == FUSE_ROOT_ID)
        return served.folder;
    return node - 2 < served.files ? served.file[node - 2] : -1;
}

static void reply(uint64_t unique, int error, const void *data, size_t size)
{
    struct fuse_out_header head = {(uint32_t)(sizeof head + size), -error, unique};
    const struct iovec parts[2] = {{&head, sizeof head}, {(void *)(uintptr_t)data, size}};
    if (writev(served.device, parts, size ? 2 : 1) < 0 && errno != ENOENT && errno != ENODEV)
        bench_fail_errno("/dev/fuse");
}

static bool find_attributes(uint64_t node, struct fuse_attr *out)
{
    struct stat info;
    int fd = descriptor(node);
    if (fd < 0 || fstat(fd, &info) != 0)
        return false;
    *out = (struct fuse_attr){.ino = node,
                              .size = (uint64_t)info.st_size,
                              .blocks = (uint64_t)info.st_blocks,
                              .mtime = (uint64_t)info.st_mtim.tv_sec,
                              .mtimensec = (uint32_t)info.st_mtim.tv_nsec,
                              .mode = info.st_mode,
                              .nlink = 1,
                              .blksize = 4096};
    return true;
}

static void look_up(const struct fuse_in_header *in, const char *name)
{
    struct fuse_entry_out out = {.entry_valid = 1, .attr_valid = 1};
    for (unsigned i = 0; i < served.files && !out.nodeid; i++)
        out.nodeid = strcmp(served.name[i], name) == 0 ? i + 2 : 0;
    bool found = out.nodeid && find_attributes(out.nodeid, &out.attr);
    reply(in->unique, found ? 0 : ENOENT, &out, found ? sizeof out : 0);
}

static void show_attributes(const struct fuse_in_header *in)
{
    struct fuse_attr_out out = {.attr_valid = 1};
    bool found = find_attributes(in->nodeid, &out.attr);
    reply(in->unique, found ? 0 : ENOENT, &out, found ? sizeof out : 0);
}

static void read_bytes(const struct fuse_in_header *in, const struct fuse_read_in *wanted)
{
    static _Thread_local char data[READ_BYTES];
    size_t size = wanted->size < sizeof data ? wanted->size : sizeof data;
    ssize_t n = pread(descriptor(in->nodeid), data, size, (off_t)wanted->offset);
    reply(in->unique, n < 0 ? errno : 0, data, n < 0 ? 0 : (size_t)n);
}

static void begin(const struct fuse_in_header *in, const struct fuse_init_in *asked)
{
    const struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                      .minor = FUSE_KERNEL_MINOR_VERSION,
                                      .max_readahead = asked->max_readahead,
                                      .flags = asked->flags & FUSE_ASYNC_READ,
                                      .max_write = 4096};
    reply(in->unique, 0, &out, sizeof out);
}

static void answer(const struct fuse_in_header *in)
{
    const struct timespec delay = {served.delay / 1000000000, served.delay % 1000000000};
    const void *rest = in + 1;
    const struct fuse_open_out opened = {.fh = in->nodeid};
    const struct fuse_statfs_out space = {.st = {.bsize = 4096, .namelen = 255}};
    if (in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET ||
        in->opcode == FUSE_INTERRUPT)
        return;
    if (in->opcode != FUSE_INIT)
        nanosleep(&delay, NULL);
    if (in->opcode == FUSE_INIT)
        begin(in, rest);
    else if (in->opcode == FUSE_LOOKUP)
        look_up(in, rest);
    else if (in->opcode == FUSE_GETATTR)
        show_attributes(in);
    else if (in->opcode == FUSE_OPEN || in->opcode == FUSE_OPENDIR)
        reply(in->unique, 0, &opened, sizeof opened);
    else if (in->opcode == FUSE_READ)
        read_bytes(in, rest);
    else if (in->opcode == FUSE_STATFS)
        reply(in->unique, 0, &space, sizeof space);
    else
        reply(in->unique, in->opcode == FUSE_RELEASE ? 0 : ENOSYS, NULL, 0);
}

static void *serve(void *unused)
{
    (void)unused;
    char *buffer = bench_memory(BUFFER_BYTES);
    for (;;) {
        ssize_t n = read(served.device, buffer, BUFFER_BYTES);
        if (n < 0 && errno == ENODEV)
            break; /* unmounted */
        if (n >= (ssize_t)sizeof(struct fuse_in_header))
            answer((const struct fuse_in_header *)(const void *)buffer);
    }
    free(buffer);
    return NULL;
}

static void open_files(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        bench_fail_errno(path);
    served.folder = dirfd(folder);
    for (struct dirent *entry; (entry = readdir(folder)) && served.files < MOST_FILES;) {
        int fd = entry->d_type == DT_REG
                     ? openat(served.folder, entry->d_name, O_RDONLY | O_CLOEXEC)
                     : -1;
        if (fd >= 0) {
            served.name[served.files] = strdup(entry->d_name);
            served.file[served.files++] = fd;
        }
    }
}

int main(int argc, char **argv)
{
    char options[96];
    if (argc != 5)
        bench_fail("usage: delayed_files", "FOLDER MOUNT MILLISECONDS REQUESTS");
    open_files(argv[1]);
    served.delay = (long)bench_number(argv[3]) * 1000000;
    served.device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (served.device < 0)
        bench_fail_errno("/dev/fuse");
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,max_read=%d",
             served.device, READ_BYTES);
    if (mount("delayed", argv[2], "fuse", MS_NOSUID | MS_NODEV | MS_RDONLY, options) != 0)
        bench_fail_errno(argv[2]);
    puts("mounted");
    fflush(stdout);
    uint64_t threads = bench_number(argv[4]);
    pthread_t thread;
    for (uint64_t i = 1; i < threads; i++) {
        if (pthread_create(&thread, NULL, serve, NULL) != 0)
            bench_fail("delayed_files", "no threads");
    }
    serve(NULL);
    return EXIT_SUCCESS;
}
