/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A user's program whose functions have the names of functions inside the library, linked with
 * libh5grad.a if there is one. Neither gets in the way of the other.
 */
#include "h5grad.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN(name)                                                                                  \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        fputs("called by the library: " #name "\n", stderr);                                       \
        abort();                                                                                   \
    }
#include "tests/api/hidden_names.h"

enum { POINTS = 6, CHUNK = 4 };

static char folder[] = "/tmp/h5grad-own-XXXXXX";
static char input[64], output[64];

/* Makes a file of packed values in chunks. */
static int make_input(void)
{
    static const short packed[POINTS] = {0, 10, 20, 40, 80, 160};
    const double scale = 0.5;
    const hsize_t extent = POINTS, chunk = CHUNK;
    hid_t file = H5Fcreate(input, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    hid_t points = H5Screate_simple(1, &extent, NULL), scalar = H5Screate(H5S_SCALAR);
    H5Pset_chunk(layout, 1, &chunk);
    H5Pset_shuffle(layout);
    hid_t data = H5Dcreate2(file, "f", H5T_STD_I16BE, points, H5P_DEFAULT, layout, H5P_DEFAULT);
    hid_t factor =
        H5Acreate2(data, "scale_factor", H5T_IEEE_F64LE, scalar, H5P_DEFAULT, H5P_DEFAULT);
    int failed = H5Dwrite(data, H5T_NATIVE_SHORT, H5S_ALL, H5S_ALL, H5P_DEFAULT, packed) < 0 ||
                 H5Awrite(factor, H5T_NATIVE_DOUBLE, &scale) < 0;
    H5Aclose(factor);
    H5Dclose(data);
    H5Sclose(points);
    H5Sclose(scalar);
    H5Pclose(layout);
    return failed || H5Fclose(file) < 0;
}

static int check_output(void)
{
    static const double wanted[POINTS] = {5, 5, 7.5, 15, 30, 40};
    double found[POINTS];
    hid_t file = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t data = H5Dopen2(file, "f_grad_0", H5P_DEFAULT);
    int failed = H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) < 0 ||
                 memcmp(found, wanted, sizeof wanted) != 0;
    H5Dclose(data);
    H5Fclose(file);
    return failed;
}

int main(void)
{
    struct h5grad_error error = {.message = ""};
    int failed = 1;
    if (!mkdtemp(folder))
        return 99;
    snprintf(input, sizeof input, "%s/in.h5", folder);
    snprintf(output, sizeof output, "%s/out.h5", folder);
    if (make_input())
        fputs("no input could be made\n", stderr);
    else if (h5grad_run(input, output, NULL, NULL, &error) != H5GRAD_OK)
        fprintf(stderr, "%s\n", error.message);
    else if (check_output())
        fputs("the gradient is wrong\n", stderr);
    else
        failed = 0;
    unlink(input);
    unlink(output);
    rmdir(folder);
    return failed;
}
