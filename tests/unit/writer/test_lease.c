/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks whose places libhdf5 is told, and the seams of pieces. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/size.h"
#include "hdf5/chunk.h"
#include "hdf5/storage.h"
#include "libhdf5/output_driver.h"
#include "output/layout.h"
#include "output/publish.h"
#include "writer/put.h"
#include "writer/seam.h"
#include "tests/support/random.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

#define CHUNKS 100
#define LEASE  ((uint64_t)24 << 20)
#define ALIGN  ((uint64_t)1 << 20)
#define FILL   0x5a

static char output[300];
static struct h5_guard guard;

static void setup(void)
{
    folder_make();
    snprintf(output, sizeof output, "%s/out.h5", folder);
    hg_enter(&guard);
}

static void teardown(void)
{
    hg_leave(&guard);
    folder_remove();
}

static void new_file(struct publish *publish)
{
    const struct publish_request request = {.kind = PUBLISH_ONCE};
    struct h5grad_error err;
    hg_leave(&guard);
    ck_assert_int_eq(hg_publish_create(publish, output, &request, NULL, &err), H5GRAD_OK);
    hg_enter(&guard);
}

/* Creates a dataset of n points, contiguous if chunk is 0. */
static hid_t new_dataset(hid_t file, const char *name, uint64_t n, uint64_t chunk,
                         struct h5_storage *storage)
{
    *storage = (struct h5_storage){.layout = chunk ? H5_CHUNKED : H5_CONTIGUOUS,
                                   .rank = 1,
                                   .extent = {n},
                                   .max_extent = {n},
                                   .chunk = {chunk},
                                   .n_filters = chunk ? 1 : 0,
                                   .filter = {{.id = H5Z_FILTER_DEFLATE, .n_cd = 1, .cd = {1}}}};
    const hsize_t extent = n;
    hid_t creation = hg_layout_creation(storage, NULL);
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t dataset =
        H5Dcreate2(file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    H5Sclose(space);
    H5Pclose(creation);
    return dataset;
}

/* A lease whose bytes are known, to see whether anybody writes there. */
struct ground {
    uint64_t at, end;
};

static struct ground take(const struct publish *publish)
{
    struct ground ground = {.at = hg_output_lease(publish->file, LEASE, ALIGN)};
    ground.end = hg_output_leased(publish->file);
    ck_assert_uint_eq(ground.at % ALIGN, 0);
    ck_assert_uint_eq(ground.end - ground.at, LEASE);
    char *bytes = malloc(LEASE);
    memset(bytes, FILL, LEASE);
    ck_assert_int_eq(hg_file_write(publish->descriptor, bytes, LEASE, ground.at, NULL), H5GRAD_OK);
    free(bytes);
    return ground;
}

static uint64_t draw_size(unsigned i)
{
    if (i % 25 == 7)
        return OUTPUT_LARGE + draw(100000);
    return i % 10 == 5 ? 100 : 2000 + draw(300000);
}

static void check_untouched(int fd, const struct ground *ground)
{
    char *bytes = malloc(LEASE), *same = malloc(LEASE);
    memset(same, FILL, LEASE);
    ck_assert_int_eq(hg_file_read(fd, bytes, LEASE, ground->at, NULL), H5GRAD_OK);
    ck_assert(memcmp(bytes, same, LEASE) == 0);
    free(bytes);
    free(same);
}

/* Every chunk lies where libhdf5 is told, whatever its size and whatever was created before, and
 * libhdf5 writes nothing of its own into leases. */
START_TEST(chunks_lie_where_they_are)
{
    enum { LEASES = 5 };
    struct publish publish;
    struct h5_storage flat, storage;
    struct ground ground[LEASES];
    struct h5grad_error err = {.message = ""};
    char name[32];
    new_file(&publish);
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "c%d", k);
        H5Dclose(new_dataset(publish.file, name, (9 << 18) + 1, 0, &flat));
    }
    hid_t dataset = new_dataset(publish.file, "k", CHUNKS << 22, 1 << 22, &storage);
    const struct put_dataset to = {dataset, &storage};
    unsigned leases = 0;
    uint64_t at = 0, end = 0;
    for (unsigned i = 0; i < CHUNKS; i++) {
        struct lease_chunk chunk = {.number = (i * 37) % CHUNKS, .size = draw_size(i)};
        if (end - at < chunk.size) {
            ck_assert_uint_lt(leases, LEASES);
            ground[leases] = take(&publish);
            at = ground[leases].at;
            end = ground[leases++].end;
        }
        chunk.address = at;
        at += chunk.size;
        ck_assert_msg(hg_put_tell(&to, hg_probe_of(publish.file), &chunk, 1, &err) == H5GRAD_OK,
                      "chunk %u: %s", i, err.message);
        if (i % 30 == 10) {
            snprintf(name, sizeof name, "more%u", i);
            H5Dclose(new_dataset(publish.file, name, (9 << 18) + 1, 0, &flat));
        }
    }
    H5Dclose(dataset);
    ck_assert_int_eq(hg_publish_commit(&publish, NULL), H5GRAD_OK);
    hg_publish_abandon(&publish);
    int fd = open(output, O_RDONLY);
    for (unsigned i = 0; i < leases; i++)
        check_untouched(fd, &ground[i]);
    close(fd);
}
END_TEST

