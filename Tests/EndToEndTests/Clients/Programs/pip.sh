# pip's transcript: pip.sh HTTP-BASE HTTPS-BASE PYTHON
set -e
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
for base in "$1" "$2"; do
    rm -rf packages fetched
    host=${base#*://}
    # pip wants plain HTTP to be called trusted; over HTTPS it is PIP_CERT that makes it so.
    trusted=""
    case $base in http:*) trusted="--trusted-host ${host%:*}" ;; esac
    # Another package is needed by the one that is asked for.
    "$3" -m pip install -q --root-user-action ignore --index-url "$base/files/simple/" $trusted --target packages reader
    (cd packages && find . -name '*.py' | sort | xargs sha256sum)
    PYTHONPATH=packages "$3" -c 'import reader; print(reader.read())'
    "$3" -m pip download -q --index-url "$base/files/simple/" $trusted -d fetched --no-deps shelf==1.0
    (cd fetched && sha256sum *)
    "$3" -m pip install -q --index-url "$base/files/simple/" $trusted --target packages nowhere 2>&1 | grep -o 'No matching distribution.*'
done
