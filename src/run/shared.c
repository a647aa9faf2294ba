/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "grid/part.h"
#include "libhdf5/output_driver.h"
#include "ranks/ranks.h"
#include "run/produce.h"
#include "run/share.h"
#include "writer/put.h"
#include "writer/sink.h"

/* Parts of a field per rank, and half as many do: with fewer a slow rank keeps the others waiting
 * at the end. */
#define PARTS_PER_RANK 16

/* A part has so many bytes of results, at least, and so many results along an axis with a halo. */
#define PART_BYTES ((uint64_t)64 << 20)
#define PART_THICK 16

/* So many parts with chunks lie abreast, where they are not noted one by one. */
#define PARTS_ABREAST 4

/* The next parts are asked for when one in so many bytes of those at hand is left. */
#define ASK_SHARE 8

/* Of leases, each of which takes a message. */
#define LEASE_PART 8
#define LEASE_MOST ((uint64_t)64 << 20)

/* In the journal the number of a chunk's result is above that of the chunk. */
#define RESULT_BIT 56

/* What rank 0 knows of a field. */
struct shared_field {
    struct parts parts;
    bool alone;  /* it does the field alone */
    bool sparse; /* chunks may be absent */
};

struct shared {
    struct run *run;
    struct ranks *ranks;
    struct share *share;
    uint64_t wanted;            /* parts of a field, about */
    struct shared_field *field; /* at rank 0 */
    struct results owned;       /* for the functions of the owner */
    size_t placed;              /* the field whose place is known; SIZE_MAX: none */
    struct wire_place place;    /* of that */
    int fd;                     /* of the output */
    int seams_fd;               /* at rank 0: for seams */
    struct lease lease;
    size_t current;         /* the field that is open; SIZE_MAX: none */
    struct parts cut;       /* its parts */
    uint64_t to_do, ask_at; /* bytes of the parts at hand that are left; the next are asked for */
    struct writer_told told[FIELD_MOST_RESULTS]; /* of the part at hand */
    struct seams seams[FIELD_MOST_RESULTS];
    struct writer *writer[FIELD_MOST_RESULTS];
};

bool hg_shared_is_other(const struct run *run)
{
    return run->options.ranks && run->options.ranks->rank > 0;
}

void hg_shared_note(struct run *run)
{
    const struct task *task = run->task;
    const struct field *field = task->field;
    const size_t axes = field->rank * sizeof *field->extent;
    run->leases = run->leases || (run->options.ranks && task->result_storage.layout == H5_CHUNKED);
    run->agreed = hash_bytes(run->agreed, field->path, strlen(field->path));
    run->agreed = hash_bytes(run->agreed, field->extent, axes);
    run->agreed = hash_bytes(run->agreed, task->result_storage.chunk,
                             task->result_storage.layout == H5_CHUNKED ? axes : 0);
}

/* Cuts the results of the task's field into parts. */
static void cut_field(const struct shared *shared, struct parts *parts)
{
    const struct task *task = shared->run->task;
    const struct field *field = task->field;
    const struct h5_storage *result = &task->result_storage;
    const uint64_t bytes = hg_field_result_bytes(field), test = shared->run->options.part;
    uint64_t points = 1;
    struct parts_request request = {.rank = field->rank, .count = result->extent};
    for (unsigned i = 0; i < field->rank; i++) {
        const bool plain = !field->region || field->region->step[i] == 1;
        const bool cached = task->storage.layout == H5_CHUNKED && plain;
        points *= result->extent[i];
        request.grain[i] = result->layout == H5_CHUNKED ? result->chunk[i] : 1;
        request.wish[i] = cached ? task->storage.chunk[i] : 1;
        request.thick[i] = field->axis[i].differentiated && test == 0 ? PART_THICK : 1;
    }
    request.point_bytes = size_max(bytes / size_max(points, 1), 1);
    request.part_bytes = test > 0 ? test : size_max(PART_BYTES, bytes / shared->wanted);
    request.enough = test > 0 ? UINT64_MAX : shared->wanted / 2;
    request.abreast = shared->run->options.checkpoint ? 1 : PARTS_ABREAST;
    request.pieces = result->layout != H5_CHUNKED;
    hg_parts_make(&request, parts);
}

/* Returns the bytes of all results in a part. */
static uint64_t count_bytes(const struct field *field, const struct parts *parts,
                            const struct box *part)
{
    uint64_t points = 1;
    for (unsigned i = 0; i < parts->rank; i++)
        points *= parts->count[i];
    return hg_field_result_bytes(field) / size_max(points, 1) * hg_box_points(parts->rank, part);
}

