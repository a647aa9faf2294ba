/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/json.h"

#include <inttypes.h>
#include <math.h>

#include "base/parse.h"
#include "base/utf8.h"

static void json_put_text(FILE *out, const char *text)
{
    uint32_t code;

    fputc('"', out);
    while (*text != '\0') {
        size_t length = utf8_decode(text, &code);
        if (length == 0) {
            fputs("\xef\xbf\xbd", out);
            length = 1;
        } else if (code == '"' || code == '\\') {
            fprintf(out, "\\%c", (char)code);
        } else if (utf8_is_control(code)) {
            fprintf(out, "\\u%04" PRIx32, code);
        } else {
            fwrite(text, 1, length, out);
        }
        text += length;
    }
    fputc('"', out);
}

static void json_break_line(struct json *json)
{
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->out);
}

/* Writes what separates the next value from the one before, and its key. */
static void json_begin_value(struct json *json, const char *key)
{
    bool flat = json->depth > 0 && json->flat[json->depth - 1];

    if (json->follows)
        fputs(flat ? ", " : ",", json->out);
    if (json->depth > 0 && !flat)
        json_break_line(json);
    json->follows = true;
    if (key != NULL) {
        json_put_text(json->out, key);
        fputs(": ", json->out);
    }
}

void json_open(struct json *json, const char *key, char bracket, bool flat)
{
    json_begin_value(json, key);
    fputc(bracket, json->out);
    json->flat[json->depth] = flat || (json->depth > 0 && json->flat[json->depth - 1]);
    json->closing[json->depth] = bracket == '{' ? '}' : ']';
    json->depth++;
    json->follows = false;
}

void json_close(struct json *json)
{
    json->depth--;
    if (json->follows && !json->flat[json->depth])
        json_break_line(json);
    fputc(json->closing[json->depth], json->out);
    json->follows = true;
    if (json->depth == 0)
        fputc('\n', json->out);
}

void json_text(struct json *json, const char *key, const char *text)
{
    json_begin_value(json, key);
    if (text != NULL)
        json_put_text(json->out, text);
    else
        fputs("null", json->out);
}

void json_integer(struct json *json, const char *key, uint64_t value)
{
    json_begin_value(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    json_begin_value(json, key);
    fputs(value ? "true" : "false", json->out);
}

void json_number(struct json *json, const char *key, double value)
{
    char digits[32];

    if (!isfinite(value)) {
        json_text(json, key, NULL);
        return;
    }
    hg_parse_print_double(value, digits, sizeof(digits));
    json_begin_value(json, key);
    fputs(digits, json->out);
}
