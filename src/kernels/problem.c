/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors and problems: sizes, words. */
#include "kernels/problem.h"
#include "kernels/image/format.h"

static const struct {
    const char *name;
    size_t size;
} types[PK_TYPE_COUNT] = {
    [PK_NO_TYPE] = {"none", 0}, [PK_F32] = {"f32", 4}, [PK_F16] = {"f16", 2},
    [PK_BF16] = {"bf16", 2},    [PK_U8] = {"u8", 1},   [PK_S8] = {"s8", 1},
    [PK_S32] = {"s32", 4},
};

#define POOL_NAME(op, word, ...) [PK_##op] = #word,
/* clang-format off */
static const char *const op_names[PK_OP_COUNT] = {
    [PK_CONV] = "conv",
    [PK_DECONV] = "deconv",
    [PK_ELTWISE] = "eltwise",
    PK_POOL_MAP(POOL_NAME, , , )
    [PK_UPSAMPLE] = "upsample",
    [PK_PAD] = "pad",
    [PK_GLOBALPOOL] = "globalpool",
    [PK_SHUFFLE] = "shuffle",
    [PK_ATTENTION] = "attention",
    [PK_REORDER] = "reorder",
    [PK_DECODE] = "decode",
    [PK_CANDIDATES] = "candidates",
    [PK_LETTERBOX] = "letterbox",
};
/* clang-format on */

static const char *const format_names[PK_FORMAT_COUNT] = {
    [PK_RGB] = "rgb",   [PK_BGR] = "bgr",   [PK_GREY] = "grey",
    [PK_NV12] = "nv12", [PK_I420] = "i420", [PK_YUYV] = "yuyv",
};

static const char *const activation_names[PK_ACT_COUNT] = {
    [PK_ACT_NONE] = "",
    [PK_ACT_SILU] = "silu",
    [PK_ACT_LEAKY_RELU] = "leaky",
    [PK_ACT_HARDSWISH] = "hardswish",
    [PK_ACT_RELU] = "relu",
    [PK_ACT_SIGMOID] = "sigmoid",
    [PK_ACT_RELU6] = "relu6",
    [PK_ACT_ELU] = "elu",
    [PK_ACT_MISH] = "mish",
    [PK_ACT_GELU] = "gelu",
};

size_t pk_type_size(pk_type type)
{
    return types[type].size;
}

pk_tensor pk_tensor_nhwc(pk_type type, size_t batch, size_t channels, size_t height, size_t width,
                         size_t pixel)
{
    return (pk_tensor){.type = type,
                       .batch = batch,
                       .channels = channels,
                       .height = height,
                       .width = width,
                       .block = pixel,
                       .pixel = pixel,
                       .row = width * pixel,
                       .picture = height * width * pixel};
}

pk_tensor pk_tensor_planes(pk_type type, size_t batch, size_t channels, size_t height, size_t width)
{
    return (pk_tensor){.type = type,
                       .batch = batch,
                       .channels = channels,
                       .height = height,
                       .width = width,
                       .block = 1,
                       .pixel = 1,
                       .row = width,
                       .block_step = height * width,
                       .picture = channels * height * width};
}

bool pk_is_nhwc(const pk_tensor *tensor)
{
    return tensor->block >= tensor->channels && tensor->row == tensor->width * tensor->pixel &&
           tensor->picture == tensor->height * tensor->row;
}

bool pk_is_planes(const pk_tensor *tensor)
{
    return tensor->block == 1 && tensor->pixel == 1 && tensor->row == tensor->width &&
           tensor->block_step == tensor->height * tensor->row &&
           tensor->picture == tensor->channels * tensor->block_step;
}

/* A text under way; what does not fit is cut. Numbers are whole, so no locale has a say in them. */
typedef struct words {
    char *text;
    size_t used;
} words;

static void say(words *to, const char *text)
{
    for (; *text != '\0' && to->used + 1 < PK_TEXT_SIZE; text++)
        to->text[to->used++] = *text;
    to->text[to->used] = '\0';
}

static void say_number(words *to, const char *before, size_t number)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(to, before);
    say(to, digits + at);
}

static void say_tensor(words *to, const pk_tensor *tensor)
{
    say(to, " ");
    say(to, types[tensor->type].name);
    say_number(to, " ", tensor->batch);
    say_number(to, "x", tensor->channels);
    say_number(to, "x", tensor->height);
    say_number(to, "x", tensor->width);
    if (pk_is_planes(tensor))
        say(to, "p");
    else if (tensor->pixel != tensor->channels || !pk_is_nhwc(tensor))
        say_number(to, "/", tensor->pixel);
    if (tensor->block < tensor->channels && tensor->block > 1)
        say_number(to, "c", tensor->block);
    if (tensor->row != tensor->width * tensor->pixel)
        say_number(to, " row ", tensor->row);
}

