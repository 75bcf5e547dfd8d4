/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the examples read: feed requests FILE... writes each file behind its length, as the worker
 * takes them; feed frames PICTURE COUNT writes the picture as so many frames of I420 (BT.601,
 * limited range), an odd last row or column left out. Its size goes to stderr.
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_requests(int count, char **paths)
{
    for (int i = 0; i < count; i++) {
        void *data = NULL;
        size_t size = 0;
        pawl_error error;
        if (pawl_file_read(paths[i], (size_t)1 << 30, &data, &size, &error) < 0) {
            fprintf(stderr, "%s\n", error.message);
            return 1;
        }
        const unsigned char head[4] = {(unsigned char)(size >> 24), (unsigned char)(size >> 16),
                                       (unsigned char)(size >> 8), (unsigned char)size};
        fwrite(head, 1, sizeof head, stdout);
        fwrite(data, 1, size, stdout);
        pawl_memory_release(data);
    }
    return fflush(stdout) != 0;
}

static unsigned char level(double value)
{
    return (unsigned char)(value + 0.5);
}

/* U or V of a block of two by two. */
static unsigned char chroma(const pawl_image_view *view, int x, int y, const double factors[3])
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        const uint8_t *rgb =
            view->pixels + (size_t)(y + i / 2) * view->row_size + (size_t)(x + i % 2) * 3;
        for (int c = 0; c < 3; c++)
            sum += factors[c] * rgb[c] / 4;
    }
    return level(128 + sum);
}

static void make_frame(const pawl_image_view *view, int width, int height, unsigned char *to)
{
    static const double u[3] = {-0.148, -0.291, 0.439}, v[3] = {0.439, -0.368, -0.071};
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint8_t *rgb = view->pixels + (size_t)y * view->row_size + (size_t)x * 3;
            *to++ = level(16 + 0.257 * rgb[0] + 0.504 * rgb[1] + 0.098 * rgb[2]);
        }
    for (int plane = 0; plane < 2; plane++)
        for (int y = 0; y < height; y += 2)
            for (int x = 0; x < width; x += 2)
                *to++ = chroma(view, x, y, plane == 0 ? u : v);
}

static int put_frames(const char *path, int count)
{
    pawl_image *image = NULL;
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    pawl_error error;
    if (pawl_image_load(path, NULL, &image, &error) < 0 ||
        pawl_image_view_get(image, &view, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const int width = view.width / 2 * 2, height = view.height / 2 * 2;
    const size_t size = (size_t)width * (size_t)height * 3 / 2;
    unsigned char *frame = malloc(size);
    if (frame == NULL)
        return 1;
    make_frame(&view, width, height, frame);
    fprintf(stderr, "%d %d\n", width, height);
    for (int i = 0; i < count; i++)
        fwrite(frame, 1, size, stdout);
    free(frame);
    pawl_image_destroy(&image);
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "requests") == 0)
        return put_requests(argc - 2, argv + 2);
    if (argc == 4 && strcmp(argv[1], "frames") == 0)
        return put_frames(argv[2], (int)strtol(argv[3], NULL, 10));
    return 2;
}
