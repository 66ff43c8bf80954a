# wget's transcript: wget.sh HTTP-BASE HTTPS-BASE
set -e
# wget reads no variable for its authorities, only this option (or ca_certificate in .wgetrc).
ask() {
    printf '%s: ' "$*"
    wget -nv --no-hsts --ca-certificate="$SSL_CERT_FILE" -O body "$@" 2>error || { code=$?; echo "exit $code"; grep -o 'ERROR.*' error; return 0; }
    sha256sum <body
}
head -c 100000 /dev/zero | tr '\0' w >upload
for base in "$1" "$2"; do
    ask "$base/text"
    ask "$base/large"
    ask "$base/chunked"
    ask --compression=auto "$base/gzip"
    ask "$base/redirect"
    ask --post-file=upload "$base/upload"
    ask --method=PUT --body-data='a=1' "$base/upload"
    ask --save-cookies jar --keep-session-cookies "$base/login"
    ask --load-cookies jar "$base/basket"
    ask "$base/counter"
    ask "$base/counter"
    ask "$base/missing"
    ask "$base/text" "$base/chunked" "$base/counter"
    # A tree of files, as people mirror them.
    rm -rf tree
    wget -nv -e robots=off --no-hsts --ca-certificate="$SSL_CERT_FILE" -r -np -nH -P tree "$base/files/tree/" 2>/dev/null || true
    (cd tree && find . -type f -print0 | sort -z | xargs -0 sha256sum)
done
