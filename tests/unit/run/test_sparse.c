/* SPDX-License-Identifier: BSD-3-Clause */
/* Sparse datasets: results have the bits of those of the same data with all chunks stored, and lack
 * the chunks of nothing but zeros, and no others. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

enum { NY = 43, NX = 61, CY = 5, CX = 6, CHUNKS = 9 * 11 };

/* Of the input and of the run. */
struct kind {
    const char *name;
    double fill;
    bool packed, gzip, own_filter, cyclic, as_double;
    const char *method; /* of reading and writing */
    const char *buffers;
    const char *coords[2], *spacing, *boundary, *compute, *missing, *layout, *subset, *dtype;
    int accuracy, vector, sphere, threads;
    int fewest, most; /* chunks that are stored of all results together; 0: any number */
};

static const struct kind kinds[] = {
    {.name = "plain", .fill = 7, .fewest = 6, .most = 6},
    {.name = "gzip", .fill = 7, .gzip = true, .fewest = 6, .most = 6},
    {.name = "double", .fill = 0.1, .as_double = true, .gzip = true, .fewest = 6, .most = 6},
    {.name = "default fill value", .fewest = 6, .most = 6},
    {.name = "minus zero", .fill = -0.0, .fewest = 6, .most = 6},
    {.name = "nan", .fill = NAN, .fewest = 2 * CHUNKS, .most = 2 * CHUNKS},
    {.name = "infinite", .fill = INFINITY, .fewest = 2 * CHUNKS, .most = 2 * CHUNKS},
    {.name = "backwards", .fill = 7, .spacing = "-0.5", .fewest = 2 * CHUNKS, .most = 2 * CHUNKS},
    {.name = "library", .fill = 7, .method = "library", .fewest = 6, .most = 6},
    {.name = "read by the library",
     .fill = 7,
     .gzip = true,
     .method = "direct",
     .fewest = 6,
     .most = 6},
    {.name = "filter of the library", .fill = 7, .own_filter = true},
    {.name = "small tiles", .fill = 7, .gzip = true, .buffers = "2000", .fewest = 6, .most = 6},
    {.name = "many threads", .fill = 7, .buffers = "9000", .threads = 4, .fewest = 6, .most = 6},
    {.name = "one thread", .fill = 7, .threads = 1, .fewest = 6, .most = 6},
    {.name = "uneven", .fill = 0.1, .coords = {"0=/y", "1=/x"}},
    {.name = "one axis uneven", .fill = 0.1, .coords = {"0=/y"}, .buffers = "2000"},
    {.name = "uneven laplacian",
     .fill = 0.1,
     .coords = {"0=/y", "1=/x"},
     .compute = "laplacian,gradient"},
    {.name = "beyond the ends nan", .fill = 7, .boundary = "nan"},
    {.name = "beyond the ends a number",
     .fill = 7,
     .boundary = "value=2",
     .accuracy = 4,
     .buffers = "2000"},
    {.name = "mirror", .fill = 7, .boundary = "mirror", .accuracy = 6},
    {.name = "periodic", .fill = 7, .boundary = "periodic", .cyclic = true, .fewest = 6, .most = 6},
    {.name = "accuracy", .fill = 0.1, .accuracy = 8},
    {.name = "combined", .fill = 7, .compute = "laplacian,magnitude,second,gradient"},
    {.name = "missing", .fill = NAN, .missing = "edge"},
    {.name = "packed", .fill = 100, .packed = true},
    {.name = "other chunks", .fill = 7, .layout = "7x13"},
    {.name = "one row of chunks", .fill = 7, .layout = "43x1", .buffers = "4000"},
    {.name = "contiguous", .fill = 7, .layout = "contiguous"},
    {.name = "part", .fill = 7, .subset = "0=3:40:2", .gzip = true},
    {.name = "half", .fill = 7, .dtype = "float16"},
    {.name = "vector", .fill = 7, .vector = 1, .compute = "divergence,curl"},
    {.name = "sphere",
     .fill = 7,
     .vector = 1,
     .sphere = 1,
     .compute = "divergence,curl",
     .buffers = "3000"},
};

