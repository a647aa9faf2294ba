/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/halo.h"

#include "base/size.h"

static int64_t signed_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t signed_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void hg_halo_reach(const struct halo_rule *rule, uint64_t extent, uint64_t first, uint64_t count,
                   int64_t *low, int64_t *high)
{
    int64_t all = (int64_t)extent, start = (int64_t)first, end = (int64_t)(first + count);
    *low = start - rule->before;
    *high = end + rule->after;
    if (rule->periodic && count == extent) {
        *low = 0;
        *high = all;
    }
    if (rule->periodic)
        return;
    if (*low < 0)
        *high = signed_max(*high, rule->first_width);
    if (end > all - rule->after)
        *low = signed_min(*low, all - rule->last_width);
    *low = signed_max(*low, 0);
    *high = signed_min(*high, all);
}

uint64_t hg_halo_width(const struct halo_rule *rule, uint64_t extent, uint64_t count)
{
    uint64_t width = size_min(count, extent) + rule->before + rule->after;
    if (rule->periodic)
        return count < extent ? width : extent;
    width = size_max(width, size_max(rule->first_width, rule->last_width));
    return size_min(width, extent);
}

void hg_halo_make(unsigned rank, const struct halo_rule *rule, const uint64_t *extent,
                  struct tile *tile)
{
    for (unsigned i = 0; i < rank; i++) {
        int64_t high;
        hg_halo_reach(&rule[i], extent[i], tile->core.start[i], tile->core.count[i],
                      &tile->halo.start[i], &high);
        tile->halo.count[i] = (uint64_t)(high - tile->halo.start[i]);
    }
}

void hg_halo_add_axis(struct tile *tile, unsigned rank, unsigned axis, uint64_t extent)
{
    hg_box_add_axis(&tile->core, rank, axis, 0, extent);
    for (unsigned i = rank; i > axis; i--) {
        tile->halo.start[i] = tile->halo.start[i - 1];
        tile->halo.count[i] = tile->halo.count[i - 1];
    }
    tile->halo.start[axis] = 0;
    tile->halo.count[axis] = extent;
}

uint64_t hg_halo_points(unsigned rank, const struct halo *halo)
{
    uint64_t points = 1;
    for (unsigned i = 0; i < rank; i++)
        points *= halo->count[i];
    return points;
}

static int64_t halo_end(const struct halo *halo, unsigned axis)
{
    return halo->start[axis] + (int64_t)halo->count[axis];
}

bool hg_halo_inside(unsigned rank, const uint64_t *extent, const struct halo *halo)
{
    for (unsigned i = 0; i < rank; i++) {
        if (halo->start[i] < 0 || halo_end(halo, i) > (int64_t)extent[i])
            return false;
    }
    return true;
}

/* Sets box along axis to the range [low, high); returns whether it has points. */
static bool set_range(struct box *box, unsigned axis, int64_t low, int64_t high)
{
    box->start[axis] = (uint64_t)low;
    box->count[axis] = low < high ? (uint64_t)(high - low) : 0;
    return low < high;
}

/* Sets box along axis to the part of the halo that lies in the array. */
static bool set_inside(struct box *box, unsigned axis, const struct halo *halo, uint64_t extent)
{
    return set_range(box, axis, signed_max(halo->start[axis], 0),
                     signed_min(halo_end(halo, axis), (int64_t)extent));
}

uint64_t hg_halo_shared(const struct halo *before, const struct halo *halo, unsigned axis)
{
    const int64_t shared = halo_end(before, axis) - halo->start[axis];
    return size_min(shared > 0 ? (uint64_t)shared : 0, halo->count[axis]);
}

void hg_halo_planes(const struct tile *tile, unsigned axis, uint64_t extent, uint64_t skipped,
                    struct tile *rest)
{
    *rest = *tile;
    rest->halo.start[axis] += (int64_t)skipped;
    rest->halo.count[axis] -= skipped;
    if (!set_inside(&rest->core, axis, &rest->halo, extent))
        rest->core.start[axis] = rest->halo.start[axis] < 0 ? 0 : extent;
}

