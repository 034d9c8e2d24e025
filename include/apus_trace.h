/* apus_trace.h: lets any kernel be watched by ktop. Freestanding C99, no allocation, no library; MIT licence.
 *
 * Writes the Apus trace format, version 1 (docs/wire-format.md), to a line that the kernel owns. samples/c-kernel is a
 * whole kernel that uses it:
 *
 *   static struct apus_trace trace;                        // zeroed; 2.4 KiB a span
 *   apus_trace_init(&trace, &config);                      // struct apus_trace_config, below
 *   uint64_t start = now(); ...; apus_trace_span(&trace, cpu, SORT, start, 0);
 *   for (;;) { ...; apus_trace_poll(&trace); }             // often: at each timer tick, or when idle
 *
 * Ids of spans, counters, locks and threads are the kernel's own; names tell them. A span leaves a record, and a row of
 * count, sum, extremes and a latency histogram; a counter only a row. Rows are cumulative and sent when they changed:
 * what the line loses, a later poll makes good. Times are of config.now.
 * Nothing here is atomic. With several CPUs, or calls from interrupt handlers, define APUS_TRACE_LOCK(trace) and
 * APUS_TRACE_UNLOCK(trace) first: they keep all others out of this `trace`. */
#ifndef APUS_TRACE_H
#define APUS_TRACE_H
#include <stddef.h>
#include <stdint.h>

#ifndef APUS_TRACE_SPANS
#define APUS_TRACE_SPANS 16 /* ids of spans and counters are 1 ... APUS_TRACE_SPANS - 1; at most 128 */
#endif
#ifndef APUS_TRACE_CPUS
#define APUS_TRACE_CPUS 1 /* at most 255 */
#endif
#ifndef APUS_TRACE_LOCK
#define APUS_TRACE_LOCK(trace) ((void)(trace))
#define APUS_TRACE_UNLOCK(trace) ((void)(trace))
#endif
/* Ids of locks are 0 ... 31; so many threads' names are kept; a frame before checksum and framing. */
enum { APUS_TRACE_LOCKS = 32, APUS_TRACE_THREADS = 32, APUS_TRACE_BUCKETS = 592, APUS_TRACE_PAYLOAD = 121 };

enum apus_trace_kind { APUS_TRACE_KEY = 1, APUS_TRACE_SPAN = 2, APUS_TRACE_LOCK_CLASS = 3 };
/* What a number is called, at most 64 bytes. Counters are named as spans: they share the ids. */
struct apus_trace_name { enum apus_trace_kind kind; uint8_t id; const char *text; };

struct apus_trace_config {
  /* Takes a frame; 0: the line cannot take it now, and its records are dropped and counted. */
  int (*write)(void *context, const uint8_t *bytes, size_t count);
  void (*put)(void *context, uint8_t byte); /* when `write` is null: takes one byte, and may wait */
  void *context;
  uint64_t (*now)(void); /* a clock that never goes back */
  uint64_t clock_hz, boot_id; /* its ticks a second; another number at each boot */
  uint8_t build_id[20], cpus; /* zeros when this build has none; how many CPUs */
  const struct apus_trace_name *names;
  size_t name_count;
};

/* What follows belongs to the functions below. */
struct apus_trace_frame { uint8_t bytes[APUS_TRACE_PAYLOAD + 4]; unsigned count, bit_count, overflowed; uint64_t bits; };
struct apus_trace_row { uint64_t count, sum, min, max, sent, sent_cells; uint32_t cells[APUS_TRACE_BUCKETS]; };
struct apus_trace_lock { uint64_t acquired, contended, wait_sum, wait_max, sent; };
struct apus_trace_thread { uint32_t tid; char name[16]; uint8_t used, ended; };
struct apus_trace_cpu {
  struct apus_trace_frame frame; /* EVENTS; empty when records is 0 */
  uint64_t index, dropped, time, began;
  unsigned records, symbol_count;
  uint32_t tid;
  uint16_t symbols[15];
};

