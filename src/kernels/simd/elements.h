/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores by element type on the vector vocabulary included before this: vf32_get_f32(p, count), vf32_put_bf16(p, a, count) and
 * their kin, for up to a vector of channels; value_f32(x) is one element as a float, element_f32(a) a float as an element. */
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
PK_INLINE float value_f32(pk_f32 x) { return x; }
PK_INLINE pk_f32 element_f32(float a) { return a; }

#define PK_HALF_ELEMENTS(half)                                                \
    PK_INLINE vf32 vf32_get_##half(const pk_##half *p, size_t count)          \
    {                                                                         \
        if (PK_LIKELY(count == VF32_LANES))                                   \
            return vf32_load_##half(p);                                       \
        pk_##half lanes[VF32_LANES] = {0};                                    \
        for (size_t i = 0; i < count; i++)                                    \
            lanes[i] = p[i];                                                  \
        return vf32_load_##half(lanes);                                       \
    }                                                                         \
    PK_INLINE void vf32_put_##half(pk_##half *p, vf32 a, size_t count)        \
    {                                                                         \
        if (PK_LIKELY(count == VF32_LANES)) {                                 \
            vf32_store_##half(p, a);                                          \
            return;                                                           \
        }                                                                     \
        pk_##half lanes[VF32_LANES];                                          \
        vf32_store_##half(lanes, a);                                          \
        for (size_t i = 0; i < count; i++)                                    \
            p[i] = lanes[i];                                                  \
    }                                                                         \
    PK_INLINE float value_##half(pk_##half x) { return pk_##half##_to_f32(x); } \
    PK_INLINE pk_##half element_##half(float a) { return pk_f32_to_##half(a); }

PK_HALF_MAP(PK_HALF_ELEMENTS)
#undef PK_HALF_ELEMENTS

#endif
