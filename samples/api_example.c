/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both ways to call the library from a program of your own:
 *
 * h5grad_array on an array in memory, as inside a simulation, here also in a periodic box, and
 * h5grad_run on a file, with callbacks for progress, messages and cancelling.
 *
 * The gradients are known here, so the program also checks them: exit status 0 if they are right.
 *
 * cc api_example.c $(pkg-config --cflags --libs h5grad hdf5-serial) -lm
 *
 * hdf5-serial is the name of HDF5 in Debian; elsewhere it is hdf5.
 */
#include <h5grad.h>

#include <hdf5.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NZ = 20, NY = 30, NX = 40, POINTS = NZ * NY * NX };

static const double step_y = 0.1;
static const double step_x = 0.05;

/* z*z + 3*y - 2*x*y: second-order differences of it are exact, but for rounding. */
static void fill(double *data, const double *z)
{
    for (int i = 0; i < NZ; i++) {
        for (int j = 0; j < NY; j++) {
            for (int k = 0; k < NX; k++) {
                double y = j * step_y;
                double x = k * step_x;
                *data++ = z[i] * z[i] + 3 * y - 2 * x * y;
            }
        }
    }
}

/* The largest difference between the result for an axis and the gradient. */
static double largest_error(const double *result, const double *z, int axis)
{
    double largest = 0;

    for (int i = 0; i < NZ; i++) {
        for (int j = 0; j < NY; j++) {
            for (int k = 0; k < NX; k++) {
                double exact[] = {2 * z[i], 3 - 2 * k * step_x, -2 * j * step_y};
                largest = fmax(largest, fabs(*result++ - exact[axis]));
            }
        }
    }
    return largest;
}

/* Gradient along all three axes, the first with coordinates, the others with a step each. */
static int differentiate_array(const double *data, const double *z)
{
    const uint64_t extent[] = {NZ, NY, NX};
    const double spacing[] = {0, step_y, step_x};
    const double *const coordinates[] = {z, NULL, NULL};
    struct h5grad_array_options options;
    struct h5grad_error error;
    void *results[3];
    int wrong = 0;

    for (int axis = 0; axis < 3; axis++)
        results[axis] = malloc(POINTS * sizeof(double));

    h5grad_array_options_init(&options);
    options.spacing = spacing;
    options.coordinates = coordinates;
    options.edge_order = 2;
    enum h5grad_status status =
        results[0] == NULL || results[1] == NULL || results[2] == NULL
            ? H5GRAD_FAILED
            : h5grad_array(H5GRAD_DOUBLE, 3, extent, data, results, &options, &error);
    if (status != H5GRAD_OK) {
        fprintf(stderr, "h5grad_array: %s\n", error.message);
        wrong = 1;
    }
    for (int axis = 0; axis < 3 && !wrong; axis++) {
        double largest = largest_error(results[axis], z, axis);
        printf("array, axis %d: largest error %.1e\n", axis, largest);
        wrong |= !(largest < 1e-10);
    }
    for (int axis = 0; axis < 3; axis++)
        free(results[axis]);
    return wrong;
}

/* A wave in a box that is periodic along both axes: its gradient and its Laplacian by formulas of
 * accuracy 8, in one call. */
static int differentiate_box(void)
{
    enum { N = 64 };
    static double wave[N][N], results[3][N][N];
    static const enum h5grad_boundary boundary[] = {
        H5GRAD_BOUNDARY_PERIODIC,
        H5GRAD_BOUNDARY_PERIODIC, /* both ends of each axis */
        H5GRAD_BOUNDARY_PERIODIC,
        H5GRAD_BOUNDARY_PERIODIC,
    };
    static const int accuracy[] = {8, 8};
    const uint64_t extent[] = {N, N};
    const double turn = 6.283185307179586, step = turn / N;
    const double spacing[] = {step, step};
    void *const arrays[] = {results[0], results[1], results[2]};
    struct h5grad_array_options options;
    struct h5grad_error error;
    double largest = 0;

    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++)
            wave[j][i] = sin(j * step) * cos(2 * i * step);
    }
    h5grad_array_options_init(&options);
    options.spacing = spacing;
    options.boundary = boundary;
    options.accuracy = accuracy;
    options.computes = 1u << H5GRAD_RESULT_GRADIENT | 1u << H5GRAD_RESULT_LAPLACIAN;
    if (h5grad_array(H5GRAD_DOUBLE, 2, extent, wave, arrays, &options, &error) != H5GRAD_OK) {
        fprintf(stderr, "h5grad_array: %s\n", error.message);
        return 1;
    }
    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++) {
            double exact[] = {cos(j * step) * cos(2 * i * step),
                              -2 * sin(j * step) * sin(2 * i * step), -5 * wave[j][i]};
            for (int k = 0; k < 3; k++)
                largest = fmax(largest, fabs(results[k][j][i] - exact[k]));
        }
    }
    printf("array, periodic box: largest error %.1e\n", largest);
    return !(largest < 1e-6);
}

