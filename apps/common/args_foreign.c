/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people who come from YOLOv5's scripts, TensorRTX, trtexec and Ultralytics' yolo write, and
 * what it is called here: by meaning. Only where a word is of none of them, the nearest spelling is
 * offered.
 */
#include "common/args_parts.h"

#include "common/files.h"
#include "common/term.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_LENGTH 31

/* Whatever the case; '-' and '_' are one. */
typedef struct foreign_option {
    const char *words;    /* blank-separated, without dashes */
    const char *commands; /* where this row counts, NULL: everywhere; the first that fits counts */
    const char *advice;   /* NULL: the file is named without an option */
} foreign_option;

/* clang-format off */
static const foreign_option foreign_options[] = {
    {"saveengine engine", "build", "write -o FILE"},
    {"weights w model source loadengine engine", NULL, NULL},
    {"onnx uff", NULL, "no ONNX is needed on the way: 'pawl build best.pt' reads what train.py wrote"},
    {"saveengine", NULL, "engines come from 'pawl build best.pt -o best.engine'"},
    {"half fp16 bf16 int8 fp8 fp4 quantize", "export", "numbers are float32, as the weights' own network computes; runtimes convert them: leave it out"},
    {"half fp16", "build", "write --precision fp16, and --backend tensorrt for a GPU"},
    {"int8 quantize", "build", "write --precision int8 --calib DIR, a folder of pictures like those it will see"},
    {"bf16 fp8 fp4 best", "build", "write --precision NAME with one of those that 'pawl build --help' lists"},
    {"int8 quantize", NULL,
     "the precision is chosen when the engine is built: 'pawl build best.pt --precision int8 --calib DIR'"},
    {"half fp16 bf16 fp8 fp4 best", NULL,
     "the precision is chosen when the engine is built: 'pawl build best.pt --precision fp16'"},
    {"notf32", NULL, "FP32 is FP32 unless --tf32 on is given to 'pawl build': leave it out"},
    {"stronglytyped precisionconstraints layerprecisions layeroutputtypes", NULL,
     "--precision of 'pawl build' says all about numbers: leave it out"},
    {"calib", NULL, "nothing is calibrated here: leave it out"},
    {"gpu gpus", NULL, "write --backend tensorrt --device N"},
    {"dla usedla usedlacore dlacore", NULL, "engines are built for the GPU, not for DLA cores: leave it out, or build with NVIDIA's trtexec"},
    {"tacticsources", NULL, "write --tactics LIST to 'pawl build', such as cublas,edge"},
    {"dnn", NULL, "OpenCV is not used, an engine runs as it is: leave it out (--backend cpu runs on the processor)"},
    {"include format", NULL, "'pawl build' writes an .engine, 'pawl export' an .onnx, 'pawl convert' a .wts; there are no other formats"},
    {"simplify inplace optimize", "export", "the graph is written as simple as it is: leave it out"},
    {"nms agnostic-nms topk-per-class topk-all conf-thres iou-thres conf iou", "export", "boxes are decoded and not chosen, as export.py writes ONNX: leave it out"},
    {"dynamic minshapes optshapes maxshapes explicitbatch maxbatch", NULL,
     "write --batch MIN:OPT:MAX to 'pawl build', and through TensorRT --shapes MIN:OPT:MAX for heights and widths (on the CPU an engine "
     "takes any multiple of the stride)"},
    {"nms agnostic-nms topk-per-class topk-all", "build convert", "boxes are chosen by 'pawl predict' (--conf, --iou, --max-det, --agnostic-nms): leave it out"},
    {"nms topk-per-class topk-all", NULL, "boxes are always chosen by it (--conf, --iou, --max-det, --agnostic-nms): leave it out"},
    {"type t", "build convert inspect", "the file says what the network is, and nothing is exported on the way: leave it out"},
    {"opset simplify inplace keras optimize mlmodel per-tensor deploy", NULL,
     "the file says what the network is, and nothing is exported on the way: leave it out"},
    {"cache timingcachefile", NULL, "write --timing-cache FILE to 'pawl build'"},
    {"builderoptimizationlevel", NULL, "write --opt-level N to 'pawl build'"},
    {"mempoolsize", NULL, "write --workspace SIZE to 'pawl build', such as 4G"},
    {"versioncompatible vc", NULL, "write --version-compatible to 'pawl build'"},
    {"hardwarecompatibilitylevel", NULL, "write --hardware-compatible to 'pawl build'"},
    {"striplevel stripweights refit allowgpufallback inputioformats outputioformats plugins staticplugins sparsity maxauxstreams "
     "consistency safe skipinference buildonly usemanagedstats useruntime leandllpath nobuildercache allowweightstreaming", NULL,
     "there is no such choice here: leave it out"},
    {"dryrun", NULL, "write --dry-run to 'pawl build'"},
    {"dumplayerinfo exportlayerinfo profilingverbosity getplanversiononly", NULL, "'pawl inspect ENGINE -v' lists layers, versions and kernels"},
    {"dumpprofile exportprofile separateprofilerun", NULL, "write --layers to 'pawl bench', of an engine on the CPU"},
    {"exporttimes", NULL, "write --json FILE to 'pawl bench'"},
    {"exportoutput dumpoutput", NULL, "'pawl run ENGINE X.npy -o PREFIX' writes the outputs"},
    {"loadinputs", NULL, "write --input X.npy to 'pawl bench', or 'pawl run ENGINE X.npy'"},
    {"warmup", NULL, "write --warmup SECONDS to 'pawl bench' (trtexec counts milliseconds)"},
    {"avgruns percentile", NULL, "'pawl bench' prints min, mean, median, p90, p95 and p99: leave it out"},
    {"infstreams streams usespinwait usecudagraph nodatatransfers idletime sleeptime exposedma", NULL,
     "'pawl bench' times one run after the other: leave it out"},
    {"shapes", "predict bench val", "write --imgsz HxW and --batch N"},
    {"tolerance atol rtol", "verify", "write --max-error N for layers, --min-iou N for boxes"},
    {"loadrefoutputs accuracythreshold accuracyalgorithm", NULL, "'pawl verify best.pt best.engine --images PICTURE...' compares with the reference"},
    {"show", "predict", "write --view"},
    {"view-img show", NULL, "no window is opened; pictures are in the run's folder: leave it out"},
    {"save", NULL, "'pawl predict' writes pictures unless --nosave says otherwise: leave it out"},
    {"save-csv save-format", NULL, "write --json FILE"},
    {"save-frames", NULL, "an annotated video is written as one: leave it out, or take its frames by ffmpeg"},
    {"output o", "predict", "results go into a folder: write --project DIR --name NAME --exist-ok"},
    {"plots save", "val", "plots and a report are written unless --nosave says otherwise: leave it out"},
    {"project name exist-ok", "build convert run", "write -o FILE"},
    {"augment", NULL, "pictures are looked at as they are (no test-time augmentation): leave it out"},
    {"visualize embed", NULL, "'pawl verify -v' compares the tensors of all layers"},
    {"update save-period", NULL, "an engine needs nothing of the kind: leave it out"},
    {"show-labels show-conf show-boxes", NULL, "write --hide-labels or --hide-conf: all is shown else"},
    {"stream-buffer stream", "predict", "of what is live the newest frame is looked at, of a file each: leave it out"},
    {"vid-stride stream-buffer stream", NULL, "'pawl predict' alone reads video"},
    {"rect", NULL, "pictures are fitted into --imgsz, a square unless HxW is given: leave it out ('pawl predict' and 'pawl val' have it)"},
    {"task mode", NULL, "the task is the file's and the mode is the command: leave it out"},
    {"workers", NULL, "write --threads N"},
    {"tracker track-high-thresh track-low-thresh new-track-thresh match-thresh", NULL, "--track follows objects by ByteTrack, --conf, --track-low, --track-new and --track-match are its thresholds"},
    {"persist", NULL, "a run follows its objects from its first picture to its last: leave it out"},
    {"save-vid save-video video", "predict", "annotated videos are written unless --nosave says otherwise: leave it out"},
    {"save-vid save-video video", NULL, "'pawl predict' alone reads video"},
    {"classes", "val", "all classes are judged, -v shows each: leave it out"},
    {"nc anchors gd gw depth width", NULL, "the file says it: leave it out"},
    {"epochs hyp cfg patience optimizer freeze resume lr0 fraction", NULL, "nothing is trained here: leave it out"},
};

