/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a journal holds after the process died, and after the machine did. This file replaces the
 * clock, fdatasync and the boot id, so that rare events happen when a test wants them.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "output/journal.h"
#include "tests/support/suite.h"
#include "tests/support/scratch.h"

#define LONG_SINCE 31 /* seconds: longer than between two times that all is made safe */

/* Tiles of this many bytes are noted at once. */
#define LARGE ((uint64_t)16 << 20)

static const struct journal_head HEAD = {
    .key = "key", .history = "lines", .facts = {2, 3, {.l2 = 4, .l3 = 5}, 0, 0}};

static char path[96];
static char boot[96]; /* the file that tells which boot this is */
static int data = -1; /* the file that is to be made safe */
static struct h5grad_error err;

static _Atomic time_t seconds;       /* what the clock shows */
static _Atomic unsigned synced;      /* calls of fdatasync */
static _Atomic int sync_fails;       /* with this error */
static _Atomic unsigned sync_delays; /* that many microseconds */
static _Atomic unsigned sync_takes;  /* that many seconds by the clock */
static _Atomic int close_fails;      /* that of the file, once it is synced, with this error */
static _Atomic int synced_fd = -1;   /* the first that was synced */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = (struct timespec){.tv_sec = seconds};
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    usleep(sync_delays);
    seconds += sync_takes;
    if (synced++ == 0)
        synced_fd = fd;
    errno = sync_fails;
    return errno ? -1 : 0;
}

int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);
    if (!close_fails || fd != synced_fd)
        return result;
    errno = close_fails;
    return -1;
}

int open(const char *name, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    if (strcmp(name, "/proc/sys/kernel/random/boot_id") == 0)
        name = boot;
    return openat(AT_FDCWD, name, flags, mode);
}

/* Pretends another boot, or another machine; NULL: one without a boot id. */
static void boot_as(const char *id)
{
    FILE *file = id ? fopen(boot, "w") : NULL;
    if (!id)
        ck_assert_int_eq(unlink(boot), 0);
    else
        ck_assert(file && fputs(id, file) >= 0 && fclose(file) == 0);
}