struct apus_trace {
  struct apus_trace_config config;
  struct apus_trace_row rows[APUS_TRACE_SPANS];
  struct apus_trace_lock locks[APUS_TRACE_LOCKS];
  struct apus_trace_thread threads[APUS_TRACE_THREADS];
  struct apus_trace_cpu cpu[APUS_TRACE_CPUS];
  struct apus_trace_frame out;
  uint64_t started, hellos, last_hello, last_rows, bytes_sent, frames_sent, time_spent, bad_bytes, token;
  unsigned shift, command_count, asked, pinged;
  uint32_t keys; /* bit 0: records are sent. ktop can switch it. */
  uint8_t command[32];
};

/* ---- Frames: fields, checksum, COBS. ---- */
static inline void apus_trace_byte(struct apus_trace_frame *f, unsigned value) {
  if (f->count >= APUS_TRACE_PAYLOAD) f->overflowed = 1;
  else f->bytes[f->count++] = (uint8_t)value;
}
static inline void apus_trace_fixed(struct apus_trace_frame *f, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++) apus_trace_byte(f, (unsigned)(value >> 8 * i) & 0xff);
}
static inline void apus_trace_varints(struct apus_trace_frame *f, unsigned count, const uint64_t *values) {
  for (unsigned i = 0; i < count; i++) {
    uint64_t value = values[i];
    for (; value > 0x7f; value >>= 7) apus_trace_byte(f, (unsigned)(value & 0x7f) | 0x80);
    apus_trace_byte(f, (unsigned)value);
  }
}

/* The low `width` bits of value, at most 48, first bit in the top of the next byte. */
static inline void apus_trace_bits(struct apus_trace_frame *f, uint64_t value, unsigned width) {
  f->bits = f->bits << width | (value & (((uint64_t)1 << width) - 1));
  for (f->bit_count += width; f->bit_count >= 8;) apus_trace_byte(f, (unsigned)(f->bits >> (f->bit_count -= 8)) & 0xff);
  if (f->bit_count && f->count >= APUS_TRACE_PAYLOAD) f->overflowed = 1;
}

/* A number: its length in 4 or 10 bits, then its bits without the leading one. */
static inline void apus_trace_number(struct apus_trace_frame *f, uint64_t value) {
  unsigned length = 0;
  while (length < 64 && value >> length) length++;
  if (length < 15) apus_trace_bits(f, length, 4);
  else apus_trace_bits(f, 0x3c0 | (length - 15), 10);
  if (length > 33) apus_trace_bits(f, value >> 32, length - 33);
  if (length > 1) apus_trace_bits(f, value, length > 33 ? 32 : length - 1);
}
static inline unsigned apus_trace_length(const char *text, unsigned limit) {
  for (unsigned length = 0; length < limit; length++)
    if (!text[length]) return length;
  return limit;
}
static inline void apus_trace_text(struct apus_trace_frame *f, const char *text, unsigned length) {
  for (unsigned i = 0; i < length; i++) apus_trace_byte(f, (uint8_t)text[i]);
}
static inline uint32_t apus_trace_crc(const uint8_t *bytes, unsigned count) {
  uint32_t crc = 0xffffffff;
  for (unsigned i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
  }
  return ~crc;
}
static inline struct apus_trace_frame *apus_trace_open(struct apus_trace *t, struct apus_trace_frame *f, unsigned type) {
  f->count = f->bit_count = f->overflowed = 0;
  f->bits = 0;
  apus_trace_byte(f, type << 4 | (type == 10 ? 0 : (unsigned)t->config.boot_id & 15));
  return f;
}

