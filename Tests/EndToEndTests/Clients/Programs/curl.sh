# curl's transcript: curl.sh HTTP-BASE HTTPS-BASE
set -e
# Status, the fields that matter, and the body's digest.
ask() {
    printf '%s: ' "$*"
    curl -sS -o body -w '%{http_code} HTTP/%{http_version} %{content_type} %header{etag} ' "$@"
    sha256sum <body
}
head -c 5000000 /dev/zero | tr '\0' u >upload
head -c 100000 upload >part
for base in "$1" "$2"; do
    ask "$base/text"
    curl -sSI "$base/text" | grep -iE '^(HTTP|content-|etag)'
    ask --compressed "$base/gzip"
    ask "$base/gzip"
    ask "$base/chunked"
    ask "$base/large"
    ask -L "$base/redirect"
    ask -T upload "$base/upload"
    ask -H 'Expect: 100-continue' --data-binary @upload "$base/upload?by=post"
    ask -T - "$base/upload?by=chunks" <upload
    ask -F 'name=Ada' -F 'file=@part;filename=p.bin' -F 'note=a;b' "$base/upload?by=form"
    ask -c jar "$base/login"
    ask -b jar "$base/basket"
    ask --http1.0 "$base/text"
    ask --http1.0 "$base/chunked"
    ask "$base/counter"
    ask "$base/counter"
    ask "$base/missing?q=a%20b&empty=&plus=1+1"
    # One connection for all three, over each kind of proxying.
    curl -sS -w '%{num_connects} connections, %{http_code}\n' "$base/text" "$base/chunked" "$base/counter"
done
# Plain HTTP inside a tunnel.
ask -p "$1/text"
ask -p --http1.0 "$1/text"
ask -p -T upload "$1/upload?by=tunnel"
