// The page's files in the binary: one entry for each file of Sources/UnderstudyAdmin/Web. A test compares the list with the
// folder, so that none is forgotten.

#include "web_files.h"

#ifndef __has_embed
#error "this compiler has no #embed (C23): Swift 6.2 or later brings one that has"
#endif
// Said here and not for the whole package, whose other C is C17.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define FILE(name)                                                                                                     \
    {                                                                                                                  \
        static const char path[] = name;                                                                               \
        static const unsigned char bytes[] = {
#define END                                                                                                            \
        };                                                                                                             \
        if (index-- == 0) return (web_file){path, bytes, sizeof bytes};                                                \
    }

web_file web_file_at(size_t index) {
FILE("index.html")
#embed "../UnderstudyAdmin/Web/index.html"
END
FILE("app.js")
#embed "../UnderstudyAdmin/Web/app.js"
END
    return (web_file){0};
}

size_t web_file_count(void) {
    size_t count = 0;
    while (web_file_at(count).path) count++;
    return count;
}
