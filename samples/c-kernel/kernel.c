// A kernel that is not Apus, watched by ktop: two threads that take turns, a lock between them, some work to measure.
// All that it needs for that is include/apus_trace.h and a serial line (COM2). With `seconds=N` on the boot line it
// ends after N seconds, through QEMU's isa-debug-exit.
#include "apus_trace.h"
#include <stdint.h>

enum { SORT = 1, CHECKSUM, NESTED_SUM, ITEMS, QUEUE_HELD }; // three spans, a counter, a histogram
enum { QUEUE_LOCK, LOG_LOCK };
enum { SORTER = 1, SUMMER = 2 };

static const struct apus_trace_name names[] = {
  {APUS_TRACE_KEY, 0, "records"},       {APUS_TRACE_SPAN, SORT, "sort"},
  {APUS_TRACE_SPAN, CHECKSUM, "checksum"}, {APUS_TRACE_SPAN, NESTED_SUM, "checksum_block"},
  {APUS_TRACE_SPAN, ITEMS, "items_made"},  {APUS_TRACE_SPAN, QUEUE_HELD, "queue_held"},
  {APUS_TRACE_LOCK_CLASS, QUEUE_LOCK, "queue"}, {APUS_TRACE_LOCK_CLASS, LOG_LOCK, "log"},
};

static struct apus_trace trace;

// ---- The machine. ----

static void out(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }

static uint8_t in(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static uint64_t now(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

enum { COM2 = 0x2f8, LINE_STATUS = COM2 + 5 };

static void put(void *context, uint8_t byte) {
  (void)context;
  while (!(in(LINE_STATUS) & 0x20)) {}
  out(COM2, byte);
}

// Ticks of the clock in a second, by the interval timer: channel 2 counts 59,659 down, a twentieth of a second.
static uint64_t clock_hz(void) {
  out(0x61, (uint8_t)((in(0x61) & ~2u) | 1));
  out(0x43, 0xb0);
  out(0x42, 59659 & 0xff);
  out(0x42, 59659 >> 8);
  uint64_t start = now();
  while (!(in(0x61) & 0x20)) {}
  return (now() - start) * 20;
}

// ---- The work. ----

static uint32_t seed = 1;
static uint32_t numbers[512];

static uint32_t next_random(void) { return seed = seed * 1664525 + 1013904223; }

struct spin_lock {
  volatile int held;
  unsigned id;
};
static struct spin_lock queue = {0, QUEUE_LOCK}, log = {0, LOG_LOCK};

static void acquire(struct spin_lock *lock) {
  uint64_t waited = 0;
  if (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
    uint64_t start = now();
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {}
    waited = now() - start;
  }
  apus_trace_locked(&trace, lock->id, waited);
}

static void release(struct spin_lock *lock) { __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE); }

static void sort(void) {
  unsigned count = 16 + next_random() % 200;
  uint64_t start = now();
  for (unsigned i = 0; i < count; i++) numbers[i] = next_random();
  for (unsigned i = 1; i < count; i++)
    for (unsigned j = i; j && numbers[j - 1] > numbers[j]; j--) {
      uint32_t swapped = numbers[j];
      numbers[j] = numbers[j - 1], numbers[j - 1] = swapped;
    }
  apus_trace_span(&trace, 0, SORT, start, count);
  acquire(&queue);
  uint64_t taken = now();
  apus_trace_counter(&trace, ITEMS, count);
  apus_trace_histogram(&trace, QUEUE_HELD, now() - taken);
  release(&queue);
}

static uint32_t checksum(void) {
  uint64_t start = now();
  uint32_t sum = 0;
  for (unsigned block = 0; block < 4; block++) {
    uint64_t inner = now();
    acquire(&queue);
    for (unsigned i = 0; i < 128; i++) sum = sum * 31 + numbers[block * 128 + i];
    release(&queue);
    apus_trace_span(&trace, 0, NESTED_SUM, inner, 0);
  }
  apus_trace_span(&trace, 0, CHECKSUM, start, 0);
  acquire(&log);
  release(&log);
  return sum;
}

// The number behind "seconds=" on the boot line; 0: without end.
static unsigned limit(const uint32_t *multiboot) {
  const char *text = multiboot[0] & 4 ? (const char *)multiboot[4] : "", *key = "seconds=";
  for (; *text; text++) {
    unsigned length = 0, value = 0;
    while (key[length] && text[length] == key[length]) length++;
    for (const char *digit = text + length; !key[length] && *digit >= '0' && *digit <= '9'; digit++)
      value = value * 10 + (unsigned)(*digit - '0');
    if (value) return value;
  }
  return 0;
}

void kernel_main(const uint32_t *multiboot);
void kernel_main(const uint32_t *multiboot) {
  struct apus_trace_config config = {.put = put, .now = now, .clock_hz = clock_hz(), .boot_id = now(), .cpus = 1,
                                     .names = names, .name_count = sizeof names / sizeof *names};
  for (unsigned i = 0; i < 20; i++) config.build_id[i] = (uint8_t)("apus sample c-kernel"[i]);
  uint64_t end = now() + config.clock_hz * limit(multiboot);
  apus_trace_init(&trace, &config);
  apus_trace_thread_name(&trace, SORTER, "sorter", 0);
  apus_trace_thread_name(&trace, SUMMER, "summer", 0);
  volatile uint32_t sum = 0; // what is summed must be used
  while (!limit(multiboot) || now() < end) {
    apus_trace_switch(&trace, 0, SORTER);
    for (int i = 0; i < 4; i++) sort();
    apus_trace_switch(&trace, 0, SUMMER);
    for (int i = 0; i < 4; i++) sum += checksum();
    apus_trace_switch(&trace, 0, 0);
    for (uint64_t idle = now() + (config.clock_hz >> 9); now() < idle;) // about 2 ms
      if (in(LINE_STATUS) & 1) apus_trace_receive(&trace, in(COM2));
    apus_trace_poll(&trace);
  }
  trace.asked = 1; // Everything once more: whoever reads the recording has the whole account.
  apus_trace_poll(&trace);
  out(0xf4, 0);
}
