/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * h5grad - gradients of data in HDF5 files, and of arrays in memory. h5grad(3) has an example.
 *
 * h5grad_run   file to file: what the program h5grad does
 * h5grad_plan  the same up to the first byte of output: what a run would do
 * h5grad_list  the fields of a file and what the file says about their axes
 * h5grad_array memory to memory, for use inside a simulation
 *
 * h5grad_ranks_open joins the processes of an MPI job, which then share the work of h5grad_run.
 *
 * By default a gradient is that of torch.gradient: second-order central differences inside,
 * one-sided differences at the two ends (edge_order 1 or 2), for even and uneven spacing.
 *
 * Threads: there is no global state but the lock around libhdf5, taken inside; every function may
 * be called from several threads at once. A program that itself calls an HDF5 library built without
 * thread safety while h5grad_run is running must serialise those calls with it, or have a lock of
 * its own taken by h5grad_set_hdf5_lock. No function may be called from within a callback of
 * libhdf5 (H5Literate, ...), which has a lock of its own.
 *
 * A stack of 128 KiB is enough for the calling thread, and (OMP_STACKSIZE) for each worker.
 *
 * A child that fork makes of a process in which a function has had several threads has the one: it
 * computes with that, whatever options ask for, since OpenMP would wait for the others for ever.
 *
 * Callbacks are called from the thread that called the function, but cancelled from every worker,
 * also concurrently, and while another callback runs. No lock is held meanwhile: a callback may
 * take long, wait for other threads, and call any function here, h5grad_run included. It must
 * return: no longjmp, no C++ exception. message and temporary may call HDF5, too, since the run
 * does not do so meanwhile. If there are several threads, progress and cancelled may do so only if
 * HDF5 was built with thread safety. Pointers passed to a callback are valid until it returns.
 *
 * Errors: functions return an enum h5grad_status, which is also in *error; unless it is H5GRAD_OK,
 * error->message is one line of text. error may be NULL. Nothing is printed and nothing exits.
 *
 * Later versions add members at the end of structs and values at the end of enums; programs built
 * with this one keep working. Structs of options start with their size, which tells the library the
 * members that the program knows; zero is the default of every member. Reports, progress and
 * messages are made by the library; the program reads them through pointers and must not copy them
 * by their size. struct h5grad_error does not change. Flags are int: zero is no.
 */
#ifndef H5GRAD_H
#define H5GRAD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define H5GRAD_VERSION_MAJOR 0
#define H5GRAD_VERSION_MINOR 1
#define H5GRAD_VERSION_PATCH 0
#define H5GRAD_VERSION       "0.1.0"

/* The least cap on resident memory: as much for buffers as the program itself needs. */
#define H5GRAD_LEAST_MEMORY ((uint64_t)32 << 20)

#ifndef H5GRAD_API
    #define H5GRAD_API __attribute__((visibility("default")))
#endif

enum h5grad_status {
    H5GRAD_OK = 0,
    H5GRAD_FAILED = 1, /* the file, the data or the machine does not allow it; nothing at OUTPUT */
    H5GRAD_USAGE = 2,  /* an option that no file could satisfy; no file was opened */
    H5GRAD_CANCELLED = 3, /* the cancelled callback returned nonzero; nothing at OUTPUT */
    H5GRAD_NO_MEMORY = 4, /* an allocation failed; nothing at OUTPUT */
    H5GRAD_RESUMABLE = 5, /* like H5GRAD_CANCELLED; the same call with resume set continues */
};

/* One line without newline, in the form "WHAT: WHY", valid UTF-8. Control characters in names, and
 * bytes that are not UTF-8, are shown as "\x1b"; "..." replaces the middle of long names. */
struct h5grad_error {
    enum h5grad_status status;
    char message[2048];
};

enum h5grad_level {
    H5GRAD_WARNING, /* worth a line on any terminal: an axis left out, a lock that was ignored */
    H5GRAD_DETAIL,  /* for --verbose: what is skipped and why, where a spacing comes from */
};

