"""UNDERSTUDY_WEB: the page's files from a folder instead of the program, to try changes of the page without building."""
import mimetypes, os, pathlib, urllib.parse

mimetypes.add_type("text/javascript", ".js")


def serve_from_source(server, context, base):
    """Only where the switch is set; with the fields that the program gives, its content security policy among them."""
    folder = os.environ.get("UNDERSTUDY_WEB")
    if not folder:
        return
    folder = pathlib.Path(folder).resolve()
    policy = server.request(server.admin, "GET", "/").fields["content-security-policy"]

    def give(route):
        name = urllib.parse.urlsplit(route.request.url).path.removeprefix("/ui/").strip("/") or "index.html"
        path = (folder / name).resolve()
        if not path.is_file() or folder not in path.parents:
            return route.fulfill(status=404, body="there is no such file\n")
        kind = mimetypes.guess_type(path.name)[0]
        route.fulfill(body=path.read_bytes(), headers={
            "Content-Type": kind + ("; charset=utf-8" if kind.startswith("text/") else ""), "Content-Security-Policy": policy, "Cache-Control": "no-cache"})

    context.route(base + "/", give)
    context.route(base + "/ui/**", give)
