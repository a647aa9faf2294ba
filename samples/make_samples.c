/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes sample inputs that look like what users have, into a folder:
 *
 * turbulence.h5  /u, /v, /w: a divergence-free 3-D velocity field with dimension scales z, y, x, of
 *                which z is uneven; float32, contiguous
 * complex.h5     /psi: a 2-D wave packet, complex (compound of r and i), with plain 1-D datasets
 *                /y and /x beside it that are not attached
 * series.h5      /signal: a damped oscillation at uneven times /time, attached
 * chunked.h5     /run1/temperature: 3-D, float32, chunked, shuffled and compressed
 * vortices.h5    /u, /v: a 2-D flow in a box that is periodic, with dimension scales y, x; float32
 *
 * Every field is a formula, given at its function, so that gradients can be checked. The same
 * bytes on every run.
 *
 * Dimension scales are written with the core API, as libhdf5_hl would: Debian's pkg-config file for
 * HDF5 does not link that.
 */
#include <hdf5.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double pi = 3.14159265358979323846;

/* Where a call has failed there is no sample; HDF5 has printed the reason. */
static hid_t need(hid_t id)
{
    if (id < 0)
        exit(1);
    return id;
}

static void *need_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL) {
        fprintf(stderr, "make_samples: out of memory\n");
        exit(1);
    }
    return memory;
}

