"""Lays out what the origins serve: prepare.py FOLDER PART..., each part one of certificates, tree, git, pip, apt."""
import base64, hashlib, os, subprocess, sys, zipfile

folder, *parts = sys.argv[1:]


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def write(path, content):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path


def certificates():
    """authority.pem and, signed by it, origin.pem with origin.key for every name under test.example."""
    authority, key = os.path.join(folder, "authority.pem"), os.path.join(folder, "authority.key")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run("openssl", "req", "-x509", *curve, "-subj", "/CN=Tests of Understudy", "-days", "2", "-keyout", key, "-out", authority,
        "-addext", "keyUsage=critical,keyCertSign")
    request = os.path.join(folder, "origin.csr")
    run("openssl", "req", "-new", *curve, "-subj", "/CN=test.example", "-keyout", os.path.join(folder, "origin.key"), "-out", request)
    extensions = write("extensions", "subjectAltName=DNS:*.test.example,DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n"
                       "extendedKeyUsage=serverAuth\n")
    run("openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey", key, "-CAcreateserial", "-days", "2",
        "-extfile", extensions, "-out", os.path.join(folder, "origin.pem"))


def tree():
    for n in range(12):
        write(f"files/tree/{'deep/' if n % 2 else ''}leaf {n}.txt", f"leaf {n}\n" * n)


def git():
    """A repository with enough references that a clone's question is long and sent compressed."""
    work = os.path.join(folder, "work")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        environment.update({f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@test.example", f"GIT_{who}_DATE": "2026-01-01T00:00:00Z"})

    def command(*arguments):
        run("git", "-C", work, *arguments, env=environment)
    os.makedirs(work)
    command("init", "-q", "-b", "main")
    for n in range(40):
        write(f"work/chapter-{n % 7}.txt", f"edition {n}\n" * (n + 1))
        write("work/picture.bin", b"".join(hashlib.sha256(b"%d %d" % (n, k)).digest() for k in range(300)))
        command("add", "-A")
        command("commit", "-q", "-m", f"edition {n}")
        command("tag", f"tag-{n}")
    run("git", "clone", "-q", "--bare", work, os.path.join(folder, "repositories", "library.git"), env=environment)


def pip():
    def wheel(name, version, source, needs=()):
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": source,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {n}\n" for n in needs),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
        record = ""
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(text)}\n"
        path = write(f"files/simple/{name}/{name}-{version}-py3-none-any.whl", b"")
        with zipfile.ZipFile(path, "w") as archive:
            for path, text in {**files, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
                archive.writestr(path, text)
    wheel("shelf", "1.0", "books = ['one']\n")
    wheel("shelf", "1.1", "books = ['one', 'two']\n")
    wheel("reader", "2.0", "import shelf\n\ndef read():\n    return ' and '.join(shelf.books)\n", ["shelf>=1.1"])


def apt():
    target = os.path.join(folder, "files", "debian")
    os.makedirs(target)
    for name, version in [("novel", "1.0"), ("novel", "2.0"), ("poem", "1.0")]:
        control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Ada <ada@test.example>\nDescription: a {name}\n"
        write(f"package/{name}-{version}/DEBIAN/control", control)
        write(f"package/{name}-{version}/usr/share/{name}/text", f"{name} {version}\n" * 2000)
        run("dpkg-deb", "--build", "--root-owner-group", "-Zgzip", os.path.join(folder, "package", f"{name}-{version}"),
            os.path.join(target, f"{name}_{version}_all.deb"))
    listing = subprocess.run(["dpkg-scanpackages", "--multiversion", "."], cwd=target, check=True, capture_output=True).stdout
    write("files/debian/Packages", listing)
    lines = [f"Date: Thu, 01 Jan 2026 00:00:00 UTC", "Architectures: amd64 all", "SHA256:",
             f" {hashlib.sha256(listing).hexdigest()} {len(listing)} Packages"]
    write("files/debian/Release", "\n".join(lines) + "\n")


for part in parts:
    globals()[part]()
