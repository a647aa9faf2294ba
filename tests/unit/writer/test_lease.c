/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks whose places libhdf5 is told, and the seams of pieces. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/size.h"
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
    const struct publish_request request = {.kind = PUBLISH_ONCE, .leases = true};
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
    hid_t creation = hg_layout_creation(storage, false, NULL);
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
    void *data = malloc(2 * OUTPUT_LARGE);
    new_file(&publish);
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "c%d", k);
        H5Dclose(new_dataset(publish.file, name, (9 << 18) + 1, 0, &flat));
    }
    hid_t dataset = new_dataset(publish.file, "k", CHUNKS << 22, 1 << 22, &storage);
    const struct put put = {dataset, 1, NULL, hg_probe_of(publish.file)};
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
        ck_assert_msg(hg_put_told(&put, &storage, &chunk, data, &err) == H5GRAD_OK, "chunk %u: %s",
                      i, err.message);
        if (i % 30 == 10) {
            snprintf(name, sizeof name, "more%u", i);
            H5Dclose(new_dataset(publish.file, name, (9 << 18) + 1, 0, &flat));
        }
    }
    free(data);
    H5Dclose(dataset);
    ck_assert_int_eq(hg_publish_commit(&publish, NULL), H5GRAD_OK);
    hg_publish_abandon(&publish);
    int fd = open(output, O_RDONLY);
    for (unsigned i = 0; i < leases; i++)
        check_untouched(fd, &ground[i]);
    close(fd);
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
    static const char data[MOST];
    const struct h5_storage storage = {.rank = 1, .extent = {MANY}, .chunk = {1}};
    struct granter granter = {.end = 0};
    char path[320];
    snprintf(path, sizeof path, "%s/chunks", folder);
    struct lease lease = {
        .fd = open(path, O_RDWR | O_CREAT, 0600), .ask = ask, .grant = grant, .user = &granter};
    uint64_t bytes = 0, last = 0;
    hg_lease_init(&lease);
    for (uint64_t i = 0; i < MANY; i++) {
        const struct codec_chunk chunk = {
            .storage = &storage, .data = data, .size = 1 + draw(MOST)};
        ck_assert_int_eq(hg_lease_write(&lease, 0, &i, &chunk, NULL), H5GRAD_OK);
        ck_assert_uint_ge(lease.chunk[i].address, last);
        last = lease.chunk[i].address + chunk.size;
        ck_assert_uint_le(last, granter.end);
        bytes += chunk.size;
    }
    ck_assert_uint_lt(granter.waits, 60);
    ck_assert_uint_lt(granter.end + granter.asked, bytes + bytes / 2);
    close(lease.fd);
    hg_lease_free(&lease);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("leases");
    TCase *leases = add_case(suite, "leases", setup, teardown);
    ADD_TESTS(leases, chunks_lie_where_they_are, leases_behind_others, seams_and_the_rest,
              leases_are_there_when_needed);
    return run_suite(suite);
}