void hg_halo_cut(struct halo_pieces *pieces, unsigned rank, const uint64_t *extent,
                 const struct tile *tile, enum halo_cut cut)
{
    *pieces = (struct halo_pieces){rank, extent, tile, cut == HALO_WHOLE ? 0 : rank - 1, 0};
    if (cut == HALO_FACES && rank == 1)
        pieces->joined = rank;
    /* A run goes on into the next slower axis if it spans this one. */
    for (struct box box; cut == HALO_RUNS && pieces->joined > 0; pieces->joined--) {
        set_inside(&box, pieces->joined, &tile->halo, extent[pieces->joined]);
        if (box.count[pieces->joined] < extent[pieces->joined])
            return;
    }
}

/* Starts a piece: the core, and the halo in the array along the axes from joined on. */
static void set_core(const struct halo_pieces *pieces, unsigned joined, struct halo_piece *piece)
{
    const struct tile *tile = pieces->tile;
    for (unsigned i = 0; i < pieces->rank; i++) {
        piece->box.start[i] = tile->core.start[i];
        piece->box.count[i] = tile->core.count[i];
        if (i >= joined)
            set_inside(&piece->box, i, &tile->halo, pieces->extent[i]);
        piece->within.start[i] = (uint64_t)tile->halo.start[i];
        piece->within.count[i] = tile->halo.count[i];
    }
}

/* Sets piece along its axis to the part of the face in the array, or to the wrapped part. Returns
 * whether that has points. */
static bool set_face(const struct halo_pieces *pieces, bool wrapped, struct halo_piece *piece)
{
    const unsigned axis = piece->axis;
    const struct tile *tile = pieces->tile;
    int64_t all = (int64_t)pieces->extent[axis];
    int64_t low = tile->halo.start[axis], high = halo_end(&tile->halo, axis);
    if (wrapped) {
        int64_t shift = piece->side < 0 ? all : -all;
        piece->within.start[axis] += (uint64_t)shift;
        return piece->side < 0
                   ? set_range(&piece->box, axis, low + all, signed_min(high, 0) + all)
                   : set_range(&piece->box, axis, signed_max(low, all) - all, high - all);
    }
    int64_t first = (int64_t)tile->core.start[axis];
    int64_t end = first + (int64_t)tile->core.count[axis];
    if (axis >= pieces->joined)
        return false;
    return piece->side < 0 ? set_range(&piece->box, axis, signed_max(low, 0), first)
                           : set_range(&piece->box, axis, end, signed_min(high, all));
}

bool hg_halo_next(struct halo_pieces *pieces, struct halo_piece *piece)
{
    while (pieces->next < 1 + 4 * pieces->rank) {
        unsigned number = pieces->next++;
        bool there = true;
        *piece = (struct halo_piece){.axis = 0};
        if (number == 0) {
            set_core(pieces, pieces->joined, piece);
        } else {
            piece->axis = (number - 1) / 4;
            piece->side = (number - 1) % 2 ? 1 : -1;
            set_core(pieces, pieces->joined + 1, piece);
            there = set_face(pieces, (number - 1) % 4 >= 2, piece);
        }
        if (there && hg_box_points(pieces->rank, &piece->box) > 0)
            return true;
    }
    return false;
}

void hg_halo_within(unsigned rank, const uint64_t *extent, const struct halo *halo,
                    const struct box *box, struct box *within)
{
    for (unsigned i = 0; i < rank; i++) {
        int64_t start = halo->start[i], all = (int64_t)extent[i], first = (int64_t)box->start[i];
        if (first < start)
            start -= all;
        else if (first + (int64_t)box->count[i] > halo_end(halo, i))
            start += all;
        within->start[i] = (uint64_t)start;
        within->count[i] = halo->count[i];
    }
}
