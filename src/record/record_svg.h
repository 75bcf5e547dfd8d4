/* SPDX-License-Identifier: Apache-2.0 */
/* The drawing's layout: which objects have a row, and where a moment stands. All in pixels. */
#ifndef PW_RECORD_SVG_H
#define PW_RECORD_SVG_H

#include "record/record_out.h"

#define PW_SVG_LEFT   236 /* labels stand left of it, time starts here */
#define PW_SVG_RIGHT  270 /* room for what is said of ends */
#define PW_SVG_TOP    118 /* the first row's upper edge */
#define PW_SVG_ROW    40
#define PW_SVG_BAR    14
#define PW_SVG_FOOTER 202
#define PW_SVG_BARE   32  /* more of it where nothing guards the objects */

typedef struct pw_svg_row {
    size_t life;         /* the object, or the first of those folded into this row */
    size_t folded;       /* objects of this row; 1: an object of its own */
    size_t lost;         /* of a folded row: how many of them */
    uint64_t born_ns, released_ns; /* of a folded row: the first birth, the last release (or now) */
} pw_svg_row;

/* A moment that has a column of its own. */
typedef struct pw_svg_moment {
    uint64_t time_ns;
    int x;
} pw_svg_moment;

typedef struct pw_svg {
    const pw_history *history;
    pw_svg_row *rows;
    size_t *row_of; /* each life's row, or PW_NO_LIFE */
    pw_svg_moment *moments; /* rising in both */
    size_t row_count, moment_count, left_out;
    int width; /* of the time alone */
} pw_svg;

pawl_status pw_svg_lay_out(const pw_history *history, pw_svg *svg, pawl_error *error) PW_NODISCARD;
void pw_svg_free(pw_svg *svg);
int pw_svg_x(const pw_svg *svg, uint64_t time_ns);
int pw_svg_y(size_t row); /* the middle of its bar */

#endif
