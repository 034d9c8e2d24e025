// Emits a stream by include/apus_trace.h on a clock of its own, to standard output.
// `emit CPUS RECORDS REFUSE QUIET`: the line refuses every REFUSEth frame (0: none); nothing is polled before QUIET
// records. Commands are read from standard input.
#define APUS_TRACE_CPUS 4
#include "apus_trace.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t clock_now = 1000000;
static unsigned frames, refuse;
static uint64_t now(void) { return clock_now; }

static int write_frame(void *context, const uint8_t *bytes, size_t count) {
  if (refuse && ++frames % refuse == 0) return 0;
  return fwrite(bytes, 1, count, context) == count;
}

static const struct apus_trace_name names[] = {
  {APUS_TRACE_KEY, 0, "records"}, {APUS_TRACE_SPAN, 1, "one"}, {APUS_TRACE_SPAN, 2, "two"},
  {APUS_TRACE_SPAN, 3, "ticks"}, {APUS_TRACE_LOCK_CLASS, 7, "seven"},
};

int main(int count, char **arguments) {
  static struct apus_trace trace;
  struct apus_trace_config config = {.write = write_frame, .now = now, .clock_hz = 2666666667, .boot_id = 0x1235,
                                     .cpus = 4, .names = names, .name_count = 5};
  if (count != 5) return 64;
  unsigned cpus = (unsigned)atoi(arguments[1]), records = (unsigned)atoi(arguments[2]);
  refuse = (unsigned)atoi(arguments[3]);
  unsigned quiet = (unsigned)atoi(arguments[4]);
  config.context = stdout;
  apus_trace_init(&trace, &config);
  for (unsigned cpu = 0; cpu < cpus; cpu++) {
    apus_trace_thread_name(&trace, cpu + 1, cpu % 2 ? "odd" : "even", 0);
    apus_trace_switch(&trace, cpu, cpu + 1);
  }
  if (!quiet) apus_trace_poll(&trace);
  for (unsigned i = 0; i < records; i++) {
    uint64_t start = clock_now;
    clock_now += i % 1000 == 999 ? 5000000000 : 160 * (i % 97 + 1); // now and then past every short number
    apus_trace_span(&trace, i % cpus, 1 + i % 2, start, i % 5 == 0 ? (uint64_t)i * i * i * i : 0);
    apus_trace_counter(&trace, 3, 2);
    apus_trace_locked(&trace, 7, i % 10 == 0 ? i + 1 : 0);
    if (i % 100 == 50) { // an interrupt's record, with an older end than the one before
      clock_now -= 48;
      apus_trace_span(&trace, i % cpus, 2, clock_now - 16, 0);
      clock_now += 48;
    }
    if (i >= quiet) apus_trace_poll(&trace);
  }
  for (int byte; (byte = getchar()) != EOF;) apus_trace_receive(&trace, (uint8_t)byte);
  refuse = 0;
  trace.asked = 1;
  apus_trace_poll(&trace);
  return 0;
}