struct h5grad_message {
    enum h5grad_level level;
    const char *text; /* one line of valid UTF-8, of any length, with names as in h5grad_error */
};

struct h5grad_progress {
    uint64_t bytes_done; /* of results, over all fields of the run */
    uint64_t bytes_total;
    const char *field; /* path of the field being done, or done last; "" from h5grad_array */
    /* What the results cost in reading, decoding, computing and encoding, in a unit of its own: the
     * time that is left goes by this. */
    uint64_t work_done;
    uint64_t work_total;
};

/* The processes that share a run; see h5grad_ranks_open. */
struct h5grad_ranks;

/*
 * Options of h5grad_run, h5grad_plan and h5grad_list. Strings and arrays stay the caller's
 * and are only read during the call. Each text has the syntax of the program's option of that name.
 */
struct h5grad_options {
    size_t size;                 /* sizeof(struct h5grad_options) */
    const char *const *datasets; /* paths or shell patterns; none: every field */
    size_t n_datasets;
    const char *const *dims; /* "0", "-1" or names of axes; none: all axes */
    size_t n_dims;
    const char *const *spacings; /* "auto", numbers, or paths of 1-D datasets; none: auto */
    size_t n_spacings;
    const char *const *coords; /* "DIM=PATH", "DIM=FILE:PATH", "DIM=PATH@ATTRIBUTE" */
    size_t n_coords;
    int edge_order;     /* 1 or 2; 0: 1 */
    const char *dtype;  /* "float16", "float32", "float64"; NULL: by the type of the source */
    const char *name;   /* template of result names; NULL: "{name}_{what}" */
    const char *layout; /* "same", "contiguous", or a chunk shape like "64x64x64"; NULL: same */
    const char *filter; /* "auto", "same", "none", or filters joined by "+"; NULL: auto */
    int threads;        /* 0: OMP_NUM_THREADS, else the processors that this process may use */
    uint64_t memory; /* cap on resident memory in bytes, H5GRAD_LEAST_MEMORY or more; 0: 1 GiB, or a
                        quarter of the machine if that is less */
    int overwrite;   /* nonzero: an existing OUTPUT is replaced, once the new one is whole */
    int sync;        /* nonzero: OUTPUT and its folder are on stable storage before success */
    const char *command; /* for the history attribute; NULL: "h5grad_run INPUT OUTPUT" */
    int no_unpack;       /* nonzero: stored numbers as they are: neither packed nor missing */
    const char *edges;   /* "midpoint": extent + 1 coordinates are edges of cells; NULL: an error */
    int no_history;      /* nonzero: no history attribute; equal runs make equal bytes */
    int xdmf;            /* nonzero: OUTPUT.xmf describes the results to ParaView and VisIt */
    int checkpoint;      /* nonzero: a run that is stopped or killed can be resumed */
    int resume;          /* nonzero: continues a stopped run of the same options */
    int follow_external; /* nonzero: data may lie outside the folder of input */
    int allow_plugins;   /* nonzero: libhdf5 may load filter plugins */
    /* nonzero: points that sources of a virtual dataset, or external files, do not have are HDF5's
     * fill value. Otherwise a field with such points is left out, or an error if it is named; in a
     * file that the caller has open itself it always is one. */
    int allow_missing_sources;

    /* Callbacks, each may be NULL. The rules are above. */
    void *user;
    void (*progress)(void *user, const struct h5grad_progress *progress);
    int (*cancelled)(void *user); /* nonzero: stop */
    void (*message)(void *user, const struct h5grad_message *message);
    /* Called for each temporary file: first the one that becomes OUTPUT, then its journal. */
    void (*temporary)(void *user, const char *path);

