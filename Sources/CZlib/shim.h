#pragma once

// zlib's two initialisers are macros, which Swift cannot call; no logic.

#include <zlib.h>

/// `window_bits` also chooses the format: 15 zlib, 31 gzip, -15 raw deflate.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

static inline int czlib_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}