/* Chunks of two datasets, whose bytes say which one each is. */
enum { EACH = 5 * PUT_CHUNKS, PUTTERS = 4, LONGEST = 3000 };

struct putters {
    struct put *put;
    struct h5_storage storage[2];
    atomic_uint next;
};

static size_t make_chunk(unsigned i, unsigned char *bytes)
{
    const size_t size = 1 + (i * 7919) % LONGEST;
    memset(bytes, (int)(i % 251), size);
    return size;
}

static void *put_many(void *data)
{
    struct putters *putters = data;
    unsigned char bytes[2 * LONGEST];
    for (unsigned i; (i = atomic_fetch_add(&putters->next, 2)) < 2 * EACH;) {
        struct lease_chunk chunk[2] = {{.number = i / 2, .result = 0},
                                       {.number = i / 2, .result = 1}};
        chunk[0].size = make_chunk(i, bytes);
        chunk[1].size = make_chunk(i + 1, bytes + chunk[0].size);
        ck_assert_int_eq(hg_put_chunks(putters->put, chunk, 2, bytes, NULL), H5GRAD_OK);
    }
    return NULL;
}

/* Puts all chunks by so many threads; returns the bytes of the file. */
static uint64_t put_all(unsigned threads)
{
    struct publish publish;
    struct putters putters = {.next = 0};
    pthread_t thread[PUTTERS];
    hid_t dataset[2];
    uint64_t size = 0;
    new_file(&publish);
    putters.put = hg_put_open(publish.file, NULL, NULL);
    for (unsigned k = 0; k < 2; k++) {
        dataset[k] = new_dataset(publish.file, k ? "b" : "a", EACH * 16, 16, &putters.storage[k]);
        const struct put_dataset to = {dataset[k], &putters.storage[k]};
        ck_assert_int_eq(hg_put_choose(putters.put, k, to, NULL), H5GRAD_OK);
    }
    hg_leave(&guard);
    for (unsigned i = 0; i < threads; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, put_many, &putters), 0);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    hg_enter(&guard);
    ck_assert_int_eq(hg_put_settle(putters.put, NULL), H5GRAD_OK);
    hg_put_close(putters.put);
    H5Dclose(dataset[0]);
    H5Dclose(dataset[1]);
    ck_assert_int_eq(hg_publish_commit(&publish, NULL), H5GRAD_OK);
    hg_publish_abandon(&publish);
    int fd = open(output, O_RDONLY);
    ck_assert(hg_file_size(fd, &size));
    close(fd);
    return size;
}

