#ifndef WEB_FILES_H
#define WEB_FILES_H

#include <stddef.h>

/// A file of the page, as it is in the binary.
typedef struct {
    /// Below the page's folder, such as `core/router.js`.
    const char *path;
    const unsigned char *bytes;
    size_t count;
} web_file;

size_t web_file_count(void);

/// Path is null from `web_file_count()` on.
web_file web_file_at(size_t index);

#endif
