/* SPDX-License-Identifier: BSD-3-Clause */
/* What every program of tests written with Check begins and ends with. */
#ifndef H5GRAD_TESTS_SUITE_H
#define H5GRAD_TESTS_SUITE_H

#include <check.h>
#include <stddef.h>

/* Check tells its parent process of every assertion that holds, to know where a test was when it
 * crashed. A system call each is too much for assertions on every point of an array. */
#define _mark_point(file, line) ((void)0)

/* A new case of the suite, each of whose tests runs between setup and teardown where they are
 * given. */
TCase *add_case(Suite *suite, const char *name, SFun setup, SFun teardown);

/* Adds the tests named to a case. */
#define ADD_TESTS(tcase, ...)                                                                      \
    add_tests(tcase, (const TTest *const[]){__VA_ARGS__},                                          \
              sizeof(const TTest *const[]){__VA_ARGS__} / sizeof(TTest *))
void add_tests(TCase *tcase, const TTest *const *tests, size_t n);

/* Runs and frees the suite. Returns the exit status of main. */
int run_suite(Suite *suite);

#endif
