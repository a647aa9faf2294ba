/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/cost.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"

/* Nanoseconds per byte: of moving data; besides, of finding its place in chunks; of what libhdf5
 * reads, and of the filters that it undoes. And per derivative of a point. */
#define MOVE_COST       0.5
#define CHUNK_COST      1.5
#define LIBRARY_COST    2.0
#define FILTER_COST     10.0
#define DERIVATIVE_COST 0.5

/* Bytes of a point in the file, of all components of a vector. */
static uint64_t point_size(const struct field *field)
{
    uint64_t size = field->components * hg_element_size(field->stored);
    for (unsigned k = 0; k < field_vector_others(field->vector); k++)
        size += field->components * hg_element_size(field->vector->other[k].stored);
    return size;
}

uint64_t hg_cost_read(const struct task *task)
{
    return size_mul_capped(task->plan.read_points, point_size(task->field));
}

/* Bytes of a decoded chunk; 0 where the reader keeps none. */
static uint64_t chunk_size(const struct task *task)
{
    const struct plan *plan = &task->plan;
    uint64_t size = plan->cached ? point_size(task->field) : 0;
    for (unsigned i = 0; plan->cached && i < plan->rank; i++)
        size = size_mul_capped(size, plan->source_chunk[i]);
    return size;
}

uint64_t hg_cost_decoded_again(const struct task *task)
{
    return size_mul_capped(task->plan.chunk_decodes - task->plan.chunks, chunk_size(task));
}

/* Nanoseconds of one thread to decode what is read. */
static double decode_work(const struct task *task)
{
    const double bytes = (double)task->plan.chunk_decodes * (double)chunk_size(task);
    return bytes * (CHUNK_COST + hg_codec_cost(&task->storage, false));
}

static double derive_work(const struct task *task, double points)
{
    double work = 0;
    for (unsigned k = 0; k < task->job.n_derivatives; k++) {
        const struct engine_derivative *derivative = &task->derivative[k];
        const unsigned accuracy = derivative->stencil.op.accuracy;
        work += (derivative->coordinates ? 2 : 1) * (accuracy > 2 ? accuracy : 2) / 2.0;
    }
    return work * points * DERIVATIVE_COST * task->field->components;
}

static double encode_work(const struct task *task, double bytes)
{
    const struct h5_storage *storage = &task->result_storage;
    return storage->layout == H5_CHUNKED ? bytes * (CHUNK_COST + hg_codec_cost(storage, true)) : 0;
}

/* What libhdf5 reads it reads for one thread at a time. */
static double library_work(const struct task *task)
{
    if (strcmp(task->source[0].reader->method->name, "library") != 0)
        return 0;
    return (double)hg_cost_read(task) * (LIBRARY_COST + task->storage.n_filters * FILTER_COST);
}

/* Nanoseconds of the whole field: more than any run has, of a sparse one of most of 64 bits. */
static uint64_t find_work(const struct task *task, uint64_t bytes)
{
    double points = 1;
    for (unsigned i = 0; i < task->field->rank; i++)
        points *= (double)hg_field_result_count(task->field, i);
    const double shared =
        decode_work(task) + derive_work(task, points) + encode_work(task, (double)bytes);
    const double work = shared / task->plan.threads + library_work(task) +
                        MOVE_COST * ((double)hg_cost_read(task) + (double)bytes);
    return work < (double)INT64_MAX ? (uint64_t)work : INT64_MAX;
}

enum h5grad_status hg_costs_add(struct costs *costs, const struct task *task,
                                struct h5grad_error *err)
{
    const size_t size = sizeof *costs->upto;
    struct cost *grown = hg_memory_more(costs->upto, costs->n, size);
    if (!grown)
        return hg_error_memory(err, (costs->n + 1) * size);
    const struct cost before = costs->n > 0 ? grown[costs->n - 1] : (struct cost){0};
    const uint64_t bytes = hg_field_result_bytes(task->field);
    grown[costs->n++] = (struct cost){size_add_capped(before.bytes, bytes),
                                      size_add_capped(before.work, find_work(task, bytes))};
    costs->upto = grown;
    return H5GRAD_OK;
}

void hg_costs_total(const struct costs *costs, struct h5grad_progress *progress)
{
    const struct cost all = costs->n > 0 ? costs->upto[costs->n - 1] : (struct cost){0};
    progress->bytes_total = all.bytes;
    progress->work_total = all.work;
}

void hg_costs_done(struct costs *costs, struct h5grad_progress *progress)
{
    const uint64_t bytes = progress->bytes_done;
    while (costs->at < costs->n && costs->upto[costs->at].bytes <= bytes)
        costs->at++;
    const struct cost before = costs->at > 0 ? costs->upto[costs->at - 1] : (struct cost){0};
    progress->work_done = before.work;
    if (costs->at == costs->n)
        return;
    const struct cost *here = &costs->upto[costs->at];
    const double part = (double)(bytes - before.bytes) / (double)(here->bytes - before.bytes);
    progress->work_done += (uint64_t)(part * (double)(here->work - before.work));
}

void hg_costs_free(struct costs *costs)
{
    free(costs->upto);
}
