/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shares the parts of all fields between ranks: rank 0 has one queue of them, from which every rank
 * takes the next one when it has done its last. At rank 0 a thread, the courier, serves the others
 * while its own workers do parts, too.
 *
 * A rank calls hg_share_take, does the part and calls hg_share_done, again and again; in the end
 * hg_share_leave. After a failure it calls hg_share_fail and then hg_share_leave. When any rank has
 * failed, hg_share_is_over is true everywhere.
 */
#ifndef H5GRAD_RUN_SHARE_H
#define H5GRAD_RUN_SHARE_H

#include "grid/part.h"
#include "ranks/ranks.h"
#include "run/wire.h"
#include "writer/lease.h"

struct share;

/* What rank 0 does to the output for all. Called by any thread, by one at a time, not within
 * hg_enter. */
struct share_owner {
    void *user;
    enum h5grad_status (*place)(void *user, size_t field, struct wire_place *place,
                                struct h5grad_error *err);
    enum h5grad_status (*lease)(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err);
    enum h5grad_status (*seam)(void *user, uint64_t address, const void *data, uint64_t size,
                               struct h5grad_error *err);
    /* The parts, with these chunks, are in the file. */
    enum h5grad_status (*enter)(void *user, const struct wire *parts,
                                const struct lease_chunk *chunk, size_t n,
                                struct h5grad_error *err);
};

/* Returns the bytes that sharing takes in this process while it does parts of so many results: of
 * messages, which are copied, and of seams. */
uint64_t hg_share_memory(const struct ranks *ranks, size_t results);

/* fields: their number, in the run. owner is not used but at rank 0. NULL with the reason. */
struct share *hg_share_open(struct ranks *ranks, size_t fields, const struct share_owner *owner,
                            struct h5grad_error *err);
void hg_share_close(struct share *share); /* NULL allowed */

/*
 * At rank 0, before hg_share_serve: adds the parts of a field to the queue; none if parts is NULL,
 * since rank 0 does the field alone. Several that make a box are handed out at once while many are
 * left, unless single is set, and a rank goes on with the neighbour of its last part where it can,
 * since what lies at their borders is read and decoded twice. hg_share_skip takes a part from the
 * queue that is done already; false: that had been taken.
 */
enum h5grad_status hg_share_add(struct share *share, size_t field, const struct parts *parts,
                                bool single, struct h5grad_error *err);
bool hg_share_skip(struct share *share, size_t field, uint64_t part);

/* At rank 0: tells the others to begin, and with what, and starts the courier. */
enum h5grad_status hg_share_serve(struct share *share, const char *path, uint64_t parts,
                                  struct h5grad_error *err);

/* At the others: waits for that; NULL with the reason. H5GRAD_CANCELLED if the run is over before.
 */
const struct wire_start *hg_share_begin(struct share *share, struct h5grad_error *err);

/* Takes the next parts, valid until the next call; *work is NULL if there is none left.
 * H5GRAD_CANCELLED if the run is over, or cancelled(user) returns true while it waits. */
enum h5grad_status hg_share_take(struct share *share, struct wire_work **work,
                                 int (*cancelled)(void *user), void *user,
                                 struct h5grad_error *err);

/* Asks for the next parts before hg_share_take does, which then need not wait for them. The thread
 * that takes them. */
enum h5grad_status hg_share_ask(struct share *share, struct h5grad_error *err);

/* Asks for a lease and grants it: see struct lease. user: the share. Any thread, one at a time. */
enum h5grad_status hg_share_ask_lease(void *user, uint64_t bytes, struct h5grad_error *err);
enum h5grad_status hg_share_lease(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                  struct h5grad_error *err);

/* Hands bytes of the output to rank 0. */
enum h5grad_status hg_share_seam(struct share *share, uint64_t address, const void *data,
                                 uint64_t size, struct h5grad_error *err);

/* Tells that parts are done, with all that WIRE_DONE says of them, and of their chunks those that
 * lie in leases. */
enum h5grad_status hg_share_done(struct share *share, const struct wire *parts,
                                 const struct lease_chunk *chunk, size_t n,
                                 struct h5grad_error *err);

/* Ends the run everywhere, since this rank cannot go on. */
void hg_share_fail(struct share *share);

/* True when the run has been ended. Any thread; looks for messages from time to time. */
bool hg_share_is_over(struct share *share);

/* At rank 0: returns the bytes of results that others have done since the last call. */
uint64_t hg_share_elsewhere(struct share *share);

/* Waits until all ranks have called it; at rank 0, where it returns the courier's failure, calls
 * wait(user) from time to time, and ends the run if that returns true. */
enum h5grad_status hg_share_leave(struct share *share, int (*wait)(void *user), void *user,
                                  struct h5grad_error *err);

#endif
