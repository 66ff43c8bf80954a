"""A Python client's transcript: python.py requests|httpx|aiohttp|urllib HTTP-BASE HTTPS-BASE"""
import asyncio, hashlib, sys

library, *bases = sys.argv[1:]
upload = b"p" * 5_000_000
# name, method, path, content, fields
calls = [
    ("text", "GET", "/text", None, {}), ("head", "HEAD", "/text", None, {}), ("query", "GET", "/missing?q=a%20b&q=%C3%A4", None, {}),
    ("gzip", "GET", "/gzip", None, {}), ("chunked", "GET", "/chunked", None, {}), ("large", "GET", "/large", None, {}),
    ("redirect", "GET", "/redirect", None, {}), ("upload", "PUT", "/upload", upload, {"Content-Type": "application/octet-stream"}),
    ("json", "POST", "/upload", b'{"title": "\xce\xa9", "tags": ["a", "b"]}', {"Content-Type": "application/json"}),
    ("delete", "DELETE", "/upload?id=1", None, {}), ("login", "GET", "/login", None, {}), ("basket", "GET", "/basket", None, {}),
    ("count", "GET", "/counter", None, {}), ("count again", "GET", "/counter", None, {})]


def say(name, status, fields, body):
    kept = [(k, v) for k, v in sorted((k.lower(), v) for k, v in fields) if k in ("content-type", "content-encoding", "etag", "set-cookie")]
    print(name, status, kept, len(body), hashlib.sha256(body).hexdigest(), flush=True)


def pieces(content):
    for start in range(0, len(content), 65536):
        yield content[start:start + 65536]


if library == "requests":
    import requests
    session = requests.Session()
    for base in bases:
        for name, method, path, content, fields in calls:
            # requests lets HEAD stay where it is unless told.
            answer = session.request(method, base + path, data=content, headers=fields, timeout=30)
            say(name, answer.status_code, answer.headers.items(), answer.content)
        answer = session.post(base + "/upload?by=generator", data=pieces(upload), timeout=30)
        say("generator", answer.status_code, answer.headers.items(), answer.content)
elif library == "httpx":
    import httpx
    with httpx.Client(follow_redirects=True, timeout=30) as client:
        for base in bases:
            for name, method, path, content, fields in calls:
                answer = client.request(method, base + path, content=content, headers=fields)
                say(name, answer.status_code, answer.headers.multi_items(), answer.content)
            answer = client.post(base + "/upload?by=generator", content=pieces(upload))
            say("generator", answer.status_code, answer.headers.multi_items(), answer.content)
elif library == "aiohttp":
    import aiohttp

    async def main():
        # Without trust_env aiohttp looks at no proxy variable.
        async with aiohttp.ClientSession(trust_env=True) as session:
            for base in bases:
                for name, method, path, content, fields in calls:
                    async with session.request(method, base + path, data=content, headers=fields) as answer:
                        say(name, answer.status, answer.headers.items(), await answer.read())
                # Ten at once: as many connections, each with its own tunnel.
                async def one(n):
                    async with session.get(f"{base}/missing?n={n}") as answer:
                        return answer.status, answer.headers.items(), await answer.read()
                for n, found in enumerate(await asyncio.gather(*(one(n) for n in range(10)))):
                    say(f"parallel {n}", *found)

    asyncio.run(main())
else:
    import urllib.error, urllib.request
    for base in bases:
        for name, method, path, content, fields in calls:
            request = urllib.request.Request(base + path, data=content, headers=fields, method=method)
            try:
                answer = urllib.request.urlopen(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                say(name, answer.status, answer.headers.items(), answer.read())