/* Returns the bytes of an element of the k-th result. */
static size_t element_size(const struct field *field, unsigned k)
{
    const bool single = field->results[k].components < field->components;
    return (single ? 1 : field->components) * hg_element_size(field->result);
}

/* Some parts of a field, in a row, and where they are. */
struct placed {
    const struct field *field;
    const struct wire_place *place;
    const struct parts *cut;
    struct box box;
};

/* Finds where they are in the k-th result, if that is contiguous: there they are one piece,
 * [*start, *end) of the output. */
static bool find_piece(const struct placed *placed, unsigned k, uint64_t *start, uint64_t *end)
{
    const struct field *field = placed->field;
    const unsigned rank = placed->cut->rank;
    const struct h5_storage *storage =
        &placed->place->storage[hg_results_storage(field, &field->results[k])];
    struct box box = placed->box;
    uint64_t stride[GRID_MAX_RANK], points = 0;
    if (storage->layout != H5_CONTIGUOUS)
        return false;
    if (storage->rank > rank)
        hg_box_add_axis(&box, rank, rank, 0, storage->extent[rank]);
    hg_box_strides(storage->rank, storage->extent, stride);
    for (unsigned i = 0; i < storage->rank; i++)
        points += box.start[i] * stride[i];
    *start = placed->place->offset[k] + points * element_size(field, k);
    *end = *start + hg_box_points(storage->rank, &box) * element_size(field, k);
    return true;
}

/* ------------------------------------------------- sums, by which a resumed run knows parts again
 */

/* Continues *sum with the bytes of a seam, which are in the file unless they are kept in memory. */
static enum h5grad_status sum_seam(int fd, const struct seam *seam, const char *kept, uint64_t *sum,
                                   struct h5grad_error *err)
{
    const uint64_t size = seam->end - seam->start;
    if (!kept)
        return hg_file_hash(fd, size, seam->start, sum, err);
    *sum = hash_large(*sum, kept, size);
    return H5GRAD_OK;
}

/* Continues *sum with what parts have of the k-th result. It depends on where seams are, so it is
 * made by them also where none are kept. */
static enum h5grad_status sum_piece(const struct shared *shared, const struct placed *placed,
                                    unsigned k, uint64_t *sum, struct h5grad_error *err)
{
    const struct seam *kept = shared->seams[k].at;
    struct seams seams;
    uint64_t start, end;
    if (!find_piece(placed, k, &start, &end))
        return H5GRAD_OK;
    hg_seams_find(start, end, shared->run->options.seam, &seams);
    const struct seam *first = &seams.at[0], *last = &seams.at[1];
    enum h5grad_status status = sum_seam(shared->fd, first, kept[0].bytes, sum, err);
    if (!status)
        status = hg_file_hash(shared->fd, last->start - first->end, first->end, sum, err);
    return status ? status : sum_seam(shared->fd, last, kept[1].bytes, sum, err);
}

/* Sums the bytes of parts, which have those chunks in leases. */
static enum h5grad_status sum_parts(const struct shared *shared, const struct placed *placed,
                                    const struct lease_chunk *chunk, size_t n, uint64_t *sum,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    *sum = HASH_START;
    for (unsigned k = 0; k < placed->field->n_results && !status; k++)
        status = sum_piece(shared, placed, k, sum, err);
    for (size_t i = 0; i < n && !status; i++)
        status = hg_file_hash(shared->fd, chunk[i].size, chunk[i].address, sum, err);
    return status;
}

/* --------------------------------------------------------------- rank 0: the owner of the output
 */

static enum h5grad_status open_owned(struct shared *shared, size_t number, struct h5grad_error *err)
{
    hg_results_init(&shared->owned, &shared->run->kept, shared->run->publish.file);
    return hg_results_open(&shared->run->field[number], &shared->owned, err);
}

static enum h5grad_status close_owned(struct shared *shared, size_t number,
                                      enum h5grad_status status, struct h5grad_error *err)
{
    struct run *run = shared->run;
    status = hg_results_finish(&run->field[number], &shared->owned, status, err);
    return status ? hg_error_context(err, status, "%s", run->output) : H5GRAD_OK;
}

static enum h5grad_status read_place(struct shared *shared, size_t number, struct h5grad_error *err)
{
    const struct field *field = &shared->run->field[number];
    struct wire_place *place = &shared->place;
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = open_owned(shared, number, err);
    memcpy(place->storage, shared->owned.storage, sizeof place->storage);
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        const unsigned of = hg_results_storage(field, &field->results[k]);
        place->offset[k] = place->storage[of].layout == H5_CONTIGUOUS
                               ? H5Dget_offset(shared->owned.dataset[k])
                               : 0;
    }
    status = close_owned(shared, number, status, err);
    hg_leave(&guard);
    return status;
}

