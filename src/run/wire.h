/* SPDX-License-Identifier: BSD-3-Clause */
/* The messages of a shared run. All ranks run the same build on the same kind of machine, which
 * they compare first, so messages are structs as they lie in memory. */
#ifndef H5GRAD_RUN_WIRE_H
#define H5GRAD_RUN_WIRE_H

#include "formats/field.h"
#include "hdf5/storage.h"

/* What part and n of the head are depends on the kind. To rank 0: */
enum wire_kind {
    WIRE_ASK = 1, /* for a part */
    WIRE_LEASE,   /* for n bytes */
    WIRE_CHUNKS,  /* n chunks of the parts in leases, struct lease_chunk each, follow */
    WIRE_SEAM,    /* n bytes for the address part of the output follow */
    WIRE_DONE,    /* the parts, of n bytes of results and with their sum, after chunks and seams */
    WIRE_FAIL,    /* this rank failed or was cancelled: the run ends */
    WIRE_BYE,     /* the last one of this rank */
    /* To the others: */
    WIRE_START, /* the struct wire_start follows */
    WIRE_WORK,  /* the answer to WIRE_ASK: struct wire_work */
    WIRE_END,   /* or this: nothing is left */
    WIRE_GRANT, /* the answer to WIRE_LEASE: the bytes from part to n of the output */
    WIRE_STOP,  /* the run ends, instead of any answer */
    WIRE_FIN,   /* the last one, after each rank's WIRE_BYE */
};

struct wire {
    uint32_t kind;
    uint32_t field;
    uint64_t part, count; /* so many parts, in a row, from that one on */
    uint64_t n;
    uint64_t sum; /* of the bytes in the file, for the journal */
};

#define WIRE_PATH 8192

struct wire_start {
    struct wire head;
    uint64_t parts;       /* of each field, about: see struct run */
    char path[WIRE_PATH]; /* of the temporary file */
};

/* What a rank needs to know of the results of a field. */
struct wire_place {
    uint64_t offset[FIELD_MOST_RESULTS]; /* of contiguous results */
    struct h5_storage storage[3];        /* as in struct results */
};

struct wire_work {
    struct wire head;
    struct wire_place place;
};

#endif
