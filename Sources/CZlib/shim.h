#include <zlib.h>

// inflateInit2 is a macro. 15 + 32: the largest window, and zlib or gzip by their head.
static inline int apus_inflate_begin(z_stream *stream) { return inflateInit2(stream, 15 + 32); }
// 15 + 16: gzip.
static inline int apus_deflate_begin(z_stream *stream) { return deflateInit2(stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); }
