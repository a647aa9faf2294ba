/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "tests/support/suite.h"

TCase *add_case(Suite *suite, const char *name, SFun setup, SFun teardown)
{
    TCase *tcase = tcase_create(name);
    if (setup)
        tcase_add_checked_fixture(tcase, setup, teardown);
    suite_add_tcase(suite, tcase);
    return tcase;
}

void add_tests(TCase *tcase, const TTest *const *tests, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
}

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