/* The callbacks get this as their first argument. */
struct job {
    uint64_t bytes_done;
    int cancel;
};

static void on_progress(void *user, const struct h5grad_progress *progress)
{
    struct job *job = user;

    job->bytes_done = progress->bytes_done;
}

static int on_cancelled(void *user)
{
    const struct job *job = user;

    return job->cancel;
}

static void on_message(void *user, const struct h5grad_message *message)
{
    (void)user;
    if (message->level == H5GRAD_WARNING)
        fprintf(stderr, "warning: %s\n", message->text);
}

static int write_input(const char *path, const double *data, const double *z)
{
    const hsize_t extent[] = {NZ, NY, NX};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(3, extent, NULL);
    hid_t space_z = H5Screate_simple(1, extent, NULL);
    hid_t field =
        H5Dcreate2(file, "field", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t scale =
        H5Dcreate2(file, "z", H5T_NATIVE_DOUBLE, space_z, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int failed = H5Dwrite(field, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0 ||
                 H5Dwrite(scale, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, z) < 0;

    H5Dclose(scale);
    H5Dclose(field);
    H5Sclose(space_z);
    H5Sclose(space);
    return H5Fclose(file) < 0 || failed;
}

static int check_output(const char *path, const double *z)
{
    double *result = malloc(POINTS * sizeof(*result));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    int wrong = result == NULL || file < 0;

    for (int axis = 0; axis < 3 && !wrong; axis++) {
        char name[] = "field_grad_0";
        name[sizeof(name) - 2] = (char)('0' + axis);
        hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
        wrong = H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result) < 0;
        H5Dclose(dataset);
        if (wrong)
            break;
        double largest = largest_error(result, z, axis);
        printf("file, axis %d: largest error %.1e\n", axis, largest);
        wrong = !(largest < 1e-10);
    }
    if (file >= 0)
        H5Fclose(file);
    free(result);
    return wrong;
}

/* What the program h5grad does with -d /field --coord 0=/z --spacing 1,0.1,0.05 -e 2. */
static int differentiate_file(const char *input, const char *output, const double *z)
{
    static const char *const datasets[] = {"/field"};
    static const char *const spacings[] = {"1", "0.1", "0.05"};
    static const char *const coords[] = {"0=/z"};
    struct h5grad_options options;
    struct h5grad_error error;
    struct h5grad_report *report;
    struct job job = {0, 0};

    h5grad_options_init(&options);
    options.datasets = datasets;
    options.n_datasets = 1;
    options.spacings = spacings;
    options.n_spacings = 3;
    options.coords = coords;
    options.n_coords = 1;
    options.edge_order = 2;
    options.user = &job;
    options.progress = on_progress;
    options.cancelled = on_cancelled;
    options.message = on_message;

    if (h5grad_run(input, output, &options, &report, &error) != H5GRAD_OK) {
        fprintf(stderr, "h5grad_run: %s\n", error.message);
        return 1;
    }
    printf("file: %zu field, %llu bytes of results\n", report->n_fields,
           (unsigned long long)job.bytes_done);
    for (size_t i = 0; i < report->fields[0]->n_results; i++) {
        const struct h5grad_result *result = report->fields[0]->results[i];
        const struct h5grad_axis *axis = report->fields[0]->axes[result->axis];
        printf("%s: along axis %d, %s\n", result->path, result->axis,
               axis->spacing == H5GRAD_SPACING_COORDINATES ? axis->coordinates : "even steps");
    }
    h5grad_report_free(report);

    /* OUTPUT is there now and overwrite is not set: the call must fail, and say why. */
    if (h5grad_run(input, output, &options, NULL, &error) != H5GRAD_FAILED)
        return 1;
    printf("an error as it should be: %s\n", error.message);

    /* A cancelled run leaves what was there as it was. */
    job.cancel = 1;
    options.overwrite = 1;
    if (h5grad_run(input, output, &options, NULL, &error) != H5GRAD_CANCELLED)
        return 1;
    return check_output(output, z);
}

int main(void)
{
    char folder[] = "/tmp/h5grad-example-XXXXXX";
    char input[sizeof(folder) + 16];
    char output[sizeof(folder) + 16];
    double z[NZ];
    double *data = malloc(POINTS * sizeof(*data));

    if (data == NULL || mkdtemp(folder) == NULL)
        return 1;
    snprintf(input, sizeof(input), "%s/input.h5", folder);
    snprintf(output, sizeof(output), "%s/output.h5", folder);
    for (int i = 0; i < NZ; i++)
        z[i] = 0.1 * i + 0.01 * i * i;
    fill(data, z);

    int wrong = differentiate_array(data, z);
    wrong |= differentiate_box();
    wrong |= write_input(input, data, z);
    wrong |= differentiate_file(input, output, z);

    unlink(input);
    unlink(output);
    rmdir(folder);
    free(data);
    return wrong;
}
