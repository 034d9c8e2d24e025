// ncurses hides its wide-character interface behind this macro; Swift cannot define it at import.
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <locale.h>
