// ncurses hides its wide-character interface behind this macro; Swift cannot define it at import.
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <termios.h>

// From term.h, whose macros (lines, columns, …) would be in everybody's way.
extern int setupterm(const char *, int, int *);
extern char *tigetstr(const char *);
extern int tigetnum(const char *);

// stdscr and its relatives are macros or globals that Swift 6 does not let one touch.
static inline WINDOW *apus_stdscr(void) { return stdscr; }
static inline attr_t apus_color_pair(int pair) { return COLOR_PAIR(pair); }
static const attr_t apus_bold = A_BOLD, apus_dim = A_DIM, apus_reverse = A_REVERSE, apus_underline = A_UNDERLINE;

// ioctl is variadic.
static inline int apus_window_size(int descriptor, struct winsize *size) { return ioctl(descriptor, TIOCGWINSZ, size); }

// Macros over the width of a button's bits.
static const mmask_t apus_button_pressed = BUTTON1_PRESSED | BUTTON1_CLICKED;
static const mmask_t apus_wheel_up = BUTTON4_PRESSED, apus_wheel_down = BUTTON5_PRESSED;
static const mmask_t apus_mouse_events = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED;