static hid_t number_type(const struct kind *kind)
{
    return kind->packed ? H5T_STD_I16LE : kind->as_double ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
}

/* Makes a dataset of which one chunk is stored, or all. */
static void make_field(hid_t file, const char *name, const struct kind *kind, bool dense)
{
    static double points[NY][NX];
    const hsize_t chunk[] = {CY, CX}, start[] = {4 * CY, kind->cyclic ? 0 : 5 * CX};
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), type = number_type(kind);
    ck_assert_int_ge(H5Pset_chunk(creation, 2, chunk), 0);
    if (kind->gzip)
        ck_assert(H5Pset_shuffle(creation) >= 0 && H5Pset_deflate(creation, 1) >= 0);
    if (kind->own_filter)
        ck_assert_int_ge(H5Pset_fletcher32(creation), 0);
    if (kind->fill != 0 || signbit(kind->fill))
        ck_assert_int_ge(H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &kind->fill), 0);
    hid_t dataset = h5make_dataset(file, name, type, EXTENT(NY, NX), creation);
    hid_t space = H5Dget_space(dataset), memory;
    for (int i = 0; i < NY; i++) {
        for (int k = 0; k < NX; k++) {
            const bool stored = i / CY == (int)start[0] / CY && k / CX == (int)start[1] / CX;
            points[i][k] = stored ? 1 + i * i * 0.37 + k * 3 % 11 : kind->fill;
        }
    }
    if (!dense)
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, chunk, NULL);
    memory = H5Scopy(space);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, points), 0);
    if (kind->packed) {
        const double scale = 0.1, offset = 3;
        h5make_attribute(dataset, "scale_factor", H5T_NATIVE_DOUBLE, 0, &scale);
        h5make_attribute(dataset, "add_offset", H5T_NATIVE_DOUBLE, 0, &offset);
    }
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Pclose(creation);
}