/* Sends a frame; false when the line refused it. */
static inline int apus_trace_seal(struct apus_trace *t, struct apus_trace_frame *f) {
  uint8_t wire[APUS_TRACE_PAYLOAD + 8]; /* a zero in front ends whatever stood on the line before */
  unsigned code = 1, end = 2, taken = 1;
  uint32_t crc = apus_trace_crc(f->bytes, f->count);
  for (unsigned i = 0; i < 4; i++) f->bytes[f->count++] = (uint8_t)(crc >> 8 * i);
  for (unsigned i = 0; i < f->count; i++) {
    wire[code] = (uint8_t)(end - code);
    if (f->bytes[i]) wire[end++] = f->bytes[i];
    else code = end++;
  }
  wire[code] = (uint8_t)(end - code);
  wire[0] = wire[end++] = 0;
  if (t->config.write) taken = t->config.write(t->config.context, wire, end) != 0;
  else for (unsigned i = 0; i < end; i++) t->config.put(t->config.context, wire[i]);
  if (taken) t->bytes_sent += end, t->frames_sent++;
  return (int)taken;
}
static inline void apus_trace_send_hello(struct apus_trace *t, uint64_t now) {
  struct apus_trace_frame *f = apus_trace_open(t, &t->out, 1);
  apus_trace_fixed(f, 0x53555041, 4), apus_trace_fixed(f, 1, 2); /* version; no system calls whose names ktop knows */
  apus_trace_fixed(f, t->config.cpus | t->shift << 8, 2);
  apus_trace_text(f, (const char *)t->config.build_id, 20);
  for (unsigned i = 0; i < 4; i++)
    apus_trace_fixed(f, ((const uint64_t[]){t->config.boot_id, t->config.clock_hz, t->started, now})[i], 8);
  apus_trace_fixed(f, t->keys, 4);
  apus_trace_varints(f, 3, (const uint64_t[]){t->hellos++, 0, t->bad_bytes});
  apus_trace_seal(t, f);
  t->last_hello = now;
}

/* ---- What happened. ---- */
static inline void apus_trace_send_events(struct apus_trace *t, struct apus_trace_cpu *c) {
  struct apus_trace_frame *f = &c->frame;
  if (!c->records) return;
  if (!t->hellos) apus_trace_send_hello(t, t->config.now()), t->asked = 1; /* full before the first poll */
  if (f->bit_count) apus_trace_bits(f, 0xff, 8 - f->bit_count);
  if (apus_trace_seal(t, f)) c->index += c->records;
  else c->dropped += c->records;
  c->records = 0;
}
static inline void apus_trace_open_events(struct apus_trace *t, unsigned cpu, uint64_t time) {
  struct apus_trace_cpu *c = &t->cpu[cpu];
  apus_trace_byte(apus_trace_open(t, &c->frame, 9), cpu);
  apus_trace_varints(&c->frame, 4, (const uint64_t[]){c->index, c->dropped, c->tid, time});
  c->time = c->began = time;
  c->symbol_count = 0;
}

