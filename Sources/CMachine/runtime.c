// What the Swift runtime calls by C names that Swift code may not define itself.
#include <stddef.h>

void *apus_allocate(size_t size, size_t alignment);
void apus_free(void *memory);

int posix_memalign(void **out, size_t alignment, size_t size) {
  *out = apus_allocate(size, alignment);
  return *out ? 0 : 12; // ENOMEM
}

void free(void *memory) {
  if (memory) apus_free(memory);
}