/* What stands in the place of a command. */
static const struct {
    const char *words, *advice;
} foreign_commands[] = {
    {"detect segment seg det classify cls infer inference yolo yolov5 obb pose", "'pawl predict MODEL SOURCE...' finds boxes, masks or classes, as the model does"},
    {"engine trt compile", "'pawl build WEIGHTS' makes the .engine, 'pawl convert WEIGHTS' the .wts"},
    {"gen-wts wts", "'pawl convert WEIGHTS [OUT.wts]' writes what gen_wts.py writes"},
    {"trtexec benchmark benchmarks profile perf speed time", "'pawl bench ENGINE' measures the time of a run, 'pawl build WEIGHTS' makes the engine"},
    {"validate test eval evaluate study", "'pawl val ENGINE --data FILE' measures accuracy"},
    {"train tune", "nothing is trained here; what train.py wrote is read: 'pawl build best.pt'"},
    {"compare check polygraphy", "'pawl verify WEIGHTS ENGINE --images PICTURE...' compares engines with their weights"},
    {"info show summary", "'pawl inspect FILE' tells what a file holds"},
    {"checks settings env", "'pawl doctor' says what each backend finds here"},
    {"track", "'pawl predict MODEL SOURCE... --track' gives objects an id from picture to picture"},
    {"quantize calibrate", "'pawl build WEIGHTS --precision int8 --calib DIR' takes its scales from pictures"},
    {"prune", "nothing is pruned here; a pruned .pt is read: 'pawl build best.pt'"},
    {"serve server", "there is no server; 'pawl predict MODEL SOURCE... --json -' prints a line a picture"},
    {"-s", "'pawl build WEIGHTS -o ENGINE' makes the engine (TensorRTX's command line is that of yolov5_det, yolov5_seg and yolov5_cls)"},
    {"-d", "'pawl predict ENGINE FOLDER' looks at pictures (TensorRTX's command line is that of yolov5_det, yolov5_seg and yolov5_cls)"},
    {"-w", "'pawl convert WEIGHTS -o OUT.wts' writes what gen_wts.py writes"},
};

