/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of each convention as their programs write them, and as no program should. */
#include "tests/unit/formats/convention_file.h"

int main(void)
{
    Suite *suite = suite_create("formats");
    add_openpmd(suite);
    add_vtkhdf(suite);
    add_nexus(suite);
    add_minc(suite);
    add_cactus(suite);
    add_spacing_attributes(suite);
    add_housekeeping(suite);
    add_the_well(suite);
    add_pdebench(suite);
    add_bigdataviewer(suite);
    add_blocks(suite);
    add_hostile(suite);
    add_attributes(suite);
    add_odim(suite);
    add_hdfeos(suite);
    add_wrf(suite);
    add_bout(suite);
    add_meshes(suite);
    add_microscopy(suite);
    add_neuro(suite);
    return run_suite(suite);
}
