/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/documents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum h5grad_status documents_open(struct documents *documents, struct h5grad_error *error)
{
    *documents = (struct documents){.size = 0};
    documents->stream = open_memstream(&documents->text, &documents->size);
    return documents->stream ? H5GRAD_OK : hg_error_memory(error, 0);
}

void documents_begin(struct documents *documents, size_t number, struct json *json)
{
    fprintf(documents->stream, "%zu%c", number, '\0');
    *json = (struct json){.out = documents->stream, .depth = 1, .closing = {']'}};
}

void documents_end(struct documents *documents)
{
    fputc('\0', documents->stream);
}

/* Prints those in text, of size bytes: what the processes have kept, one after the other. */
static enum h5grad_status print_all(const char *text, size_t size, size_t n,
                                    struct h5grad_error *error)
{
    struct json json = {.out = stdout};
    const char **of = hg_memory_zeroed(n, sizeof *of);
    if (!of)
        return hg_error_memory(error, n * sizeof *of);
    for (const char *at = text; at < text + size; at += strlen(at) + 1) {
        size_t number = strtoul(at, NULL, 10);
        at += strlen(at) + 1;
        if (number < n)
            of[number] = at;
    }
    json_open(&json, NULL, '[', false);
    for (size_t i = 0; i < n; i++) {
        if (!of[i] || *of[i] == '\0')
            continue;
        if (json.follows)
            fputc(',', stdout);
        fputs(of[i], stdout);
        json.follows = true;
    }
    json_close(&json);
    free(of);
    return H5GRAD_OK;
}

enum h5grad_status documents_print(struct documents *documents, struct h5grad_ranks *ranks,
                                   size_t n, struct h5grad_error *error)
{
    enum h5grad_status status = H5GRAD_OK;
    void *all = NULL;
    size_t size;

    if (fclose(documents->stream) != 0)
        status = hg_error_set(error, H5GRAD_FAILED, "keeping JSON documents: %s", strerror(errno));
    /* All call it, or the others would wait. */
    enum h5grad_status collected =
        h5grad_ranks_collect(ranks, documents->text, status == H5GRAD_OK ? documents->size : 0,
                             &all, &size, status == H5GRAD_OK ? error : NULL);
    status = status == H5GRAD_OK ? collected : status;
    if (status == H5GRAD_OK && all)
        status = print_all(all, size, n, error);
    free(all);
    free(documents->text);
    return status;
}
