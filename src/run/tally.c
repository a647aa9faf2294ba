/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/tally.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Only this many of the latest reasons are searched, so that many different ones cost no time. */
#define LATEST 64

/* The parts of a message: after the first case, after the number of others, and at the end. */
static const struct {
    const char *said, *before, *after, *end;
} forms[TALLY_KINDS] = {
    [TALLY_LOST] = {" (skipped", ", and ", " more: -v names all", ")"},
    [TALLY_UNUSABLE] = {" (skipped", ", and ", " more: -v names all", ")"},
    [TALLY_TOO_LARGE] = {" (skipped", ", and ", " more: -v names all", ")"},
    [TALLY_DROPPED] = {"", " (as for ", " more that -v names)", ""},
    [TALLY_UNIT_SPACING] = {": no spacing found: unit spacing", ", as for ", " more that -v names",
                            "; --spacing gives a step, --coord coordinates"},
    [TALLY_ROUND] = {"", "", "", ""},
};

static struct tally_entry *find(const struct tally *tally, enum tally_kind kind, const char *why)
{
    size_t n = tally->of[kind].n;
    for (size_t i = n; i > 0 && i + LATEST > n; i--) {
        struct tally_entry *entry = &tally->of[kind].entry[i - 1];
        if (strcmp(entry->why, why) == 0)
            return entry;
    }
    return NULL;
}

enum h5grad_status hg_tally_add(struct tally *tally, enum tally_kind kind, const char *why,
                                struct h5grad_error *err, const char *format, ...)
{
    struct tally_entry *known = find(tally, kind, why);
    if (known)
        known->n++;
    if (known && (kind == TALLY_UNIT_SPACING || kind == TALLY_ROUND)) /* other details say it */
        return H5GRAD_OK;
    va_list list;
    va_start(list, format);
    char *text = hg_memory_format_list(format, list);
    va_end(list);
    size_t n = tally->of[kind].n, size = sizeof(struct tally_entry);
    if (known && text) {
        hg_message_add(tally->messages, H5GRAD_DETAIL, "%s%s%s", text, forms[kind].said,
                       forms[kind].end);
        free(text);
        return H5GRAD_OK;
    }
    char *reason = text ? hg_memory_text(why) : NULL;
    struct tally_entry *grown = reason ? hg_memory_more(tally->of[kind].entry, n, size) : NULL;
    if (!grown) {
        free(reason);
        free(text);
        return hg_error_memory(err, (n + 1) * size);
    }
    grown[n] = (struct tally_entry){text, reason, .n = 1};
    tally->of[kind].entry = grown;
    tally->of[kind].n++;
    return H5GRAD_OK;
}

bool hg_tally_is_hinted(const struct tally *tally, enum tally_kind kind)
{
    return tally->of[kind].n > 0 && tally->of[kind].entry[tally->of[kind].n - 1].hint;
}

enum h5grad_status hg_tally_hint(struct tally *tally, enum tally_kind kind, const char *first,
                                 const char *hint, struct h5grad_error *err)
{
    struct tally_entry *entry = &tally->of[kind].entry[tally->of[kind].n - 1];
    if (entry->hint)
        return H5GRAD_OK;
    char *said = hg_memory_text(first);
    entry->hint = said ? hg_memory_text(hint) : NULL;
    if (!entry->hint) {
        free(said);
        return hg_error_memory(err, strlen(first) + strlen(hint));
    }
    free(entry->first);
    entry->first = said;
    return H5GRAD_OK;
}

/* Returns the message of an entry, to be freed; NULL if memory runs out. */
static char *entry_message(enum tally_kind kind, const struct tally_entry *entry)
{
    char others[64] = "";
    if (entry->n > 1 && *forms[kind].before)
        snprintf(others, sizeof others, "%s%zu%s", forms[kind].before, entry->n - 1,
                 forms[kind].after);
    return hg_memory_format("%s%s%s%s%s%s", entry->first, forms[kind].said, others, forms[kind].end,
                            entry->hint ? ": " : "", entry->hint ? entry->hint : "");
}

char *hg_tally_first(const struct tally *tally, enum tally_kind kind)
{
    return entry_message(kind, &tally->of[kind].entry[0]);
}

void hg_tally_report(const struct tally *tally, enum tally_kind kind, enum h5grad_level level)
{
    for (size_t i = 0; i < tally->of[kind].n; i++) {
        char *text = entry_message(kind, &tally->of[kind].entry[i]);
        if (text)
            hg_message_add(tally->messages, level, "%s", text);
        free(text);
    }
}

void hg_tally_free(struct tally *tally)
{
    for (unsigned kind = 0; kind < TALLY_KINDS; kind++) {
        for (size_t i = 0; i < tally->of[kind].n; i++) {
            free(tally->of[kind].entry[i].first);
            free(tally->of[kind].entry[i].why);
            free(tally->of[kind].entry[i].hint);
        }
        free(tally->of[kind].entry);
    }
    *tally = (struct tally){0};
}
