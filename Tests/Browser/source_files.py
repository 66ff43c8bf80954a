"""UNDERSTUDY_WEB: the page's files from a folder instead of the program, to try changes of the page without building."""
import mimetypes, os, pathlib, urllib.parse

CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-src 'self'; "
       "font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
# Of routes that an older program lacks.
FAKED = {
    "/session": {"signedIn": True, "role": "super-admin", "owner": "1", "version": "dev"},
    "/activity": {"interval": 1, "samples": []},
}
mimetypes.add_type("text/javascript", ".js")


class SourceFiles:
    @staticmethod
    def of(server, context, base, isSignedIn):
        folder = os.environ.get("UNDERSTUDY_WEB")
        return SourceFiles(pathlib.Path(folder), server, context, base, isSignedIn) if folder else None

    def __init__(self, folder, server, context, base, isSignedIn):
        self.folder = folder.resolve()
        lacking = {path: value for path, value in FAKED.items() if server.api("GET", path).status == 404}
        self.isFaked = "/session" in lacking
        if self.isFaked and isSignedIn:
            context.set_extra_http_headers({"Authorization": f"Bearer {server.token}"})
        if self.isFaked and not isSignedIn:
            lacking["/session"] = {"signedIn": False, "role": None, "owner": None, "version": "dev"}
        context.route(base + "/", self.file)
        context.route(base + "/ui/**", self.file)
        for path, value in lacking.items():
            context.route(base + "/api/v1" + path, self.faked(value))

    @staticmethod
    def faked(value):
        return lambda route: route.fulfill(json=value)

    def file(self, route):
        name = urllib.parse.urlsplit(route.request.url).path.removeprefix("/ui/").strip("/") or "index.html"
        path = (self.folder / name).resolve()
        if not path.is_file() or self.folder not in path.parents:
            return route.fulfill(status=404, body="there is no such file\n")
        kind = mimetypes.guess_type(path.name)[0]
        route.fulfill(body=path.read_bytes(), headers={
            "Content-Type": kind + ("; charset=utf-8" if kind.startswith("text/") else ""),
            "Content-Security-Policy": CSP, "Cache-Control": "no-cache"})
