// The names of everything in probes.h, in a section of their own that the host tools read by build-id.
// A row: kind (1 key, 2 span, 3 lock class), id, rank (of a lock; least number of sites of a key), name, NUL.
#include "probes.h"

#define ROW(kind, id, rank, text) ".byte " #kind ", " #id ", " #rank "\n\t.asciz \"" text "\"\n\t"
#define X(id, name, sites) ROW(1, id, sites, #name)
#define Y(id, name, printed) ROW(2, id, 0, printed)
#define Z(id, name, rank, printed) ROW(3, id, rank, printed)

__asm__(".pushsection apus_names, \"a\"\n\t" APUS_KEYS(X) APUS_SPANS(Y) APUS_LOCK_CLASSES(Z) ".popsection");
