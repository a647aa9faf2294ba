/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the tests of conventions: an input, "file", as a program of the convention makes it;
 * what is read of it, "coords"; and an output that the convention finishes. */
#ifndef H5GRAD_TESTS_CONVENTION_FILE_H
#define H5GRAD_TESTS_CONVENTION_FILE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/convention.h"
#include "formats/field.h"
#include "formats/formats.h"
#include "hdf5/attribute.h"
#include "tests/support/scratch_file.h"
#include "tests/support/suite.h"

extern hid_t output;
extern struct coords coords;
extern bool own_spacing[3];

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* A dataset of doubles with these extents, and the groups above it. */
#define make(...) make_in(file, __VA_ARGS__, 0)
#define TEXTS(name, attribute, ...)                                                                \
    set_texts(name, attribute, LENGTH(((const char *[]){__VA_ARGS__})),                            \
              (const char *[]){__VA_ARGS__})
#define NUMBERS(name, attribute, ...)                                                              \
    set_numbers(name, attribute, LENGTH(((double[]){__VA_ARGS__})), (double[]){__VA_ARGS__})
#define WAY_OUT(k) "; give others with --coord=" k "=PATH or a step with --spacing"
#define EXPECT_TEXTS(name, attribute, ...)                                                         \
    expect_texts(name, attribute, LENGTH(((const char *[]){__VA_ARGS__})),                         \
                 (const char *[]){__VA_ARGS__})
#define EXPECT_NUMBERS(name, attribute, ...)                                                       \
    expect_numbers(name, attribute, LENGTH(((double[]){__VA_ARGS__})), (double[]){__VA_ARGS__})

/* Names the axes of a dataset as netCDF-4 does: each by the dataset of that name in the root group,
 * or by a new one that stands for a dimension without coordinates. */
#define DIMENSIONS(name, ...)                                                                      \
    set_dimensions(name, LENGTH(((const char *[]){__VA_ARGS__})), (const char *[]){__VA_ARGS__})

/* Making the input. An attribute that is there already is replaced. */
void setup(void);
void teardown(void);
void make_as(const char *name, hid_t type, int rank, const hsize_t *extent);
void make_in(hid_t where, const char *name, ...);
void fill(const char *name, const double *value);
void make_group(const char *name);
hid_t object_without(const char *name, const char *attribute);
void set(const char *object, const char *name, hid_t type, hid_t space, const void *value);
void set_text(const char *object, const char *name, const char *text);
void set_texts(const char *object, const char *name, hsize_t n, const char *const *texts);
void set_number(const char *object, const char *name, double value);
void set_flags(const char *object, const char *name, hsize_t n, const signed char *value);
void set_flag(const char *object, const char *name, bool value);
void set_numbers(const char *name, const char *attribute, size_t n, const double *value);
void set_dimensions(const char *name, size_t n, const char *const *dimension);
void make_text(const char *name, const char *text);
void set_int(const char *name, const char *attribute, int32_t value);

/* What is read of a dataset, and of its axis k. */
void read_coords(const char *name);
const char *why_not_field(const char *name);
void expect_step(unsigned k, const char *name, double step, double origin, const char *unit);
void expect_array(unsigned k, const char *name, const char *at, bool edges, const char *unit);
void expect_none(unsigned k, const char *name);
void expect_problem(unsigned k, const char *problem);
void expect_exact_step(unsigned k, double step, double origin, const char *name, const char *unit,
                       const char *source);
void expect_array_of(unsigned k, const char *at, const char *name, const char *source);
void expect_nothing(unsigned k, const char *name);
void expect_unusable(unsigned k, const char *begin);
void expect_no_field(const char *name, const char *why);
void expect_refused(const char *name, const char *word);
void expect_whole(const char *name);
void expect_vector(const char *name, const char *at, const char *components);
void expect_no_vector(const char *name, const char *why);
void expect_left_out(unsigned k, const char *why);
size_t references(const char *name);
void spoil(const char *object, const char *attribute, const char *data);

/* The results of a dataset, and what they have in the output. */
void finish(const char *name, size_t n, const unsigned *axis, const char *const *names);
void expect_text(const char *name, const char *attribute, const char *text);
void expect_texts(const char *name, const char *attribute, size_t n, const char *const *text);
void expect_numbers(const char *name, const char *attribute, size_t n, const double *value);
bool has_attribute(const char *name, const char *attribute);
void expect_line(const char *name, size_t n, double first);

/* Adds the cases of each file of tests. */
void add_openpmd(Suite *suite);
void add_vtkhdf(Suite *suite);
void add_nexus(Suite *suite);
void add_minc(Suite *suite);
void add_cactus(Suite *suite);
void add_spacing_attributes(Suite *suite);
void add_housekeeping(Suite *suite);
void add_the_well(Suite *suite);
void add_pdebench(Suite *suite);
void add_bigdataviewer(Suite *suite);
void add_blocks(Suite *suite);
void add_hostile(Suite *suite);
void add_attributes(Suite *suite);
void add_odim(Suite *suite);
void add_hdfeos(Suite *suite);
void add_wrf(Suite *suite);
void add_bout(Suite *suite);
void add_meshes(Suite *suite);
void add_microscopy(Suite *suite);
void add_neuro(Suite *suite);

#endif
