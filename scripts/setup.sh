# Set-up shared by the scripts beside it: sourced, not run. Each function does nothing when nothing is missing.

say() { printf '%s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# apt_install WHY PACKAGE... installs the packages that are not there yet.
apt_install() {
    local why=$1 package missing=()
    shift
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing with apt: ${missing[*]} ($why)"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

# The C libraries that the build links: libcurl forwards, SQLite keeps the history, libzip reads exports, the others do
# content codings.
install_libraries() {
    if ! command -v swift >/dev/null; then
        say "Swift 6.2 or later is needed and 'swift' is not on the PATH: see https://www.swift.org/install"
        exit 2
    fi
    case $(uname -s) in
    Linux)
        if ! command -v apt-get >/dev/null; then
            [ -e /usr/include/curl/curl.h ] ||
                say "no apt here: install the development files of libcurl, SQLite, libzip, zlib, Brotli and zstd yourself"
            return 0
        fi
        apt_install "libcurl forwards requests, SQLite keeps the history, libzip reads exports, the others decode and encode bodies" \
            pkg-config libcurl4-openssl-dev libsqlite3-dev libzip-dev zlib1g-dev libbrotli-dev libzstd-dev
        ;;
    Darwin)
        if ! brew list curl brotli zstd libzip >/dev/null 2>&1; then
            say "installing with brew: curl brotli zstd libzip (libcurl forwards requests, libzip reads exports, the others decode and encode bodies)"
            brew install --quiet curl brotli zstd libzip
        fi
        PKG_CONFIG_PATH="$(brew --prefix curl)/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
        export PKG_CONFIG_PATH
        ;;
    esac
}

# A build folder of its own, so that tests and release builds do not undo each other. Linked statically on Linux: one
# file that needs no Swift on the machine it runs on, starts faster and takes less memory.
release_flags() {
    flags=(-c release --scratch-path "$1/.build-release" --package-path "$1")
    if [ "$(uname -s)" = Linux ]; then flags+=(--static-swift-stdlib); fi
}

release_binary() { printf '%s\n' "$1/.build-release/release/understudy"; }

# Builds the release binary unless it is newer than every source.
build_release() {
    local binary
    binary=$(release_binary "$1")
    if [ -x "$binary" ] && [ -z "$(find "$1/Sources" "$1/Package.swift" -newer "$binary" -print -quit)" ]; then return; fi
    say "building understudy (a few minutes the first time; later runs start at once)"
    release_flags "$1"
    if ! swift build "${flags[@]}" --product understudy >"$1/.build-release.log" 2>&1; then
        tail -n 40 "$1/.build-release.log" >&2
        say "the build failed; all of its output is in $1/.build-release.log"
        exit 2
    fi
    touch "$binary"
}

# python_tools ROOT puts what the tests and the sample run against into ROOT/.build-venv; python_tools ROOT LIST, what
# scripts/LIST names, too; python_tools ROOT LIST VENV, that into ROOT/VENV.
python_tools() {
    local list=${2:-requirements.txt} venv=$1/${3:-.build-venv}
    local wanted=$1/scripts/$list
    if [ -e "$venv/$list" ] && cmp -s "$wanted" "$venv/$list"; then return; fi
    if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
        apt_install "the tests record real servers written in Python" python3 python3-venv
    fi
    say "installing into ${venv##*/} what scripts/$list lists"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/$list"
}

# Chromium, a font for what it shows, and what drives it: Tests/Browser. Other systems' Chromium will do when it is on the PATH.
browser_tools() {
    if command -v apt-get >/dev/null; then
        apt_install "the page is tested in a browser" chromium fonts-noto-color-emoji || true
    fi
    if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
        say "the page's tests need Chromium, and it cannot be installed here: put 'chromium' on the PATH"
        exit 2
    fi
    python_tools "$1" requirements-browser.txt .build-venv-browser
}

# The programs that tests record and replay or look on with, each with the Debian package that has it.
client_programs=(
    curl:curl wget:wget git:git openssl:openssl java:default-jre-headless javac:default-jdk-headless chromium:chromium
    certutil:libnss3-tools dpkg-scanpackages:dpkg-dev strace:strace unshare:util-linux ip:iproute2
)

missing_clients() {
    local each
    for each in "${client_programs[@]}"; do
        PATH=$PATH:/usr/sbin command -v "${each%%:*}" >/dev/null || printf '%s\n' "$each"
    done
}

# Installs all clients; without apt, as many as Python's packages hold.
install_clients() {
    local missing
    missing=$(missing_clients | sed 's/.*://')
    # shellcheck disable=SC2086 # One word a package.
    if [ -n "$missing" ] && command -v apt-get >/dev/null; then apt_install "clients that are recorded and replayed" $missing; fi
    python_tools "$1" requirements-clients.txt
}

# Says which clients' tests will be skipped.
name_missing_clients() {
    local each
    for each in $(missing_clients); do say "skipping what needs ${each%%:*} (package ${each##*:})"; done
    if [ ! -e "$1/.build-venv/requirements-clients.txt" ]; then
        say "skipping httpx, aiohttp, the aws CLI, boto3 and Node 24 (scripts/requirements-clients.txt)"
    fi
    say "skipping URLSession and AsyncHTTPClient; scripts/test --all installs and builds all clients"
}
