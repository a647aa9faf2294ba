/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a JSON document value by value, with commas, line ends and indentation. The caller closes
 * each object and array it opens. Bytes that are not UTF-8 are replaced by U+FFFD.
 */
#ifndef H5GRAD_CLI_JSON_H
#define H5GRAD_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };

struct json {
    FILE *out;
    unsigned depth; /* how many objects and arrays are open, at most JSON_DEPTH */
    bool follows;   /* the innermost of them is not empty */
    bool flat[JSON_DEPTH];
    char closing[JSON_DEPTH];
};

/*
 * key is the name of a value within an object; NULL within an array and for the document itself.
 * json_open begins an object where bracket is '{', an array where it is '['; flat: on one line.
 */
void json_open(struct json *json, const char *key, char bracket, bool flat);
void json_close(struct json *json); /* the innermost; the outermost ends the line */

void json_text(struct json *json, const char *key, const char *text); /* NULL: null */
void json_integer(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

/* The shortest digits that read back to the same value; null for NaN and infinity. */
void json_number(struct json *json, const char *key, double value);

#endif