static void setup(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s/journal", folder);
    snprintf(boot, sizeof boot, "%s/boot", folder);
    boot_as("first");
    data = open(folder, O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(data, 0);
}

static void teardown(void)
{
    close(data);
    folder_remove();
}

static struct journal *begin(uint64_t tiles)
{
    struct journal *journal;
    ck_assert_int_eq(hg_journal_create(path, &HEAD, &journal, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_journal_begin_field(journal, 0, tiles, 7, &err), H5GRAD_OK);
    return journal;
}

static struct journal *go_on(uint64_t tiles)
{
    struct journal *journal;
    ck_assert_int_eq(hg_journal_read(path, &journal, &err), H5GRAD_OK);
    ck_assert_ptr_nonnull(journal);
    ck_assert_int_eq(hg_journal_continue(journal, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_journal_begin_field(journal, 0, tiles, 7, &err), H5GRAD_OK);
    return journal;
}

static void add_tiles(struct journal *journal, uint64_t first, uint64_t end)
{
    for (uint64_t tile = first; tile < end; tile++)
        ck_assert_int_eq(hg_journal_add_tile(journal, tile, tile, LARGE, &err), H5GRAD_OK);
}

static void add_chunk(struct journal *journal, uint64_t address)
{
    const struct journal_chunk chunk = {.address = address, .size = LARGE};
    ck_assert_int_eq(hg_journal_add_chunk(journal, &chunk, &err), H5GRAD_OK);
}

static void begin_sync(struct journal *journal)
{
    seconds += LONG_SINCE;
    ck_assert_int_eq(hg_journal_sync(journal, data, &err), H5GRAD_OK);
}

static void check_tiles(uint64_t known)
{
    struct journal *journal = go_on(8);
    uint64_t sum;
    for (uint64_t tile = 0; tile < 8; tile++) {
        ck_assert_msg(hg_journal_has_tile(journal, tile, &sum) == (tile < known), "tile %d",
                      (int)tile);
        ck_assert_uint_eq(sum, tile < known ? tile : 0);
    }
    hg_journal_close(journal, false);
}

START_TEST(process_died)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    hg_journal_close(journal, false);
    check_tiles(3);
}
END_TEST

/* Another machine may have other caches, by which it would choose other tiles. */
START_TEST(what_shapes_the_tiles)
{
    struct journal *journal;
    hg_journal_close(begin(8), false);
    ck_assert_int_eq(hg_journal_read(path, &journal, &err), H5GRAD_OK);
    const struct journal_head *head = hg_journal_head(journal);
    ck_assert_str_eq(head->key, HEAD.key);
    ck_assert_str_eq(head->history, HEAD.history);
    ck_assert_uint_eq(head->facts.threads, HEAD.facts.threads);
    ck_assert_uint_eq(head->facts.memory, HEAD.facts.memory);
    ck_assert_uint_eq(head->facts.cache.l2, HEAD.facts.cache.l2);
    ck_assert_uint_eq(head->facts.cache.l3, HEAD.facts.cache.l3);
    hg_journal_close(journal, false);
}
END_TEST

/* Small tiles are noted together. If the process dies some are done again. */
START_TEST(small_tiles)
{
    struct journal *journal = begin(1000);
    struct stat before, after;
    ck_assert_int_eq(stat(path, &before), 0);
    for (uint64_t tile = 0; tile < 999; tile++)
        ck_assert_int_eq(hg_journal_add_tile(journal, tile, tile, 100, &err), H5GRAD_OK);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_gt(after.st_size, before.st_size);
    hg_journal_close(journal, false);
    journal = go_on(1000);
    uint64_t sum;
    for (uint64_t tile = 0; tile < 1000; tile++)
        ck_assert(hg_journal_has_tile(journal, tile, &sum) == (tile < 999));
    hg_journal_close(journal, false);
}
END_TEST

START_TEST(machine_died_before_anything_was_safe)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    ck_assert_int_eq(hg_journal_sync(journal, data, &err), H5GRAD_OK); /* too soon */
    hg_journal_close(journal, false);
    ck_assert_uint_eq(synced, 0);
    boot_as("second");
    check_tiles(0);
}
END_TEST

/* After a crash of the machine any part of the journal may be on disk. */
START_TEST(machine_died_within_the_head)
{
    struct journal *journal;
    struct stat info;
    ck_assert_int_eq(hg_journal_create(path, &HEAD, &journal, &err), H5GRAD_OK);
    ck_assert_int_eq(stat(path, &info), 0);
    hg_journal_close(journal, false);
    bool headed = true;
    for (off_t size = info.st_size - 1; size >= 0; size--) {
        ck_assert_int_eq(truncate(path, size), 0);
        ck_assert_int_eq(hg_journal_read(path, &journal, &err), H5GRAD_OK);
        ck_assert_msg(headed || !journal, "%d bytes are a journal, and some more are not",
                      (int)size);
        ck_assert(journal || size < info.st_size - 1);
        headed = journal != NULL;
        hg_journal_close(journal, false);
    }
    ck_assert(!headed);
}
END_TEST

/* A part whose bytes were missing is recorded a second time: that counts. */
START_TEST(parts_come_back_last_first)
{
    struct journal *journal = begin(1);
    const struct journal_chunk chunk[] = {{.address = 1000, .size = 7, .sum = 5},
                                          {.address = 2000, .size = 9, .sum = 6, .mask = 1}};
    const struct journal_part parts[] = {{0, 3, 2, 11}, {1, 4, 0, 12}, {0, 3, 1, 13}};
    struct journal_part part;
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(hg_journal_add_part(journal, &parts[i], chunk, &err), H5GRAD_OK);
    hg_journal_close(journal, false);
    journal = go_on(1);
    ck_assert_uint_eq(hg_journal_parts_end(journal), 2009);
    for (unsigned i = 3; i-- > 0;) {
        ck_assert(hg_journal_take_part(journal, &part));
        ck_assert(part.field == parts[i].field && part.number == parts[i].number);
        ck_assert(part.chunks == parts[i].chunks && part.sum == parts[i].sum);
        for (unsigned k = 0; k < part.chunks; k++) {
            const struct journal_chunk got = hg_journal_part_chunk(journal, &part, k);
            ck_assert(got.address == chunk[k].address && got.size == chunk[k].size);
            ck_assert(got.sum == chunk[k].sum && got.mask == chunk[k].mask);
        }
    }
    ck_assert(!hg_journal_take_part(journal, &part));
    hg_journal_close(journal, false);
}
END_TEST

/* Tiles noted during a sync are not safe. */
START_TEST(machine_died)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    sync_delays = 20000;
    begin_sync(journal);
    add_tiles(journal, 3, 5);
    hg_journal_close(journal, false);
    ck_assert_uint_eq(synced, 2); /* the file, then the journal */
    check_tiles(5);
    boot_as("second");
    check_tiles(3);
}
END_TEST

