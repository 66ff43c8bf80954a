#pragma once

// Brotli's two halves, which Debian and brew ship together.

#include <brotli/decode.h>
#include <brotli/encode.h>