static void say_sides(words *to, const char *before, const size_t sides[2], size_t usual)
{
    if (sides[0] == usual && sides[1] == usual)
        return;
    say_number(to, before, sides[0]);
    if (sides[1] != sides[0])
        say_number(to, "x", sides[1]);
}

static void say_window(words *to, const pk_window *window)
{
    say_number(to, " ", window->kernel[0]);
    say_number(to, "x", window->kernel[1]);
    say_sides(to, " s", window->stride, 1);
    say_sides(to, " p", window->padding, 0);
    say_sides(to, " d", window->dilation, 1);
    if (window->groups > 1)
        say_number(to, " g", window->groups);
    if (window->gate.count > 0) {
        say_number(to, " gate ", window->gate.first);
        say_number(to, "+", window->gate.step);
        say_number(to, "x", window->gate.count);
    }
}

static void say_letterbox(words *to, const pk_letterbox *how)
{
    say(to, " ");
    say(to, format_names[how->format]);
    const bool is_yuv = pk_format_layout_of(how->format)->rows > 0;
    if (is_yuv)
        say(to, how->matrix == PK_BT709 ? " bt709" : " bt601");
    if (is_yuv && how->is_full_range)
        say(to, " full");
    say_number(to, " ", how->height);
    say_number(to, "x", how->width);
    say_number(to, " at ", how->top);
    say_number(to, ",", how->left);
    say_number(to, " to ", how->inner_height);
    say_number(to, "x", how->inner_width);
    say(to, how->inner_top < 0 ? " at -" : " at ");
    say_number(to, "", (size_t)(how->inner_top < 0 ? -how->inner_top : how->inner_top));
    say_number(to, ",", how->inner_left);
    say_number(to, " in ", how->fill);
}

static void say_attributes(words *to, const pk_problem *problem)
{
    switch (problem->op) {
    case PK_CONV:
    case PK_DECONV:
#define POOL_CASE(op, ...) case PK_##op:
        PK_POOL_MAP(POOL_CASE, , , )
#undef POOL_CASE
        say_window(to, &problem->as.window);
        break;
    case PK_UPSAMPLE:
    case PK_SHUFFLE:
        say_number(to, " x", problem->as.factor);
        break;
    case PK_PAD:
        say_number(to, " ", problem->as.pad.top);
        say_number(to, ",", problem->as.pad.left);
        break;
    case PK_ATTENTION:
        say_number(to, " heads ", problem->as.heads);
        break;
    case PK_ELTWISE:
    case PK_REORDER:
        say(to, problem->as.has_constants ? " scaled" : "");
        break;
    case PK_DECODE:
    case PK_CANDIDATES:
        say_number(to, " classes ", problem->as.head->class_count);
        say_number(to, " masks ", problem->as.head->mask_count);
        break;
    case PK_LETTERBOX:
        say_letterbox(to, &problem->as.letterbox);
        break;
    case PK_GLOBALPOOL:
    case PK_OP_COUNT:
        break;
    }
}

void pk_problem_text(const pk_problem *problem, char text[PK_TEXT_SIZE])
{
    words to = {.text = text};
    say(&to, op_names[problem->op]);
    for (size_t i = 0; i < problem->source_count; i++)
        say_tensor(&to, &problem->source[i]);
    say(&to, " ->");
    say_tensor(&to, &problem->destination);
    if (problem->weights != PK_NO_TYPE) {
        say(&to, " w ");
        say(&to, types[problem->weights].name);
    }
    say_attributes(&to, problem);
    if (problem->activation != PK_ACT_NONE) {
        say(&to, " ");
        say(&to, activation_names[problem->activation]);
    }
    if (problem->workers > 0)
        say_number(&to, ", workers ", problem->workers);
}

double pk_problem_flops(const pk_problem *problem)
{
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    switch (problem->op) {
    case PK_CONV:
        return 2.0 * (double)(out->batch * pk_pixels(out)) * (double)out->channels *
               (double)(in->channels / window->groups) *
               (double)(window->kernel[0] * window->kernel[1]);
    case PK_DECONV:
        return 2.0 * (double)(in->batch * pk_pixels(in)) * (double)in->channels *
               (double)(out->channels / window->groups) *
               (double)(window->kernel[0] * window->kernel[1]);
    case PK_ATTENTION:
        return 4.0 * (double)in->batch * (double)pk_pixels(in) * (double)pk_pixels(in) *
               (double)in->channels;
    default:
        return 0.0;
    }
}

static double bytes_of(const pk_tensor *tensor)
{
    return (double)(tensor->batch * tensor->channels) * (double)pk_pixels(tensor) *
           (double)pk_type_size(tensor->type);
}

double pk_problem_bytes(const pk_problem *problem)
{
    double bytes = bytes_of(&problem->destination);
    for (size_t i = 0; i < problem->source_count; i++)
        bytes += bytes_of(&problem->source[i]);
    return bytes;
}
