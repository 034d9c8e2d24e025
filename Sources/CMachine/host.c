// The machine as the host tests see it: no privilege, user memory is ordinary memory.
#include "machine.h"
#include <string.h>

_Thread_local struct apus_percpu apus_host_percpu;
uint8_t apus_host_keys[apus_key_count];

_Thread_local uint32_t apus_host_shot_down;

void apus_serve_requests(void) {}
void apus_shoot_down(uint32_t cpus) { apus_host_shot_down |= cpus; }

uint32_t apus_current_call(uint64_t *serial) {
  *serial = 0;
  return 640;
}
void apus_trace_lock_wait(uint32_t holder, uint64_t ticks) { (void)holder, (void)ticks; }

_Thread_local uint32_t apus_host_lock_misuse;
void apus_lock_misused(enum apus_lock_misuse what, const struct apus_held_lock *held, uint32_t lock_class, uint64_t site) {
  (void)held, (void)lock_class, (void)site;
  apus_host_lock_misuse = what;
}

size_t apus_user_copy(void *to, const void *from, size_t count) {
  memcpy(to, from, count);
  return 0;
}

size_t apus_user_clear(void *to, size_t count) {
  memset(to, 0, count);
  return 0;
}

int64_t apus_user_copy_string(uint8_t *to, const uint8_t *from, size_t limit) {
  size_t length = strnlen((const char *)from, limit);
  memcpy(to, from, length < limit ? length + 1 : limit);
  return (int64_t)length;
}

int32_t apus_user_compare_exchange(uint32_t *word, uint32_t expected, uint32_t desired, uint32_t *found) {
  *found = expected;
  __atomic_compare_exchange_n(word, found, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return 0;
}
