/* SPDX-License-Identifier: BSD-3-Clause */
/* All that a run knows. */
#ifndef H5GRAD_RUN_STATE_H
#define H5GRAD_RUN_STATE_H

#include <stdatomic.h>

#include "engine/aside.h"
#include "formats/xdmf.h"
#include "output/publish.h"
#include "output/result_names.h"
#include "run/cost.h"
#include "run/goal.h"
#include "run/report.h"
#include "run/results.h"
#include "run/resume.h"
#include "run/select.h"
#include "run/suggest.h"
#include "run/tally.h"
#include "trust/open.h"

/* Room for a hash as text. */
enum { UPDATE_HASH = 17 };

/* What is at OUTPUT when a run with --update begins. */
struct update {
    char hash[UPDATE_HASH]; /* empty: it is to be made */
    struct timespec time;   /* when it was made */
};

/* The leaves of the current field, in the order of its results. A zeroed struct has none. */
struct split {
    unsigned n;
    struct split_leaf {
        size_t number; /* of publish.leaves */
        struct aux_vars *aux_vars;
        struct scale_links links;
    } leaf[FIELD_MOST_RESULTS];
    struct messages silent; /* the output's own variables have the same messages */
};

/* The group whose attributes, and those of the groups above it, were copied last. */
struct run_groups {
    char *path; /* NULL: none */
    hid_t file;
    bool alike; /* with marks of a format */
};

/* So many fields are in progress at most. */
#define RUN_LANES 8

/* A field in progress. */
struct lane {
    struct task task;
    struct results results;
    size_t number;         /* of the selected dataset */
    bool is_busy;          /* the results are being made by work */
    struct aside_job work; /* done aside */
};

struct run {
    enum run_goal goal;
    const char *input, *output;
    struct run_options options;
    struct messages messages;
    struct h5_access access;
    hid_t file;
    struct selection selection;
    struct coord_store *coordinates;
    struct result_names names;
    struct results_kept kept;
    struct engine_memo memo;
    struct report *report;
    struct publish publish;
    struct resume resume;
    struct update update;
    enum h5grad_left left;
    char *line; /* of this run in the history */
    struct aux_vars *aux_vars;
    struct run_groups groups;
    struct split split;  /* of the field at hand */
    struct xdmf *xdmf;   /* NULL: not wanted */
    size_t fields;       /* that can be done */
    uint64_t agreed;     /* a hash of what all ranks must see alike */
    bool leases;         /* ranks write chunks of the output, into leases */
    struct share *share; /* between ranks; NULL: none while fields are done */
    bool lost;           /* a rank is dead */
    uint64_t space;      /* bytes of results that are stored whole */
    struct h5grad_progress progress;
    struct costs costs;
    struct field *field;         /* of each selected dataset that is to be done */
    struct task *task;           /* of the one that is begun or ended, ... */
    struct results *results;     /* ... and its results: both in a lane */
    struct lane lane[RUN_LANES]; /* used in turn */
    size_t given;                /* fields whose results were made aside: tells the next lane */
    struct aside *aside;         /* NULL: no field was done aside */
    struct h5grad_error error;   /* used if the caller has none, since the run reads its reasons */
    struct h5grad_error skipped; /* why a dataset was skipped: a field, if any was */
    bool skipped_field;          /* skipped is about a field */
    struct suggestions suggestions;
    struct tally tally;         /* what is reported once, with a count */
    size_t noted;               /* fields whose attributes about their values are not used, ... */
    struct h5grad_error doubt;  /* ... and what is to be said of the first */
    struct h5grad_error unsafe; /* why the journal could not be synced */
    _Atomic bool is_unsafe;     /* unsafe is set; the run ends */
    uint64_t written_back;      /* bytes of results done when writing back was begun last */
};

#endif