    /* Beyond torch.gradient. An entry that names an axis wins over one that does not. */
    const char *const *boundaries; /* "[DIM=]MODE[:MODE]": what lies beyond the ends of axes */
    size_t n_boundaries;
    const char *const *periods; /* "DIM=NUMBER": the axis is periodic; in its unit */
    size_t n_periods;
    const char *const *accuracies; /* "[DIM=]N": 2, 4, 6 or 8 */
    size_t n_accuracies;
    const char *const *computes; /* "gradient", "second", "laplacian", "magnitude"; of vectors
                                    "divergence", "curl", "q"; none: gradient */
    size_t n_computes;
    const char *const *vectors; /* "NAME:DIM=PATH", "NAME:DIM,DIM=PATH" or "NAME=PATH" */
    size_t n_vectors;
    const char *const *subsets; /* "DIM=START:STOP[:STEP]": these results only */
    size_t n_subsets;
    const char *missing;   /* "nan", "strict" or "edge"; NULL: nan */
    const char *sphere;    /* the radius in metres of a sphere, "": the file's; NULL: no sphere */
    const char *time_unit; /* "s", "min", "h", "d", "ms", "us", "ns"; NULL: that of the file */
    int strict; /* nonzero: what a run would leave out or assume with a warning is an error */

    /* The processes that share h5grad_run; NULL: this one alone. All call it with the same input,
     * output and options, and get the same status and error. memory is a cap for each, and the
     * defaults of memory and threads are divided by those of one host. Each has its own callbacks;
     * progress is called, messages and a report are made, and files named to temporary, by rank 0
     * only. */
    struct h5grad_ranks *ranks;

    /* For runs over many files; report->left says what was not done, with H5GRAD_OK. */
    int update; /* nonzero: an existing OUTPUT that is up to date stays; another one that h5grad has
                   made is replaced. It is up to date if it was made with the same options, with a
                   history, of files that have the sizes and times that they had then, and is not
                   older than any of them */
    int skip_results; /* nonzero: an input that holds results of h5grad is not done */
    int alone; /* nonzero: the run is this process's own; ranks only divide the defaults of memory
                  and threads */

    /* Nonzero: each result is in a file of its own beside OUTPUT, which has external links to them
     * and coordinates. Neither with checkpoint and resume, nor with ranks. The temporary files of
     * results have the name of the one that becomes OUTPUT, and ".0", ".1", ... */
    int split;

    /* Nonzero: another process may write input in SWMR mode meanwhile. What it adds to a dataset
     * after the run, or the plan or list, has opened it does not count. Neither with checkpoint and
     * resume, nor with ranks. */
    int swmr;
};