/* Values that are words elsewhere. Those without advice are no choices yet, and yet handed on: the
 * library says that it has none of the kind, and --fallback counts. */
static const struct {
    const char *option, *words, *advice;
} foreign_choices[] = {
    {"backend", "cuda", NULL},
    {"backend", "gpu nvidia trt rtx cuda:0 0", "it is called tensorrt"},
    {"backend", "x86 avx2 avx512 native", "it is called cpu; the environment's PAWL_MAX_ISA bounds the instruction set"},
    {"precision", "half 16 f16 float16", "it is called fp16"},
    {"precision", "32 f32 float float32 single", "it is called fp32"},
    {"precision", "bfloat16", "it is called bf16"},
    {"task", "study", "run 'pawl val' at each --imgsz, --json FILE has the figures"},
    {"include", "engine tensorrt trt", "'pawl build WEIGHTS' makes the .engine, through TensorRT with --backend tensorrt"},
    {"include", "openvino", "export onnx, which OpenVINO reads as it is; 'ovc best.onnx' converts it"},
    {"include", "torchscript", "it is PyTorch's own: stay with the .pt, or export onnx"},
    {"include", "coreml mlmodel", "export onnx; Core ML is written by Apple's tools from PyTorch only"},
    {"include", "saved_model saved-model pb tflite edgetpu tfjs", "export onnx; 'onnx2tf -i best.onnx' makes TensorFlow's formats of it"},
    {"include", "paddle", "export onnx; 'x2paddle --framework=onnx' makes Paddle's format of it"},
    {"include", "ncnn", "export onnx; 'pnnx best.onnx' makes ncnn's files of it"},
    {"include", "wts", "'pawl convert WEIGHTS' writes it"},
    {"device", "cpu", "the processor is --backend cpu; this is the number of a GPU"},
    {"device", "gpu cuda nvidia auto", "write the number of a GPU, such as 0"},
    {"device", "cuda:0 gpu:0", "write --device 0"},
    {"device", "cuda:1 gpu:1", "write --device 1"},
    {"device", "0,1 0,1,2 0,1,2,3 all", "a run has one GPU: start one for each"},
    {"device", "mps", "there is no backend for Apple's GPUs; the processor is --backend cpu"},
    {"activation", "swish", "it is called silu"},
    {"activation", "leakyrelu leaky-relu lrelu", "it is called leaky"},
    {"activation", "hswish", "it is called hardswish"},
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* True if the blank-separated list has the word, whatever the case; '-' and '_' are one. */
static bool has_folded(const char *list, const char *word, size_t length)
{
    char folded[NAME_MAX_LENGTH + 1];
    if (length == 0 || length > NAME_MAX_LENGTH)
        return false;
    for (size_t i = 0; i < length; i++)
        folded[i] = (char)(word[i] == '_' && i > 0 ? '-' : tolower((unsigned char)word[i]));
    return app_list_has(list, folded, length);
}

static const foreign_option *find_foreign(const char *command, const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(foreign_options); i++) {
        const foreign_option *row = &foreign_options[i];
        const bool is_here =
            row->commands == NULL ||
            (command != NULL && app_list_has(row->commands, command, strlen(command)));
        if (is_here && has_folded(row->words, name, length))
            return row;
    }
    return NULL;
}

