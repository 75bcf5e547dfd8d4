/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boxes on the frames of a video: video ENGINE WIDTH HEIGHT [CONFIDENCE]
 *
 *     ffmpeg -i in.mp4 -pix_fmt yuv420p -f rawvideo - | video best.engine 1280 720
 *
 * Frames are I420 on stdin, as FFmpeg leaves them, and stay where they were read: nothing is
 * copied or converted. While one is read others are on their way through the detector; results come
 * in the order of the frames. It ends with its input, or at the first Ctrl-C, with a sum of what it
 * did.
 */
#include <pawl/pawl.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define IN_FLIGHT 4

struct frame {
    unsigned long number;
    unsigned char *bytes; /* as read: all of Y, then all of U, then all of V */
    pawl_picture picture; /* that says so: the same for every frame that is read here */
    pawl_job *job;        /* NULL: free */
};

struct video {
    pawl_detector *detector;
    struct frame frames[IN_FLIGHT];
    size_t frame_size; /* bytes */
    unsigned long read, boxes;
    double milliseconds; /* of the networks' runs, together */
};

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number)
{
    is_interrupted = number;
}

static int make_frames(struct video *video, int width, int height)
{
    const size_t row = (size_t)width, half = (row + 1) / 2; /* sides may be odd */
    const size_t luma = row * (size_t)height, chroma = half * (((size_t)height + 1) / 2);
    video->frame_size = luma + 2 * chroma;
    for (int i = 0; i < IN_FLIGHT; i++) {
        struct frame *frame = &video->frames[i];
        pawl_picture picture = PAWL_PICTURE_INIT;
        frame->bytes = malloc(video->frame_size);
        if (frame->bytes == NULL)
            return 0;
        picture.format = PAWL_PICTURE_I420;
        picture.matrix = height >= 720 ? PAWL_MATRIX_BT709 : PAWL_MATRIX_BT601; /* as is usual */
        picture.width = width;
        picture.height = height;
        picture.planes[0].bytes = frame->bytes;
        picture.planes[0].row_size = row;
        picture.planes[1].bytes = frame->bytes + luma;
        picture.planes[2].bytes = frame->bytes + luma + chroma;
        picture.planes[1].row_size = picture.planes[2].row_size = half;
        frame->picture = picture;
    }
    return 1;
}

/* What was found in the oldest frame; its memory is free for another then. */
static pawl_status finish_one(struct video *video, pawl_error *error)
{
    pawl_job_info info = PAWL_JOB_INFO_INIT;
    pawl_status status = pawl_detector_wait(video->detector, &info, error);
    struct frame *frame = info.user;
    if (status < 0)
        return status;
    if (info.status < 0)
        fprintf(stderr, "frame %lu: %s\n", frame->number, info.message);
    for (size_t i = 0; info.status >= 0 && i < info.detections->count; i++) {
        const pawl_detection *box = &info.detections->items[i];
        const char *name = pawl_detector_class_name(video->detector, box->class_id);
        printf("%lu %s %.3f %.1f %.1f %.1f %.1f\n", frame->number, name != NULL ? name : "?",
               (double)box->confidence, (double)box->x1, (double)box->y1, (double)box->x2,
               (double)box->y2);
        video->boxes++;
    }
    video->milliseconds += info.timing.inference_ms;
    pawl_job_destroy(&frame->job);
    return PAWL_OK;
}

static pawl_status run(struct video *video, pawl_error *error)
{
    pawl_status status = PAWL_OK;
    while (status >= 0 && !is_interrupted) {
        struct frame *frame = &video->frames[video->read % IN_FLIGHT];
        if (frame->job != NULL) /* the oldest: all are on their way */
            status = finish_one(video, error);
        const size_t got = status >= 0 ? fread(frame->bytes, 1, video->frame_size, stdin) : 0;
        if (got > 0 && got < video->frame_size)
            fprintf(stderr, "the last frame is cut short and left out\n");
        if (got < video->frame_size)
            break;
        frame->number = video->read++;
        status = pawl_detector_submit_pictures(video->detector, &frame->picture, 1, frame,
                                               &frame->job, error);
    }
    for (int i = 0; i < IN_FLIGHT; i++) /* what is on its way still reads its frame's bytes */
        if (video->frames[i].job != NULL) {
            const pawl_status last = finish_one(video, error);
            status = status < 0 ? status : last;
        }
    return status;
}

/* A side in pixels; 0: the text is none. */
static int side_of(const char *text)
{
    char *rest = NULL;
    const long side = strtol(text, &rest, 10);
    return *text != '\0' && *rest == '\0' && side > 0 && side <= 65535 ? (int)side : 0;
}

/* What was printed has arrived, or it is said. */
static int is_written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 1;
    fprintf(stderr, "what was found cannot be written to stdout\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct video video = {0};
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    pawl_open_desc desc = PAWL_OPEN_DESC_INIT;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    pawl_error error = PAWL_ERROR_INIT;
    const int width = argc > 3 ? side_of(argv[2]) : 0;
    const int height = argc > 3 ? side_of(argv[3]) : 0;
    if (argc < 4 || argc > 5 || width == 0 || height == 0) {
        fprintf(stderr, "usage: video ENGINE WIDTH HEIGHT [CONFIDENCE]\n");
        return 2;
    }
    if (argc == 5)
        detector.confidence = strtof(argv[4], NULL);
    detector.jobs = IN_FLIGHT;
    desc.detector = &detector;
    desc.batch = 1;
    desc.fallback = "cpu";
    signal(SIGINT, on_interrupt);
    pawl_status status = pawl_detector_open(argv[1], &desc, &video.detector, &error);
    if (status >= 0)
        status = pawl_detector_info_get(video.detector, &info, &error);
    if (status >= 0 && info.task == PAWL_TASK_CLASSIFY) {
        fprintf(stderr, "%s classifies pictures: it finds no boxes\n", argv[1]);
        status = PAWL_ERR_UNSUPPORTED;
    } else if (status >= 0 && !make_frames(&video, width, height)) {
        fprintf(stderr, "no memory for %d frames of %d x %d\n", IN_FLIGHT, width, height);
        status = PAWL_ERR_MEMORY;
    } else if (status >= 0) {
        status = run(&video, &error);
        fprintf(stderr, "%lu frames, %lu boxes, %.1f ms a run\n", video.read, video.boxes,
                video.read > 0 ? video.milliseconds / (double)video.read : 0);
    }
    pawl_detector_destroy(&video.detector);
    for (int i = 0; i < IN_FLIGHT; i++)
        free(video.frames[i].bytes);
    if (status < 0 && error.status < 0)
        fprintf(stderr, "%s\n", error.message);
    return is_written() && status >= 0 ? 0 : 1;
}
