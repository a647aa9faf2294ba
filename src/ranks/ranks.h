/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages between the processes of one run, its ranks. Rank 0 talks with each other rank; the
 * others do not talk with each other. What messages are about is the caller's business. Functions
 * that wait for others say so; they poll with naps.
 */
#ifndef H5GRAD_RANKS_RANKS_H
#define H5GRAD_RANKS_RANKS_H

#include <stddef.h>

#include "base/error.h"
#include "ranks/line.h"
#include "ranks/method.h"

/* Joins the ranks of this run: by the plugin for the MPI library that the launcher's variables call
 * for, or by the one that H5GRAD_MPI names: its path, or "openmpi" or "mpich". A process that no
 * launcher started is the only rank. To be closed. H5GRAD_FAILED with the reason, and the way on,
 * if there is no such plugin, or if the launcher started several processes of which the library
 * sees one. Waits for the others. */
enum h5grad_status hg_ranks_open(struct ranks **ranks, struct h5grad_error *err);

/* Likewise, by that method; own: what its start needs. */
enum h5grad_status hg_ranks_join(struct ranks **ranks, const struct ranks_method *method, void *own,
                                 struct h5grad_error *err);

/* Waits until the other side closes, too. If a rank is dead it ends the processes of all instead,
 * this one included. NULL allowed. */
void hg_ranks_close(struct ranks *ranks);

/* Waits until every rank has called it; other messages that arrive meanwhile are dropped. Returns
 * the same status everywhere, the worst of mine: an error before CANCELLED before RESUMABLE. *err
 * becomes, everywhere, the reason of the first rank that has it, with its host's name in front
 * unless it is rank 0's own. */
enum h5grad_status hg_ranks_agree(struct ranks *ranks, enum h5grad_status mine,
                                  struct h5grad_error *err);

/* Waits likewise; *number becomes the largest of all. */
enum h5grad_status hg_ranks_most(struct ranks *ranks, int *number, struct h5grad_error *err);

/* Waits likewise, for rank 0 only; data of rank 0 become those of all. */
enum h5grad_status hg_ranks_share(struct ranks *ranks, void *data, size_t size,
                                  struct h5grad_error *err);

/* Waits likewise; at rank 0 *all, to be freed, becomes the bytes of all, in the order of ranks,
 * elsewhere NULL. */
enum h5grad_status hg_ranks_collect(struct ranks *ranks, const void *mine, size_t mine_size,
                                    void **all, size_t *size, struct h5grad_error *err);

#endif