static hid_t create_file(const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return need(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
}

/* Creation properties without time stamps. */
static hid_t create_properties(void)
{
    hid_t properties = need(H5Pcreate(H5P_DATASET_CREATE));

    need(H5Pset_obj_track_times(properties, 0));
    return properties;
}

static void write_text(hid_t object, const char *name, const char *text)
{
    hid_t type = need(H5Tcopy(H5T_C_S1));
    hid_t space = need(H5Screate(H5S_SCALAR));

    need(H5Tset_size(type, strlen(text) + 1));
    hid_t attribute = need(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Awrite(attribute, type, text));
    need(H5Aclose(attribute));
    need(H5Sclose(space));
    need(H5Tclose(type));
}

/* type is that in the file, values are in this machine's own form of it. properties are closed; the
 * dataset is the caller's. */
static hid_t write_dataset(hid_t file, const char *path, hid_t type, int rank, const hsize_t *shape,
                           hid_t properties, const void *values, const char *units)
{
    hid_t space = need(H5Screate_simple(rank, shape, NULL));
    hid_t dataset = need(H5Dcreate2(file, path, type, space, H5P_DEFAULT, properties, H5P_DEFAULT));

    need(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    write_text(dataset, "units", units);
    need(H5Pclose(properties));
    need(H5Sclose(space));
    return dataset;
}

/* One of the datasets of which a scale is an axis, as REFERENCE_LIST holds them. */
struct scale_use {
    hobj_ref_t dataset;
    unsigned dimension;
};

/* A dimension scale and its uses; an array of scales stands in the order of the axes. */
struct scale {
    const char *name;
    hid_t dataset;
    struct scale_use uses[3];
    hsize_t n_uses;
};

static void create_scale(struct scale *scale, hid_t file, const char *name, hsize_t length,
                         const double *values, const char *units)
{
    /* All of it, for uses is written with the gaps between its members. */
    memset(scale, 0, sizeof(*scale));
    scale->name = name;
    scale->dataset =
        write_dataset(file, name, H5T_IEEE_F64LE, 1, &length, create_properties(), values, units);
    write_text(scale->dataset, "CLASS", "DIMENSION_SCALE");
    write_text(scale->dataset, "NAME", name);
}

/* Gives the field at path its scales: DIMENSION_LIST, an array of variable-length references. */
static void attach_scales(hid_t file, const char *path, struct scale *scales, int rank)
{
    hsize_t length = (hsize_t)rank;
    hobj_ref_t references[3];
    hvl_t list[3];
    hid_t field = need(H5Dopen2(file, path, H5P_DEFAULT));
    hid_t type = need(H5Tvlen_create(H5T_STD_REF_OBJ));
    hid_t space = need(H5Screate_simple(1, &length, NULL));
    hid_t attribute =
        need(H5Acreate2(field, "DIMENSION_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT));

    for (int k = 0; k < rank; k++) {
        struct scale_use *use = &scales[k].uses[scales[k].n_uses++];
        use->dimension = (unsigned)k;
        need(H5Rcreate(&use->dataset, file, path, H5R_OBJECT, -1));
        need(H5Rcreate(&references[k], file, scales[k].name, H5R_OBJECT, -1));
        list[k].len = 1;
        list[k].p = &references[k];
    }
    need(H5Awrite(attribute, type, list));
    need(H5Aclose(attribute));
    need(H5Sclose(space));
    need(H5Tclose(type));
    need(H5Dclose(field));
}

/* Writes REFERENCE_LIST and closes the scale. */
static void finish_scale(struct scale *scale)
{
    hid_t type = need(H5Tcreate(H5T_COMPOUND, sizeof(struct scale_use)));
    hid_t space = need(H5Screate_simple(1, &scale->n_uses, NULL));

    need(H5Tinsert(type, "dataset", HOFFSET(struct scale_use, dataset), H5T_STD_REF_OBJ));
    need(H5Tinsert(type, "dimension", HOFFSET(struct scale_use, dimension), H5T_NATIVE_UINT));
    hid_t attribute =
        need(H5Acreate2(scale->dataset, "REFERENCE_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Awrite(attribute, type, scale->uses));
    need(H5Aclose(attribute));
    need(H5Sclose(space));
    need(H5Tclose(type));
    need(H5Dclose(scale->dataset));
}

/* From 0 to below 1: splitmix64, the same on every machine. */
static double next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

enum { TURBULENCE_POINTS = 64, TURBULENCE_MODES = 24 };

/* amplitude * cos(wave . position + phase), with amplitude at right angles to wave: no divergence.
 */
struct mode {
    double wave[3]; /* along z, y, x */
    double amplitude[3];
    double phase;
};

static void make_mode(struct mode *mode, uint64_t *state)
{
    double square = 0;
    double along = 0;

    for (int k = 0; k < 3; k++) {
        mode->wave[k] = floor(1 + 6 * next_random(state)) * (next_random(state) < 0.5 ? -1 : 1);
        mode->amplitude[k] = 2 * next_random(state) - 1;
        square += mode->wave[k] * mode->wave[k];
        along += mode->wave[k] * mode->amplitude[k];
    }
    for (int k = 0; k < 3; k++) {
        mode->amplitude[k] -= along / square * mode->wave[k];
        /* Energy falls off with the -5/3 power of the wave number. */
        mode->amplitude[k] *= pow(square, -5.0 / 6.0);
    }
    mode->phase = 2 * pi * next_random(state);
}

/* One component of the velocity: 0 is w, along z; 1 is v; 2 is u. */
static void fill_velocity(float *values, int component, const struct mode *modes,
                          double (*position)[TURBULENCE_POINTS])
{
    for (size_t i = 0; i < TURBULENCE_POINTS; i++) {
        for (size_t j = 0; j < TURBULENCE_POINTS; j++) {
            for (size_t k = 0; k < TURBULENCE_POINTS; k++) {
                double sum = 0;
                for (int m = 0; m < TURBULENCE_MODES; m++) {
                    const struct mode *mode = &modes[m];
                    double phase = mode->wave[0] * position[0][i] + mode->wave[1] * position[1][j] +
                                   mode->wave[2] * position[2][k] + mode->phase;
                    sum += mode->amplitude[component] * cos(phase);
                }
                *values++ = (float)sum;
            }
        }
    }
}

/* 24 random modes; x and y even over one period, z denser at both ends, as between two walls. */
static void make_turbulence(const char *folder)
{
    static const char *const fields[] = {"w", "v", "u"};
    static const char *const axes[] = {"z", "y", "x"};
    const hsize_t shape[] = {TURBULENCE_POINTS, TURBULENCE_POINTS, TURBULENCE_POINTS};
    double position[3][TURBULENCE_POINTS];
    struct mode modes[TURBULENCE_MODES];
    struct scale scales[3];
    uint64_t state = 20240229;
    hid_t file = create_file(folder, "turbulence.h5");
    float *values = need_memory((size_t)(shape[0] * shape[1] * shape[2]), sizeof(*values));

    for (int m = 0; m < TURBULENCE_MODES; m++)
        make_mode(&modes[m], &state);
    for (int i = 0; i < TURBULENCE_POINTS; i++) {
        double s = 2.0 * i / (TURBULENCE_POINTS - 1) - 1;
        position[0][i] = pi * (1 + tanh(2 * s) / tanh(2));
        position[1][i] = position[2][i] = 2 * pi * i / TURBULENCE_POINTS;
    }
    for (int k = 0; k < 3; k++)
        create_scale(&scales[k], file, axes[k], shape[k], position[k], "m");
    for (int k = 2; k >= 0; k--) {
        fill_velocity(values, k, modes, position);
        need(H5Dclose(write_dataset(file, fields[k], H5T_IEEE_F32LE, 3, shape, create_properties(),
                                    values, "m s-1")));
        attach_scales(file, fields[k], scales, 3);
    }
    for (int k = 0; k < 3; k++)
        finish_scale(&scales[k]);
    free(values);
    need(H5Fclose(file));
}

/* exp(-(x*x + y*y) / 2 + 5ix) at 96 values of y and 128 of x from -4 to 4. */
static void make_complex(const char *folder)
{
    const hsize_t shape[] = {96, 128};
    double y[96];
    double x[128];
    hid_t file = create_file(folder, "complex.h5");
    double *values = need_memory((size_t)(2 * shape[0] * shape[1]), sizeof(*values));
    hid_t type = need(H5Tcreate(H5T_COMPOUND, 2 * sizeof(double)));

    need(H5Tinsert(type, "r", 0, H5T_IEEE_F64LE));
    need(H5Tinsert(type, "i", sizeof(double), H5T_IEEE_F64LE));
    for (size_t j = 0; j < shape[1]; j++)
        x[j] = -4 + 8.0 * (double)j / 127;
    double *value = values;
    for (size_t i = 0; i < shape[0]; i++) {
        y[i] = -4 + 8.0 * (double)i / 95;
        for (size_t j = 0; j < shape[1]; j++) {
            double size = exp(-(x[j] * x[j] + y[i] * y[i]) / 2);
            *value++ = size * cos(5 * x[j]);
            *value++ = size * sin(5 * x[j]);
        }
    }
    need(H5Dclose(write_dataset(file, "psi", type, 2, shape, create_properties(), values, "1")));
    need(H5Dclose(
        write_dataset(file, "y", H5T_IEEE_F64LE, 1, &shape[0], create_properties(), y, "um")));
    need(H5Dclose(
        write_dataset(file, "x", H5T_IEEE_F64LE, 1, &shape[1], create_properties(), x, "um")));
    need(H5Tclose(type));
    free(values);
    need(H5Fclose(file));
}

/* exp(-t / 4) * cos(3 * t) at 500 times whose steps vary between 0.01 and 0.03. */
static void make_series(const char *folder)
{
    const hsize_t length = 500;
    double time[500];
    double signal[500];
    struct scale scale;
    uint64_t state = 1;
    double t = 0;
    hid_t file = create_file(folder, "series.h5");

    for (size_t i = 0; i < length; i++) {
        time[i] = t;
        signal[i] = exp(-t / 4) * cos(3 * t);
        t += 0.01 + 0.02 * next_random(&state);
    }
    create_scale(&scale, file, "time", length, time, "s");
    need(H5Dclose(write_dataset(file, "signal", H5T_IEEE_F64LE, 1, &length, create_properties(),
                                signal, "V")));
    attach_scales(file, "signal", &scale, 1);
    finish_scale(&scale);
    need(H5Fclose(file));
}

/* 300 + 10 * sin(i / 8) + j * j / 100 - k / 2 at point i, j, k. */
static void make_chunked(const char *folder)
{
    const hsize_t shape[] = {90, 70, 50};
    const hsize_t chunk[] = {32, 32, 16};
    hid_t file = create_file(folder, "chunked.h5");
    hid_t properties = create_properties();
    float *values = need_memory((size_t)(shape[0] * shape[1] * shape[2]), sizeof(*values));

    float *value = values;
    for (size_t i = 0; i < shape[0]; i++) {
        for (size_t j = 0; j < shape[1]; j++) {
            for (size_t k = 0; k < shape[2]; k++)
                *value++ =
                    (float)(300 + 10 * sin((double)i / 8) + (double)(j * j) / 100 - (double)k / 2);
        }
    }
    need(H5Gclose(need(H5Gcreate2(file, "run1", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT))));
    need(H5Pset_chunk(properties, 3, chunk));
    need(H5Pset_shuffle(properties));
    need(H5Pset_deflate(properties, 4));
    need(H5Dclose(write_dataset(file, "run1/temperature", H5T_IEEE_F32LE, 3, shape, properties,
                                values, "K")));
    free(values);
    need(H5Fclose(file));
}

enum { VORTICES_POINTS = 128 };

/* u and v: the derivative along y and minus that along x of a stream function, the sum over
 * vortices of turn / width * exp(width * (cos(pi * (x - x0)) + cos(pi * (y - y0)) - 2)), whose
 * period is 2. The first vortex lies in the corner of the box, in four parts. */
static void find_velocity(double x, double y, float velocity[2])
{
    static const struct {
        double x, y, width, turn;
    } vortices[] = {{0, 0, 7, 0.4},         {1, 0.9, 5, -0.4},     {0.9, 1.85, 9, -0.3},
                    {1.45, 1.45, 12, 0.3},  {0.45, 1.35, 8, 0.35}, {1.55, 0.4, 10, -0.35},
                    {0.55, 0.45, 14, -0.3}, {1.85, 0.95, 11, 0.3}, {0.1, 0.8, 16, -0.25}};
    double sum[2] = {0, 0};

    for (size_t k = 0; k < sizeof(vortices) / sizeof(*vortices); k++) {
        double dx = pi * (x - vortices[k].x);
        double dy = pi * (y - vortices[k].y);
        double size = pi * vortices[k].turn * exp(vortices[k].width * (cos(dx) + cos(dy) - 2));
        sum[0] -= sin(dy) * size;
        sum[1] += sin(dx) * size;
    }
    velocity[0] = (float)sum[0];
    velocity[1] = (float)sum[1];
}

/* Nine vortices in a box of 2 m. */
static void make_vortices(const char *folder)
{
    static const char *const fields[] = {"u", "v"};
    const hsize_t shape[] = {VORTICES_POINTS, VORTICES_POINTS};
    double position[VORTICES_POINTS];
    struct scale scales[2];
    hid_t file = create_file(folder, "vortices.h5");
    float *values[2];

    for (int i = 0; i < VORTICES_POINTS; i++)
        position[i] = 2.0 * i / VORTICES_POINTS;
    for (int k = 0; k < 2; k++)
        values[k] = need_memory((size_t)(shape[0] * shape[1]), sizeof(*values[k]));
    for (size_t i = 0; i < shape[0] * shape[1]; i++) {
        float velocity[2];
        find_velocity(position[i % shape[1]], position[i / shape[1]], velocity);
        values[0][i] = velocity[0];
        values[1][i] = velocity[1];
    }
    create_scale(&scales[0], file, "y", shape[0], position, "m");
    create_scale(&scales[1], file, "x", shape[1], position, "m");
    for (int k = 0; k < 2; k++) {
        need(H5Dclose(write_dataset(file, fields[k], H5T_IEEE_F32LE, 2, shape, create_properties(),
                                    values[k], "m s-1")));
        attach_scales(file, fields[k], scales, 2);
        free(values[k]);
    }
    for (int k = 0; k < 2; k++)
        finish_scale(&scales[k]);
    need(H5Fclose(file));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_samples FOLDER\n");
        return 2;
    }
    if (mkdir(argv[1], 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "make_samples: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    make_turbulence(argv[1]);
    make_complex(argv[1]);
    make_series(argv[1]);
    make_chunked(argv[1]);
    make_vortices(argv[1]);
    return 0;
}