static void make_input(const char *path, const struct kind *kind, bool dense)
{
    double y[NY], x[NX];
    hid_t file = h5make_file(path, H5P_DEFAULT);
    for (int i = 0; i < NY; i++)
        y[i] = kind->sphere ? -80 + 3.7 * i : 0.1 * i + 0.003 * i * i;
    for (int i = 0; i < NX; i++)
        x[i] = kind->sphere ? 5.5 * i : exp(0.01 * i);
    h5make_line(file, "y", NY, y);
    h5make_line(file, "x", NX, x);
    make_field(file, "u", kind, dense);
    if (kind->vector)
        make_field(file, "v", kind, dense);
    for (int i = 0; i < 2 && kind->sphere; i++) {
        hid_t scale = H5Dopen2(file, i ? "x" : "y", H5P_DEFAULT);
        h5make_text(scale, "units", i ? "degrees_east" : "degrees_north");
        H5Dclose(scale);
        hid_t dataset = H5Dopen2(file, i ? "v" : "u", H5P_DEFAULT);
        h5make_scales(dataset, file, 2, (const char *const[]){"y", "x"});
        H5Dclose(dataset);
    }
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* Points options at the members of kind; texts stay those of kind or of texts. */
struct chosen {
    struct h5grad_options options;
    const char *datasets[1], *spacings[1], *boundaries[1], *accuracies[1], *computes[4],
        *vectors[2];
    char accuracy[8], compute[64];
};

static void choose(const struct kind *kind, struct chosen *c)
{
    struct h5grad_options *options = &c->options;
    memset(c, 0, sizeof *c);
    h5grad_options_init(options);
    options->no_history = options->overwrite = 1;
    options->threads = kind->threads ? kind->threads : 2;
    options->layout = kind->layout;
    options->missing = kind->missing;
    options->dtype = kind->dtype;
    options->sphere = kind->sphere ? "6.4e6" : NULL;
    c->datasets[0] = "/u";
    options->datasets = c->datasets;
    options->n_datasets = !kind->vector;
    options->coords = kind->coords;
    options->n_coords = (size_t)(kind->coords[0] != NULL) + (kind->coords[1] != NULL);
    options->spacings = c->spacings;
    options->n_spacings = (c->spacings[0] = kind->spacing) != NULL;
    options->boundaries = c->boundaries;
    options->n_boundaries = (c->boundaries[0] = kind->boundary) != NULL;
    options->subsets = &kind->subset;
    options->n_subsets = kind->subset != NULL;
    snprintf(c->accuracy, sizeof c->accuracy, "%d", kind->accuracy);
    c->accuracies[0] = c->accuracy;
    options->accuracies = c->accuracies;
    options->n_accuracies = kind->accuracy > 0;
    snprintf(c->compute, sizeof c->compute, "%s", kind->compute ? kind->compute : "");
    options->computes = c->computes;
    for (char *word = strtok(c->compute, ","); word; word = strtok(NULL, ","))
        c->computes[options->n_computes++] = word;
    c->vectors[0] = kind->sphere ? "w:1=/u" : "w:0=/u";
    c->vectors[1] = kind->sphere ? "w:0=/v" : "w:1=/v";
    options->vectors = c->vectors;
    options->n_vectors = kind->vector ? 2 : 0;
    setenv("H5GRAD_IO", kind->method ? kind->method : "", 1);
    setenv("H5GRAD_BUFFERS", kind->buffers ? kind->buffers : "", 1);
    if (!kind->method)
        unsetenv("H5GRAD_IO");
    if (!kind->buffers)
        unsetenv("H5GRAD_BUFFERS");
}

static void run(const struct kind *kind, const char *in, const char *out)
{
    struct chosen chosen;
    struct h5grad_error err = {0};
    choose(kind, &chosen);
    enum h5grad_status status = h5grad_run(in, out, &chosen.options, NULL, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s: %s", kind->name, err.message);
}

/* What is compared of a result. */
struct result {
    hsize_t extent[2], chunk[2], stored;
    bool chunked;
    size_t size; /* bytes of a point */
    unsigned char *points;
};

static void read_result(hid_t file, const char *name, struct result *result)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    hid_t type = H5Dget_type(dataset), creation = H5Dget_create_plist(dataset);
    ck_assert_int_eq(H5Sget_simple_extent_dims(space, result->extent, NULL), 2);
    result->size = H5Tget_size(type);
    result->chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    if (result->chunked)
        ck_assert(H5Pget_chunk(creation, 2, result->chunk) == 2 &&
                  H5Dget_num_chunks(dataset, space, &result->stored) >= 0);
    result->points = malloc(result->extent[0] * result->extent[1] * result->size);
    memset(result->points, 0xa5, result->extent[0] * result->extent[1] * result->size);
    ck_assert_int_ge(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result->points), 0);
    H5Tclose(type);
    H5Pclose(creation);
    H5Sclose(space);
    H5Dclose(dataset);
}

/* Counts the chunks with a byte that is not zero. */
static hsize_t count_chunks(const struct result *result)
{
    hsize_t n = 0;
    for (hsize_t a = 0; a < result->extent[0]; a += result->chunk[0]) {
        for (hsize_t b = 0; b < result->extent[1]; b += result->chunk[1]) {
            bool zero = true;
            for (hsize_t i = a; i < a + result->chunk[0] && i < result->extent[0]; i++) {
                for (hsize_t k = b; k < b + result->chunk[1] && k < result->extent[1]; k++) {
                    const unsigned char *point =
                        result->points + (i * result->extent[1] + k) * result->size;
                    for (size_t j = 0; j < result->size; j++)
                        zero = zero && point[j] == 0;
                }
            }
            n += !zero;
        }
    }
    return n;
}

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    char(*names)[64] = user;
    (void)group, (void)info;
    while (**names)
        names++;
    if (strlen(name) > 1 && strncmp(name, "axis_", 5) != 0) /* no coordinates */
        snprintf(*names, sizeof *names, "%s", name);
    return 0;
}

