/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LZF, h5py's own filter. The stream is a sequence of runs, each begun by a byte c:
 *     c < 32    c + 1 bytes as they are follow
 *     c >= 32   a copy of 2 + (c >> 5) bytes, or 9 + the next byte when c >> 5 is 7, from
 *               1 + 256 (c & 31) + the last byte of the run back in what was written
 * The size of the data is not in it. A chunk that did not get smaller is stored with the filter's
 * bit in its mask.
 */
#include <string.h>

#include "base/size.h"
#include "codec/filter.h"

struct stream {
    const unsigned char *in, *in_end;
    unsigned char *out, *out_begin, *out_end;
};

static bool copy_literals(struct stream *s, size_t n)
{
    if (n > (size_t)(s->in_end - s->in) || n > (size_t)(s->out_end - s->out))
        return false;
    memcpy(s->out, s->in, n);
    s->in += n;
    s->out += n;
    return true;
}

static bool copy_back(struct stream *s, unsigned code)
{
    size_t n = 2 + (code >> 5), back = 1 + ((size_t)(code & 31) << 8);
    if ((code >> 5) == 7) {
        if (s->in == s->in_end)
            return false;
        n += *s->in++;
    }
    if (s->in == s->in_end)
        return false;
    back += *s->in++;
    if (back > (size_t)(s->out - s->out_begin) || n > (size_t)(s->out_end - s->out))
        return false;
    /* An overlapping copy reads what it has written: the pattern doubles each time. */
    const unsigned char *from = s->out - back;
    while (n > 0) {
        size_t piece = size_min(n, (size_t)(s->out - from));
        memcpy(s->out, from, piece);
        s->out += piece;
        n -= piece;
    }
    return true;
}

static enum h5grad_status decode(struct codec_call *call)
{
    struct stream s = {.in = call->in, .out = call->out, .out_begin = call->out};
    s.in_end = s.in + call->size;
    s.out_end = s.out + call->capacity;
    while (s.in < s.in_end) {
        unsigned code = *s.in++;
        if (!(code < 32 ? copy_literals(&s, (size_t)code + 1) : copy_back(&s, code)))
            return hg_error_set(call->err, H5GRAD_FAILED,
                                "damaged data, or more than the chunk holds");
    }
    call->out_size = (size_t)(s.out - s.out_begin);
    return H5GRAD_OK;
}

const struct codec hg_codec_lzf = {
    .id = 32000,
    .name = "lzf",
    .provider = "LZF, h5py's own; h5grad itself or " CODEC_PLUGIN,
    .decode_cost = 1,
    .decode = decode,
};