/* Sets shared->place. The parts of a field are handed out one after the other, so the place of the
 * last one is kept. */
static enum h5grad_status know_place(struct shared *shared, size_t number, struct h5grad_error *err)
{
    if (shared->placed == number)
        return H5GRAD_OK;
    enum h5grad_status status = read_place(shared, number, err);
    shared->placed = status ? SIZE_MAX : number;
    return status;
}

static enum h5grad_status find_place(void *user, size_t number, struct wire_place *place,
                                     struct h5grad_error *err)
{
    struct shared *shared = user;
    enum h5grad_status status = know_place(shared, number, err);
    if (!status)
        *place = shared->place;
    return status;
}

static enum h5grad_status grant_lease(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                      struct h5grad_error *err)
{
    struct shared *shared = user;
    struct h5_guard guard;
    (void)err;
    hg_enter(&guard);
    const uint64_t seam = shared->run->options.seam;
    *at = hg_output_lease(shared->run->publish.file, bytes,
                          seam < SEAM_BLOCK ? seam : hg_lease_align(bytes));
    *end = hg_output_leased(shared->run->publish.file);
    hg_leave(&guard);
    return H5GRAD_OK;
}

static enum h5grad_status write_seam(void *user, uint64_t address, const void *data, uint64_t size,
                                     struct h5grad_error *err)
{
    struct shared *shared = user;
    enum h5grad_status status = hg_file_write(shared->seams_fd, data, size, address, err);
    return status ? hg_error_context(err, status, "%s", shared->run->output) : H5GRAD_OK;
}

/* Returns the number of chunks of a result. */
static uint64_t count_all(const struct h5_storage *storage)
{
    uint64_t chunks = storage->layout == H5_CHUNKED;
    for (unsigned i = 0; chunks > 0 && i < storage->rank; i++)
        chunks *= size_ceil_div(storage->extent[i], storage->chunk[i]);
    return chunks;
}

/* Checks that each is a chunk of an open result: a journal that was tampered with may say anything.
 */
static enum h5grad_status check_chunks(const struct shared *shared, const struct field *field,
                                       const struct lease_chunk *chunk, size_t n,
                                       struct h5grad_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const bool known = chunk[i].result < field->n_results;
        const struct field_result *result = known ? &field->results[chunk[i].result] : NULL;
        if (!known ||
            chunk[i].number >= count_all(&shared->owned.storage[hg_results_storage(field, result)]))
            return hg_error_set(err, H5GRAD_FAILED, "a chunk of a part is in no result");
    }
    return H5GRAD_OK;
}

/* Returns how many chunks of parts there are in leases. */
static uint64_t count_chunks(const struct shared *shared, const struct wire *parts)
{
    const struct field *field = &shared->run->field[parts->field];
    const struct parts *cut = &shared->field[parts->field].parts;
    const struct h5_storage *storage = shared->owned.storage;
    uint64_t chunks = field->n_results;
    struct box box;
    storage += hg_results_storage(field, &field->results[0]);
    if (storage->layout != H5_CHUNKED)
        return 0;
    hg_parts_box(cut, parts->part, parts->count, &box);
    for (unsigned i = 0; i < cut->rank; i++)
        chunks *= size_ceil_div(box.count[i], storage->chunk[i]);
    return chunks;
}

/* Makes libhdf5 note the chunks of the open results. Within hg_enter. */
static enum h5grad_status put_chunks(struct shared *shared, size_t number,
                                     const struct lease_chunk *chunk, size_t n,
                                     struct h5grad_error *err)
{
    const struct field *field = &shared->run->field[number];
    struct put_dataset dataset[FIELD_MOST_RESULTS];
    for (unsigned k = 0; k < field->n_results; k++)
        dataset[k] = (struct put_dataset){
            shared->owned.dataset[k],
            &shared->owned.storage[hg_results_storage(field, &field->results[k])]};
    return hg_put_tell(dataset, hg_probe_of(shared->run->publish.file), chunk, n, err);
}

/* Enters the chunks of parts into the index of libhdf5. */
static enum h5grad_status index_chunks(struct shared *shared, const struct wire *parts,
                                       const struct lease_chunk *chunk, size_t n,
                                       struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = open_owned(shared, parts->field, err);
    const uint64_t most = status ? 0 : count_chunks(shared, parts);
    if (!status && (n > most || (n < most && !shared->field[parts->field].sparse)))
        status = hg_error_set(err, H5GRAD_FAILED, "chunks of a part are missing");
    if (!status)
        status = check_chunks(shared, &shared->run->field[parts->field], chunk, n, err);
    if (!status)
        status = put_chunks(shared, parts->field, chunk, n, err);
    status = close_owned(shared, parts->field, status, err);
    hg_leave(&guard);
    return status;
}

