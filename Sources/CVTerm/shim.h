// libvterm, a terminal without a screen. Its cells hold bit fields and a union, which say little in Swift.
#include <stdint.h>
#include <vterm.h>

// A cell's colour: -1 the terminal's own, 0 to 255 of the palette, from 0x1000000 on red, green and blue.
struct apus_cell {
  uint32_t characters[VTERM_MAX_CHARS_PER_CELL];  // ends at 0
  int width;
  int foreground, background;
  int is_bold, is_underlined, is_reversed;
};

static inline int apus_vterm_color(const VTermColor *color) {
  if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color)) return -1;
  if (VTERM_COLOR_IS_INDEXED(color)) return color->indexed.idx;
  return 0x1000000 | color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

static inline struct apus_cell apus_vterm_cell(const VTermScreenCell *cell) {
  struct apus_cell result = {
    .width = cell->width,
    .foreground = apus_vterm_color(&cell->fg),
    .background = apus_vterm_color(&cell->bg),
    .is_bold = cell->attrs.bold,
    .is_underlined = cell->attrs.underline != 0,
    .is_reversed = cell->attrs.reverse,
  };
  for (int index = 0; index < VTERM_MAX_CHARS_PER_CELL; index++) result.characters[index] = cell->chars[index];
  return result;
}

static inline struct apus_cell apus_vterm_cell_at(const VTermScreen *screen, int row, int column) {
  VTermScreenCell cell;
  VTermPos place = {.row = row, .col = column};
  if (!vterm_screen_get_cell(screen, place, &cell)) return (struct apus_cell){.width = 1, .foreground = -1, .background = -1};
  return apus_vterm_cell(&cell);
}
