/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels of a fine grid and of a coarse one, into each other; nothing is computed, so any element type does. Needs PK_ISA and PK_T. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_##op##_, PK_T), PK_JOIN(_, PK_ISA))
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)

/* Rows of the coarse grid. */
void PK_NAME(shuffle)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const size_t factor = call->problem->as.factor;
    const bool is_to_coarse = out->channels > in->channels;
    const pk_tensor *fine = is_to_coarse ? in : out, *coarse = is_to_coarse ? out : in;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    for (size_t y = range.begin * factor; y < range.end * factor; y++)
        for (size_t x = 0; x < fine->width; x++) {
            const size_t at_fine = range.part * fine->picture + y * fine->row + x * fine->pixel;
            const size_t at_coarse = range.part * coarse->picture + y / factor * coarse->row + x / factor * coarse->pixel +
                                     (y % factor * factor + x % factor) * fine->channels;
            const PK_ELEMENT *input = (const PK_ELEMENT *)call->source[0] + (is_to_coarse ? at_fine : at_coarse);
            PK_ELEMENT *output = (PK_ELEMENT *)call->destination + (is_to_coarse ? at_coarse : at_fine);
            memcpy(output, input, fine->channels * sizeof(PK_ELEMENT));
        }
}

#undef PK_NAME
#undef PK_ELEMENT