bool app_is_foreign(const char *name, size_t length)
{
    return find_foreign(NULL, name, length) != NULL;
}

/* Levenshtein's distance of two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 2];
    const size_t m = strlen(a), n = strlen(b);
    if (m > NAME_MAX_LENGTH || n > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            if (change < row[j])
                row[j] = change;
        }
    }
    return row[n];
}

/* How far a mistyped word is from a name: 0 is nearest; a word cut short counts as near. */
static size_t farness(const char *word, const char *name)
{
    const size_t length = strlen(word);
    if (length >= 2 && strncmp(word, name, length) == 0)
        return 1;
    return distance(word, name);
}

static const app_option *option_near(const app_command *command, const char *word)
{
    const app_option *best = NULL;
    size_t least = 4;
    for (size_t i = 0; i < command->option_count + app_common_option_count; i++) {
        const app_option *option = i < command->option_count
                                       ? &command->options[i]
                                       : &app_common_options[i - command->option_count];
        const size_t far = farness(word, option->name);
        /* Of a short word half is another word. */
        if (far < least && far < strlen(option->name) && far * 2 <= strlen(word)) {
            least = far;
            best = option;
        }
    }
    return best;
}

/* The option of that name of another command. */
static const app_command *command_with(const char *name, size_t length)
{
    const app_command *command;
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++)
        if (app_option_find(command, name, length) != NULL)
            return command;
    return NULL;
}

int app_unknown_option(const app_command *command, const char *name, size_t length)
{
    char word[64];
    (void)snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), name);
    for (char *at = word; *at != '\0'; at++)
        *at = (char)(*at == '_' ? '-' : *at);
    if (strchr(word, '-') != NULL && app_option_find(command, word, strlen(word)) != NULL)
        return app_usage(command, "--%.*s is written --%s here", (int)length, name, word);
    const foreign_option *foreign = find_foreign(command->name, name, length);
    if (foreign != NULL && foreign->advice != NULL)
        return app_usage(command, "there is no --%s: %s", word, foreign->advice);
    if (foreign != NULL)
        return app_usage(command,
                         "there is no --%s: files are named without an option, 'pawl %s %s'", word,
                         command->name, command->arguments);
    const app_command *other = command_with(word, strlen(word));
    if (other != NULL)
        return app_usage(command, "--%s is an option of 'pawl %s'", word, other->name);
    const app_option *near = option_near(command, word);
    if (near != NULL)
        return app_usage(command, "unknown option --%s (did you mean --%s?)", word, near->name);
    return app_usage(command, "unknown option --%s", word);
}

int app_unknown_letter(const app_command *command, char letter)
{
    const foreign_option *foreign = find_foreign(command->name, &letter, 1);
    if (foreign != NULL && foreign->advice != NULL)
        return app_usage(command, "there is no -%c: %s", letter, foreign->advice);
    if (foreign != NULL)
        return app_usage(command,
                         "there is no -%c: files are named without an option, 'pawl %s %s'", letter,
                         command->name, command->arguments);
    return app_usage(command, "unknown option -%c", letter);
}

/* -1: not in the table. */
static int find_choice(const app_option *option, const char *text)
{
    for (size_t i = 0; i < COUNT(foreign_choices); i++)
        if (strcmp(foreign_choices[i].option, option->name) == 0 &&
            has_folded(foreign_choices[i].words, text, strlen(text)))
            return (int)i;
    return -1;
}

