// Types and constants of elfutils' libdw. Nothing is linked: DebugInfo loads the library when it is first needed, so
// that tools start without it and run where it is not installed.
#include <dwarf.h>
#include <elfutils/libdw.h>