/* Symbol and flags: a number when this frame had them before. */
static inline void apus_trace_symbol(struct apus_trace_cpu *c, unsigned symbol) {
  unsigned i = 0;
  while (i < c->symbol_count && c->symbols[i] != symbol) i++;
  apus_trace_bits(&c->frame, i < c->symbol_count ? i : 15, 4);
  if (i < c->symbol_count) return;
  apus_trace_bits(&c->frame, symbol, 13);
  if (i < 15) c->symbols[c->symbol_count++] = (uint16_t)symbol;
}
static inline void apus_trace_record(struct apus_trace *t, unsigned cpu, unsigned symbol, uint64_t end, uint64_t value,
                                     uint64_t argument) {
  struct apus_trace_cpu *c = &t->cpu[cpu];
  if (!(t->keys & 1) || cpu >= APUS_TRACE_CPUS) return;
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!c->records) apus_trace_open_events(t, cpu, end);
    unsigned count = c->frame.count, bit_count = c->frame.bit_count, symbols = c->symbol_count;
    uint64_t bits = c->frame.bits;
    if (end < c->time) { /* an interrupt's record came between */
      apus_trace_symbol(c, 256 << 3);
      apus_trace_number(&c->frame, c->time - end);
    }
    apus_trace_symbol(c, symbol << 3 | (argument ? 2 : 0));
    apus_trace_number(&c->frame, end < c->time ? 0 : end - c->time);
    apus_trace_number(&c->frame, value);
    if (argument) apus_trace_number(&c->frame, argument);
    if (!c->frame.overflowed) {
      c->time = end, c->records++;
      return;
    }
    c->frame.count = count, c->frame.bit_count = bit_count, c->frame.bits = bits; /* full: it goes into the next frame */
    c->symbol_count = symbols;
    apus_trace_send_events(t, c);
  }
}
static inline void apus_trace_add(struct apus_trace *t, unsigned id, uint64_t duration) {
  struct apus_trace_row *row = &t->rows[id];
  unsigned e = 0; /* 16 buckets an octave */
  while (duration >> e >> 5) e++;
  if (!row->count || duration < row->min) row->min = duration;
  if (duration > row->max) row->max = duration;
  row->count++, row->sum += duration;
  row->cells[duration >> 40 ? APUS_TRACE_BUCKETS - 1 : 16 * e + (unsigned)(duration >> e)]++;
}

/* The span `id`, which began at `start`, ends now; argument 0: none. */
static inline void apus_trace_span(struct apus_trace *t, unsigned cpu, unsigned id, uint64_t start, uint64_t argument) {
  APUS_TRACE_LOCK(t);
  uint64_t now = t->config.now();
  if (id && id < APUS_TRACE_SPANS) apus_trace_add(t, id, now - start);
  if (id && id < 128) apus_trace_record(t, cpu, id, now >> t->shift, (now - start) >> t->shift, argument);
  APUS_TRACE_UNLOCK(t);
}

/* A duration that was measured elsewhere: into row and histogram of `id`, without a record. */
static inline void apus_trace_histogram(struct apus_trace *t, unsigned id, uint64_t duration) {
  APUS_TRACE_LOCK(t);
  if (id && id < APUS_TRACE_SPANS) apus_trace_add(t, id, duration);
  APUS_TRACE_UNLOCK(t);
}

/* The counter `id` rises. */
static inline void apus_trace_counter(struct apus_trace *t, unsigned id, uint64_t by) {
  APUS_TRACE_LOCK(t);
  if (id && id < APUS_TRACE_SPANS) t->rows[id].count += by;
  APUS_TRACE_UNLOCK(t);
}

/* A lock was taken after waiting so long; 0: it was free. */
static inline void apus_trace_locked(struct apus_trace *t, unsigned lock, uint64_t waited) {
  APUS_TRACE_LOCK(t);
  struct apus_trace_lock *row = &t->locks[lock % APUS_TRACE_LOCKS];
  row->acquired++, row->contended += waited != 0, row->wait_sum += waited;
  if (waited > row->wait_max) row->wait_max = waited;
  APUS_TRACE_UNLOCK(t);
}

/* From now on this CPU runs thread `tid`; 0 is idleness. */
static inline void apus_trace_switch(struct apus_trace *t, unsigned cpu, uint32_t tid) {
  APUS_TRACE_LOCK(t);
  apus_trace_record(t, cpu, 128, t->config.now() >> t->shift, tid, 0);
  if (cpu < APUS_TRACE_CPUS) t->cpu[cpu].tid = tid;
  APUS_TRACE_UNLOCK(t);
}

/* Names a thread. One that has ended makes room for another. */
static inline void apus_trace_thread_name(struct apus_trace *t, uint32_t tid, const char *name, int ended) {
  APUS_TRACE_LOCK(t);
  struct apus_trace_thread *row = t->threads, *end = t->threads + APUS_TRACE_THREADS;
  while (row < end && row->used && row->tid != tid) row++;
  for (unsigned i = 0; row == end && i < APUS_TRACE_THREADS; i++)
    if (t->threads[i].ended) row = &t->threads[i];
  if (row < end) {
    for (unsigned i = 0, length = apus_trace_length(name, 15); i < 16; i++) row->name[i] = i < length ? name[i] : 0;
    row->tid = tid, row->used = 1, row->ended = ended != 0;
  }
  APUS_TRACE_UNLOCK(t);
}

