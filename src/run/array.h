/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory to memory: the engine between an array reader and array writers. */
#ifndef H5GRAD_RUN_ARRAY_H
#define H5GRAD_RUN_ARRAY_H

#include "h5grad.h"

/* h5grad_array. */
enum h5grad_status hg_run_array(enum h5grad_type type, unsigned rank, const uint64_t *extent,
                                const void *data, void *const *results,
                                const struct h5grad_array_options *options,
                                struct h5grad_error *err);

#endif
