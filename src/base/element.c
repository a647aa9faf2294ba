/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/element.h"

static const struct {
    size_t size;
    const char *name;
    enum element arithmetic;
} elements[ELEMENT_COUNT] = {
#define ELEMENT_ROW(name, type, text, arithmetic)                                                  \
    [ELEMENT_##name] = {sizeof(type), text, ELEMENT_##arithmetic},
    ELEMENT_LIST(ELEMENT_ROW)
#undef ELEMENT_ROW
};

size_t hg_element_size(enum element element)
{
    return elements[element].size;
}

const char *hg_element_name(enum element element)
{
    return elements[element].name;
}

enum element hg_element_arithmetic(enum element element)
{
    return elements[element].arithmetic;
}

enum element hg_element_result(enum element element)
{
    return element == ELEMENT_F16 ? ELEMENT_F16 : elements[element].arithmetic;
}
