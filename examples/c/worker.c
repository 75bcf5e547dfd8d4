/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's worker: worker ENGINE [THREADS]
 *
 * A request on stdin is the length of a picture's file, four bytes, the highest first, and the file
 * (JPEG, PNG, WebP ...). An answer on stdout is a line of JSON with the request's number, written
 * when it is ready. Each thread reads a request, decodes it, has it detected beside those of the
 * others, and answers. While all are at work nobody reads: whoever sends too fast waits in the
 * pipe, and memory stays what it is. It ends with its input.
 */
#include <pawl/pawl.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 64
#define LONGEST     (64u << 20) /* bytes of a picture's file */

struct server {
    pawl_detector *detector;
    pthread_mutex_t in, out;
    unsigned long requests; /* read so far */
    int is_cut_short;       /* the input ended within a request */
};

struct request {
    unsigned long number;
    unsigned char *bytes; /* room for the longest so far; the thread's own */
    size_t size, room;
};

/* 1: there is one. It is the only reader, since whoever calls holds server->in. */
static int read_request(struct server *server, struct request *to)
{
    unsigned char head[4];
    const size_t got = fread(head, 1, sizeof head, stdin);
    to->size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (got == 0)
        return 0;
    if (got == sizeof head && to->size <= LONGEST && to->size > to->room) {
        unsigned char *more = realloc(to->bytes, to->size);
        if (more != NULL) {
            to->bytes = more;
            to->room = to->size;
        }
    }
    server->is_cut_short = got < sizeof head || to->size > to->room ||
                           fread(to->bytes, 1, to->size, stdin) != to->size;
    to->number = server->requests++;
    return !server->is_cut_short;
}

/* Text as JSON has it; what is not ASCII stays as it is, UTF-8. */
static void put_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)(unsigned char)*text);
        else
            putchar(*text);
    putchar('"');
}

static void put_boxes(const struct server *server, const pawl_detections *found)
{
    for (size_t i = 0; i < found->count; i++) {
        const pawl_detection *box = &found->items[i];
        const char *name = pawl_detector_class_name(server->detector, box->class_id);
        printf("%s{\"box_xyxy\": [%.9g, %.9g, %.9g, %.9g], \"confidence\": %.9g, \"class_id\": %d, "
               "\"name\": ",
               i > 0 ? ", " : "", (double)box->x1, (double)box->y1, (double)box->x2,
               (double)box->y2, (double)box->confidence, box->class_id);
        put_text(name != NULL ? name : "");
        putchar('}');
    }
}

/* One whole line, whatever the other threads write. found NULL: a failure. */
static void answer(struct server *server, const struct request *of, const pawl_detections *found,
                   const char *failure)
{
    pthread_mutex_lock(&server->out);
    printf("{\"request\": %lu, ", of->number);
    if (found != NULL) {
        printf("\"detections\": [");
        put_boxes(server, found);
        printf("]}\n");
    } else {
        printf("\"error\": ");
        put_text(failure);
        printf("}\n");
    }
    fflush(stdout);
    pthread_mutex_unlock(&server->out);
}

/* There is a job for each thread, so none is ever refused for want of a place. */
static void serve(struct server *server, const struct request *of)
{
    pawl_image *image = NULL;
    pawl_job *job = NULL;
    pawl_job_info info = PAWL_JOB_INFO_INIT;
    pawl_error error = PAWL_ERROR_INIT;
    pawl_status status = pawl_image_decode(of->bytes, of->size, NULL, &image, &error);
    if (status >= 0)
        status = pawl_detector_submit(server->detector, &image, 1, NULL, &job, &error);
    if (status >= 0)
        status = pawl_job_wait(job, &info, &error);
    if (status < 0)
        answer(server, of, NULL, error.message);
    else
        answer(server, of, info.detections, info.message);
    pawl_job_destroy(&job); /* the boxes were the job's */
    pawl_image_destroy(&image);
}

static void *work(void *user)
{
    struct server *server = user;
    struct request request = {0, NULL, 0, 0};
    for (;;) {
        pthread_mutex_lock(&server->in);
        const int is_there = !server->is_cut_short && read_request(server, &request);
        pthread_mutex_unlock(&server->in);
        if (!is_there)
            break;
        serve(server, &request);
    }
    free(request.bytes);
    return NULL;
}

/* What was printed has arrived, or it is said. */
static int is_written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 1;
    fprintf(stderr, "an answer cannot be written to stdout\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct server server = {NULL, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, 0, 0};
    pthread_t threads[THREADS_MAX];
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    pawl_open_desc desc = PAWL_OPEN_DESC_INIT;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    pawl_error error = PAWL_ERROR_INIT;
    const int count = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 4;
    int started = 0;
    if ((argc != 2 && argc != 3) || count < 1 || count > THREADS_MAX) {
        fprintf(stderr, "usage: worker ENGINE [THREADS, 1 to %d]\n", THREADS_MAX);
        return 2;
    }
    detector.jobs = count;
    desc.detector = &detector;
    desc.batch = 1;
    desc.fallback = "cpu"; /* where the engine's own backend is not here */
    if (pawl_detector_open(argv[1], &desc, &server.detector, &error) < 0 ||
        pawl_detector_info_get(server.detector, &info, &error) < 0) {
        fprintf(stderr, "%s: %s\n", argv[1], error.message);
        return 1;
    }
    if (info.task == PAWL_TASK_CLASSIFY) {
        fprintf(stderr, "%s classifies pictures: it finds no boxes to answer with\n", argv[1]);
        pawl_detector_destroy(&server.detector);
        return 1;
    }
    while (started < count && pthread_create(&threads[started], NULL, work, &server) == 0)
        started++;
    if (started == 0) /* no thread to be had: the work is done all the same */
        work(&server);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    pawl_detector_destroy(&server.detector);
    if (server.is_cut_short)
        fprintf(stderr, "the input ends within request %lu, or that is too long\n",
                server.requests - 1);
    return is_written() && !server.is_cut_short ? 0 : 1;
}
