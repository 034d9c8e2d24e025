// Calls five deep, without frame pointers: who called whom is only in the unwind tables.
#include <string.h>
#include <stdio.h>
static volatile unsigned sink;
__attribute__((noinline)) static void spin(unsigned n) { for (unsigned i = 0; i < n; i++) sink += i * i; }
__attribute__((noinline)) static void gamma_(unsigned n) { char room[64]; memset(room, (int)n, sizeof room); sink += room[n % 64]; spin(n); sink++; }
__attribute__((noinline)) static void beta(unsigned n) { volatile char room[128]; room[0] = (char)n; gamma_(n); sink += room[0]; }
__attribute__((noinline)) static void alpha(unsigned n) { beta(n); sink++; spin(n / 4); sink++; }
// Turns of changing length, so that the sampler's clock cannot keep step with them.
int main(void) {
  unsigned seed = 1;
  for (unsigned turn = 0; turn < 6000; turn++) alpha(5000 + (seed = seed * 1664525 + 1013904223) % 30011);
  puts("done");
  return 0;
}
