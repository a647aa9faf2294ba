/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of many blocks, which are refused. */
#include "tests/unit/formats/convention_file.h"

/* The datasets of files of each format, and what makes a file one of it: a group, or an attribute
 * of a group. */
static const struct {
    const char *dataset;
    const char *word;
    const char *group;
    const char *attribute;
    const char *second; /* of the same group */
} formats[] = {
    {"/level_0/data:datatype=0", "Chombo", "/Chombo_global", NULL, NULL},
    {"/level_12/data:datatype=0", "AMReX", "/", "plotfile_type", NULL},
    {"/dens", "FLASH", "/bounding box", NULL, NULL},
    {"/prim", "Athena++", "/", "NumMeshBlocks", "MeshBlockSize"},
    {"/prim.rho", "Parthenon", "/Info", "NumMeshBlocks", NULL},
    {"/Locations/x", "Parthenon", "/Info", "NumMeshBlocks", NULL},
    {"/GridData/Dens", "GAMER", "/Info/KeyInfo", NULL, NULL},
    {"/data/grid_0000000000/density", "Grid Data Format", "/gridded_data_format", NULL, NULL},
    {"/PartType0/Density", "particles", "/Header", NULL, NULL},
};

START_TEST(blocks_are_refused)
{
    const char *holder = formats[_i].group;
    make(formats[_i].dataset, 4, 5, 6);
    expect_whole(formats[_i].dataset);
    if (strcmp(holder, "/Info/KeyInfo") == 0)
        make_group("/Info");
    if (strcmp(holder, "/bounding box") == 0)
        make(holder, 4, 3, 2);
    else if (strcmp(holder, "/") != 0)
        make_group(holder);
    if (formats[_i].attribute)
        set_text(holder, formats[_i].attribute, "1");
    if (formats[_i].second) {
        expect_whole(formats[_i].dataset);
        set_text(holder, formats[_i].second, "1");
    }
    expect_refused(formats[_i].dataset, formats[_i].word);
}
END_TEST

START_TEST(blocks_by_name)
{
    make("/Grid00000001/Density", 4, 5, 6);
    make("/Grid1/Density", 4, 5, 6);
    make("/GridData/Density", 4, 5, 6);
    make("/GasParticles/Densities", 4);
    expect_refused("/Grid00000001/Density", "Enzo");
    expect_whole("/Grid1/Density");
    expect_whole("/GridData/Density");
    make_group("/Header");
    expect_whole("/GasParticles/Densities");
    make_group("/Cosmology");
    make_group("/Units");
    expect_refused("/GasParticles/Densities", "particles");
}
END_TEST

START_TEST(blocks_hostile_links)
{
    make("/u", 4, 5, 6);
    ck_assert(H5Lcreate_soft("/nowhere", file, "Info", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    ck_assert(H5Lcreate_soft("/dimensions", file, "dimensions", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    ck_assert(H5Lcreate_external("x.h5", "/", file, "x-coordinate", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    make("/t0_fields/u", 4, 5, 6);
    expect_whole("/u");
    expect_whole("/t0_fields/u");
    expect_nothing(0, NULL);
}
END_TEST

void add_blocks(Suite *suite)
{
    TCase *tcase = add_case(suite, "blocks", setup, teardown);
    ADD_TESTS(tcase, blocks_by_name, blocks_hostile_links);
    tcase_add_loop_test(tcase, blocks_are_refused, 0, sizeof formats / sizeof *formats);
}
