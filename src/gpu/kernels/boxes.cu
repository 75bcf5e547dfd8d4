/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw heads -> boxes, in two kernels: find what takes part; rank it and suppress. Rows, scores and overlaps are those of kernels/head and
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

/* Says how many of centre and sides are NaN or infinite. */
PG_FUNCTION pk_box make_box(const cells *of, uint32_t cell, const float *raw, uint32_t *dead)
{
    const float raw_x = raw[0], raw_y = raw[1], raw_width = raw[2], raw_height = raw[3]; /* one wait for all */
    const float x = pk_head_centre(vf32_sigmoid(raw_x), (float)(cell % of->level->grid), of->level->stride);
    const float y = pk_head_centre(vf32_sigmoid(raw_y), (float)(cell / of->level->grid), of->level->stride);
    const float width = pk_head_side(vf32_sigmoid(raw_width), of->level->anchor[of->anchor][0]);
    const float height = pk_head_side(vf32_sigmoid(raw_height), of->level->anchor[of->anchor][1]);
    *dead = (uint32_t)(!is_finite(x) + !is_finite(y) + !is_finite(width) + !is_finite(height));
    return pk_box_of(x, y, width, height);
}

/* Confidences are above 0, so their bits rise with them. */
PG_FUNCTION void add_entry(const pg_boxes *boxes, uint32_t picture, const pk_box *box, float confidence, uint32_t row, uint32_t class_id)
{
    if (!(confidence > boxes->thresholds[class_id]) || !is_finite(confidence))
        return;
    const uint32_t at = PG_ADD(&boxes->tallies[picture].counts.entries, 1u);
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

/* A class and its score, as a number that rises with the score, of equal ones with the falling class: the first of the best classes has the
   greatest. Above all is a score that is NaN. */
#define NO_SCORE    ((uint64_t)0) /* of no class */
#define WRONG_SCORE (~(uint64_t)0)

PG_FUNCTION uint64_t score_key(float score, uint32_t class_id)
{
    return is_nan(score) ? WRONG_SCORE : (uint64_t)bits_of(score) << 32 | (0xffffffffu - class_id);
}

PG_FUNCTION float score_of(uint64_t key)
{
    const uint32_t bits = (uint32_t)(key >> 32);
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

PG_FUNCTION uint32_t class_of(uint64_t key)
{
    return 0xffffffffu - (uint32_t)key;
}

/* The best of every PG_LANES'th class of a row. Adds how many values are NaN or infinite, those of masks too. */
PG_FUNCTION uint64_t best_of_lane(const pg_boxes *boxes, const float *raw, float objectness, uint32_t lane, uint32_t *dead)
{
    uint64_t best = NO_SCORE;
    for (uint32_t c = lane; c < boxes->class_count + boxes->mask_count; c += PG_LANES) {
        const int is_class = c < boxes->class_count;
        const float value = is_class ? vf32_sigmoid(raw[HEAD_FIXED + c]) : raw[HEAD_FIXED + c];
        const uint64_t key = is_class ? score_key(value * objectness, c) : NO_SCORE;
        *dead += (uint32_t)!is_finite(value);
        best = key > best ? key : best;
    }
    return best;
}

/* A block: PG_CELLS cells of an anchor of a level. */
PG_KERNEL(pg_find_boxes, pg_boxes, PG_THREADS_MAX)
{
    const pg_wanted wanted = *args.wanted;
    const uint32_t picture = PG_ROW, classes = args.class_count;
    const int is_multi_label = wanted.is_multi_label != 0 && classes > 1;
    const cells own = cells_of(&args, PG_COLUMN);
    PG_SHARED uint32_t found[PG_CELLS], is_wrong[PG_CELLS];
    PG_SHARED float objectness[PG_CELLS];
    PG_SHARED pk_box box[PG_CELLS];
    PG_SHARED uint64_t best[PG_CELLS][PG_LANES];
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
        const float raw = raw_of(&args, &own, picture, own.first + i)[4];
        if (!is_finite(raw))
            (void)PG_ADD(&dead_cells, 1u);
        if (!(raw >= wanted.raw)) /* almost always; NaN too */
            continue;
        const float sigmoid = vf32_sigmoid(raw);
        if (!(sigmoid > wanted.threshold))
            continue;
        const uint32_t at = PG_ADD(&count, 1u);
        found[at] = own.first + i;
        objectness[at] = sigmoid;
    }
    PG_BARRIER();
    PG_EACH(i, count * (PG_LANES + 1)) /* classes, and by other warps boxes */
    {
        const uint32_t at = i < count * PG_LANES ? i / PG_LANES : i - count * PG_LANES, lane = i % PG_LANES;
        const float *raw = raw_of(&args, &own, picture, found[at]);
        uint32_t dead = 0;
        if (i < count * PG_LANES) {
            best[at][lane] = best_of_lane(&args, raw, objectness[at], lane, &dead);
        } else {
            box[at] = make_box(&own, found[at], raw, &dead);
            is_wrong[at] = dead != 0 || !(objectness[at] > wanted.lowest);
        }
        if (dead != 0)
            (void)PG_ADD(&dead_values, dead);
    }
    PG_BARRIER();
    PG_EACH(i, is_multi_label ? count * classes : count)
    {
        const uint32_t at = is_multi_label ? i / classes : i, c = is_multi_label ? i % classes : 0;
        uint64_t key = NO_SCORE;
        if (is_multi_label)
            key = score_key(vf32_sigmoid(raw_of(&args, &own, picture, found[at])[HEAD_FIXED + c]) * objectness[at], c);
        for (uint32_t lane = 0; !is_multi_label && lane < PG_LANES; lane++)
            key = best[at][lane] > key ? best[at][lane] : key;
        if (is_wrong[at] == 0 && key != WRONG_SCORE)
            add_entry(&args, picture, &box[at], score_of(key), row_of(&own, found[at]), class_of(key));
    }
    PG_ONCE
    {
        pg_counts *counts = &args.tallies[picture].counts;
        if (count > 0)
            (void)PG_ADD(&counts->candidates, count);
        if (dead_cells > 0)
            (void)PG_ADD(&counts->dead_cells, dead_cells);
        if (dead_values > 0)
            (void)PG_ADD(&counts->dead_values, dead_values);
    }
}

PG_FUNCTION uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Entries first .. first + PG_CHUNK go where as many have a smaller key. */
PG_FUNCTION void rank(const uint64_t *keys, uint32_t all, uint32_t first, uint32_t *order)
{
    PG_SHARED uint64_t own[PG_CHUNK], others[PG_CHUNK];
    PG_SHARED uint32_t ranks[PG_CHUNK];
    const uint32_t count = least(all - first, PG_CHUNK);
    PG_EACH(i, count)
    {
        own[i] = keys[first + i];
        ranks[i] = 0;
    }
    for (uint32_t begin = 0; begin < all; begin += PG_CHUNK) {
        const uint32_t more = least(all - begin, PG_CHUNK);
        PG_BARRIER();
        PG_EACH(i, PG_CHUNK)
        {
            others[i] = i < more ? keys[begin + i] : ~(uint64_t)0; /* which is smaller than none */
        }
        PG_BARRIER();
        PG_EACH(i, count)
        {
            uint32_t smaller = 0;
            for (uint32_t j = 0; j < more; j += 4)
                smaller += (uint32_t)(others[j] < own[i]) + (others[j + 1] < own[i]) + (others[j + 2] < own[i]) + (others[j + 3] < own[i]);
            ranks[i] += smaller;
        }
    }
    PG_EACH(i, count)
    {
        order[ranks[i]] = first + i;
    }
}

/* Whether this block is the last of so many to come here, and so sees what the others wrote. */
PG_FUNCTION int is_last(uint32_t *came, uint32_t blocks)
{
    PG_SHARED uint32_t before;
    if (blocks > 1)
        PG_FENCE();
    PG_BARRIER();
    if (blocks == 1)
        return 1;
    PG_ONCE
    {
        before = PG_ADD(came, 1u);
    }
    PG_BARRIER();
    PG_FENCE();
    return before + 1 == blocks;
}

#define FOUND_WORDS (sizeof(pg_found) / 4)
#define WORD        32 /* boxes of a chunk whose bits share one */

/* To the host: neighbours write side by side. */
PG_FUNCTION void write_answer(pg_answer *answer, const pg_entry *entries, const uint32_t *kept, uint32_t count)
{
    PG_EACH(at, count * FOUND_WORDS)
    {
        const pg_entry *entry = &entries[kept[at / FOUND_WORDS]];
        const uint32_t word = at % FOUND_WORDS;
        const void *from = word < 4 ? (const void *)(&entry->box.x1 + word) : word == 4 ? (const void *)&entry->confidence : (const void *)&entry->class_id;
        void *to = &answer->found[0].x1 + at;
        memcpy(__builtin_assume_aligned(to, 4), __builtin_assume_aligned(from, 4), 4);
    }
    PG_EACH(i, count)
    {
        answer->rows[i] = entries[kept[i]].row;
    }
}

/* Boxes that are kept, and a chunk of those that are not decided, by rank; moved by class, and which entries they are. */
typedef struct kept_boxes {
    pk_box box[PG_MOST_BOXES];
    float area[PG_MOST_BOXES];
    uint32_t entry[PG_MOST_BOXES];
} kept_boxes;

typedef struct box_chunk {
    pk_box box[PG_CHUNK];
    float area[PG_CHUNK];
    uint32_t entry[PG_CHUNK];
    uint32_t dead[PG_CHUNK / WORD];
    uint32_t meets[2][WORD]; /* of a word's boxes, a bit for each that overlaps and comes later; beside it zeros for the next word */
} box_chunk;

PG_FUNCTION void take_chunk(box_chunk *chunk, const pg_entry *entries, const uint32_t *order, uint32_t count, float distance)
{
    PG_EACH(i, count)
    {
        const uint32_t at = order[i];
        const pg_entry *const entry = &entries[at];
        chunk->entry[i] = at;
        chunk->box[i] = pk_box_moved(entry->box, (float)entry->class_id * distance);
        chunk->area[i] = pk_box_area(&chunk->box[i]);
    }
    PG_EACH(i, PG_CHUNK / WORD)
    {
        chunk->dead[i] = WORD * i + WORD <= count ? 0 : WORD * i < count ? ~0u << count % WORD : ~0u;
    }
    PG_EACH(i, 2 * WORD)
    {
        chunk->meets[i / WORD][i % WORD] = 0;
    }
}

PG_FUNCTION void kill(box_chunk *chunk, uint32_t i)
{
    PG_OR(&chunk->dead[i / WORD], 1u << i % WORD);
}

PG_FUNCTION void kill_by_kept(const kept_boxes *kept, uint32_t kept_count, box_chunk *chunk, uint32_t count, float iou)
{
    PG_EACH(i, count)
    {
        for (uint32_t k = 0; k < kept_count; k++)
            if (pk_box_overlaps(&kept->box[k], kept->area[k], &chunk->box[i], chunk->area[i], iou)) {
                kill(chunk, i);
                break;
            }
    }
}

/* By those of a word that were kept, a bit each. */
PG_FUNCTION void kill_by_fresh(box_chunk *chunk, uint32_t base, uint32_t fresh, uint32_t count, float iou)
{
    PG_EACH(later, count - least(base + WORD, count))
    {
        const uint32_t j = base + WORD + later;
        for (uint32_t left = fresh; left != 0; left &= left - 1) {
            const uint32_t i = base + (uint32_t)__builtin_ctz(left);
            if (pk_box_overlaps(&chunk->box[i], chunk->area[i], &chunk->box[j], chunk->area[j], iou)) {
                kill(chunk, j);
                break;
            }
        }
    }
}

/* Which of a word's living boxes overlap which. */
PG_FUNCTION void compare_word(box_chunk *chunk, uint32_t base, uint32_t alive, uint32_t turn, float iou)
{
    const pk_box *const box = &chunk->box[base];
    const float *const area = &chunk->area[base];
    PG_EACH(at, WORD * WORD)
    {
        const uint32_t i = at / WORD, j = at % WORD;
        if (i < j && (alive >> i & alive >> j & 1) != 0 && pk_box_overlaps(&box[i], area[i], &box[j], area[j], iou))
            PG_OR(&chunk->meets[turn][i], 1u << j);
        if (at < WORD)
            chunk->meets[1 - turn][at] = 0;
    }
}

/* Bits of those that are kept: one after another, all that a block cannot do side by side, so that each of its threads does it. */
PG_FUNCTION uint32_t choose(const uint32_t *meets, uint32_t alive, uint32_t room)
{
    uint32_t fresh = 0;
    for (; alive != 0 && room > 0; room--) {
        const uint32_t i = (uint32_t)__builtin_ctz(alive);
        fresh |= 1u << i;
        alive &= ~(meets[i] | 1u << i);
    }
    return fresh;
}

PG_FUNCTION void keep(kept_boxes *kept, uint32_t kept_count, const box_chunk *chunk, uint32_t base, uint32_t fresh)
{
    PG_EACH(i, WORD)
    {
        const uint32_t at = kept_count + (uint32_t)__builtin_popcount(fresh & ((1u << i) - 1));
        if ((fresh >> i & 1) == 0)
            continue;
        kept->box[at] = chunk->box[base + i];
        kept->area[at] = chunk->area[base + i];
        kept->entry[at] = chunk->entry[base + i];
    }
}

/* How many of the ranked entries are kept, which are the first of kept. */
PG_FUNCTION uint32_t suppress(const pg_wanted *wanted, const pg_entry *entries, const uint32_t *order, uint32_t all, kept_boxes *kept)
{
    PG_SHARED box_chunk chunk;
    uint32_t kept_count = 0, turn = 0;
    for (uint32_t first = 0; first < all && kept_count < wanted->most; first += PG_CHUNK) {
        const uint32_t count = least(all - first, PG_CHUNK);
        take_chunk(&chunk, entries, order + first, count, wanted->distance);
        PG_BARRIER();
        kill_by_kept(kept, kept_count, &chunk, count, wanted->iou);
        PG_BARRIER();
        for (uint32_t base = 0; base < count && kept_count < wanted->most; base += WORD) {
            const uint32_t alive = ~chunk.dead[base / WORD];
            if (alive == 0)
                continue;
            compare_word(&chunk, base, alive, turn, wanted->iou);
            PG_BARRIER();
            const uint32_t fresh = choose(chunk.meets[turn], alive, wanted->most - kept_count);
            keep(kept, kept_count, &chunk, base, fresh);
            kill_by_fresh(&chunk, base, fresh, count, wanted->iou);
            kept_count += (uint32_t)__builtin_popcount(fresh);
            turn = 1 - turn;
            PG_BARRIER();
        }
        PG_BARRIER(); /* a word of dead ones has none */
    }
    return kept_count;
}

/* A block: PG_CHUNK entries of a picture, which it ranks. The last of a picture's blocks suppresses. */
PG_KERNEL(pg_settle_boxes, pg_boxes, PG_CHUNK)
{
    pg_tally *const tally = &args.tallies[PG_ROW];
    pg_answer *const answer = &args.answers[PG_ROW];
    const pg_entry *const entries = args.entries + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    uint32_t *const order = args.order + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY;
    const pg_wanted wanted = *args.wanted;
    PG_SHARED kept_boxes kept;
    const uint32_t found = tally->counts.entries, all = found > PG_ENTRY_CAPACITY ? 0 : found;
    const uint32_t blocks = (all + PG_CHUNK - 1) / PG_CHUNK;
    if (PG_COLUMN > 0 && PG_COLUMN >= blocks) /* or the last one has cleared the tally: none as well */
        return;
    if (all > 0) {
        rank(args.keys + (uint64_t)PG_ROW * PG_ENTRY_CAPACITY, all, PG_COLUMN * PG_CHUNK, order);
        if (!is_last(&tally->ranked, blocks))
            return;
    }
    const uint32_t kept_count = suppress(&wanted, entries, order, all, &kept);
    write_answer(answer, entries, kept.entry, kept_count);
    PG_BARRIER(); /* all have read the tally, though there be nothing to rank */
    PG_ONCE
    {
        answer->counts = tally->counts;
        answer->kept = kept_count;
        *tally = (pg_tally){.ranked = 0};
    }
}
