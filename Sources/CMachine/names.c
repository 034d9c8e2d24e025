// The names of everything in probes.h, in a section of their own that the host tools read by build-id.
// A row: kind (1 key, 2 span, 3 lock class, 4 switch, 5 traits of a lock class), id, rank (of a lock; least number of
// sites of a key or switch; traits), name, NUL.
#include "switches.h"

#define ROW(kind, id, rank, text) ".byte " #kind ", " #id ", " #rank "\n\t.asciz \"" text "\"\n\t"
#define X(id, name, sites) ROW(1, id, sites, #name)
#define Y(id, name, printed) ROW(2, id, 0, printed)
#define W(id, name, sites, word) ROW(4, id, sites, word)
#define V(id, traits) ROW(5, id, traits, "")
#define Z(id, name, rank, printed) ROW(3, id, rank, printed)

__asm__(".pushsection apus_names, \"a\"\n\t" APUS_KEYS(X) APUS_SPANS(Y) APUS_LOCK_CLASSES(Z) APUS_SWITCHES(W) APUS_LOCK_TRAITS(V) ".popsection");
