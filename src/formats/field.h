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
    unsigned axes;    /* SPACING_PATH: that it is given for at once, if several; or 0 */
};

/* What was settled for an axis, differentiated or not. coords.axis[] is what the file says of it.
 */
struct field_axis {
    bool differentiated;
    bool dropped;                  /* left out for its problem */
    struct spacing_option spacing; /* resolved: SPACING_NUMBER, SPACING_PATH, or AUTO for unit */
    bool given;                    /* by an option; else ... */
    const char *source;            /* ... by this convention: its name, for people */
    const struct coord_variable *coordinate; /* of a SPACING_PATH that can be used */
    const struct coord_variable *rescaled;   /* coordinate in the unit of --time-unit; NULL: none */
    const char *unit;                        /* of derivatives, by --time-unit; NULL: none */
    char *suggestion;           /* what may give its coordinates, and how; NULL: nothing known */
    char *problem;              /* why the coordinates cannot be used; NULL: they can */
    bool bounded;               /* an option gives the boundary, ... */
    bool automatic;             /* ... by leaving it to the file */
    struct stencil_operator op; /* of a differentiated axis; results set its derivative */
    const char *period_source;  /* where the period is from, for people; NULL */
};

/* What a result is. Results are written in this order. */
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
    bool along; /* along axis, or the component of axis */
    unsigned axis;
    /* The three components of a vector, in the order x, y, z: they lie along an axis behind those
     * of the field. */
    bool joined;
    unsigned components; /* scalars of a point */
    char *path;
};

/* The axes along which derivatives are per metre. */
struct field_sphere {
    double radius;                /* in metres; 0: there is no sphere */
    unsigned latitude, longitude; /* the rank: the field has no longitude */
    const struct coord_variable *latitudes;
    bool latitude_radians, longitude_radians;
};

#define FIELD_MOST_RESULTS (2 * GRID_MAX_RANK + 2)

#define FIELD_MOST_COMPONENTS 32

/* The vector of a field that is its first component. All components have the same extents and axes,
 * and all are real or all complex. */
struct field_vector {
    const char *name;
    char *path; /* of the vector's name beside the first component: results are named after it */
    unsigned n; /* components */
    bool has_no_unit; /* a component has none */
    size_t n_sources;
    char **source;       /* the paths of n datasets, or of one that holds all components */
    struct field *other; /* n - 1: the components after the first */
};

/* Returns how many components there are beside the first one, that of the field itself. */
static inline unsigned field_vector_others(const struct field_vector *vector)
{
    return vector && vector->n > 0 ? vector->n - 1 : 0;
}

enum field_fault {
    FIELD_SOUND,
    FIELD_NONE,      /* the dataset is no field */
    FIELD_OPTIONS,   /* other options may make it possible */
    FIELD_UNUSABLE,  /* statements of the file or of an option cannot be used */
    FIELD_EMPTY,     /* an option selects none of its points */
    FIELD_TOO_LARGE, /* it needs more memory than the limit leaves */
    FIELD_LOST,      /* a possible field that, or whose points, cannot be reached */
};

/* A dataset of which nothing is needed any more but its points, which lie in one piece of the
 * input. */
struct field_place {
    bool is_known;
    bool swapped;        /* see struct h5_type */
    enum element result; /* likewise */
    uint64_t offset;
};

struct field {
    const char *path;  /* of the variable, see hdf5/names.h */
    char *stored_path; /* of its dataset */
    unsigned rank;
    uint64_t *extent; /* rank of them */
    bool grows; /* a writer may enlarge the dataset meanwhile, of which the first points count */
    struct region *region; /* of the results; NULL: all points */
    unsigned components;
    enum element stored;     /* type of the scalars in the file */
    enum element result;     /* type of the scalars of results */
    struct values values;    /* empty with --no-unpack */
    struct coords coords;    /* what the file says of its axes */
    char *missing;           /* the message about points whose source is missing; NULL: none */
    struct field_axis *axis; /* rank of them */
    unsigned n_axes;         /* how many are differentiated */
    unsigned *order;         /* their numbers, in the order of results */
    size_t n_results;
    struct field_result *results; /* at most FIELD_MOST_RESULTS */
    unsigned n_combined;          /* how many axes combined results are made of */
    unsigned *combined; /* their numbers, ascending; on a sphere longitude and latitude first; of a
                           vector those of its components */
    struct field_sphere sphere;
    struct field_vector *vector; /* NULL: none */
    /* The field is the part of its dataset at index part of an axis that only the dataset has. */
    bool is_part;
    unsigned part_axis;
    uint64_t part;
    enum field_fault fault;
    const char *read_method; /* of the reader that was chosen; NULL: not chosen yet */
    struct field_place place;
};

/* Makes a field, whose axes are settled, the part of itself at index of axis. */
void hg_field_take_part(struct field *field, unsigned axis, uint64_t index);

/* Frees what a field holds; allows a zeroed or half described one. */
void hg_field_free(struct field *field);

/* Returns whether an axis is the latitude or longitude of a sphere. */
static inline bool hg_field_is_spherical(const struct field *field, unsigned axis)
{
    return field->sphere.radius > 0 &&
           (axis == field->sphere.latitude || axis == field->sphere.longitude);
}

/* Returns the result of a kind along an axis; NULL if there is none. */
const struct field_result *hg_field_result(const struct field *field, enum field_what what,
                                           unsigned axis);

/* Writes the boundary at the first (0) or last (1) point of an axis to out, in the words of
 * --boundary. 64 bytes are enough. */
void hg_field_boundary(const struct field_axis *axis, int side, char *out, size_t size);

/* Returns the word of --compute for a kind of result. */
const char *hg_field_word(enum field_what what);

/* Returns how many results there are along an axis. */
uint64_t hg_field_result_count(const struct field *field, unsigned axis);

/* Returns whether --subset leaves out points along an axis. */
bool hg_field_is_cut(const struct field *field, unsigned axis);

/* Sets region to the part of an axis's coordinate array, of that many points, that belongs to the
 * results: coordinates, or edges of cells. False: all of it does. */
bool hg_field_cut_array(const struct field *field, unsigned axis, uint64_t points,
                        struct region *region);

/* Returns the bytes of all results as the engine makes them. */
uint64_t hg_field_result_bytes(const struct field *field);

/* Returns the spacing of an axis: a number, the path of its coordinates, "unit", or "unusable". The
 * text is in number, of at least 32 bytes, or in the field. */
const char *hg_field_spacing(const struct field *field, unsigned axis, char *number, size_t size);

/* Returns the coordinates by which an axis is differentiated; NULL if there is only a step. */
const struct coord_variable *hg_field_measure(const struct field_axis *axis);

/* Returns the number by which options and messages name an axis: that in the dataset, which has one
 * axis more if the field is a part of it. */
unsigned hg_field_axis_number(const struct field *field, unsigned axis);

/* Returns the name of an axis for options, or its number, in number of at least 32 bytes. */
const char *hg_field_axis_option(const struct field *field, unsigned axis, char *number,
                                 size_t size);

/* Writes an axis for messages: "axis 1 (time)", or "axis 1" if it has no name. 256 bytes are
 * enough.
 */
void hg_field_label(const struct field *field, unsigned axis, char *out, size_t size);

#endif
