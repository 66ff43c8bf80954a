"""An API of our own to record: small, steady, a bit like a shop's.

It answers the same to the same request, so that examples made of it are predictable, and counts what it was asked.
"""
import gzip, http.server, json, struct, threading, urllib.parse, zlib

NAMES = ["Ada Moreno", "Bo Lindqvist", "Chidi Okafor", "Dana Ivanova", "Emi Tanaka", "Finn O’Hara"]
GOODS = ["Oak shelf", "Brass lamp", "Linen throw", "Tea kettle", "Wool rug", "Clay vase", "Ash stool"]


def png(width=96, height=64):
    """A picture in bands of colour."""
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in ((40 + 2 * x) % 256, (90 + 3 * y) % 256, 170))
                    for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def user(number):
    return {"id": number, "name": NAMES[number % len(NAMES)], "email": f"user{number}@shop.example",
            "address": {"city": "Bergen", "postcode": f"{5000 + number}"}, "isMember": number % 2 == 0, "note": None}


def order(number):
    return {"id": number, "user": 1 + number % 6, "total": round(19.9 + 7.35 * number, 2), "currency": "EUR",
            "lines": [{"sku": f"S-{number}{line}", "name": GOODS[(number + line) % len(GOODS)], "count": 1 + line} for line in range(3)]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Shop"
    sys_version = ""
    timeout = 30
    wbufsize = -1

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return "Mon, 02 Feb 2026 08:00:00 GMT"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        path, _, query = self.path.partition("?")
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[-1]
        with self.server.lock:
            self.server.requests.append((self.command, self.path))
        parameters = dict(urllib.parse.parse_qsl(query))
        self.reply(*self.content(path.strip("/").split("/"), parameters, body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

    def content(self, path, parameters, body):
        """Status, media type, content and more fields of the answer."""
        match path:
            case ["users"]:
                return 200, "application/json", [user(number) for number in range(1, 7)], {}
            case ["users", number] if self.command == "DELETE":
                return 204, None, b"", {}
            case ["users", number] if number.isdigit() and int(number) < 10_000:
                return 200, "application/json", user(int(number)), {"ETag": f'"u{number}"'}
            case ["users", _]:
                return 404, "application/json", {"error": "no such user"}, {}
            case ["orders"] if self.command == "POST":
                return 201, "application/json", {"id": 99, "placed": json.loads(body or b"null")}, {"Location": "/orders/99"}
            case ["orders"]:
                page = int(parameters.get("page", 1))
                return 200, "application/json", {"page": page, "orders": [order(10 * page + n) for n in range(5)]}, {}
            case ["orders", number]:
                return 200, "application/json", order(int(number)), {}
            case ["image.png"]:
                return 200, "image/png", png(), {}
            case ["page.html"]:
                return 200, "text/html; charset=utf-8", "<!doctype html><title>Shop</title><h1>The shop</h1><p>Welcome.</p>", {}
            case ["text"]:
                return 200, "text/plain; charset=utf-8", "Plain text – with a dash.\nSecond line.\n", {}
            case ["gzip"]:
                return 200, "application/json", gzip.compress(json.dumps({"packed": True, "goods": GOODS}).encode(), mtime=0), {"Content-Encoding": "gzip"}
            case ["bytes", count]:
                return 200, "application/octet-stream", bytes(n % 256 for n in range(int(count))), {}
            case ["big", count]:
                """A JSON list of so many orders."""
                return 200, "application/json", [order(n) for n in range(int(count))], {}
            case ["status", status]:
                return int(status), "application/json", {"status": int(status)}, {}
            case ["echo"]:
                return 200, self.headers.get("Content-Type") or "text/plain", body, {}
            case [""]:
                return 200, "application/json", {"name": "The shop", "links": ["/users", "/orders"]}, {}
        return 404, "application/json", {"error": f"nothing is at /{'/'.join(path)}"}, {}

    def reply(self, status, kind, content, fields):
        if isinstance(content, str):
            content = content.encode()
        elif not isinstance(content, bytes):
            content = json.dumps(content, indent=1, ensure_ascii=False).encode()
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in fields.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)


class Origin(http.server.ThreadingHTTPServer):
    """`url`; `requests`: [(method, target)] of all that came; `count`."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def count(self):
        return len(self.requests)

    def handle_error(self, *_):
        """A client that went away is its own business."""

    def stop(self):
        self.shutdown()
        self.server_close()
