/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor under h5grad for many small datasets: a bare loop of libhdf5. Reads each dataset in the
 * groups of INPUT, all of float and of two axes, and writes two like it, each with four attributes,
 * to the group of that name in OUTPUT. Prints seconds.
 */
#include <hdf5.h>

#include "common.h"

/* What all results share, and the group at hand. */
struct many {
    hid_t in, out; /* the group; in OUTPUT */
    hid_t scalar, text;
    float *points;
    size_t room;
};

static hid_t known(hid_t id, const char *what)
{
    if (id < 0)
        bench_fail(what, "libhdf5 failed");
    return id;
}

static void add_attribute(const struct many *many, hid_t dataset, const char *name, hid_t type,
                          const void *value)
{
    hid_t attribute =
        known(H5Acreate2(dataset, name, type, many->scalar, H5P_DEFAULT, H5P_DEFAULT), name);
    known(H5Awrite(attribute, type, value), name);
    known(H5Aclose(attribute), name);
}

static void write_result(const struct many *many, const char *source, hid_t space, int axis)
{
    const int order = 1;
    char name[128];
    snprintf(name, sizeof name, "%s_grad_%d", source, axis);
    hid_t dataset = known(
        H5Dcreate2(many->out, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        name);
    H5Tset_size(many->text, strlen(source));
    add_attribute(many, dataset, "gradient_of", many->text, source);
    add_attribute(many, dataset, "gradient_dim", H5T_NATIVE_INT, &axis);
    H5Tset_size(many->text, 4);
    add_attribute(many, dataset, "gradient_spacing", many->text, "unit");
    add_attribute(many, dataset, "gradient_edge_order", H5T_NATIVE_INT, &order);
    known(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, many->points), name);
    known(H5Dclose(dataset), name);
}

static herr_t copy_dataset(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct many *many = user;
    hid_t dataset = known(H5Dopen2(group, name, H5P_DEFAULT), name);
    hid_t space = known(H5Dget_space(dataset), name);
    size_t points = (size_t)H5Sget_simple_extent_npoints(space);
    (void)info;
    if (points > many->room) {
        free(many->points);
        many->room = points;
        many->points = bench_memory(points * sizeof *many->points);
    }
    known(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, many->points), name);
    known(H5Dclose(dataset), name);
    for (int axis = 0; axis < 2; axis++)
        write_result(many, name, space, axis);
    H5Sclose(space);
    return 0;
}

static herr_t copy_group(hid_t root, const char *name, const H5L_info_t *info, void *user)
{
    struct many *many = user;
    hid_t file = many->out;
    (void)info;
    hid_t group = known(H5Gopen2(root, name, H5P_DEFAULT), name);
    many->out = known(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name);
    known(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, copy_dataset, many), name);
    H5Gclose(many->out);
    H5Gclose(group);
    many->out = file;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        bench_fail("usage: floor_many", "INPUT OUTPUT");
    double start = bench_seconds();
    struct many many = {.in = known(H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT), argv[1])};
    many.out = known(H5Fcreate(argv[2], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), argv[2]);
    many.scalar = known(H5Screate(H5S_SCALAR), "H5Screate");
    many.text = known(H5Tcopy(H5T_C_S1), "H5Tcopy");
    known(H5Literate(many.in, H5_INDEX_NAME, H5_ITER_INC, NULL, copy_group, &many), argv[1]);
    known(H5Fclose(many.out), argv[2]);
    known(H5Fclose(many.in), argv[1]);
    printf("%.6f\n", bench_seconds() - start);
    return EXIT_SUCCESS;
}