/* With a journal parts are handed out one by one. */
static enum h5grad_status note_part(struct shared *shared, const struct wire *parts,
                                    const struct lease_chunk *chunk, size_t n,
                                    struct h5grad_error *err)
{
    BASE_FREED struct journal_chunk *there = hg_memory_zeroed(n + 1, sizeof *there);
    if (!there)
        return hg_error_memory(err, n * sizeof *there);
    for (size_t i = 0; i < n; i++)
        there[i] = (struct journal_chunk){chunk[i].address, chunk[i].size,
                                          (uint64_t)chunk[i].result << RESULT_BIT | chunk[i].number,
                                          chunk[i].mask};
    const struct journal_part part = {parts->field, parts->part, (uint32_t)n, parts->sum};
    return hg_journal_add_part(shared->run->resume.journal, &part, there, err);
}

static enum h5grad_status enter_parts(void *user, const struct wire *parts,
                                      const struct lease_chunk *chunk, size_t n,
                                      struct h5grad_error *err)
{
    struct shared *shared = user;
    enum h5grad_status status = H5GRAD_OK;
    if (shared->run->leases)
        status = index_chunks(shared, parts, chunk, n, err);
    if (!status && shared->run->resume.journal)
        status = note_part(shared, parts, chunk, n, err);
    return status;
}

/* ----------------------------------------------------------------- rank 0: all results beforehand
 */

/* Returns whether each rank can write its parts of the results; else rank 0 makes them alone. */
static bool can_share(const struct field *field, const struct results *results)
{
    const struct writer_method *method = results->writer[0]->method;
    bool can = method == &hg_writer_direct || method == &hg_writer_chunked;
    for (size_t k = 1; k < field->n_results; k++)
        can = can && results->writer[k]->method == method;
    return can;
}

/* Hashes where the results of a field lie. Within hg_enter. */
static uint64_t hash_places(const struct results *results, const struct field *field, uint64_t hash)
{
    for (size_t k = 0; k < field->n_results; k++) {
        haddr_t offset = H5Dget_offset(results->dataset[k]);
        H5Eclear2(H5E_DEFAULT);
        hash = hash_bytes(hash, &offset, sizeof offset);
    }
    return hash;
}

/* Cuts a field whose results are created, and hashes what a resumed run must find alike. */
static void take_field(struct shared *shared, size_t number, uint64_t *hash)
{
    struct run *run = shared->run;
    struct results *results = run->results;
    struct parts *parts = &shared->field[number].parts;
    struct h5_guard guard;
    cut_field(shared, parts);
    shared->field[number].alone = !can_share(run->task->field, results);
    shared->field[number].sparse = run->task->result_storage.sparse;
    hg_report_write_method(run->report, number, results->writer[0]->method->name);
    hg_enter(&guard);
    *hash = hash_places(results, run->task->field, *hash);
    hg_leave(&guard);
    *hash = hash_bytes(*hash, &parts->n, sizeof parts->n);
}

/* Creates the results of a field, with all that one process would write before the next field. */
static enum h5grad_status create_field(struct shared *shared, size_t number, uint64_t *hash,
                                       struct h5grad_error *err)
{
    struct run *run = shared->run;
    struct results *results = run->results;
    enum h5grad_status status = hg_produce_open(run, number, err);
    if (!status) {
        status = hg_produce_create(run, results, err);
        if (!status)
            take_field(shared, number, hash);
        hg_results_drop_writers(results);
        status = hg_produce_finish(run, results, status, err);
    }
    hg_task_close(run->task);
    hg_messages_deliver(&run->messages);
    return status;
}

/* Queues the parts of a field. Those that go to the journal are handed out one by one. */
static enum h5grad_status queue_field(struct shared *shared, size_t number,
                                      struct h5grad_error *err)
{
    const struct shared_field *field = &shared->field[number];
    return hg_share_add(shared->share, number, field->alone ? NULL : &field->parts,
                        shared->run->resume.journal != NULL, err);
}

/* Whether the bytes of a part that a stopped run has done are still there. */
static bool is_there(struct shared *shared, const struct journal_part *part, const struct box *box,
                     const struct lease_chunk *chunk)
{
    struct run *run = shared->run;
    const struct placed placed = {&run->field[part->field], &shared->place,
                                  &shared->field[part->field].parts, *box};
    uint64_t sum;
    if (hg_journal_is_trusted(run->resume.journal))
        return true;
    const bool there = !know_place(shared, part->field, NULL) &&
                       !sum_parts(shared, &placed, chunk, part->chunks, &sum, NULL) &&
                       sum == part->sum;
    if (!there)
        hg_journal_add_lost(run->resume.journal);
    return there;
}