static void compare(const struct kind *kind, const char *path, const char *dense_path)
{
    char names[16][64] = {{0}};
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dense_file = H5Fopen(dense_path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hsize_t stored = 0;
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, names);
    ck_assert_msg(*names[0] != 0, "%s", kind->name);
    for (unsigned i = 0; *names[i]; i++) {
        struct result got = {.size = 0}, want = {.size = 0};
        read_result(file, names[i], &got);
        read_result(dense_file, names[i], &want);
        const hsize_t bytes = want.extent[0] * want.extent[1] * want.size;
        ck_assert_msg(got.size == want.size &&
                          memcmp(got.extent, want.extent, sizeof got.extent) == 0 &&
                          memcmp(got.points, want.points, bytes) == 0,
                      "%s: %s differs", kind->name, names[i]);
        if (got.chunked) {
            hsize_t all = (want.extent[0] + want.chunk[0] - 1) / want.chunk[0] *
                          ((want.extent[1] + want.chunk[1] - 1) / want.chunk[1]);
            ck_assert_msg(got.stored == count_chunks(&want) && want.stored == all,
                          "%s: %s: %d chunks, wanted %d; dense %d", kind->name, names[i],
                          (int)got.stored, (int)count_chunks(&want), (int)want.stored);
        }
        stored += got.stored;
        free(got.points);
        free(want.points);
    }
    ck_assert_msg(kind->most == 0 || ((int)stored >= kind->fewest && (int)stored <= kind->most),
                  "%s: %d chunks", kind->name, (int)stored);
    H5Fclose(dense_file);
    H5Fclose(file);
}

START_TEST(as_dense)
{
    const struct kind *kind = &kinds[_i];
    folder_make();
    make_input(in_folder("sparse.h5"), kind, false);
    make_input(in_folder("dense.h5"), kind, true);
    run(kind, in_folder("sparse.h5"), in_folder("sparse_out.h5"));
    run(kind, in_folder("dense.h5"), in_folder("dense_out.h5"));
    compare(kind, in_folder("sparse_out.h5"), in_folder("dense_out.h5"));
    folder_remove();
}
END_TEST

static int on_cancelled(void *user)
{
    long *left = user;
    return --*left < 0;
}

/* A chunk that is not stored has its place in the journal. */
START_TEST(resumed)
{
    struct kind kind = {.name = "resumed", .fill = 7, .gzip = _i, .buffers = "2000", .threads = 1};
    struct chosen chosen;
    long left = 1000000;
    folder_make();
    make_input(in_folder("sparse.h5"), &kind, false);
    make_input(in_folder("dense.h5"), &kind, true);
    run(&kind, in_folder("dense.h5"), in_folder("dense_out.h5"));
    choose(&kind, &chosen);
    chosen.options.checkpoint = 1;
    chosen.options.cancelled = on_cancelled;
    chosen.options.user = &left;
    ck_assert_int_eq(
        h5grad_run(in_folder("sparse.h5"), in_folder("out.h5"), &chosen.options, NULL, NULL),
        H5GRAD_OK);
    const long calls = 1000000 - left;
    for (long stop = 1; stop < calls; stop += 3) {
        struct h5grad_error err = {0};
        unlink(in_folder("out.h5"));
        left = stop;
        chosen.options.resume = 0;
        enum h5grad_status status =
            h5grad_run(in_folder("sparse.h5"), in_folder("out.h5"), &chosen.options, NULL, &err);
        ck_assert_int_eq(status, H5GRAD_RESUMABLE);
        left = 1000000;
        chosen.options.resume = 1;
        status =
            h5grad_run(in_folder("sparse.h5"), in_folder("out.h5"), &chosen.options, NULL, &err);
        ck_assert_msg(status == H5GRAD_OK, "%ld: %s", stop, err.message);
        kind.fewest = kind.most = 6;
        compare(&kind, in_folder("out.h5"), in_folder("dense_out.h5"));
    }
    folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sparse");
    TCase *tcase = add_case(suite, "sparse", NULL, NULL);
    tcase_add_loop_test(tcase, as_dense, 0, sizeof kinds / sizeof kinds[0]);
    tcase_add_loop_test(tcase, resumed, 0, 2);
    return run_suite(suite);
}
