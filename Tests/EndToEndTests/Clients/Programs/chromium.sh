# A page of thirty resources in headless Chromium: chromium.sh HTTPS-BASE CHROMIUM UNDERSTUDY
# Chromium reads the proxy variables only through a desktop's settings; its authorities are in an NSS database under HOME.
set -e
mkdir -p "$HOME/.pki/nssdb"
certutil -d "sql:$HOME/.pki/nssdb" -N --empty-password
certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n understudy -i "$("$3" ca path)"
# --proxy-server="$HTTPS_PROXY" would do, but it also calls its makers: nobody answers those.
rules=$(base64 -w0 <<END
function FindProxyForURL(url, host) { return host.endsWith(".test.example") ? "PROXY ${HTTPS_PROXY#http://}" : "PROXY 127.0.0.1:9" }
END
)
# A relative folder: the path of a socket in it has to be short.
TMPDIR=. "$2" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking --disable-component-update \
    --disable-sync --user-data-dir="$PWD/profile" --proxy-pac-url="data:application/x-ns-proxy-autoconfig;base64,$rules" --virtual-time-budget=20000 --dump-dom "$1/page" 2>chromium.log
