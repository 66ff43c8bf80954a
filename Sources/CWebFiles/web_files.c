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
FILE("app.js")
#embed "../UnderstudyAdmin/Web/app.js"
END
FILE("icon.svg")
#embed "../UnderstudyAdmin/Web/icon.svg"
END
FILE("index.html")
#embed "../UnderstudyAdmin/Web/index.html"
END
FILE("core/api.js")
#embed "../UnderstudyAdmin/Web/core/api.js"
END
FILE("core/dom.js")
#embed "../UnderstudyAdmin/Web/core/dom.js"
END
FILE("core/events.js")
#embed "../UnderstudyAdmin/Web/core/events.js"
END
FILE("core/format.js")
#embed "../UnderstudyAdmin/Web/core/format.js"
END
FILE("core/keys.js")
#embed "../UnderstudyAdmin/Web/core/keys.js"
END
FILE("core/me.js")
#embed "../UnderstudyAdmin/Web/core/me.js"
END
FILE("core/router.js")
#embed "../UnderstudyAdmin/Web/core/router.js"
END
FILE("parts/body-view.js")
#embed "../UnderstudyAdmin/Web/parts/body-view.js"
END
FILE("parts/changes.js")
#embed "../UnderstudyAdmin/Web/parts/changes.js"
END
FILE("parts/charts.js")
#embed "../UnderstudyAdmin/Web/parts/charts.js"
END
FILE("parts/collection-dialogs.js")
#embed "../UnderstudyAdmin/Web/parts/collection-dialogs.js"
END
FILE("parts/copy.js")
#embed "../UnderstudyAdmin/Web/parts/copy.js"
END
FILE("parts/dialog.js")
#embed "../UnderstudyAdmin/Web/parts/dialog.js"
END
FILE("parts/diff.js")
#embed "../UnderstudyAdmin/Web/parts/diff.js"
END
FILE("parts/example-editor.js")
#embed "../UnderstudyAdmin/Web/parts/example-editor.js"
END
FILE("parts/example-tree.js")
#embed "../UnderstudyAdmin/Web/parts/example-tree.js"
END
FILE("parts/exchange-row.js")
#embed "../UnderstudyAdmin/Web/parts/exchange-row.js"
END
FILE("parts/field-lines.js")
#embed "../UnderstudyAdmin/Web/parts/field-lines.js"
END
FILE("parts/item-changes.js")
#embed "../UnderstudyAdmin/Web/parts/item-changes.js"
END
FILE("parts/mock-create.js")
#embed "../UnderstudyAdmin/Web/parts/mock-create.js"
END
FILE("parts/mock-key.js")
#embed "../UnderstudyAdmin/Web/parts/mock-key.js"
END
FILE("parts/mock-name.js")
#embed "../UnderstudyAdmin/Web/parts/mock-name.js"
END
FILE("parts/mock-settings.js")
#embed "../UnderstudyAdmin/Web/parts/mock-settings.js"
END
FILE("parts/pages.js")
#embed "../UnderstudyAdmin/Web/parts/pages.js"
END
FILE("parts/tabs.js")
#embed "../UnderstudyAdmin/Web/parts/tabs.js"
END
FILE("parts/toast.js")
#embed "../UnderstudyAdmin/Web/parts/toast.js"
END
FILE("parts/tree-drag.js")
#embed "../UnderstudyAdmin/Web/parts/tree-drag.js"
END
FILE("parts/virtual-list.js")
#embed "../UnderstudyAdmin/Web/parts/virtual-list.js"
END
FILE("styles/base.css")
#embed "../UnderstudyAdmin/Web/styles/base.css"
END
FILE("styles/collections.css")
#embed "../UnderstudyAdmin/Web/styles/collections.css"
END
FILE("styles/history.css")
#embed "../UnderstudyAdmin/Web/styles/history.css"
END
FILE("styles/mocks.css")
#embed "../UnderstudyAdmin/Web/styles/mocks.css"
END
FILE("styles/parts.css")
#embed "../UnderstudyAdmin/Web/styles/parts.css"
END
FILE("styles/settings.css")
#embed "../UnderstudyAdmin/Web/styles/settings.css"
END
FILE("views/collections.js")
#embed "../UnderstudyAdmin/Web/views/collections.js"
END
FILE("views/environments.js")
#embed "../UnderstudyAdmin/Web/views/environments.js"
END
FILE("views/exchange.js")
#embed "../UnderstudyAdmin/Web/views/exchange.js"
END
FILE("views/history.js")
#embed "../UnderstudyAdmin/Web/views/history.js"
END
FILE("views/miss.js")
#embed "../UnderstudyAdmin/Web/views/miss.js"
END
FILE("views/mocks.js")
#embed "../UnderstudyAdmin/Web/views/mocks.js"
END
FILE("views/sessions.js")
#embed "../UnderstudyAdmin/Web/views/sessions.js"
END
FILE("views/settings.js")
#embed "../UnderstudyAdmin/Web/views/settings.js"
END
FILE("views/sign-in.js")
#embed "../UnderstudyAdmin/Web/views/sign-in.js"
END
FILE("views/traffic.js")
#embed "../UnderstudyAdmin/Web/views/traffic.js"
END
    return (web_file){0};
}

size_t web_file_count(void) {
    size_t count = 0;
    while (web_file_at(count).path) count++;
    return count;
}
