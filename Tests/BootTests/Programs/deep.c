// Calls five deep, without frame pointers: who called whom is only in the unwind tables.
#include <string.h>
#include <time.h>
#include <stdio.h>
static volatile unsigned sink;
__attribute__((noinline)) static void spin(unsigned n) { for (unsigned i = 0; i < n; i++) sink += i * i; }
__attribute__((noinline)) static void gamma_(unsigned n) { char room[64]; memset(room, (int)n, sizeof room); sink += room[n % 64]; spin(n); sink++; }
__attribute__((noinline)) static void beta(unsigned n) { volatile char room[128]; room[0] = (char)n; gamma_(n); sink += room[0]; }
__attribute__((noinline)) static void alpha(unsigned n) { beta(n); sink++; spin(n / 4); sink++; }
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { double end = now() + 1; while (now() < end) alpha(20000); puts("done"); return 0; }
