/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw heads -> boxes, in three kernels: find what takes part, rank it, suppress. Rows, scores and overlaps are those of kernels/head and
 * backend/nms.c to the bit. Order is no accident: equal confidences rank by row and class, as entries that are sorted stably do.
 */
#include "gpu/kernels/arguments.h"
#include "gpu/kernels/block.h"
#include "kernels/simd/scalar.h"

#define HEAD_FIXED 5 /* x, y, width, height, objectness: the classes stand behind */

PG_FUNCTION uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

PG_FUNCTION int is_finite(float value)
{
    return (bits_of(value) & 0x7f800000u) != 0x7f800000u;
}

PG_FUNCTION int is_nan(float value)
{
    return (bits_of(value) & 0x7fffffffu) > 0x7f800000u;
}

/* Which cells a block has. */
typedef struct cells {
    const pg_level *level;
    uint32_t anchor, first, count;
} cells;

PG_FUNCTION cells cells_of(const pg_boxes *boxes, uint32_t block)
{
    uint32_t at = 0;
    while (at + 1 < boxes->level_count && block >= boxes->level[at + 1].first_block)
        at++;
    const pg_level *level = &boxes->level[at];
    const uint32_t blocks = (level->cells + PG_CELLS - 1) / PG_CELLS, own = block - level->first_block;
    cells found;
    found.level = level;
    found.anchor = own / blocks;
    found.first = own % blocks * PG_CELLS;
    found.count = level->cells - found.first < PG_CELLS ? level->cells - found.first : PG_CELLS;
    return found;
}

PG_FUNCTION const float *raw_of(const pg_boxes *boxes, const cells *of, uint32_t picture, uint32_t cell)
{
    const uint64_t width = HEAD_FIXED + boxes->class_count + boxes->mask_count;
    const uint64_t pixel = (uint64_t)picture * of->level->cells + cell;
    return of->level->map + (pixel * boxes->anchor_count + of->anchor) * width;
}

PG_FUNCTION uint32_t row_of(const cells *of, uint32_t cell)
{
    return of->level->first_row + of->anchor * of->level->cells + cell;
}

/* Adds how many of centre and sides are NaN or infinite. */
PG_FUNCTION pk_box make_box(const cells *of, uint32_t cell, const float *raw, uint32_t *dead)
{
    const float x = pk_head_centre(vf32_sigmoid(raw[0]), (float)(cell % of->level->grid), of->level->stride);
    const float y = pk_head_centre(vf32_sigmoid(raw[1]), (float)(cell / of->level->grid), of->level->stride);
    const float width = pk_head_side(vf32_sigmoid(raw[2]), of->level->anchor[of->anchor][0]);
    const float height = pk_head_side(vf32_sigmoid(raw[3]), of->level->anchor[of->anchor][1]);
    *dead = (uint32_t)(!is_finite(x) + !is_finite(y) + !is_finite(width) + !is_finite(height));
    return pk_box_of(x, y, width, height);
}

/* Confidences are above 0, so their bits rise with them. */
PG_FUNCTION void add_entry(const pg_boxes *boxes, uint32_t picture, const pk_box *box, float confidence, uint32_t row, uint32_t class_id)
{
    if (!(confidence > boxes->thresholds[class_id]) || !is_finite(confidence))
        return;
    const uint32_t at = PG_ADD(&boxes->counts[picture].entries, 1u);
    if (at >= PG_ENTRY_CAPACITY)
        return;
    const uint64_t place = (uint64_t)picture * PG_ENTRY_CAPACITY + at;
    boxes->keys[place] = (uint64_t)~bits_of(confidence) << 32 | (row * boxes->class_count + class_id);
    pg_entry *entry = &boxes->entries[place];
    entry->box = *box;
    entry->confidence = confidence;
    entry->row = row;
    entry->class_id = (int32_t)class_id;
}

#define FOUND_WORDS (sizeof(pg_found) / 4)

#define NO_SCORE 0u /* no class was compared yet: a score's key is never 0 */

/* By rising score, equal ones by falling class: the first of the best classes has the greatest. */
PG_FUNCTION uint64_t score_key(float score, uint32_t class_id)
{
    return (uint64_t)bits_of(score) << 32 | (0xffffffffu - class_id);
}