bool app_is_later_choice(const app_option *option, const char *text)
{
    const int row = find_choice(option, text);
    return row >= 0 && foreign_choices[row].advice == NULL &&
           app_list_has(foreign_choices[row].words, text, strlen(text));
}

int app_unknown_value(const app_command *command, const app_option *option, const char *text)
{
    const int row = find_choice(option, text);
    if (row < 0 || foreign_choices[row].advice == NULL)
        return app_value_refuse(command, option, text);
    return app_usage(command, "--%s %s: %s", option->name, text, foreign_choices[row].advice);
}

int app_refuse_foreign_value(const app_command *command, const char *name, const char *text)
{
    const app_option *option = app_option_find(command, name, strlen(name));
    return option == NULL || find_choice(option, text) < 0
               ? APP_EXIT_DONE
               : app_unknown_value(command, option, text);
}

static const app_command *command_near(const char *word)
{
    const app_command *best = NULL;
    const app_command *command;
    size_t least = 3; /* two slips of the finger at most */
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++) {
        const size_t far = farness(word, command->name);
        if (far < least) {
            least = far;
            best = command;
        }
    }
    return best;
}

/* "detect", "detect.py", "segment/predict.py". Reports and returns an exit code, 0 if it is not in
 * the table. */
static int refuse_foreign(const char *word)
{
    const char *name = app_path_name(word);
    const bool is_script = strcmp(app_path_ending(name), ".py") == 0;
    const size_t length = is_script ? app_stem_length(name) : strlen(name);
    for (size_t i = 0; i < COUNT(foreign_commands); i++)
        if (has_folded(foreign_commands[i].words, name, length))
            return app_fail(APP_EXIT_USAGE, "there is no command %s: %s", word,
                            foreign_commands[i].advice);
    const app_command *command;
    for (size_t i = 0; is_script && (command = app_command_get(i)) != NULL; i++)
        if (strlen(command->name) == length && strncmp(command->name, name, length) == 0)
            return app_fail(APP_EXIT_USAGE, "there is no command %s: it is called 'pawl %s'", word,
                            command->name);
    return APP_EXIT_DONE;
}

/* A file in the place of the command: what is mostly done with one of its kind. */
static int refuse_file(const char *path)
{
    const char *command = app_path_ends_in(path, "pt pth wts") ? "build" : "predict";
    if (strcmp(command, "build") == 0 || app_path_ends_in(path, "engine plan"))
        return app_fail(APP_EXIT_USAGE, "the command comes first, such as 'pawl %s %s%s'", command,
                        path, strcmp(command, "build") == 0 ? "" : " PICTURE");
    return app_fail(APP_EXIT_USAGE, "the command comes first, such as 'pawl %s ENGINE %s'", command,
                    path);
}

int app_unknown_command(const char *word)
{
    const int refused = refuse_foreign(word);
    if (refused != APP_EXIT_DONE)
        return refused;
    if (word[0] == '-') {
        const char *name = word + strspn(word, "-");
        const foreign_option *foreign = find_foreign(NULL, name, strcspn(name, "="));
        if (foreign != NULL)
            return app_fail(APP_EXIT_USAGE, "there is no %s: %s; see 'pawl --help'", word,
                            foreign->advice != NULL
                                ? foreign->advice
                                : "the command comes first, and files are named without an option, "
                                  "such as 'pawl predict best.engine photos/'");
        return app_fail(APP_EXIT_USAGE,
                        "unknown option %s in front of a command, whose options follow it; see "
                        "'pawl --help'",
                        word);
    }
    if (strchr(word, '=') != NULL) /* as yolo has them */
        return app_fail(APP_EXIT_USAGE,
                        "the command comes first, such as 'pawl predict best.engine photos/', not "
                        "%s; options are written --name VALUE",
                        word);
    if (app_path_other_kind(word, "") != NULL)
        return refuse_file(word);
    const app_command *near = command_near(word);
    if (near != NULL)
        return app_fail(APP_EXIT_USAGE, "unknown command %s, did you mean 'pawl %s'?", word,
                        near->name);
    return app_fail(APP_EXIT_USAGE, "unknown command %s; see 'pawl --help'", word);
}
