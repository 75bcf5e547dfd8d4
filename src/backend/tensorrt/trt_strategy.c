/* SPDX-License-Identifier: Apache-2.0 */
/* The table of families, and which library version belongs to which. */
#include "backend/tensorrt/trt_library.h"

#define FLAG(number_, since_)                  \
    {                                          \
        .number = (number_), .since = (since_) \
    }
#define NO_FLAG FLAG(-1, 0)

static const pw_trt_strategy strategies[PW_TRT_FAMILY_COUNT] = {
    [PW_TRT_8_2] = {.name = "TensorRT 8.2-8.4",
                    .source = "headers 8.2.0-EA to 8.4.3",
                    .first = 8200,
                    .last = 8499,
                    .network_flags = 1u << 0, /* kEXPLICIT_BATCH */
                    .fp16_flag = FLAG(0, 0),
                    .int8_flag = FLAG(1, 0),
                    .obey_precision_flag = FLAG(10, 8201),
                    .tf32_flag = FLAG(7, 0),
                    .version_compatible_flag = NO_FLAG,
                    .has_exclusive_profiles = true,
                    .newest_gpu = 87}, /* 8.9: NVIDIA/TensorRT issue 2727; 9.0: seen on 8.4.1 */
    [PW_TRT_8_5] = {.name = "TensorRT 8.5-9.x",
                    .source = "headers 8.5.1 to 9.2.0.5",
                    .first = 8500,
                    .last = 9999,
                    .has_named_tensors = true,
                    .network_flags = 1u << 0,
                    .fp16_flag = FLAG(0, 0),
                    .int8_flag = FLAG(1, 0),
                    .obey_precision_flag = FLAG(10, 0),
                    .tf32_flag = FLAG(7, 0),
                    .version_compatible_flag = FLAG(15, 8600),
                    .checks_builder = true,
                    .has_exclusive_profiles = true},
    [PW_TRT_10] = {.name = "TensorRT 10.x",
                   .source = "headers 10.0.0 to 10.16",
                   .first = 100000,
                   .last = 109999,
                   .has_wide_dims = true,
                   .has_named_tensors = true,
                   .network_flags = 1u << 0, /* explicit batch: kept in the enum, ignored */
                   .fp16_flag = FLAG(0, 0),
                   .int8_flag = FLAG(1, 0),
                   .obey_precision_flag = FLAG(9, 0),
                   .tf32_flag = FLAG(6, 0),
                   .version_compatible_flag = FLAG(13, 0),
                   .checks_builder = true},
    [PW_TRT_11] = {.name = "TensorRT 11.x",
                   .source = "headers 11.0 and 11.1; the lean runtime 11.4",
                   .first = 110000,
                   .last = 119999,
                   .has_versioned_logger = true,
                   .has_wide_dims = true,
                   .has_named_tensors = true,
                   .is_strongly_typed = true,
                   .network_flags = 1u << 0, /* kSTRONGLY_TYPED is bit 0 here */
                   .fp16_flag = NO_FLAG,
                   .int8_flag = NO_FLAG,
                   .obey_precision_flag = NO_FLAG,
                   .tf32_flag = FLAG(6, 0),
                   .version_compatible_flag = FLAG(12, 0),
                   .checks_builder = true,
                   .lost_tactic_sources = 3},
    [PW_TRT_RTX_1_3] = {.name = "TensorRT-RTX 1.3-1.4",
                        .source = "headers 1.3 and 1.4; the library 1.4.0",
                        .first = 10300,
                        .last = 10499,
                        .is_rtx = true,
                        .has_wide_dims = true,
                        .has_named_tensors = true,
                        .is_strongly_typed = true,
                        .network_flags = 1u << 1, /* kSTRONGLY_TYPED */
                        .fp16_flag = NO_FLAG,
                        .int8_flag = NO_FLAG,
                        .int8_since = INT32_MAX,
                        .obey_precision_flag = NO_FLAG,
                        .tf32_flag = FLAG(6, 0),
                        .version_compatible_flag = NO_FLAG,
                        .checks_builder = true},
    [PW_TRT_RTX_1_5] = {.name = "TensorRT-RTX 1.5-1.7",
                        .source = "headers 1.5 and 1.6; the libraries 1.5.0, 1.6.1, 1.7.1",
                        .first = 10500,
                        .last = 10799,
                        .is_rtx = true,
                        .has_versioned_logger = true,
                        .has_wide_dims = true,
                        .has_named_tensors = true,
                        .is_strongly_typed = true,
                        .network_flags = 1u << 0,
                        .fp16_flag = NO_FLAG,
                        .int8_flag = NO_FLAG,
                        .int8_since = 10700,
                        .obey_precision_flag = NO_FLAG,
                        .tf32_flag = FLAG(6, 0),
                        .version_compatible_flag = NO_FLAG,
                        .checks_builder = true,
                        .lost_tactic_sources = 3},
};

typedef struct slot_row {
    int8_t slot[PW_TRT_FAMILY_COUNT];
    int32_t since;
} slot_row;

static const slot_row slots[PW_TRT_METHOD_COUNT] = {
#define COMMON_ROW(class, method, result, parameters, a, b, c, d, e, f) \
    [PW_TRT_##class##_##method] = {.slot = {a, b, c, d, e, f}, .since = 0},
#define LATER_ROW(class, method, result, parameters, a, b, c, d, e, f, since_) \
    [PW_TRT_##class##_##method] = {.slot = {a, b, c, d, e, f}, .since = (since_)},
    PW_TRT_COMMON_MAP(COMMON_ROW) PW_TRT_LATER_MAP(LATER_ROW)
#undef COMMON_ROW
#undef LATER_ROW
};

const pw_trt_strategy *pw_trt_strategy_of(pw_trt_family family)
{
    return &strategies[family];
}

pawl_status pw_trt_check_gpu(const pw_trt_library *library, int major, int minor, pawl_error *error)
{
    const int newest = library->strategy->newest_gpu;
    if (newest == 0 || 10 * major + minor <= newest)
        return PAWL_OK;
    return pw_fail(
        error, PAWL_ERR_DEVICE,
        "%s (%s) has no kernels for this GPU, whose compute capability is %d.%d: it knows "
        "GPUs up to %d.%d; install a newer TensorRT, or build with --backend cpu",
        library->version_text, library->path, major, minor, newest / 10, newest % 10);
}

pw_trt_family pw_trt_family_of(int32_t version)
{
    for (int family = 0; family < PW_TRT_FAMILY_COUNT; family++)
        if (version >= strategies[family].first && version <= strategies[family].last)
            return (pw_trt_family)family;
    return PW_TRT_FAMILY_COUNT;
}

int pw_trt_slot(const pw_trt_library *library, pw_trt_method method)
{
    const slot_row *row = &slots[method];
    return library->version >= row->since ? row->slot[library->family] : -1;
}
