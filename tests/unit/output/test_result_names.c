/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths of results: what placeholders stand for. */
#include <check.h>
#include <stdlib.h>

#include "output/result_names.h"
#include "tests/support/suite.h"

/* The paths of a result along the axis lat/lon, number 1, of /g/u, and of one along none. */
static const struct {
    const char *name, *along, *none;
} cases[] = {
    {NULL, "/g/u_grad_1", "/g/u_laplacian"},
    {"d{name}_d{axis}", "/g/du_dlat_lon", "/g/du_dlaplacian"},
    {"{dim}/{what}{x{name}", "/g/1/grad_1{xu", "/g/laplacian/laplacian{xu"},
};

START_TEST(paths)
{
    const struct result_placeholders along = {.name = "/g/u",
                                              .what = "grad",
                                              .along = true,
                                              .axis = 1,
                                              .axis_name = "lat/lon"},
                                     none = {.name = "/g/u", .what = "laplacian"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = hg_result_names_path(cases[i].name, &along);
        ck_assert_str_eq(path, cases[i].along);
        free(path);
        path = hg_result_names_path(cases[i].name, &none);
        ck_assert_str_eq(path, cases[i].none);
        free(path);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result names");
    TCase *tcase = add_case(suite, "result names", NULL, NULL);
    ADD_TESTS(tcase, paths);
    return run_suite(suite);
}
