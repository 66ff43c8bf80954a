"""What the clients talk to: one program on an HTTP and an HTTPS port, both chosen by the system and printed.

    origin.py CERTIFICATE KEY FOLDER

FOLDER/files is served under /files, the Git repositories in FOLDER/repositories under /git. Every request is a line in
FOLDER/requests.log.
"""
import gzip, hashlib, itertools, json, mimetypes, os, ssl, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

certificate, key, folder = sys.argv[1:]
log = open(os.path.join(folder, "requests.log"), "a", buffering=1)
counter = itertools.count(1)


def page():
    """A page of 30 resources: 5 styles, 10 scripts, 10 pictures, 5 texts that its last script fetches."""
    styles = "".join(f'<link rel="stylesheet" href="/page/style-{n}.css">' for n in range(5))
    scripts = "".join(f'<script src="/page/script-{n}.js" defer></script>' for n in range(10))
    pictures = "".join(f'<img id="picture-{n}" src="/page/picture-{n}.svg">' for n in range(10))
    return f"""<!doctype html><html><head><title>Thirty resources</title><link rel="icon" href="data:,">{styles}</head>
<body><ul></ul>{pictures}<script>
const say = text => {{ const line = document.createElement('li'); line.textContent = text; document.querySelector('ul').append(line) }}
window.onload = async () => {{
  for (let n = 0; n < 10; n++) say(`picture ${{n}}: ${{document.getElementById('picture-' + n).naturalWidth}}`)
  for (let n = 0; n < 5; n++) {{
    say(`style ${{n}}: ${{getComputedStyle(document.body).getPropertyValue('--style-' + n)}}`)
    const answer = await fetch(`/page/data-${{n}}.json`, {{ method: n % 2 ? 'POST' : 'GET', body: n % 2 ? `n=${{n}}` : undefined }})
    say(`fetched ${{n}}: ${{answer.status}} ${{await answer.text()}}`)
  }}
  document.title = 'done'
}}
</script>{scripts}</body></html>""".encode()


def resource(name, body):
    stem, _, kind = name.rpartition(".")
    n = stem.rpartition("-")[2]
    if kind == "css":
        return "text/css", f"body {{ --style-{n}: made{n} }}".encode()
    if kind == "js":
        return "text/javascript", f"say('script {n}')".encode()
    if kind == "svg":
        return "image/svg+xml", f'<svg xmlns="http://www.w3.org/2000/svg" width="{20 + int(n)}" height="9"/>'.encode()
    return "application/json", json.dumps({"n": n, "sent": body.decode(), "count": next(counter)}).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def content(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status=200, body=b"", kind="text/plain", fields=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in fields:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def do(self):
        body = self.content()
        log.write(f"{self.command} {self.path}\n")
        url = urlsplit(self.path)
        path, query = url.path, parse_qs(url.query)
        if path == "/text":
            self.answer(body="Grüße aus dem Süden\n".encode(), kind="text/plain; charset=utf-8", fields=[("ETag", '"south"')])
        elif path == "/counter":
            self.answer(body=json.dumps({"count": next(counter)}).encode(), kind="application/json")
        elif path == "/gzip":
            self.answer(body=gzip.compress(b"squeezed " * 200, mtime=0), fields=[("Content-Encoding", "gzip")])
        elif path == "/large":
            # Not text, not the same everywhere, and the same each time.
            self.answer(body=b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1 << 15)), kind="application/octet-stream")
        elif path == "/chunked":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            old = self.request_version == "HTTP/1.0"
            self.send_header(*(("Connection", "close") if old else ("Transfer-Encoding", "chunked")))
            self.end_headers()
            for n in range(5):
                line = f"line {n}\n".encode()
                self.wfile.write(line if old else b"%x\r\n%s\r\n" % (len(line), line))
            if not old:
                self.wfile.write(b"0\r\n\r\n")
        elif path == "/redirect":
            self.answer(302, b"elsewhere\n", fields=[("Location", "/text")])
        elif path == "/login":
            self.answer(body=b"welcome\n", fields=[("Set-Cookie", "visitor=ada; Path=/"), ("Set-Cookie", "theme=dark; Path=/")])
        elif path == "/basket":
            self.answer(body=(self.headers.get("Cookie", "nobody") + "\n").encode())
        elif path == "/upload":
            sent = {"method": self.command, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(),
                    "type": self.headers.get("Content-Type"), "query": query}
            self.answer(201, json.dumps(sent, sort_keys=True).encode(), "application/json")
        elif path == "/page":
            self.answer(body=page(), kind="text/html; charset=utf-8")
        elif path.startswith("/page/"):
            kind, body = resource(path[6:], body)
            self.answer(body=body, kind=kind)
        elif path.startswith("/git/"):
            self.git(path[4:], url.query, body)
        elif path.startswith("/files/"):
            self.file(unquote(path[7:]))
        else:
            self.answer(404, f"nothing at {path}\n".encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do

    def git(self, path, query, body):
        environment = {
            **os.environ, "GIT_PROJECT_ROOT": os.path.join(folder, "repositories"), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1"}
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = [int(value.split()[0]) for name, value in fields if name == "Status"] or [200]
        kind = [value for name, value in fields if name == "Content-Type"] or ["text/plain"]
        self.answer(status[0], body, kind[0], [f for f in fields if f[0] in ("Expires", "Pragma", "Cache-Control")])

    def file(self, path):
        """A file, or a list of links as pip wants it."""
        path = os.path.join(folder, "files", os.path.normpath("/" + path).lstrip("/"))
        if os.path.isdir(path):
            names = [name + "/" * os.path.isdir(os.path.join(path, name)) for name in sorted(os.listdir(path))]
            links = "".join(f'<a href="{quote(name)}">{name}</a>\n' for name in names)
            self.answer(body=f"<!doctype html><title>files</title>\n{links}".encode(), kind="text/html")
        elif os.path.isfile(path):
            with open(path, "rb") as f:
                body = f.read()
            tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            if self.headers.get("If-None-Match") == tag:
                self.answer(304, fields=[("ETag", tag)])
            else:
                self.answer(body=body, kind=mimetypes.guess_type(path)[0] or "application/octet-stream", fields=[("ETag", tag)])
        else:
            self.answer(404, b"no such file\n")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # A client that closes is none.


class SecureServer(Server):
    def finish_request(self, request, address):
        # Here and not in the accepting thread, so that a slow handshake keeps nobody waiting.
        with context.wrap_socket(request, server_side=True) as secured:
            self.RequestHandlerClass(secured, address, self)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
servers = [Server(("127.0.0.1", 0), Handler), SecureServer(("127.0.0.1", 0), Handler)]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ports %d %d" % tuple(server.server_address[1] for server in servers), flush=True)
threading.Event().wait()