/* Takes a part that a stopped run has done. */
static enum h5grad_status take_part(struct shared *shared, const struct journal_part *part,
                                    struct h5grad_error *err)
{
    struct run *run = shared->run;
    const struct parts *cut = &shared->field[part->field].parts;
    const size_t n = part->chunks;
    BASE_FREED struct lease_chunk *chunk = hg_memory_zeroed(n + 1, sizeof *chunk);
    if (!chunk)
        return hg_error_memory(err, n * sizeof *chunk);
    for (size_t i = 0; i < n; i++) {
        const struct journal_chunk there = hg_journal_part_chunk(run->resume.journal, part, i);
        chunk[i] = (struct lease_chunk){.number = there.sum & (((uint64_t)1 << RESULT_BIT) - 1),
                                        .address = there.address,
                                        .size = there.size,
                                        .result = (uint32_t)(there.sum >> RESULT_BIT),
                                        .mask = there.mask};
    }
    struct box box;
    hg_parts_box(cut, part->number, 1, &box);
    if (!is_there(shared, part, &box, chunk) ||
        !hg_share_skip(shared->share, part->field, part->number))
        return H5GRAD_OK;
    run->progress.bytes_done += count_bytes(&run->field[part->field], cut, &box);
    const struct wire parts = {.field = (uint32_t)part->field, .part = part->number, .count = 1};
    return run->leases ? index_chunks(shared, &parts, chunk, n, err) : H5GRAD_OK;
}

/* Takes all parts that a stopped run has done. hash: of all that was created, which must be as it
 * was then. The chunks lie behind that, since there were no leases before. */
static enum h5grad_status take_parts(struct shared *shared, uint64_t hash, struct h5grad_error *err)
{
    struct run *run = shared->run;
    struct journal *journal = run->resume.journal;
    struct journal_part part;
    if (!journal)
        return H5GRAD_OK;
    struct h5_guard guard;
    hg_enter(&guard);
    const uint64_t end = hg_output_end(run->publish.file);
    if (run->leases)
        hg_output_keep(run->publish.file, hg_journal_parts_end(journal));
    hg_leave(&guard);
    enum h5grad_status status =
        hg_journal_begin_field(journal, 0, 1, hash_bytes(hash, &end, sizeof end), err);
    while (!status && hg_journal_take_part(journal, &part)) {
        if (part.field >= run->selection.n)
            continue;
        const struct shared_field *field = &shared->field[part.field];
        if (!field->alone && part.number < field->parts.n)
            status = take_part(shared, &part, err);
    }
    hg_produce_tell_lost(run);
    return status;
}

/* Opens the descriptor that seams are written by. Results that count as done are on stable storage,
 * so with a journal seams are, too, when they are written. */
static enum h5grad_status open_seams(struct shared *shared, struct h5grad_error *err)
{
    const struct run *run = shared->run;
    const int sync = run->resume.journal ? O_DSYNC : 0;
    shared->fd = run->publish.descriptor;
    shared->seams_fd = open(run->publish.temporary, O_WRONLY | O_CLOEXEC | sync);
    return shared->seams_fd >= 0 ? H5GRAD_OK
                                 : hg_error_errno(err, errno, "%s", run->publish.temporary);
}

static enum h5grad_status create_all(struct shared *shared, struct h5grad_error *err)
{
    struct run *run = shared->run;
    const size_t n = run->selection.n;
    uint64_t hash = HASH_START;
    enum h5grad_status status = hg_produce_begin(run, err);
    if (!status && run->resume.journal)
        shared->wanted = hg_journal_head(run->resume.journal)->facts.parts;
    shared->field = hg_memory_zeroed(n, sizeof *shared->field);
    if (!status && !shared->field)
        status = hg_error_memory(err, n * sizeof *shared->field);
    for (size_t i = 0; i < n && !status; i++) {
        if (run->selection.item[i].usable && !(status = create_field(shared, i, &hash, err)))
            status = queue_field(shared, i, err);
    }
    if (!status)
        status = open_seams(shared, err);
    return status ? status : take_parts(shared, hash, err);
}

/* ------------------------------------------------------------------------------- each rank: parts
 */

