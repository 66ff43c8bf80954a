# apt's transcript, on folders of its own: apt.sh HTTP-BASE HTTPS-BASE
set -e
for base in "$1" "$2"; do
    root=$PWD/root
    rm -rf "$root"
    mkdir -p "$root"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$root"/var/lib/apt/lists/partial \
        "$root"/var/cache/apt/archives/partial "$root"/var/lib/dpkg "$root"/var/log
    : >"$root/var/lib/dpkg/status"
    echo "deb [trusted=yes] $base/files/debian ./" >"$root/etc/apt/sources.list"
    # apt takes the proxy from the environment; its authorities only from this option.
    cat >"$root/apt.conf" <<END
Dir "$root/"; Dir::State::status "$root/var/lib/dpkg/status"; Dir::Etc "etc/apt/"; Dir::Log "$root/var/log";
APT::Sandbox::User ""; APT::Architecture "amd64"; APT::Architectures "amd64"; Acquire::Languages "none";
Acquire::https::CAInfo "$SSL_CERT_FILE"; Acquire::Retries "0"; Debug::NoLocking "true";
END
    export APT_CONFIG=$root/apt.conf
    apt-get -qq update
    (cd "$root/var/lib/apt/lists" && sha256sum *Packages)
    apt-cache show novel | grep -E '^(Package|Version|SHA256)'
    (cd "$root" && apt-get -qq download novel=2.0 poem && sha256sum *.deb)
    # The second time: what has not changed is not fetched again.
    apt-get -qq update && echo "updated again"
done
