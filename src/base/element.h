/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scalar types whose bytes h5grad understands, in one list.
 *
 * X(NAME, C type, text, arithmetic): arithmetic is float if that holds every value, and every
 * difference of two values as precisely as the type itself, else double. It is also the type of
 * results, but for float16, whose results are float16. Floats of other formats are none of these
 * types (hdf5/type): their results are float32 up to 32 bits, else float64. float16 and bfloat16
 * have no C type in C11 and are carried in uint16_t.
 */
#ifndef H5GRAD_BASE_ELEMENT_H
#define H5GRAD_BASE_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

#define ELEMENT_LIST(X)                                                                            \
    X(I8, int8_t, "int8", F32)                                                                     \
    X(U8, uint8_t, "uint8", F32)                                                                   \
    X(I16, int16_t, "int16", F32)                                                                  \
    X(U16, uint16_t, "uint16", F32)                                                                \
    X(I32, int32_t, "int32", F64)                                                                  \
    X(U32, uint32_t, "uint32", F64)                                                                \
    X(I64, int64_t, "int64", F64)                                                                  \
    X(U64, uint64_t, "uint64", F64)                                                                \
    X(F16, uint16_t, "float16", F32)                                                               \
    X(BF16, uint16_t, "bfloat16", F32)                                                             \
    X(F32, float, "float32", F32)                                                                  \
    X(F64, double, "float64", F64)

enum element {
#define ELEMENT_ENUM(name, type, text, arithmetic) ELEMENT_##name,
    ELEMENT_LIST(ELEMENT_ENUM)
#undef ELEMENT_ENUM
        ELEMENT_COUNT
};

size_t hg_element_size(enum element element);             /* bytes of one scalar */
const char *hg_element_name(enum element element);        /* "float32" */
enum element hg_element_arithmetic(enum element element); /* ELEMENT_F32 or ELEMENT_F64 */
enum element hg_element_result(enum element element);     /* of data of that type */

#endif
