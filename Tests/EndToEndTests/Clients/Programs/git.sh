# git's transcript: git.sh HTTP-BASE HTTPS-BASE
set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
for base in "$1" "$2"; do
    rm -rf clone shallow
    git clone -q "$base/git/library.git" clone
    git -C clone fsck --no-progress
    git -C clone log --all --format='%H %s'
    git -C clone ls-files -s
    git -C clone fetch -q origin
    git clone -q --depth 1 --branch tag-7 "$base/git/library.git" shallow 2>/dev/null
    git -C shallow log --format='%H %s'
    git ls-remote "$base/git/library.git" | sha256sum
    git ls-remote "$base/git/missing.git" 2>/dev/null || echo "missing: exit $?"
done
