/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores by element type on the vector vocabulary included before this: vf32_get_f32(p, count), vf32_put_bf16(p, a, count) and
 * their kin, for up to a vector of channels; value_f32(x) is one element as a float. */
#ifndef PK_SIMD_ELEMENTS_H
#define PK_SIMD_ELEMENTS_H

PK_INLINE size_t vf32_count(size_t at, size_t channels) { return channels - at < VF32_LANES ? channels - at : VF32_LANES; }

PK_INLINE vf32 vf32_get_f32(const pk_f32 *p, size_t count)
{
    return PK_LIKELY(count == VF32_LANES) ? vf32_load(p) : vf32_load_first(p, count);
}
PK_INLINE void vf32_put_f32(pk_f32 *p, vf32 a, size_t count)
{
    if (PK_LIKELY(count == VF32_LANES))
        vf32_store(p, a);
    else
        vf32_store_first(p, a, count);
}
PK_INLINE vf32 vf32_get_bf16(const pk_bf16 *p, size_t count)
{
    if (PK_LIKELY(count == VF32_LANES))
        return vf32_load_bf16(p);
    pk_bf16 lanes[VF32_LANES] = {0};
    for (size_t i = 0; i < count; i++)
        lanes[i] = p[i];
    return vf32_load_bf16(lanes);
}
PK_INLINE void vf32_put_bf16(pk_bf16 *p, vf32 a, size_t count)
{
    if (PK_LIKELY(count == VF32_LANES)) {
        vf32_store_bf16(p, a);
        return;
    }
    pk_bf16 lanes[VF32_LANES];
    vf32_store_bf16(lanes, a);
    for (size_t i = 0; i < count; i++)
        p[i] = lanes[i];
}
PK_INLINE float value_f32(pk_f32 x) { return x; }
PK_INLINE float value_bf16(pk_bf16 x) { return pk_bf16_to_f32(x); }

#endif
