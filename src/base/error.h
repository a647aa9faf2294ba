/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Errors: a function returns a status and writes the reason where it happens; callers add context.
 *
 * The message reads from the outside in: "INPUT.h5: /u: axis 0: extent 1 is too short".
 * hg_error_set writes the reason; each hg_error_context prepends what was being done. If that gets
 * too long, the longest names in it are shortened in the middle. Every function accepts err ==
 * NULL. The message is one line of UTF-8; utf8_show replaces what cannot be printed.
 */
#ifndef H5GRAD_BASE_ERROR_H
#define H5GRAD_BASE_ERROR_H

#include <stdarg.h>

#include "h5grad.h"

#define BASE_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Replaces the message; returns status. */
enum h5grad_status hg_error_set(struct h5grad_error *err, enum h5grad_status status,
                                const char *format, ...) BASE_PRINTF(3, 4);

enum h5grad_status hg_error_set_list(struct h5grad_error *err, enum h5grad_status status,
                                     const char *format, va_list list) BASE_PRINTF(3, 0);

/* hg_error_set with ": " and strerror(number) appended; H5GRAD_NO_MEMORY for ENOMEM, else
 * H5GRAD_FAILED. */
enum h5grad_status hg_error_errno(struct h5grad_error *err, int number, const char *format, ...)
    BASE_PRINTF(3, 4);

/* hg_error_set with H5GRAD_NO_MEMORY for a failed allocation of bytes. */
enum h5grad_status hg_error_memory(struct h5grad_error *err, uint64_t bytes);

/* Returns the status of an error that was set, for a caller that only knows that something failed;
 * H5GRAD_FAILED if err is NULL. */
enum h5grad_status hg_error_status(const struct h5grad_error *err);

/* Prepends the text and ": " to the message. Returns its status, or status if err is NULL. */
enum h5grad_status hg_error_context(struct h5grad_error *err, enum h5grad_status status,
                                    const char *format, ...) BASE_PRINTF(3, 4);

#endif