/* Opens the field of a part, unless it is open, and plans it. */
static enum h5grad_status open_field(struct shared *shared, size_t number, struct h5grad_error *err)
{
    struct run *run = shared->run;
    if (shared->current == number)
        return H5GRAD_OK;
    hg_task_close(run->task);
    shared->current = number;
    run->progress.field = run->field[number].path;
    enum h5grad_status status = hg_produce_open(run, number, err);
    if (!status)
        cut_field(shared, &shared->cut);
    return status;
}

/* Finds the seams of a part of a contiguous result. Rank 0 needs none. */
static enum h5grad_status find_seams(struct shared *shared, const struct placed *placed, unsigned k,
                                     struct h5grad_error *err)
{
    uint64_t start, end;
    if (shared->ranks->rank == 0 || !find_piece(placed, k, &start, &end))
        return H5GRAD_OK;
    shared->told[k].seams = &shared->seams[k];
    return hg_seams_make(start, end, shared->run->options.seam, &shared->seams[k], err);
}

static enum h5grad_status open_writers(struct shared *shared, const struct placed *placed,
                                       struct h5grad_error *err)
{
    const struct field *field = placed->field;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        const struct writer_target target = {
            .file = -1,
            .dataset = -1,
            .storage = &placed->place->storage[hg_results_storage(field, &field->results[k])],
            .memory = -1,
            .size = element_size(field, k),
            .raw = true,
            .result = k,
            .told = &shared->told[k],
        };
        shared->told[k] = (struct writer_told){
            .fd = shared->fd, .offset = placed->place->offset[k], .lease = &shared->lease};
        status = find_seams(shared, placed, k, err);
        if (!status && !(shared->writer[k] = hg_writer_open(&target, NULL, err)))
            status = hg_error_status(err);
    }
    return status;
}

static void close_writers(struct shared *shared)
{
    for (unsigned k = 0; k < FIELD_MOST_RESULTS; k++) {
        hg_writer_close(shared->writer[k]);
        shared->writer[k] = NULL;
        hg_seams_free(&shared->seams[k]);
    }
}

/* Asks for the next parts before the last tiles of these: the answer takes a while, since rank 0
 * has other work. An error shows where they are taken. */
static void on_progress(void *user, uint64_t bytes)
{
    struct shared *shared = user;
    hg_produce_progress(shared->run, bytes);
    shared->to_do -= size_min(bytes, shared->to_do);
    if (shared->to_do <= shared->ask_at)
        hg_share_ask(shared->share, NULL);
}

static int is_cancelled(void *user)
{
    const struct shared *shared = user;
    return hg_produce_is_cancelled(shared->run);
}

static enum h5grad_status run_engine(struct shared *shared, struct h5grad_error *err)
{
    struct engine_job *job = &shared->run->task->job;
    const struct plan *plan = &shared->run->task->plan;
    const struct sink_request request = {
        .n = job->n_outputs, .writer = shared->writer, .workers = plan->threads};
    job->sink = hg_sink_open(&request, err);
    if (!job->sink)
        return hg_error_status(err);
    job->progress = on_progress;
    job->cancelled = is_cancelled;
    job->user = shared;
    enum h5grad_status status = hg_engine_run(job, plan, err);
    hg_sink_close(job->sink);
    return status;
}

/* Hands over what others have to write or note of parts. */
static enum h5grad_status hand_over(struct shared *shared, const struct placed *placed,
                                    struct wire *parts, struct h5grad_error *err)
{
    struct lease *lease = &shared->lease;
    const bool noted = shared->run->options.checkpoint;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < 2 * placed->field->n_results && !status; k++) {
        const struct seam *seam = &shared->seams[k / 2].at[k % 2];
        if (seam->bytes)
            status = hg_share_seam(shared->share, seam->start, seam->bytes, seam->end - seam->start,
                                   err);
    }
    if (!status && noted && fdatasync(shared->fd) != 0)
        status = hg_error_errno(err, errno, "syncing what is written");
    hg_lease_sort(lease->chunk, lease->n);
    if (!status && noted)
        status = sum_parts(shared, placed, lease->chunk, lease->n, &parts->sum, err);
    parts->n = count_bytes(placed->field, placed->cut, &placed->box);
    return status ? status : hg_share_done(shared->share, parts, lease->chunk, lease->n, err);
}

