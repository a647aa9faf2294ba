/* SPDX-License-Identifier: BSD-3-Clause */
/* The frame of every program of tests written with Check. */
#ifndef H5GRAD_TESTS_SUITE_H
#define H5GRAD_TESTS_SUITE_H

#include <check.h>
#include <stddef.h>

/* Check reports each assertion that holds to its parent process, to know where a test crashed. That
 * is a system call each, too slow for assertions on every point of an array. */
#define _mark_point(file, line) ((void)0)

/* Adds a case to the suite. Each of its tests runs between setup and teardown, unless NULL. */
TCase *add_case(Suite *suite, const char *name, SFun setup, SFun teardown);

/* Adds the tests named to a case. */
#define ADD_TESTS(tcase, ...)                                                                      \
    add_tests(tcase, (const TTest *const[]){__VA_ARGS__},                                          \
              sizeof(const TTest *const[]){__VA_ARGS__} / sizeof(TTest *))
void add_tests(TCase *tcase, const TTest *const *tests, size_t n);

/* Runs and frees the suite. Returns the exit status of main. */
int run_suite(Suite *suite);

#endif
