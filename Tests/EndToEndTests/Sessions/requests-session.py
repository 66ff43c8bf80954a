"""A program that follows redirects, keeps cookies, decodes bodies and logs in, as scripts do: one line per answer."""
import sys, requests
from requests.auth import HTTPDigestAuth

base = f"http://127.0.0.1:{sys.argv[1]}"
session = requests.Session()


def call(method, path, **arguments):
    answer = session.request(method, base + path, timeout=20, **arguments)
    for response in answer.history + [answer]:
        fields = [
            (name, value) for name, value in response.headers.items()
            if not name.lower().startswith("understudy-") and name.lower() not in ("connection", "content-length")]
        print(method, path, response.status_code, response.reason, fields, response.content)


call("GET", "/get", params={"q": "ä b", "page": 2})
call("POST", "/post", json={"title": "Ω", "tags": ["a", "b"]})
call("POST", "/post", data={"a": "1", "b": "2"})
call("PUT", "/put", data=b"\x00\x01\xff" * 50)
call("POST", "/post", data=(part for part in [b"one ", b"two"]))
for path in ["/gzip", "/deflate", "/brotli", "/stream/5", "/image/png", "/encoding/utf8", "/uuid", "/uuid", "/uuid"]:
    call("GET", path)
call("GET", "/redirect/3", allow_redirects=True)
call("GET", "/status/304")
call("GET", "/cookies/set/flavour/oat", allow_redirects=False)
call("GET", "/basic-auth/ada/secret", auth=("ada", "secret"))
call("HEAD", "/get")
call("DELETE", "/delete", json={"id": 1})