static enum h5grad_status do_part(struct shared *shared, struct wire_work *work,
                                  struct h5grad_error *err)
{
    struct run *run = shared->run;
    enum h5grad_status status = open_field(shared, work->head.field, err);
    if (status)
        return status;
    struct placed placed = {run->task->field, &work->place, &shared->cut, {.start = {0}}};
    hg_parts_box(&shared->cut, work->head.part, work->head.count, &placed.box);
    shared->lease.n = 0;
    shared->to_do = count_bytes(run->task->field, &shared->cut, &placed.box);
    shared->ask_at = shared->to_do / ASK_SHARE;
    for (unsigned i = 0; i < 3; i++)
        work->place.storage[i].sparse = run->task->result_storage.sparse;
    const unsigned along = hg_parts_along(&shared->cut, work->head.part, work->head.count);
    status = hg_task_plan_part(run->task, &run->options, &placed.box, along, err);
    if (!status)
        status = open_writers(shared, &placed, err);
    if (!status)
        status = run_engine(shared, err);
    if (!status)
        status = hand_over(shared, &placed, &work->head, err);
    close_writers(shared);
    return status ? hg_error_context(err, status, "%s: %s", run->input, run->task->field->path)
                  : H5GRAD_OK;
}

/* At rank 0: does a field whose results libhdf5 has to write. */
static enum h5grad_status do_alone(struct shared *shared, size_t number, struct h5grad_error *err)
{
    struct run *run = shared->run;
    struct results *results = run->results;
    struct h5_guard guard;
    enum h5grad_status status = open_field(shared, number, err);
    if (status)
        return status;
    hg_results_init(results, &run->kept, run->publish.file);
    hg_enter(&guard);
    status = hg_results_open(run->task->field, results, err);
    if (!status)
        status = hg_results_write(run->task, results, err);
    hg_leave(&guard);
    if (!status)
        status = hg_produce_results(run, number, results, err);
    hg_enter(&guard);
    status = hg_results_finish(run->task->field, results, status, err);
    hg_leave(&guard);
    return status;
}

static enum h5grad_status do_parts(struct shared *shared, struct h5grad_error *err)
{
    struct run *run = shared->run;
    struct wire_work *work;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < run->selection.n && shared->field && !status; i++) {
        if (shared->field[i].alone)
            status = do_alone(shared, i, err);
    }
    while (!status &&
           !(status = hg_share_take(shared->share, &work, hg_produce_is_cancelled, run, err)) &&
           work)
        status = do_part(shared, work, err);
    return status;
}

/* ------------------------------------------------------------------------------------ the whole */

/* Compares what this rank sees with what rank 0 does. */
static enum h5grad_status compare(const struct run *run, struct h5grad_error *err)
{
    uint64_t own[2] = {hg_resume_common(run->access.real ? run->access.real : run->input,
                                        &run->options) ^
                       run->agreed},
             first[2];
    own[1] = hg_manifest_hash(&run->access.manifest, false, HASH_START);
    own[1] = hg_coord_store_hash_files(run->coordinates, false, own[1]);
    memcpy(first, own, sizeof first);
    enum h5grad_status status = hg_ranks_share(run->options.ranks, first, sizeof first, err);
    if (status || memcmp(first, own, sizeof first) == 0)
        return status;
    return hg_error_set(err, H5GRAD_FAILED,
                        "%s: sees another %s: is it on a file system that all hosts share?",
                        run->input,
                        first[0] == own[0] ? "file that it leads to, of other size or time"
                                           : "file, of other size, time or fields");
}

/* At a rank above 0: opens the output when rank 0 has created it. */
static enum h5grad_status join(struct shared *shared, struct h5grad_error *err)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    const struct wire_start *start = hg_share_begin(shared->share, err);
    if (!start)
        return hg_error_status(err);
    shared->wanted = start->parts;
    for (unsigned attempt = 0; attempt < 60; attempt++) { /* names travel slowly on NFS */
        shared->fd = open(start->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (shared->fd >= 0 || errno != ENOENT)
            break;
        nanosleep(&pause, NULL);
    }
    return shared->fd >= 0 ? H5GRAD_OK
                           : hg_error_errno(err, errno,
                                            "%s: is it on a file system that all hosts "
                                            "share?",
                                            start->path);
}

/* Closes the descriptor that results are written by. Errors of earlier writes may show here. */
static enum h5grad_status close_output(struct shared *shared, enum h5grad_status status,
                                       struct h5grad_error *err)
{
    int *fd = shared->ranks->rank == 0 ? &shared->seams_fd : &shared->fd;
    int number = 0;
    if (*fd < 0)
        return status;
    if (!status && shared->run->options.sync && fsync(*fd) != 0 && errno != EINVAL)
        number = errno;
    if (close(*fd) != 0 && number == 0)
        number = errno;
    *fd = -1;
    return status || number == 0
               ? status
               : hg_error_errno(err, number, "%s: closing it", shared->run->output);
}

static int on_wait(void *user)
{
    hg_produce_progress(user, 0);
    return hg_produce_is_cancelled(user);
}

