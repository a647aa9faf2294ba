/* SPDX-License-Identifier: BSD-3-Clause */
/* From the scalars of a file to those of the arithmetic. */
#ifndef H5GRAD_ENGINE_DECODE_H
#define H5GRAD_ENGINE_DECODE_H

#include "engine/job.h"

/* All points of a halo box, dense in both arrays, which may be the same where the sizes are. */
void hg_decode_halo(const struct engine_job *job, const struct halo *halo, const void *data,
                    void *out);

#endif
