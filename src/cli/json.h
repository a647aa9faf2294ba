/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON, written as it comes. The caller closes what it opens; commas, line ends and indentation
 * are seen to here. Every text becomes valid: bytes that are not UTF-8 are replaced by U+FFFD.
 */
#ifndef H5GRAD_CLI_JSON_H
#define H5GRAD_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };

struct json {
    FILE *out;
    unsigned depth; /* of open objects and arrays, at most JSON_DEPTH */
    bool follows;   /* something stands before in the innermost of them */
    bool flat[JSON_DEPTH];
    char closing[JSON_DEPTH];
};

/*
 * In all of these key is the name within an object, and NULL within an array and for the document
 * itself. json_open starts an object ('{') or an array ('['); flat: on one line.
 */
void json_open(struct json *json, const char *key, char bracket, bool flat);
void json_close(struct json *json); /* the innermost; the last ends the line */

void json_text(struct json *json, const char *key, const char *text); /* NULL: null */
void json_integer(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

/* The shortest digits that read back to the same value; null for NaN and infinity. */
void json_number(struct json *json, const char *key, double value);

#endif