/* Does this rank's share of the work, until all have done theirs. */
static enum h5grad_status work(struct shared *shared, struct h5grad_error *err)
{
    struct run *run = shared->run;
    struct h5grad_error local = {.status = H5GRAD_OK};
    enum h5grad_status status =
        shared->ranks->rank > 0
            ? join(shared, err)
            : hg_share_serve(shared->share, run->publish.temporary, shared->wanted, err);
    shared->lease.fd = shared->fd;
    if (!status)
        status = do_parts(shared, err);
    if (status)
        hg_share_fail(shared->share);
    hg_task_close(run->task);
    enum h5grad_status other = hg_share_leave(shared->share, on_wait, run, &local);
    if (other && (!status || status == H5GRAD_CANCELLED))
        status = hg_error_set(err, other, "%s", local.message);
    if (!status && hg_share_is_over(shared->share))
        status = hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    if (!status && shared->ranks->rank > 0)
        status = hg_produce_check_memory(run, err);
    return close_output(shared, status, err);
}

/* Checks that libhdf5 reads what was written, at the ends of contiguous results. */
static enum h5grad_status verify(struct shared *shared, size_t number, struct h5grad_error *err)
{
    const struct field *field = &shared->run->field[number];
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = open_owned(shared, number, err);
    for (unsigned k = 0; k < field->n_results && !status; k++)
        status = hg_results_verify(field, &shared->owned, k, err);
    status = close_owned(shared, number, status, err);
    hg_leave(&guard);
    return status;
}

/* At rank 0: publishes the output when all have written theirs. */
static enum h5grad_status end(struct shared *shared, struct h5grad_error *err)
{
    struct run *run = shared->run;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < run->selection.n && !status; i++) {
        if (run->selection.item[i].usable && !shared->field[i].alone)
            status = verify(shared, i, err);
    }
    return status ? status : hg_produce_end(run, err);
}

/* Each rank makes the same calls that wait for all, whatever fails. status: so far. */
static enum h5grad_status produce(struct shared *shared, struct run *run, enum h5grad_status status,
                                  struct h5grad_error *err)
{
    struct ranks *ranks = run->options.ranks;
    const bool first = ranks->rank == 0;
    struct h5grad_error other = {.status = H5GRAD_OK};
    if (compare(run, &other) && !status)
        status = hg_error_set(err, other.status, "%s", other.message);
    if (first && !status)
        status = create_all(shared, err);
    status = hg_ranks_agree(ranks, status, err);
    if (status)
        return status;
    status = hg_ranks_agree(ranks, work(shared, err), err);
    if (first && !status)
        status = end(shared, err);
    return hg_ranks_agree(ranks, status, err);
}

static struct shared *new_shared(struct run *run, struct h5grad_error *err)
{
    struct shared *shared = hg_memory_zeroed(1, sizeof *shared);
    const struct share_owner owner = {shared, find_place, grant_lease, write_seam, enter_parts};
    if (!shared) {
        hg_error_memory(err, sizeof *shared);
        return NULL;
    }
    shared->run = run;
    shared->ranks = run->options.ranks;
    shared->fd = shared->seams_fd = -1;
    shared->current = shared->placed = SIZE_MAX;
    shared->wanted = run->resume.parts = (uint64_t)PARTS_PER_RANK * shared->ranks->count;
    shared->share = hg_share_open(shared->ranks, run->selection.n, &owner, err);
    if (!shared->share) {
        free(shared);
        return NULL;
    }
    run->share = shared->share;
    shared->lease.part = LEASE_PART;
    shared->lease.most = LEASE_MOST;
    shared->lease.ask = hg_share_ask_lease;
    shared->lease.grant = hg_share_lease;
    shared->lease.user = shared->share;
    hg_lease_init(&shared->lease);
    return shared;
}

static void free_shared(struct shared *shared)
{
    if (!shared)
        return;
    close_output(shared, H5GRAD_CANCELLED, NULL);
    hg_lease_free(&shared->lease);
    hg_share_close(shared->share);
    shared->run->share = NULL;
    free(shared->field);
    free(shared);
}

enum h5grad_status hg_shared_produce(struct run *run, struct h5grad_error *err)
{
    struct shared *shared = new_shared(run, err);
    enum h5grad_status status =
        produce(shared, run, shared ? H5GRAD_OK : hg_error_status(err), err);
    /* What is in the journal can be gone on with. */
    if (status == H5GRAD_FAILED && run->resume.ours && hg_line_is_dead(run->options.ranks)) {
        run->lost = true;
        hg_error_set(err, status, "%s; go on with --resume", err->message);
    }
    free_shared(shared);
    return status;
}
