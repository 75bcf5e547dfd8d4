/* SPDX-License-Identifier: Apache-2.0 */
/* --view: pictures where the user looks: in the terminal, where it can show them, else the run's
 * folder on the desktop. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <pawl/image.h>

typedef enum view_mode { VIEW_NONE, VIEW_KITTY, VIEW_SIXEL, VIEW_FOLDER } view_mode;

/* What can be done here: asks the terminal, unless PAWL_VIEW (kitty, sixel, folder) says it. Says
 * so where nothing can. */
view_mode view_find(void);

/* Shows the picture in the terminal, made smaller; does nothing in the other modes. Reports what
 * goes wrong and returns an exit code. */
int view_picture(view_mode mode, pawl_image *image);

/* Opens the folder on the desktop, where that is the mode. */
void view_folder(view_mode mode, const char *folder);

#endif
