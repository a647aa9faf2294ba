/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/option_table.h"

/* More than any machine has; libgomp ends the process when it cannot make its threads. */
enum { MOST_THREADS = 4096 };

#define FIELDS  "What is differentiated"
#define HOW     "How"
#define RESULTS "The results"
#define SAFETY  "Safety"
#define MACHINE "The machine"
#define PRINTED "What is printed"

#define IN(member) offsetof(struct options, member)

const struct option_row option_table[] = {
    {FIELDS, "dataset", 'd', "PATH", OPTION_FIELDS, OPTION_EACH, IN(datasets), 0,
     "this dataset only; may be repeated; a shell pattern such as '/fields/*' matches whole "
     "paths"},
    {FIELDS, "dim", 0, "LIST", NULL, OPTION_LIST, IN(dims), 0,
     "axes, such as 0,2 or -1, or names where INPUT names its axes (default: all)"},
    {FIELDS, "vector", 0, "VECTOR", NULL, OPTION_EACH, IN(vectors), 0,
     "a vector: NAME:DIM=PATH is its component along an axis, once for each, x first, then y, z; "
     "NAME:DIM,DIM[,DIM]=PATH a dataset with an axis of components"},
    {HOW, "spacing", 's', "LIST", "auto", OPTION_LIST, IN(spacings), 0,
     "distance between points: auto (default), which is what INPUT says about each axis, else 1; "
     "or "
     "one number for all axes; or an entry for each axis of --dim: a number, or the path of a 1-D "
     "dataset"},
    {HOW, "coord", 0, "DIM=PATH", NULL, OPTION_EACH, IN(coords), 0,
     "the coordinates of one axis, whatever --spacing says; may be repeated; FILE:PATH is in "
     "another file, PATH@ATTRIBUTE an attribute that holds numbers"},
    {HOW, "edges", 0, "midpoint", "midpoint", OPTION_TEXT, IN(grad.edges), 0,
     "take coordinates of which an axis has one too many for edges of cells; the midpoints count"},
    {HOW, "no-unpack", 0, NULL, NULL, OPTION_SET, IN(grad.no_unpack), 1,
     "take stored numbers as they are: no scale factors, no missing values"},
    {HOW, "edge-order", 'e', "N", "1 2", OPTION_CHOICE, IN(grad.edge_order), 1,
     "order of the differences at the two ends: 1 (default) or 2"},
    {HOW, "accuracy", 0, "[DIM=]N", "2 4 6 8", OPTION_EACH, IN(accuracies), 0,
     "order of the differences: 2 (default), 4, 6 or 8; may be repeated, with the axis it is for"},
    {HOW, "boundary", 0, "[DIM=]MODE",
     "one-sided periodic periodic-repeated nan auto extend mirror reflect", OPTION_EACH,
     IN(boundaries), 0,
     "what lies beyond the ends of an axis: one-sided (default), periodic, periodic-repeated, nan, "
     "auto, which is what INPUT says, extend, value=NUMBER, mirror or reflect; LOW:HIGH for each "
     "end its own; may be repeated"},
    {HOW, "period", 0, "DIM=NUMBER", NULL, OPTION_EACH, IN(periods), 0,
     "the period of a periodic axis, in its unit; may be repeated"},
    {HOW, "missing", 0, "RULE", "nan strict edge", OPTION_TEXT, IN(grad.missing), 0,
     "what missing values do: nan (default), which spreads to neighbours; strict, a missing value "
     "has no derivative either; edge, it ends the axis as its ends do"},
    {HOW, "sphere", 0, "[=R]", NULL, OPTION_TEXT, IN(grad.sphere), 0,
     "derivatives along latitude and longitude are per metre, on a sphere of radius R (default: "
     "what INPUT says, else 6371229)"},
    {HOW, "time-unit", 0, "UNIT", "s min h d ms us ns", OPTION_TEXT, IN(grad.time_unit), 0,
     "derivatives along times that INPUT counts from a date are per s, min, h, d, ms, us or ns "
     "(default: as INPUT counts)"},
    {HOW, "dtype", 't', "TYPE", "float16 float32 float64", OPTION_TEXT, IN(grad.dtype), 0,
     "type of the results: float16, float32, float64 (default: by the type of the source)"},
    {RESULTS, "compute", 0, "LIST", "gradient second laplacian magnitude divergence curl q",
     OPTION_EACH, IN(computes), 0,
     "what is computed: gradient (default), second, laplacian, magnitude, of vectors divergence, "
     "curl (default: both), q, joined by commas"},
    {RESULTS, "subset", 0, "DIM=SLICE", NULL, OPTION_EACH, IN(subsets), 0,
     "write only these results along an axis: START:STOP[:STEP], of which each part may be left "
     "out, or one index; negative ones count from the end; may be repeated"},
    {RESULTS, "name", 0, "TEMPLATE", NULL, OPTION_TEXT, IN(grad.name), 0,
     "name of a result, beside its source (default: '{name}_{what}'); {name} is the name of the "
     "source, {what} the result, as grad_0, {dim} the number of the axis, {axis} its name"},
    {RESULTS, "layout", 0, "LAYOUT", "same contiguous", OPTION_TEXT, IN(grad.layout), 0,
     "storage of the results: same (default: as the source), contiguous, or the shape of chunks, "
     "such as 64x64x64"},
    {RESULTS, "filter", 0, "LIST", "auto same none gzip gzip=4 shuffle shuffle+gzip=4 fletcher32",
     OPTION_TEXT, IN(grad.filter), 0,
     "filters of the results: auto (default: as the source, with levels up to gzip=4 and zstd=3), "
     "same (as the source), none, or filters joined by '+', such as shuffle+gzip=4"},
    {RESULTS, "no-history", 0, NULL, NULL, OPTION_SET, IN(grad.no_history), 1,
     "write no history: equal runs make equal files"},
    {RESULTS, "xdmf", 0, NULL, NULL, OPTION_SET, IN(grad.xdmf), 1,
     "write OUTPUT.xmf, too, for ParaView and VisIt"},
    {RESULTS, "split", 0, NULL, NULL, OPTION_SET, IN(grad.split), 1,
     "each result in a file of its own beside OUTPUT, which links to them: more processors can "
     "write at once"},
    {RESULTS, "overwrite", 'O', NULL, NULL, OPTION_SET, IN(grad.overwrite), 1,
     "replace an existing OUTPUT"},
    {RESULTS, "update", 0, NULL, NULL, OPTION_SET, IN(grad.update), 1,
     "leave an OUTPUT that is up to date as it is, and replace others that h5grad has made"},
    {SAFETY, "sync", 0, NULL, NULL, OPTION_SET, IN(grad.sync), 1,
     "OUTPUT is on stable storage before success is reported"},
    {SAFETY, "checkpoint", 0, NULL, NULL, OPTION_SET, IN(grad.checkpoint), 1,
     "keep what is done when the run is stopped or dies"},
    {SAFETY, "resume", 0, NULL, NULL, OPTION_SET, IN(grad.resume), 1,
     "continue a run that was stopped; includes --checkpoint"},
    {SAFETY, "strict", 0, NULL, NULL, OPTION_SET, IN(grad.strict), 1,
     "fail rather than leave something out or assume a spacing or ends"},
    {SAFETY, "follow-external", 0, NULL, NULL, OPTION_SET, IN(grad.follow_external), 1,
     "follow links and storage out of the folder of INPUT"},
    {SAFETY, "swmr", 0, NULL, NULL, OPTION_SET, IN(grad.swmr), 1,
     "read INPUT beside a writer that has it open in SWMR mode: as far as its datasets reach when "
     "they are opened"},
    {SAFETY, "allow-plugins", 0, NULL, NULL, OPTION_SET, IN(grad.allow_plugins), 1,
     "let HDF5 load filter plugins"},
    {SAFETY, "allow-missing-sources", 0, NULL, NULL, OPTION_SET, IN(grad.allow_missing_sources), 1,
     "take HDF5's fill value for what sources of a virtual dataset, or external files, do not "
     "have"},
    {MACHINE, "threads", 'j', "N", NULL, OPTION_COUNT, IN(grad.threads), MOST_THREADS,
     "number of threads (default: OMP_NUM_THREADS, else all processors that this process may "
     "use)"},
    {MACHINE, "memory", 'm', "SIZE", NULL, OPTION_MEMORY, IN(grad.memory), 0,
     "limit on memory, such as 512M or 2G; 32M at least (default: 1G, or a quarter of what there "
     "is, if less)"},
    {MACHINE, "mpi", 0, NULL, NULL, OPTION_SET, IN(mpi), 1,
     "share the run between the processes of an MPI job, which srun or mpirun has started"},
    {PRINTED, "dry-run", 'n', NULL, NULL, OPTION_MODE, IN(mode), OPTIONS_PLAN,
     "print what would be done, touch nothing"},
    {PRINTED, "list", 'l', NULL, NULL, OPTION_MODE, IN(mode), OPTIONS_LIST,
     "print the fields of INPUT and what is known of their axes"},
    {PRINTED, "json", 0, NULL, NULL, OPTION_SET, IN(json), 1,
     "print the list, the plan, or how the run went as JSON"},
    {PRINTED, "progress", 0, "WHEN", "auto always never", OPTION_CHOICE, IN(progress),
     PROGRESS_AUTO, "when to show progress: auto (default), always or never"},
    {PRINTED, "quiet", 'q', NULL, NULL, OPTION_SET, IN(verbosity), OPTIONS_QUIET,
     "print only errors"},
    {PRINTED, "verbose", 'v', NULL, NULL, OPTION_SET, IN(verbosity), OPTIONS_VERBOSE,
     "print also what is left out and why, and how each dataset is read and written"},
    {PRINTED, "help", 'h', NULL, NULL, OPTION_SET, IN(mode), OPTIONS_HELP, "print this text"},
    {PRINTED, "version", 'V', NULL, NULL, OPTION_SET, IN(mode), OPTIONS_VERSION,
     "print the versions of h5grad and its libraries"},
    {NULL, NULL, 0, NULL, NULL, OPTION_SET, 0, 0, NULL},
};

_Static_assert(sizeof(option_table) / sizeof(*option_table) <= OPTION_MOST + 1, "OPTION_MOST");
_Static_assert(sizeof(enum options_mode) == sizeof(int), "what OPTION_SET sets");
