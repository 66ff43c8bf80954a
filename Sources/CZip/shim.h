#pragma once

// libzip's headers; no logic.

#include <zip.h>