/* ---- State: sent each second, on request, or when it has changed. ---- */
static inline void apus_trace_send_names(struct apus_trace *t) {
  for (size_t i = 0; i < t->config.name_count;) {
    struct apus_trace_frame *f = apus_trace_open(t, &t->out, 10);
    apus_trace_text(f, (const char *)t->config.build_id, 20);
    for (; i < t->config.name_count; i++) {
      const struct apus_trace_name *name = &t->config.names[i];
      unsigned length = apus_trace_length(name->text, 64);
      if (f->count + 4 + length > APUS_TRACE_PAYLOAD) break;
      apus_trace_fixed(f, (uint32_t)name->kind | (uint32_t)name->id << 8 | (uint32_t)length << 24, 4);
      apus_trace_text(f, name->text, length);
    }
    apus_trace_seal(t, f);
  }
}
static inline void apus_trace_send_account(struct apus_trace *t, uint64_t now) {
  struct apus_trace_frame *f = &t->out;
  const struct apus_trace_cpu *c = t->cpu;
  for (unsigned cpu = 0; cpu < t->config.cpus && cpu < APUS_TRACE_CPUS; cpu++, c++) {
    apus_trace_open(t, f, 2);
    apus_trace_varints(f, 5, (const uint64_t[]){now >> t->shift, t->bytes_sent, t->frames_sent, t->time_spent, 0});
    apus_trace_byte(f, cpu);
    apus_trace_varints(f, 4, (const uint64_t[]){c->index, c->records, 1, c->dropped});
    apus_trace_seal(t, f);
  }
  for (const struct apus_trace_thread *row = t->threads; row < t->threads + APUS_TRACE_THREADS && row->used; row++) {
    unsigned length = apus_trace_length(row->name, 15);
    apus_trace_open(t, f, 8);
    apus_trace_varints(f, 2, (const uint64_t[]){row->tid, row->tid});
    apus_trace_byte(f, length | (row->ended ? 0x80u : 0));
    apus_trace_text(f, row->name, length);
    apus_trace_seal(t, f);
  }
}
static inline void apus_trace_send_cells(struct apus_trace *t, unsigned id) {
  struct apus_trace_row *row = &t->rows[id];
  for (unsigned cell = 0; cell < APUS_TRACE_BUCKETS;) {
    struct apus_trace_frame *f = apus_trace_open(t, &t->out, 5);
    unsigned empty = f->count, next = 0;
    apus_trace_varints(f, 2, (const uint64_t[]){0, 512 + id});
    for (; cell < APUS_TRACE_BUCKETS && f->count < APUS_TRACE_PAYLOAD - 8; cell++)
      if (row->cells[cell]) {
        apus_trace_varints(f, 2, (const uint64_t[]){cell - next, row->cells[cell]});
        next = cell + 1, empty = 0;
      }
    if (!empty && !apus_trace_seal(t, f)) return; /* the row stays unsent */
  }
  row->sent_cells = row->count;
}
static inline void apus_trace_send_rows(struct apus_trace *t, uint64_t now, int all) {
  for (unsigned id = 1; id < APUS_TRACE_SPANS; id++) {
    struct apus_trace_row *row = &t->rows[id];
    struct apus_trace_frame *f = apus_trace_open(t, &t->out, 4);
    if (row->count == (all ? 0 : row->sent)) continue;
    apus_trace_varints(f, 9, (const uint64_t[]){0, now >> t->shift, 512 + id, row->count, row->sum, row->min, row->max, 0, 0});
    if (apus_trace_seal(t, f)) row->sent = row->count;
    if (row->sum && (all || row->sent_cells != row->count)) apus_trace_send_cells(t, id);
  }
  for (unsigned id = 0; id < APUS_TRACE_LOCKS; id++) {
    struct apus_trace_lock *row = &t->locks[id];
    if (row->acquired == (all ? 0 : row->sent)) continue;
    struct apus_trace_frame *f = apus_trace_open(t, &t->out, 7);
    apus_trace_varints(f, 7, (const uint64_t[]){0, now >> t->shift, id, row->acquired, row->contended, row->wait_sum, row->wait_max});
    if (apus_trace_seal(t, f)) row->sent = row->acquired;
  }
  t->last_rows = now;
}