PG_FUNCTION float score_of(uint64_t key)
{
    const uint32_t bits = (uint32_t)(key >> 32);
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/* A block: PG_CELLS cells of an anchor of a level. */
PG_KERNEL(pg_find_boxes, pg_boxes_arguments, PG_THREADS_MAX)
{
    const pg_boxes *boxes = args.boxes;
    const pg_wanted *wanted = &boxes->wanted;
    const uint32_t picture = PG_ROW, classes = boxes->class_count;
    const int is_multi_label = wanted->is_multi_label != 0 && classes > 1;
    const cells own = cells_of(boxes, PG_COLUMN);
    PG_SHARED uint32_t found[PG_CELLS], is_wrong[PG_CELLS];
    PG_SHARED float objectness[PG_CELLS];
    PG_SHARED pk_box box[PG_CELLS];
    PG_SHARED uint64_t best[PG_CELLS];
    PG_SHARED uint32_t count, dead_cells, dead_values;
    PG_ONCE
    {
        count = 0;
        dead_cells = 0;
        dead_values = 0;
    }
    PG_BARRIER();
    PG_EACH(i, own.count)
    {
        const float raw = raw_of(boxes, &own, picture, own.first + i)[4];
        if (!is_finite(raw))
            (void)PG_ADD(&dead_cells, 1u);
        if (!(raw >= wanted->raw)) /* almost always; NaN too */
            continue;
        const float sigmoid = vf32_sigmoid(raw);
        if (!(sigmoid > wanted->threshold))
            continue;
        const uint32_t at = PG_ADD(&count, 1u);
        found[at] = own.first + i;
        objectness[at] = sigmoid;
        best[at] = NO_SCORE;
    }
    PG_BARRIER();
    PG_EACH(i, count)
    {
        uint32_t dead = 0;
        box[i] = make_box(&own, found[i], raw_of(boxes, &own, picture, found[i]), &dead);
        is_wrong[i] = dead != 0 || !(objectness[i] > wanted->lowest);
        if (dead != 0)
            (void)PG_ADD(&dead_values, dead);
    }
    PG_BARRIER();
    PG_EACH(i, count * (classes + boxes->mask_count))
    {
        const uint32_t at = i / (classes + boxes->mask_count), c = i % (classes + boxes->mask_count);
        const float raw = raw_of(boxes, &own, picture, found[at])[HEAD_FIXED + c];
        const float value = c < classes ? vf32_sigmoid(raw) : raw;
        if (!is_finite(value))
            (void)PG_ADD(&dead_values, 1u);
        if (c >= classes)
            continue;
        const float score = value * objectness[at];
        if (is_multi_label) {
            if (is_wrong[at] == 0)
                add_entry(boxes, picture, &box[at], score, row_of(&own, found[at]), c);
        } else if (is_nan(score)) {
            PG_OR(&is_wrong[at], 2u);
        } else {
            PG_MAX64(&best[at], score_key(score, c));
        }
    }
    PG_BARRIER();
    PG_EACH(i, is_multi_label ? 0u : count)
    {
        if (is_wrong[i] == 0 && best[i] != NO_SCORE)
            add_entry(boxes, picture, &box[i], score_of(best[i]), row_of(&own, found[i]), 0xffffffffu - (uint32_t)best[i]);
    }
    PG_ONCE
    {
        pg_counts *counts = &boxes->counts[picture];
        if (count > 0)
            (void)PG_ADD(&counts->candidates, count);
        if (dead_cells > 0)
            (void)PG_ADD(&counts->dead_cells, dead_cells);
        if (dead_values > 0)
            (void)PG_ADD(&counts->dead_values, dead_values);
    }
}

/* A block: PG_THREADS_MAX entries. Each goes where as many have a smaller key. */
PG_KERNEL(pg_rank_boxes, pg_boxes_arguments, PG_THREADS_MAX)
{
    const pg_boxes *boxes = args.boxes;
    const uint32_t all = boxes->counts[PG_ROW].entries, first = PG_COLUMN * PG_THREADS_MAX;
    if (all > PG_ENTRY_CAPACITY || first >= all)
        return;
    const uint64_t *keys = boxes->keys + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    const pg_entry *entries = boxes->entries + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    pg_entry *ranked = boxes->ranked + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    PG_SHARED uint64_t own[PG_THREADS_MAX], others[PG_THREADS_MAX];
    PG_SHARED uint32_t rank[PG_THREADS_MAX];
    const uint32_t count = all - first < PG_THREADS_MAX ? all - first : PG_THREADS_MAX;
    PG_EACH(i, count)
    {
        own[i] = keys[first + i];
        rank[i] = 0;
    }
    for (uint32_t begin = 0; begin < all; begin += PG_THREADS_MAX) {
        const uint32_t more = all - begin < PG_THREADS_MAX ? all - begin : PG_THREADS_MAX;
        PG_BARRIER();
        PG_EACH(i, PG_THREADS_MAX)
        {
            others[i] = i < more ? keys[begin + i] : ~(uint64_t)0; /* which is smaller than none */
        }
        PG_BARRIER();
        PG_EACH(i, count)
        {
            const uint64_t key = own[i];
            uint32_t smaller = 0;
            for (uint32_t j = 0; j < (more + 7) / 8 * 8; j += 8)
                for (uint32_t k = 0; k < 8; k++)
                    smaller += others[j + k] < key;
            rank[i] += smaller;
        }
    }
    PG_EACH(i, count)
    {
        ranked[rank[i]] = entries[first + i];
    }
}

/*
 * A block: a picture. PG_CHUNK entries at a time: which of them overlaps a kept one, which of them overlaps which, then one thread goes through
 * their order, which is all that is left to do one after another.
 */
PG_KERNEL(pg_suppress_boxes, pg_boxes_arguments, PG_SUPPRESS_THREADS)
{
    const pg_boxes *boxes = args.boxes;
    const pg_wanted *wanted = &boxes->wanted;
    const pg_entry *ranked = boxes->ranked + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    pg_answer *answer = &boxes->answers[PG_ROW];
    PG_SHARED pk_box kept[PG_MOST_BOXES], chunk[PG_CHUNK]; /* moved by class */
    PG_SHARED float kept_area[PG_MOST_BOXES], chunk_area[PG_CHUNK];
    PG_SHARED uint32_t meets[PG_CHUNK][PG_CHUNK / 32]; /* a bit for each of the chunk that overlaps and comes later */
    PG_SHARED uint32_t dead[PG_CHUNK / 32];
    PG_SHARED uint32_t fresh[PG_CHUNK], fresh_count; /* of the chunk, that are kept */
    const uint32_t entries = boxes->counts[PG_ROW].entries, all = entries > PG_ENTRY_CAPACITY ? 0 : entries;
    uint32_t kept_count = 0;
    for (uint32_t first = 0; first < all && kept_count < wanted->most; first += PG_CHUNK) {
        const uint32_t count = all - first < PG_CHUNK ? all - first : PG_CHUNK, words = (count + 31) / 32;
        PG_EACH(i, count)
        {
            const pg_entry *entry = &ranked[first + i];
            chunk[i] = pk_box_moved(entry->box, (float)entry->class_id * wanted->distance);
            chunk_area[i] = pk_box_area(&chunk[i]);
            if (i < PG_CHUNK / 32)
                dead[i] = 0;
        }
        PG_BARRIER();
        PG_EACH(at, 2 * count)
        {
            const uint32_t i = at / 2;
            for (uint32_t k = at % 2; k < kept_count; k += 2)
                if (pk_box_overlaps(&kept[k], kept_area[k], &chunk[i], chunk_area[i], wanted->iou)) {
                    PG_OR(&dead[i / 32], 1u << i % 32);
                    break;
                }
        }
        PG_EACH(at, count * words)
        {
            const uint32_t i = at % count, word = at / count; /* neighbours compare with the same ones */
            uint32_t met = 0;
            for (uint32_t j = 32 * word > i ? 32 * word : i + 1; j < count && j < 32 * word + 32; j++)
                if (pk_box_overlaps(&chunk[i], chunk_area[i], &chunk[j], chunk_area[j], wanted->iou))
                    met |= 1u << j % 32;
            meets[i][word] = met;
        }
        PG_BARRIER();
        PG_ONCE
        {
            const uint32_t room = wanted->most - kept_count;
            uint32_t taken = 0, gone[PG_CHUNK / 32];
            PG_UNROLL
            for (uint32_t word = 0; word < PG_CHUNK / 32; word++)
                gone[word] = word < words ? dead[word] : 0xffffffffu;
            PG_UNROLL
            for (uint32_t word = 0; word < PG_CHUNK / 32; word++) {
                const uint32_t left = count - 32 * word; /* of a word behind the last: anything */
                uint32_t alive = ~gone[word] & (left < 32 ? (1u << left) - 1 : 0xffffffffu);
                while (alive != 0 && taken < room) {
                    const uint32_t i = 32 * word + (uint32_t)__builtin_ctz(alive);
                    fresh[taken++] = i;
                    alive &= alive - 1;
                    alive &= ~meets[i][word];
                    PG_UNROLL
                    for (uint32_t later = word + 1; later < PG_CHUNK / 32; later++)
                        gone[later] |= later < words ? meets[i][later] : 0;
                }
            }
            fresh_count = taken;
        }
        PG_BARRIER();
        PG_EACH(i, fresh_count)
        {
            const pg_entry *entry = &ranked[first + fresh[i]];
            kept[kept_count + i] = chunk[fresh[i]];
            kept_area[kept_count + i] = chunk_area[fresh[i]];
            answer->rows[kept_count + i] = entry->row;
        }
        PG_EACH(at, fresh_count * FOUND_WORDS) /* to the host: neighbours write side by side */
        {
            const pg_entry *entry = &ranked[first + fresh[at / FOUND_WORDS]];
            const uint32_t word = at % FOUND_WORDS;
            const void *from = word < 4 ? (const void *)(&entry->box.x1 + word) : word == 4 ? (const void *)&entry->confidence : (const void *)&entry->class_id;
            void *to = &answer->found[kept_count].x1 + at;
            memcpy(__builtin_assume_aligned(to, 4), __builtin_assume_aligned(from, 4), 4);
        }
        kept_count += fresh_count;
        PG_BARRIER();
    }
    PG_ONCE
    {
        answer->counts = boxes->counts[PG_ROW];
        answer->kept = kept_count;
    }
}