static uint64_t check_chunks(void)
{
    unsigned char want[LONGEST], have[LONGEST];
    uint64_t bytes = 0, size;
    unsigned mask;
    hid_t file = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset[2] = {H5Dopen2(file, "a", H5P_DEFAULT), H5Dopen2(file, "b", H5P_DEFAULT)};
    for (unsigned i = 0; i < 2 * EACH; i++) {
        const uint64_t start[] = {i / 2 * 16};
        const size_t wanted = make_chunk(i, want);
        ck_assert(hg_chunk_size(dataset[i % 2], start, 1, &size));
        ck_assert_uint_eq(size, wanted);
        ck_assert_int_eq(hg_chunk_read(dataset[i % 2], start, 1, have, size, &mask, NULL),
                         H5GRAD_OK);
        ck_assert_mem_eq(have, want, wanted);
        bytes += wanted;
    }
    H5Dclose(dataset[0]);
    H5Dclose(dataset[1]);
    H5Fclose(file);
    return bytes;
}

/* Whoever puts them, and in whatever order, chunks are where libhdf5 finds them, one behind the
 * other but for little; and its own things lie beside them. */
START_TEST(chunks_of_many_threads)
{
    const uint64_t size = put_all((unsigned)_i);
    const uint64_t index = 2 * EACH * 24 * 3, bytes = check_chunks();
    ck_assert_uint_le(size, bytes + index + bytes / 50);
}
END_TEST

/* The same order makes the same file; and what is not needed of a lease is given back. */
START_TEST(the_same_order_makes_the_same_file)
{
    const uint64_t size = put_all(1);
    char *first = malloc(size), *second = malloc(size);
    int fd = open(output, O_RDONLY);
    ck_assert_int_eq(hg_file_read(fd, first, size, 0, NULL), H5GRAD_OK);
    close(fd);
    unlink(output);
    ck_assert_uint_eq(put_all(1), size);
    fd = open(output, O_RDONLY);
    ck_assert_int_eq(hg_file_read(fd, second, size, 0, NULL), H5GRAD_OK);
    close(fd);
    ck_assert(memcmp(first, second, size) == 0);
    free(first);
    free(second);
}
END_TEST

/* A file with a few chunks has no room that is not needed, and goes on where it was. */
START_TEST(room_is_given_back)
{
    struct publish publish;
    struct h5_storage storage;
    struct lease_chunk chunk = {.size = 7};
    new_file(&publish);
    struct put *put = hg_put_open(publish.file, NULL, NULL);
    for (unsigned k = 0; k < 3; k++) {
        hid_t dataset =
            new_dataset(publish.file, (const char *[]){"a", "b", "c"}[k], 16, 16, &storage);
        const struct put_dataset to = {dataset, &storage};
        const uint64_t end = hg_output_end(publish.file);
        hg_put_choose(put, 0, to, NULL);
        hg_leave(&guard);
        ck_assert_int_eq(hg_put_chunks(put, &chunk, 1, "seven..", NULL), H5GRAD_OK);
        hg_enter(&guard);
        ck_assert_uint_ge(hg_output_end(publish.file), end + 7);
        ck_assert_int_eq(hg_put_settle(put, NULL), H5GRAD_OK);
        ck_assert_uint_lt(hg_output_end(publish.file), end + 8192);
        H5Dclose(dataset);
    }
    hg_put_close(put);
    hg_publish_abandon(&publish);
}
END_TEST

/* A lease lies behind those that an earlier run had. */
START_TEST(leases_behind_others)
{
    struct publish publish;
    new_file(&publish);
    hg_output_keep(publish.file, 5 * ALIGN + 1);
    ck_assert_uint_eq(hg_output_lease(publish.file, 1, ALIGN), 6 * ALIGN);
    ck_assert_uint_eq(hg_output_leased(publish.file), 7 * ALIGN);
    hg_publish_abandon(&publish);
}
END_TEST