/* A run resumed on another machine keeps the tiles that are safe, and notes those that are not. */
START_TEST(machines_that_take_turns)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 2);
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_OK);
    add_tiles(journal, 2, 3);
    hg_journal_close(journal, false);
    boot_as("second");
    journal = go_on(8);
    add_tiles(journal, 2, 5);
    hg_journal_close(journal, false);
    check_tiles(5);
    boot_as("first");
    check_tiles(2);
    boot_as("second");
    check_tiles(2);
}
END_TEST

/* Likewise when chunks noted on another machine are forgotten, with their places. */
START_TEST(machines_that_take_turns_with_chunks)
{
    struct journal *journal = begin(1);
    for (uint64_t i = 0; i < 3; i++)
        add_chunk(journal, i);
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_OK);
    hg_journal_close(journal, false);
    boot_as("second");
    journal = go_on(1);
    add_chunk(journal, 11);
    add_chunk(journal, 12);
    hg_journal_close(journal, false);
    boot_as("first");
    journal = go_on(1);
    ck_assert_uint_eq(hg_journal_chunks_left(journal), 0);
    hg_journal_close(journal, false);
}
END_TEST

/* Without boot ids every run may be another boot. */
START_TEST(unknown_boot)
{
    boot_as(NULL);
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_OK);
    add_tiles(journal, 3, 5);
    hg_journal_close(journal, false);
    check_tiles(3);
    boot_as("first");
    check_tiles(3);
}
END_TEST

static struct journal *read_again(void)
{
    struct journal *journal;
    ck_assert_int_eq(hg_journal_read(path, &journal, &err), H5GRAD_OK);
    ck_assert_ptr_nonnull(journal);
    return journal;
}

static void check_used(struct journal *journal)
{
    err = (struct h5grad_error){0};
    ck_assert_int_eq(hg_journal_continue(journal, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "another h5grad has just used"));
    hg_journal_close(journal, true);
}

/* Another run resumes, begins anew or ends between the reading of the journal and its use. */
START_TEST(used_meanwhile)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    hg_journal_close(journal, false);
    journal = read_again();
    struct journal *other = go_on(8);
    add_tiles(other, 3, 5);
    hg_journal_close(other, false);
    ck_assert_int_eq(hg_journal_continue(journal, &err), H5GRAD_FAILED);
    hg_journal_close(journal, false);

    journal = read_again();
    other = begin(8);
    add_tiles(other, 0, 5);
    hg_journal_close(other, false);
    check_used(journal);
    check_tiles(5);

    journal = read_again();
    hg_journal_close(read_again(), true);
    check_used(journal);
}
END_TEST

/* Chunks forgotten during a sync do not make others safe. */
START_TEST(machine_died_after_chunks_were_forgotten)
{
    struct journal *journal = begin(1);
    for (uint64_t i = 0; i < 5; i++)
        add_chunk(journal, i);
    hg_journal_close(journal, false);
    journal = go_on(1);
    ck_assert_uint_eq(hg_journal_chunks_left(journal), 5);
    sync_delays = 50000;
    begin_sync(journal);
    struct journal_chunk chunk;
    hg_journal_take_chunk(journal, &chunk);
    add_chunk(journal, 11);
    ck_assert_uint_eq(hg_journal_chunks_left(journal), 0);
    hg_journal_close(journal, false);
    boot_as("second");
    struct journal *after;
    ck_assert_int_eq(hg_journal_read(path, &after, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_journal_begin_field(after, 0, 1, 7, &err), H5GRAD_OK);
    ck_assert_uint_eq(hg_journal_chunks_left(after), 0);
    hg_journal_close(after, false);
}
END_TEST

/* The system reports lost bytes only once. */
START_TEST(failure_at_the_end)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    sync_fails = EIO;
    sync_delays = 20000;
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, strerror(EIO)));
    hg_journal_close(journal, false);
    boot_as("second");
    check_tiles(0);
}
END_TEST

