/* SPDX-License-Identifier: BSD-3-Clause */
/* A field: the description of a dataset to differentiate, kept until the end of the run. It holds
 * no handles. */
#ifndef H5GRAD_FORMATS_FIELD_H
#define H5GRAD_FORMATS_FIELD_H

#include "axis/store.h"
#include "base/element.h"
#include "formats/coords.h"
#include "grid/region.h"
#include "values/values.h"

enum spacing_kind { SPACING_AUTO, SPACING_NUMBER, SPACING_PATH };

struct spacing_option {
    enum spacing_kind kind;
    double number;
    const char *path; /* SPACING_PATH: [FILE:]PATH[@ATTRIBUTE] */
};

/* What was settled for one axis, differentiated or not. What the file says of it is coords.axis[].
 */
struct field_axis {
    bool differentiated;
    bool dropped;                  /* it was left out for its problem */
    struct spacing_option spacing; /* resolved: SPACING_NUMBER, SPACING_PATH, or AUTO for unit */
    bool given;                    /* the spacing is what an option says, ... */
    const char *source;            /* ... or it is from here: a convention's name; for people */
    const struct coord_variable *coordinate; /* of a SPACING_PATH that can be used */
    const struct coord_variable *rescaled;   /* the same in the unit that an option names; NULL */
    const char *unit;                        /* of derivatives: what an option says; NULL */
    char *problem;                           /* why what is given for it cannot be used; NULL */
    bool bounded;                            /* an option says what lies beyond its ends; ... */
    bool automatic;                          /* ... it leaves that to the file */
    struct stencil_operator op; /* of a differentiated axis; its derivative is that of a result */
    const char *period_source;  /* of a periodic one, for people; NULL */
};

/* What a result is; in this order they are written. */
enum field_what {
    FIELD_GRADIENT,
    FIELD_SECOND,
    FIELD_LAPLACIAN,
    FIELD_MAGNITUDE,
    FIELD_DIVERGENCE,
    FIELD_CURL,
    FIELD_Q,
    FIELD_WHATS
};

/* A dataset of the output. */
struct field_result {
    enum field_what what;
    bool along; /* it is along one axis, or a component: that of axis */
    unsigned axis;
    unsigned components; /* scalars of a point */
    char *path;
};

/* Of latitudes and longitudes, along which derivatives are by metres. */
struct field_sphere {
    double radius; /* in metres; 0: there is no sphere */
    unsigned latitude, longitude;
    const struct coord_variable *latitudes;
    bool latitude_radians, longitude_radians;
};

#define FIELD_MOST_RESULTS (2 * GRID_MAX_RANK + 2)

#define FIELD_MOST_COMPONENTS 32

/* What a field that is the first component of a vector has besides. All components have the same
 * extents, axes, and complex numbers or none. */
struct field_vector {
    const char *name;
    char *path; /* beside the first component: what results are named after, and field->path */
    unsigned n; /* components */
    bool has_no_unit; /* one of them has none */
    size_t n_sources;
    char **source;       /* paths of their datasets: n of them, or one that holds all */
    struct field *other; /* n - 1: the components after the first */
};

enum field_fault {
    FIELD_SOUND,
    FIELD_NONE,      /* the dataset is none */
    FIELD_OPTIONS,   /* it may do with other options */
    FIELD_UNUSABLE,  /* what the file or an option says of it cannot be used */
    FIELD_EMPTY,     /* an option selects none of its points */
    FIELD_TOO_LARGE, /* it needs more memory than the cap leaves */
    FIELD_LOST,      /* it may be a field, but it or its points cannot be reached */
};

struct field {
    const char *path;  /* of the variable, see hdf5/names.h */
    char *stored_path; /* of its dataset */
    unsigned rank;
    uint64_t *extent;      /* rank of them */
    struct region *region; /* of the results; NULL: all points have one */
    unsigned components;
    enum element stored;     /* of its scalars in the file */
    enum element result;     /* of those of its results */
    struct values values;    /* empty with --no-unpack */
    struct coords coords;    /* what the file says of its axes */
    char *missing;           /* the message about points whose source is missing; NULL: none */
    struct field_axis *axis; /* rank of them */
    unsigned n_axes;         /* differentiated, */
    unsigned *order;         /* in this order */
    size_t n_results;
    struct field_result *results; /* at most FIELD_MOST_RESULTS */
    unsigned n_combined;          /* axes that belong together, ... */
    unsigned *combined; /* ... which are these, ascending; on a sphere longitude and latitude first;
                           of a vector those of its components */
    struct field_sphere sphere;
    struct field_vector *vector; /* NULL: it is a field like others */
    bool is_part; /* its points are those of one index along an axis that only the dataset has: */
    unsigned part_axis;
    uint64_t part;
    enum field_fault fault;
    const char *read_method; /* of the reader that was chosen; NULL: none was yet */
};

/* Takes the axis out of a field, whose axes are settled: it is the part at that index of it. */
void hg_field_take_part(struct field *field, unsigned axis, uint64_t index);

/* Frees what a field holds, which may be zeroed, or half described. */
void hg_field_free(struct field *field);

/* Whether an axis is a latitude or longitude on a sphere. */
static inline bool hg_field_is_round(const struct field *field, unsigned axis)
{
    return field->sphere.radius > 0 &&
           (axis == field->sphere.latitude || axis == field->sphere.longitude);
}

/* The result of a kind along an axis; NULL where there is none. */
const struct field_result *hg_field_result(const struct field *field, enum field_what what,
                                           unsigned axis);

/* What lies beyond the first (0) or last (1) point of an axis, as --boundary has it. 64 bytes are
 * enough. */
void hg_field_boundary(const struct field_axis *axis, int side, char *out, size_t size);

/* The word of --compute for what a result is. */
const char *hg_field_word(enum field_what what);

/* Results along an axis: the extent of what is written. */
uint64_t hg_field_results(const struct field *field, unsigned axis);

/* Whether not all points along an axis have a result. */
bool hg_field_is_cut(const struct field *field, unsigned axis);

/* The region of a line of so many points that belongs to the results along an axis: its
 * coordinates, or the edges of its cells. False: all of it does. */
bool hg_field_cut_line(const struct field *field, unsigned axis, uint64_t points,
                       struct region *region);

/* Bytes of all results as the engine makes them. */
uint64_t hg_field_result_bytes(const struct field *field);

/* The spacing of an axis: a number, the path of its coordinates, "unit", or "unusable". It lies in
 * number, which has room for 32 bytes, or in the field. */
const char *hg_field_spacing(const struct field *field, unsigned axis, char *number, size_t size);

/* The coordinates that derivatives along an axis are by; NULL where there is only a step. */
const struct coord_variable *hg_field_measure(const struct field_axis *axis);

/* An axis as options name it: by its name, else by its number, which lies in number, with room for
 * 32 bytes. */
const char *hg_field_axis_option(const struct field *field, unsigned axis, char *number,
                                 size_t size);

/* An axis in messages: "axis 1 (time)", or "axis 1" where it has no name. 256 bytes are enough. */
void hg_field_label(const struct field *field, unsigned axis, char *out, size_t size);

#endif