/* A piece that is written in parts arrives: what is written at once are whole blocks of it. */
START_TEST(seams_and_the_rest)
{
    for (int turn = 0; turn < 300; turn++) {
        const uint64_t start = draw(3 * SEAM_BLOCK) + (turn % 3 ? 0 : SEAM_BLOCK);
        const uint64_t size = 1 + draw(turn % 2 ? 4 * SEAM_BLOCK : 1000);
        struct seams seams;
        unsigned char *data = malloc(size), *back = malloc(size);
        for (uint64_t i = 0; i < size; i++)
            data[i] = (unsigned char)draw(256);
        int fd = open(output, O_RDWR | O_CREAT | O_TRUNC, 0600);
        ck_assert_int_eq(hg_seams_make(start, start + size, SEAM_BLOCK, &seams, NULL), H5GRAD_OK);
        for (uint64_t at = 0; at < size;) {
            const uint64_t some = size_min(size - at, 1 + draw(SEAM_BLOCK));
            ck_assert_int_eq(hg_seams_write(&seams, fd, data + at, some, start + at, NULL),
                             H5GRAD_OK);
            at += some;
        }
        const uint64_t from = seams.at[0].end, to = seams.at[1].start;
        ck_assert(from == to || (from % SEAM_BLOCK == 0 && to % SEAM_BLOCK == 0));
        for (int k = 0; k < 2; k++) {
            const struct seam *seam = &seams.at[k];
            ck_assert_uint_lt(seam->end - seam->start, 2 * SEAM_BLOCK);
            if (seam->bytes)
                ck_assert_int_eq(
                    hg_file_write(fd, seam->bytes, seam->end - seam->start, seam->start, NULL),
                    H5GRAD_OK);
        }
        ck_assert_int_eq(hg_file_read(fd, back, size, start, NULL), H5GRAD_OK);
        ck_assert_mem_eq(back, data, size);
        hg_seams_free(&seams);
        close(fd);
        free(data);
        free(back);
    }
}
END_TEST

/* One who grants leases, one behind the other. */
struct granter {
    uint64_t end, asked; /* asked: bytes of the one that is under way */
    unsigned waits;      /* leases that were not asked for before */
};

static enum h5grad_status ask(void *user, uint64_t bytes, struct h5grad_error *err)
{
    struct granter *granter = user;
    (void)err;
    granter->asked = granter->asked ? granter->asked : bytes;
    return H5GRAD_OK;
}

static enum h5grad_status grant(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err)
{
    struct granter *granter = user;
    (void)err;
    granter->waits += granter->asked == 0;
    *at = granter->end;
    *end = granter->end = *at + (granter->asked ? granter->asked : bytes);
    granter->asked = 0;
    return H5GRAD_OK;
}

/* A writer waits for few leases, leaves little of them, and its chunks do not overlap, whatever
 * their sizes. */
START_TEST(leases_are_there_when_needed)
{
    enum { MANY = 2000, MOST = 1000 };
    struct granter granter = {.end = 0};
    struct lease lease = {.part = 8, .most = 1 << 20, .ask = ask, .grant = grant, .user = &granter};
    uint64_t bytes = 0, last = 0;
    size_t taken;
    hg_lease_init(&lease);
    for (uint64_t i = 0; i < MANY; i++) {
        struct lease_chunk chunk = {.number = i, .size = 1 + draw(MOST)};
        ck_assert_int_eq(hg_lease_take(&lease, &chunk, 1, SIZE_MAX, &taken, NULL), H5GRAD_OK);
        ck_assert_uint_ge(lease.chunk[i].address, last);
        last = lease.chunk[i].address + chunk.size;
        ck_assert_uint_le(last, granter.end);
        bytes += chunk.size;
    }
    ck_assert_uint_lt(granter.waits, 60);
    ck_assert_uint_lt(granter.end + granter.asked, bytes + bytes / 2);
    hg_lease_free(&lease);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("leases");
    TCase *leases = add_case(suite, "leases", setup, teardown);
    ADD_TESTS(leases, chunks_lie_where_they_are, leases_behind_others, room_is_given_back,
              the_same_order_makes_the_same_file, seams_and_the_rest, leases_are_there_when_needed);
    tcase_add_loop_test(leases, chunks_of_many_threads, 1, PUTTERS + 1);
    return run_suite(suite);
}