/* Some file systems report failures only when a file is closed. */
START_TEST(failure_when_closed)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    close_fails = EIO;
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, strerror(EIO)));
    close_fails = 0;
    hg_journal_close(journal, false);
    boot_as("second");
    check_tiles(0);
}
END_TEST

START_TEST(failure_meanwhile)
{
    struct journal *journal = begin(8);
    add_tiles(journal, 0, 3);
    sync_fails = EIO;
    begin_sync(journal);
    enum h5grad_status status = H5GRAD_OK;
    for (int i = 0; i < 1000 && !status; i++) {
        usleep(1000);
        status = hg_journal_sync(journal, data, &err);
    }
    ck_assert_int_eq(status, H5GRAD_FAILED);
    hg_journal_close(journal, false);
}
END_TEST

START_TEST(seldom_where_it_takes_long)
{
    struct journal *journal = begin(8);
    sync_takes = 10; /* twice: fifty times as long is 1000 seconds */
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_OK);
    ck_assert_uint_eq(synced, 2);
    for (unsigned i = 0; i < 1000 / LONG_SINCE; i++)
        begin_sync(journal);
    ck_assert_uint_eq(synced, 2);
    begin_sync(journal);
    ck_assert_int_eq(hg_journal_settle(journal, &err), H5GRAD_OK);
    ck_assert_uint_eq(synced, 4);
    hg_journal_close(journal, false);
}
END_TEST

/* Noted tiles count if they are still in the file; they are verified unless the run before was the
 * last to write to it. */
START_TEST(file_is_looked_at)
{
    static const char bytes[] = "these are the bytes of a chunk";
    char name[sizeof folder + 8];
    struct stat was;
    snprintf(name, sizeof name, "%s/data", folder);
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    ck_assert(fd >= 0 && write(fd, bytes, sizeof bytes) == sizeof bytes && fstat(fd, &was) == 0);
    struct journal *journal = begin(1);
    const struct journal_chunk chunk = {0, sizeof bytes,
                                        hash_large(HASH_START, bytes, sizeof bytes), 0};
    const struct journal_chunk beyond = {4, sizeof bytes, chunk.sum, 0};
    ck_assert_int_eq(hg_journal_add_chunk(journal, &chunk, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_journal_add_chunk(journal, &beyond, &err), H5GRAD_OK);
    hg_journal_close(journal, false); /* it does not know the file: as if it had been killed */

    journal = go_on(1);
    hg_journal_attach(journal, fd, &was);
    ck_assert(!hg_journal_is_trusted(journal));
    ck_assert(hg_journal_holds_chunks(journal, 1));
    ck_assert(!hg_journal_holds_chunks(journal, 2));
    ck_assert_uint_eq(hg_journal_lost(journal), 1);
    hg_journal_close(journal, false);

    journal = go_on(1);
    hg_journal_attach(journal, fd, &was);
    ck_assert(hg_journal_is_trusted(journal) && hg_journal_holds_chunks(journal, 2));
    hg_journal_close(journal, false);

    ck_assert(pwrite(fd, "T", 1, 0) == 1 && fstat(fd, &was) == 0);
    was.st_mtim.tv_nsec++; /* the clock may not have gone on */
    journal = go_on(1);
    hg_journal_attach(journal, fd, &was);
    ck_assert(!hg_journal_is_trusted(journal) && !hg_journal_holds_chunks(journal, 1));
    hg_journal_close(journal, true);
    close(fd);
    unlink(name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = add_case(suite, "journal", setup, teardown);
    ADD_TESTS(tcase, process_died, what_shapes_the_tiles, small_tiles,
              machine_died_before_anything_was_safe, machine_died, machine_died_within_the_head,
              parts_come_back_last_first, machine_died_after_chunks_were_forgotten,
              machines_that_take_turns, machines_that_take_turns_with_chunks, unknown_boot,
              used_meanwhile, failure_at_the_end, failure_when_closed, failure_meanwhile,
              seldom_where_it_takes_long, file_is_looked_at);
    return run_suite(suite);
}
