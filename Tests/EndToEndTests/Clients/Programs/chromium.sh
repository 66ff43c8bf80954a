# A page of thirty resources in headless Chromium: chromium.sh HTTPS-BASE CHROMIUM UNDERSTUDY
# Chromium reads the proxy variables only through a desktop's settings; its authorities are in an NSS database under HOME.
set -e
mkdir -p "$HOME/.pki/nssdb"
certutil -d "sql:$HOME/.pki/nssdb" -N --empty-password
certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n understudy -i "$("$3" ca path)"
"$2" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking --disable-component-update \
    --disable-sync --user-data-dir="$PWD/profile" --proxy-server="$HTTPS_PROXY" --virtual-time-budget=20000 --dump-dom "$1/page" 2>chromium.log