/* Sets the size, and all other members to their defaults, like the initialiser {sizeof options}. */
static inline void h5grad_options_init(struct h5grad_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/* The distance between points of an axis. */
enum h5grad_spacing {
    H5GRAD_SPACING_UNIT,        /* 1, since neither options nor file give another */
    H5GRAD_SPACING_STEP,        /* a number */
    H5GRAD_SPACING_COORDINATES, /* by an array of coordinates */
    H5GRAD_SPACING_UNUSABLE,    /* coordinates that cannot be used: the axis is left out, or an
                                   error if dims name it */
};

/* Where a spacing comes from. */
enum h5grad_origin {
    H5GRAD_FROM_NOBODY,
    H5GRAD_FROM_OPTIONS,
    H5GRAD_FROM_FILE,
};

enum h5grad_layout {
    H5GRAD_CONTIGUOUS,
    H5GRAD_COMPACT,
    H5GRAD_CHUNKED,
    H5GRAD_VIRTUAL,
    H5GRAD_EXTERNAL,
};

enum h5grad_result_kind {
    H5GRAD_RESULT_GRADIENT,  /* the first derivative along an axis */
    H5GRAD_RESULT_SECOND,    /* the second derivative along an axis */
    H5GRAD_RESULT_LAPLACIAN, /* the sum of the second derivatives */
    H5GRAD_RESULT_MAGNITUDE, /* the length of the gradient */
    H5GRAD_RESULT_DIVERGENCE,
    H5GRAD_RESULT_CURL, /* or its component along an axis */
    H5GRAD_RESULT_Q,    /* the Q criterion */
};

/*
 * Reports: read only, until h5grad_report_free. Texts are for people. Names are those of the file,
 * not escaped as in h5grad_error.
 */

/* What is known of one axis of a field. */
struct h5grad_axis {
    uint64_t extent;
    const char *name; /* NULL: the file names none */
    const char *unit; /* NULL: unknown */
    enum h5grad_spacing spacing;
    enum h5grad_origin origin;
    const char *source;      /* where the spacing comes from: "command line", "dimension scale",
                                "none found"; why, if it is unusable */
    const char *coordinates; /* their place: "/time", "FILE:/time", "/u@x"; NULL: none */
    double first, last;      /* of coordinates that were read, else 0 */
    double step;             /* of evenly spaced points, else 0 */
    int uniform;             /* the formula for evenly spaced points is used */
    int differentiated;      /* from h5grad_list: whether dims name it */
    const char *left_out;    /* why it is not differentiated unless dims name it; NULL */
    uint64_t tile;           /* results of a tile along this axis; 0 from h5grad_list */
    const char *boundary[2]; /* at its first and last point, as in boundaries; NULL: the axis is not
                                differentiated */
    double period;           /* of a periodic axis with coordinates, else 0 */
    const char *period_source; /* where the period comes from; NULL: the axis is not periodic */
    unsigned accuracy;         /* 0: the axis is not differentiated */
    int round; /* a longitude that goes round the globe: one more step leads to its first point */
    uint64_t subset_start;  /* of a subset, the first point with a result, ... */
    uint64_t subset_count;  /* ... how many have one (0: all), ... */
    uint64_t subset_step;   /* ... and how far each is from the next */
    const char *suggestion; /* of unit spacing, from h5grad_list and h5grad_plan: datasets that may
                               be its coordinates; NULL */
};

/* One dataset of OUTPUT. */
struct h5grad_result {
    const char *path;
    enum h5grad_result_kind kind;
    int axis; /* the axis of the derivative; -1: none, or several */
};

/* One field: what it is, and from h5grad_plan and h5grad_run also how it is done. */
struct h5grad_field {
    const char *path;    /* of a variable of netCDF-4, as netCDF shows it */
    const char *skipped; /* NULL, or why this dataset is not done; the rest may then be empty */
    const char *type;    /* "float32", "int16", "complex64", ... as stored */
    enum h5grad_layout layout;
    const char *layout_text; /* "contiguous", "chunked 64x64x64 shuffle+gzip=4", ... */
    const char *values; /* how stored numbers are unpacked and which are missing; NULL: they are
                           the values */
    const char *note;   /* statements of the file that are not used, and why; NULL: none */
    unsigned rank;
    const struct h5grad_axis *const *axes; /* rank of them */
    size_t n_results;                      /* 0 from h5grad_list */
    const struct h5grad_result *const *results;
    const char *missing; /* the treatment of missing values: "nan", "strict" or "edge" */
    const char *result_type;
    enum h5grad_layout result_layout;
    const char *result_layout_text;
    const char *read_method;  /* "direct", "chunked", "library" */
    const char *write_method; /* the same; NULL from h5grad_plan */
    int threads;
    uint64_t tiles;
    uint64_t bytes_read;          /* of the source, unpacked, halos included */
    uint64_t bytes_decoded_again; /* of chunks, beyond the first decoding of each */
    uint64_t bytes_written;       /* of all results, before filters */
    uint64_t peak_memory;         /* of buffers, in bytes */
    size_t n_components;          /* of a vector: its datasets, in the order of the components, or
                                     one that holds all; else 0. path is that of its results,
                                     {name} in their names, and type, layout and axes are those of
                                     a component */
    const char *const *components;
    const char
        *vector; /* from h5grad_list: what vectors may name, where the file says that the field
                    is a vector, or a component of one: "B=/data/1/meshes/B"; else NULL */
};

/* Why a run has not done anything. */
enum h5grad_left {
    H5GRAD_LEFT_NOTHING,    /* it has */
    H5GRAD_LEFT_UP_TO_DATE, /* OUTPUT is up to date */
    H5GRAD_LEFT_RESULTS,    /* input holds results of h5grad */
};

struct h5grad_report {
    size_t n_fields;
    const struct h5grad_field *const *fields; /* in the order in which they were found */
    uint64_t memory_cap;                      /* in force, in bytes */
    double seconds;                           /* of h5grad_run */
    enum h5grad_left left;                    /* by update or skip_results */
};

/*
 * Differentiates the fields of the HDF5 file input along the chosen axes and writes one dataset per
 * field and axis to the new HDF5 file output, which appears whole or not at all. options may be
 * NULL. report may be NULL; otherwise *report is set on success and is the caller's, to be released
 * with h5grad_report_free.
 */
H5GRAD_API enum h5grad_status h5grad_run(const char *input, const char *output,
                                         const struct h5grad_options *options,
                                         struct h5grad_report **report, struct h5grad_error *error);

/* Returns nonzero if a stopped run has left files for output from which a call with resume set can
 * continue. */
H5GRAD_API int h5grad_can_resume(const char *output);

/* Does everything that h5grad_run does before the first byte of output, with the same errors. */
H5GRAD_API enum h5grad_status h5grad_plan(const char *input, const char *output,
                                          const struct h5grad_options *options,
                                          struct h5grad_report **report,
                                          struct h5grad_error *error);

/* Lists the fields of input and what is known of their axes; reads no data but coordinates. */
H5GRAD_API enum h5grad_status h5grad_list(const char *input, const struct h5grad_options *options,
                                          struct h5grad_report **report,
                                          struct h5grad_error *error);

H5GRAD_API void h5grad_report_free(struct h5grad_report *report);

/*
 * Joins the processes that a launcher (srun, mpirun, mpiexec) has started together: loads the
 * plugin for its MPI, which calls MPI_Init and MPI_Finalize, so that a process can do this once. A
 * process that no launcher started is the only rank. A program that uses MPI itself calls
 * h5grad_ranks_of_comm (h5grad_mpi.h) instead. *ranks is for one h5grad_run at a time, and is NULL
 * on failure. Waits for the others.
 */
H5GRAD_API enum h5grad_status h5grad_ranks_open(struct h5grad_ranks **ranks,
                                                struct h5grad_error *error);

H5GRAD_API unsigned h5grad_ranks_rank(const struct h5grad_ranks *ranks);
H5GRAD_API unsigned h5grad_ranks_count(const struct h5grad_ranks *ranks);

/* Nonzero in the one process that speaks for all: rank 0, or rank 1 once rank 0 is dead. */
H5GRAD_API int h5grad_ranks_is_first(struct h5grad_ranks *ranks);

/*
 * For work on many things, each done by one process, such as runs with options->alone. All
 * processes call it. Calls each for the numbers below n, in order, in the processes as they are
 * free; one in which it returns nonzero gets no more, and if that is rank 0, none does. A thread of
 * rank 0 hands the numbers out. Waits for the others; fails if one of them is dead.
 */
H5GRAD_API enum h5grad_status h5grad_ranks_each(struct h5grad_ranks *ranks, uint64_t n,
                                                int (*each)(void *user, uint64_t number),
                                                void *user, struct h5grad_error *error);

/* Waits for the others; returns the largest of their numbers, or mine if one of them is dead. */
H5GRAD_API int h5grad_ranks_most(struct h5grad_ranks *ranks, int mine);

/*
 * Brings bytes of all processes together: in process 0 *all becomes those of each, in the order of
 * their ranks, *size how many they are; elsewhere NULL and 0. All processes call it; it waits for
 * the others. *all is to be freed.
 */
H5GRAD_API enum h5grad_status h5grad_ranks_collect(struct h5grad_ranks *ranks, const void *mine,
                                                   size_t mine_size, void **all, size_t *size,
                                                   struct h5grad_error *error);

/* Waits for the others. If one of them is dead, which h5grad_run has then reported, all processes
 * are ended instead, this one included, as MPI does it. NULL allowed. */
H5GRAD_API void h5grad_ranks_close(struct h5grad_ranks *ranks);

/* For h5grad_ranks_of_comm. */
struct ranks_method;
H5GRAD_API enum h5grad_status h5grad_ranks_join(struct h5grad_ranks **ranks,
                                                const struct ranks_method *method, void *own,
                                                struct h5grad_error *error);

/* The type of values in memory. Results of h5grad_array are double of H5GRAD_DOUBLE and of integers
 * of 32 and 64 bits, binary16 of H5GRAD_FLOAT16, and else float. */
enum h5grad_type {
    H5GRAD_FLOAT = 0,
    H5GRAD_DOUBLE = 1,
    H5GRAD_FLOAT16 = 2, /* binary16 */
    H5GRAD_BFLOAT16 = 3,
    H5GRAD_INT8 = 4,
    H5GRAD_UINT8 = 5,
    H5GRAD_INT16 = 6,
    H5GRAD_UINT16 = 7,
    H5GRAD_INT32 = 8,
    H5GRAD_UINT32 = 9,
    H5GRAD_INT64 = 10,
    H5GRAD_UINT64 = 11,
};

/* What lies beyond an end of an axis. */
enum h5grad_boundary {
    H5GRAD_BOUNDARY_ONE_SIDED,         /* nothing: one-sided differences */
    H5GRAD_BOUNDARY_PERIODIC,          /* the other end; both ends must have it */
    H5GRAD_BOUNDARY_PERIODIC_REPEATED, /* likewise, and the last point repeats the first one */
    H5GRAD_BOUNDARY_NAN,               /* unknown values */
    H5GRAD_BOUNDARY_EXTEND,            /* the value of the end, repeated */
    H5GRAD_BOUNDARY_VALUE,             /* a number */
    H5GRAD_BOUNDARY_MIRROR,            /* the points inside, the end itself not repeated */
    H5GRAD_BOUNDARY_REFLECT,           /* the points inside, the end itself repeated */
};

/* What missing values, which are NaN, do to results. */
enum h5grad_missing {
    H5GRAD_MISSING_NAN,    /* what the arithmetic makes of them */
    H5GRAD_MISSING_STRICT, /* likewise, and their own results are NaN */
    H5GRAD_MISSING_EDGE,   /* they end the axis: each run of values is an axis of its own */
};

/*
 * Options of h5grad_array. Strides are distances in bytes from a point to the next along each axis,
 * as in numpy, and multiples of the size of a value; rank of them, NULL: C order without gaps. They
 * may be negative; data always points to the point of indices 0. Those of data may be 0. The values
 * of a point are adjacent.
 */
struct h5grad_array_options {
    size_t size;     /* sizeof(struct h5grad_array_options) */
    const int *dims; /* axes to differentiate, negative from the end; NULL: all */
    size_t n_dims;
    /* One entry per differentiated axis, in the order of dims: extent[axis] coordinates, if
     * coordinates and its entry are not NULL; else the step, spacing[k], or 1 if that is NULL. */
    const double *spacing;
    const double *const *coordinates;
    int edge_order; /* 1 or 2; 0: 1 */
    int components; /* values per point: 1 real, 2 complex, any number of interleaved ones; 0: 1 */
    int threads;    /* 0: as OpenMP decides */
    void *user;
    void (*progress)(void *user, const struct h5grad_progress *progress);
    int (*cancelled)(void *user);         /* nonzero: stop */
    const int64_t *strides;               /* of data */
    const int64_t *const *result_strides; /* an entry per result, each as strides; NULL: all NULL */

    /* Beyond torch.gradient. Entries are in the order of dims; the first end of an axis precedes
     * the last one. */
    const enum h5grad_boundary *boundary; /* two per axis; NULL: one-sided */
    const double *boundary_value;         /* two per axis, for H5GRAD_BOUNDARY_VALUE; NULL: zeros */
    const double *period; /* one per axis, of H5GRAD_BOUNDARY_PERIODIC: the distance after
                             which coordinates, or i * step, repeat; 0, or NULL: as many mean
                             steps as points, if these are even or nearly so */
    const int *accuracy;  /* one per axis: 2, 4, 6 or 8; 0, or NULL: 2 */
    enum h5grad_missing missing;
    unsigned computes; /* bits 1u << H5GRAD_RESULT_GRADIENT, ..._SECOND, ..._LAPLACIAN and
                          ..._MAGNITUDE: the results; 0: the gradient */

    int double_results; /* nonzero: results are double, and computed in it, whatever data are */
};

/* Like h5grad_options_init. */
static inline void h5grad_array_options_init(struct h5grad_array_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/*
 * Gradient of an array in memory.
 *
 * type     of data, from which the type of results follows
 * rank     1 to 32
 * extent   rank of them; the array has product(extent) * components values
 * data     not modified
 * results  arrays of the extent of data: one per differentiated axis, in the order of dims; or
 * those that computes asks for, in this order: the gradient, one per axis; second derivatives, one
 * per axis; the Laplacian; the magnitude of the gradient, which has one value per point, whatever
 * components is
 *
 * A result may lie between the points of another, as the components of a vector do, but no point of
 * a result may overlap one of data, of another result, or another of its own: each stride of a
 * result must reach beyond the points that its smaller strides span. Only the latter is checked.
 *
 * The results have the bits that h5grad_run writes for the same data: float data with coordinates
 * are computed in double and rounded once. No copy of the whole array is made, whatever the type
 * and strides. On error the content of the results is unspecified.
 */
H5GRAD_API enum h5grad_status h5grad_array(enum h5grad_type type, unsigned rank,
                                           const uint64_t *extent, const void *data,
                                           void *const *results,
                                           const struct h5grad_array_options *options,
                                           struct h5grad_error *error);

/* A program's lock around its own calls of libhdf5. lock and unlock are called from any thread. */
struct h5grad_hdf5_lock {
    void (*lock)(void *user);
    void (*unlock)(void *user);
    void *user;
};

/*
 * Has the library hold the program's lock, besides its own, wherever it calls libhdf5, which is for
 * short times; so the program may call libhdf5 while h5grad_run is running. NULL: no such lock, as
 * at the start. *lock stays the program's, and must hold as long as it is set and a function runs.
 */
H5GRAD_API void h5grad_set_hdf5_lock(const struct h5grad_hdf5_lock *lock);

/*
 * What h5grad_run makes of the attributes of a field, for programs that keep results themselves.
 * h5grad_attribute_holds returns nonzero if an attribute holds for derivatives, too; text is its
 * text, which only that of cell_methods is asked for, or NULL. h5grad_unit writes the unit of a
 * result of that kind, of values along axes in a unit, to unit, which has size bytes, as snprintf
 * does, and returns its length; 0 if memory runs out. axis NULL: unit spacing.
 */
H5GRAD_API int h5grad_attribute_holds(const char *name, const char *text);
H5GRAD_API size_t h5grad_unit(const char *value, const char *axis, enum h5grad_result_kind kind,
                              char *unit, size_t size);

/* Returns "h5grad X.Y.Z" and a line each for HDF5, OpenMP, the codecs in this build, and those not
 * in it. Static. */
H5GRAD_API const char *h5grad_version(void);

#ifdef __cplusplus
}
#endif

#endif