/* Sends what is due. Call it often; the line's speed is what it costs. */
static inline void apus_trace_poll(struct apus_trace *t) {
  APUS_TRACE_LOCK(t);
  uint64_t now = t->config.now();
  int all = t->asked || !t->hellos, second = all || now - t->last_hello >= t->config.clock_hz;
  t->asked = 0;
  if (second) apus_trace_send_hello(t, now);
  if (t->pinged) {
    struct apus_trace_frame *f = apus_trace_open(t, &t->out, 3);
    apus_trace_fixed(f, t->token, 8), apus_trace_fixed(f, now, 8);
    apus_trace_seal(t, f);
    t->pinged = 0;
  }
  if (all || (second && t->hellos % 8 == 0)) apus_trace_send_names(t);
  for (unsigned cpu = 0; cpu < APUS_TRACE_CPUS; cpu++) /* a frame that does not fill waits for a sixteenth of a second */
    if (second || (now >> t->shift) - t->cpu[cpu].began > t->config.clock_hz >> t->shift >> 4)
      apus_trace_send_events(t, &t->cpu[cpu]);
  if (second || now - t->last_rows >= t->config.clock_hz >> 2) apus_trace_send_rows(t, now, all || t->hellos % 8 == 0);
  if (second) apus_trace_send_account(t, now);
  t->time_spent += t->config.now() - now;
  APUS_TRACE_UNLOCK(t);
}

/* Takes a byte that came from ktop; the answer goes with the next poll. */
static inline void apus_trace_receive(struct apus_trace *t, uint8_t byte) {
  uint8_t f[36], *in = t->command;
  unsigned count = t->command_count, size = 0, at = 0;
  if (byte && count < 32) in[count] = byte;
  t->command_count = byte ? count + (count < 255) : 0;
  if (byte || !count) return;
  for (unsigned block; count <= 32 && at < count && at + in[at] <= count; at += block) { /* COBS */
    block = in[at];
    for (unsigned i = 1; i < block; i++) f[size++] = in[at + i];
    if (at + block < count) f[size++] = 0;
  }
  uint64_t value = 0, crc = 0;
  for (unsigned i = 0; size >= 6 && i < 4; i++) crc |= (uint64_t)f[size - 4 + i] << 8 * i;
  for (unsigned i = 2; i + 4 < size && i < 10; i++) value |= (uint64_t)f[i] << 8 * (i - 2);
  if (at != count || size < 6 || f[0] != 0xf0 || crc != apus_trace_crc(f, size - 4)) f[1] = 0, t->bad_bytes += count;
  if (f[1] == 2) t->keys |= (uint32_t)value & 1;
  if (f[1] == 3) t->keys &= ~(uint32_t)value;
  if (f[1] == 5) t->token = value, t->pinged = 1;
  t->asked |= f[1] >= 1 && f[1] <= 4;
}

/* Before anything else; *t is all zeros. */
static inline void apus_trace_init(struct apus_trace *t, const struct apus_trace_config *config) {
  t->config = *config;
  if (!t->config.cpus) t->config.cpus = 1;
  while (config->clock_hz >> t->shift > 250000000) t->shift++; /* a tick is 4 to 8 ns */
  t->started = config->now();
  t->keys = 1;
}
#endif
