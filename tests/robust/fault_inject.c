/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes calls of the system fail: a shared object to be preloaded (LD_PRELOAD), for tests only. For
 * glibc.
 *
 * The environment says which calls fail:
 *
 * FAULT_CALL    read, write, open, close, stat, lock, reserve, truncate, sync, rename, remove,
 *               space, fork, thread or malloc: see the functions below
 * FAULT_AT      the first of these calls that fails, counted from 1; 0: none, calls are only
 *               counted
 * FAULT_LAST    the last one that fails
 * FAULT_WITH    the error's number; or "short": the call reads or writes half of the bytes; or
 *               "cut": the file is truncated to half before the read; or "kill": the process is
 *               killed before the call; or "crash": it aborts
 * FAULT_FOLDER  only files in this folder, or with relative names, are meant, not those of the
 *               dynamic linker and the system
 * FAULT_STATE   a file of at least 16 bytes for the numbers of calls counted and of calls failed,
 *               shared by all processes of the run
 * FAULT_CLOCK   if "real", clocks show the time
 *
 * Calls are counted from the beginning of main on. The date stands still, so that two runs make the
 * same bytes; the monotonic clock runs fast, so that tasks of every half minute are done.
 */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MAX_DESCRIPTOR 1024
#define STILL          1700000000 /* the time that it always is */
#define TIMES_AS_FAST  1000000

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *program, int argc, char **argv, void (*init)(void),
                           void (*finish)(void), void (*linker)(void), void *stack);
start_function __libc_start_main;

struct state {
    atomic_ullong counted;
    atomic_ullong failed;
};

static struct {
    atomic_bool begun;
    const char *call;
    unsigned long long at, last;
    bool cut, kill, crash, real_clock;
    int number; /* 0: short, cut, kill or crash */
    const char *folder;
    struct state *state;
    main_function *program;
} fault;

static atomic_bool watched[MAX_DESCRIPTOR]; /* descriptors of files in the folder */

/* The function of the next library of this name. */
#define NEXT(function) ((__typeof__(&function))next_function(#function))

static void *next_function(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        _exit(99);
    return found;
}

static unsigned long long number_of(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : 0;
}

static void begin(void)
{
    const char *name = getenv("FAULT_STATE");
    const char *with = getenv("FAULT_WITH");
    fault.call = getenv("FAULT_CALL");
    fault.folder = getenv("FAULT_FOLDER");
    fault.at = number_of("FAULT_AT");
    fault.last = number_of("FAULT_LAST");
    fault.cut = with && strcmp(with, "cut") == 0;
    fault.kill = with && strcmp(with, "kill") == 0;
    fault.crash = with && strcmp(with, "crash") == 0;
    const char *clock = getenv("FAULT_CLOCK");
    fault.real_clock = clock && strcmp(clock, "real") == 0;
    fault.number = with ? (int)number_of("FAULT_WITH") : 0;
    int fd = name ? NEXT(open)(name, O_RDWR | O_CLOEXEC) : -1;
    void *state = MAP_FAILED;
    if (fd >= 0) {
        state = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        NEXT(close)(fd);
    }
    if (!fault.call || !fault.folder || state == MAP_FAILED)
        _exit(99);
    fault.state = state;
    atomic_store(&fault.begun, true);
}

static int begin_main(int argc, char **argv, char **environment)
{
    begin();
    return fault.program(argc, argv, environment);
}

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void),
                      void (*finish)(void), void (*linker)(void), void *stack)
{
    fault.program = program;
    return NEXT(__libc_start_main)(begin_main, argc, argv, init, finish, linker, stack);
}

/* Counts a call; returns whether it fails, with errno set. */
static bool fails(const char *call)
{
    if (!atomic_load(&fault.begun) || strcmp(call, fault.call) != 0)
        return false;
    unsigned long long n = 1 + atomic_fetch_add(&fault.state->counted, 1);
    if (fault.at == 0 || n < fault.at || n > fault.last)
        return false;
    atomic_fetch_add(&fault.state->failed, 1);
    if (fault.kill)
        kill(getpid(), SIGKILL);
    if (fault.crash)
        abort();
    errno = fault.number;
    return true;
}

static bool is_path_meant(const char *path)
{
    size_t length = fault.folder ? strlen(fault.folder) : 0;
    return path[0] != '/' || (length > 0 && strncmp(path, fault.folder, length) == 0);
}

static bool is_meant(int fd)
{
    return fd >= 0 && fd < MAX_DESCRIPTOR && atomic_load(&watched[fd]);
}

static int watch(int fd)
{
    if (fd >= 0 && fd < MAX_DESCRIPTOR)
        atomic_store(&watched[fd], true);
    return fd;
}

static size_t half(size_t size)
{
    return size > 1 ? size / 2 : size;
}

/* open */

static int open_fails(const char *path)
{
    return atomic_load(&fault.begun) && is_path_meant(path) && fails("open");
}

#define OPEN(function)                                                                             \
    int function(const char *path, int flags, ...)                                                 \
    {                                                                                              \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;                    \
        va_end(list);                                                                              \
        if (open_fails(path))                                                                      \
            return -1;                                                                             \
        int fd = NEXT(function)(path, flags, mode);                                                \
        return is_path_meant(path) ? watch(fd) : fd;                                               \
    }

OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    if (open_fails(path))
        return -1;
    int fd = NEXT(openat)(folder, path, flags, mode);
    return is_path_meant(path) ? watch(fd) : fd;
}

/* close: the descriptor is closed even if this fails, as on Linux. */

int close(int fd)
{
    bool meant = is_meant(fd);
    if (meant)
        atomic_store(&watched[fd], false);
    int result = NEXT(close)(fd);
    return meant && fails("close") ? -1 : result;
}

/* read, write */

static void cut_file(int fd)
{
    char path[64];
    struct stat info;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (NEXT(fstat)(fd, &info) == 0 && truncate(path, info.st_size / 2) != 0)
        _exit(99);
}

#define READ(function, offset_type)                                                                \
    ssize_t function(int fd, void *data, size_t size, offset_type offset)                          \
    {                                                                                              \
        if (is_meant(fd) && fails("read")) {                                                       \
            if (fault.number != 0)                                                                 \
                return -1;                                                                         \
            if (fault.cut)                                                                         \
                cut_file(fd);                                                                      \
            else                                                                                   \
                size = half(size);                                                                 \
        }                                                                                          \
        return NEXT(function)(fd, data, size, offset);                                             \
    }

READ(pread, off_t)
READ(pread64, off64_t)

#define WRITE(function, offset_type)                                                               \
    ssize_t function(int fd, const void *data, size_t size, offset_type offset)                    \
    {                                                                                              \
        if (is_meant(fd) && fails("write")) {                                                      \
            if (fault.number != 0)                                                                 \
                return -1;                                                                         \
            size = half(size);                                                                     \
        }                                                                                          \
        return NEXT(function)(fd, data, size, offset);                                             \
    }

WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size)
{
    if (is_meant(fd) && fails("write")) {
        if (fault.number != 0)
            return -1;
        size = half(size);
    }
    return NEXT(write)(fd, data, size);
}

/* stat */

#define STAT(function, first, is_first_meant, record)                                              \
    int function(first what, struct record *info)                                                  \
    {                                                                                              \
        if (is_first_meant(what) && fails("stat"))                                                 \
            return -1;                                                                             \
        return NEXT(function)(what, info);                                                         \
    }

STAT(stat, const char *, is_path_meant, stat)
STAT(lstat, const char *, is_path_meant, stat)
STAT(fstat, int, is_meant, stat)

/* lock, reserve, truncate, sync, space */

#define ON_DESCRIPTOR(call, function, parameters, ...)                                             \
    int function parameters                                                                        \
    {                                                                                              \
        return is_meant(fd) && fails(call) ? -1 : NEXT(function)(__VA_ARGS__);                     \
    }

ON_DESCRIPTOR("lock", flock, (int fd, int how), fd, how)
ON_DESCRIPTOR("reserve", fallocate, (int fd, int mode, off_t at, off_t size), fd, mode, at, size)
ON_DESCRIPTOR("reserve", fallocate64, (int fd, int mode, off64_t at, off64_t size), fd, mode, at,
              size)
ON_DESCRIPTOR("truncate", ftruncate, (int fd, off_t size), fd, size)
ON_DESCRIPTOR("truncate", ftruncate64, (int fd, off64_t size), fd, size)
ON_DESCRIPTOR("sync", fsync, (int fd), fd)
ON_DESCRIPTOR("sync", fdatasync, (int fd), fd)

int posix_fallocate(int fd, off_t at, off_t size)
{
    return is_meant(fd) && fails("reserve") ? fault.number : NEXT(posix_fallocate)(fd, at, size);
}

int statvfs(const char *path, struct statvfs *info)
{
    return is_path_meant(path) && fails("space") ? -1 : NEXT(statvfs)(path, info);
}

/* rename: all functions that give a file a name */

int rename(const char *from, const char *to)
{
    return is_path_meant(to) && fails("rename") ? -1 : NEXT(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    if (is_path_meant(to) && fails("rename"))
        return -1;
    return NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to)
{
    return is_path_meant(to) && fails("rename") ? -1 : NEXT(link)(from, to);
}

/* remove */

int unlink(const char *path)
{
    return is_path_meant(path) && fails("remove") ? -1 : NEXT(unlink)(path);
}

/* fork */

pid_t fork(void)
{
    return fails("fork") ? -1 : NEXT(fork)();
}

/* thread */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    return fails("thread") ? fault.number : NEXT(pthread_create)(thread, attributes, run, argument);
}

/* malloc: all functions that allocate */

void *malloc(size_t size)
{
    return fails("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails("malloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails("malloc") ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails("malloc") ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size)
{
    return fails("malloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (fails("malloc"))
        return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

/* The clock. */

time_t time(time_t *now)
{
    if (now)
        *now = STILL;
    return STILL;
}

int gettimeofday(struct timeval *now, void *zone)
{
    (void)zone;
    *now = (struct timeval){.tv_sec = STILL};
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (fault.real_clock)
        return NEXT(clock_gettime)(clock, now);
    *now = (struct timespec){.tv_sec = STILL};
    if (clock == CLOCK_REALTIME)
        return 0;
    int result = NEXT(clock_gettime)(clock, now);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        now->tv_sec = now->tv_sec * TIMES_AS_FAST + now->tv_nsec / (1000000000 / TIMES_AS_FAST);
        now->tv_nsec = now->tv_nsec % (1000000000 / TIMES_AS_FAST) * TIMES_AS_FAST;
    }
    return result;
}
