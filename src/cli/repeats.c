/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/repeats.h"

#include <string.h>

bool repeats_count(struct repeats *repeats, size_t number, const char *text)
{
    size_t i = 0;

    if (strlen(text) >= REPEATS_TEXT)
        return false;
    while (i < repeats->n && strcmp(repeats->item[i].text, text) != 0)
        i++;
    if (i == REPEATS_MOST)
        return false;
    struct repeated *item = &repeats->item[i];
    if (i == repeats->n) {
        repeats->n++;
        item->first = item->last = number;
        strcpy(item->text, text);
    }
    if (item->first == number)
        return false;
    item->more += item->last != number;
    item->last = number;
    return true;
}
