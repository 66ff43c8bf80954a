"""
Tests of the page in a real browser: Debian's Chromium, a built understudy, an API of our own; nothing leaves this machine.

    .build-venv-browser/bin/python -m pytest Tests/Browser -k history

UNDERSTUDY_BINARY   the program (.build/debug/understudy)
UNDERSTUDY_SHOTS    where screenshots go (a temporary folder); a failed test leaves one there, too
UNDERSTUDY_WEB      the page's files come from this folder instead of the program: to try changes without building

Fixtures
    origin          the API that is recorded: .url, .requests [(method, target)], .count. It has /users /users/1 /orders?page=1
                    POST /orders /orders/12 /image.png /page.html /text /gzip /bytes/N /big/N (a list) /status/N /echo, see origin.py
    serve(verb, *arguments)
                    starts understudy in a folder of its own, waits until it is ready, ends it with the test, fails when it
                    crashed. Gives a Server (understudy.py): .front .admin (addresses) .token .folder .output, .api(method, path
                    behind /api/v1, body, headers) and .call(target, method, body, headers) → .status .fields .content .json,
                    .cli(*arguments) → .stdout, .record(count or targets=[…]) → the newest number, .newest, .kill(), .start()
                    on the same ports. The API's rate limit is off.
    server          the one that `page` shows: `understudy record ORIGIN` with nothing recorded yet. A module that wants another
                    defines its own fixture `server`.
    page            a Playwright page, signed in with a real ticket, at #/traffic: 1440 × 900, light. Others:
                    @pytest.mark.parametrize("page", ["wide", "narrow dark"], indirect=True); narrow is 390 × 844, least
                    360 × 740, huge 2560 × 1300. page.goto("/#/history?method=GET") goes to a place.
    visit(server, place="#/traffic", look="wide", **options)
                    the same for another server, another place, or one more page; options are those of new_context.
                    Unless `isSignedIn=False`.
    shoot(page, name)
                    writes NAME.png into the screenshots' folder.
    watch           what went wrong in all pages of the test: errors in the console, exceptions, violations of the content
                    security policy, requests to anything but the pages' own listeners. The test fails in the end when there was any.
                    watch.allow("status of 409") lets pass what a test brings about on purpose: a regular expression found in the
                    message. Browsers report each answer from 400 on as an error, so a test that provokes one must say so.
    until(fact, seconds)
                    (from understudy import until) waits for a fact of the server; of the page, Playwright's expect() waits.

A test clicks as people do, looks at what people see, and asks the server what became of it. No sleeps.
"""
import os, pathlib, re, shutil, tempfile

import pytest
from playwright.sync_api import expect, sync_playwright

from origin import Origin
from source_files import serve_from_source
from understudy import BINARY, Server, until

expect.set_options(timeout=15_000)

SIZES = {"least": (360, 740), "narrow": (390, 844), "wide": (1440, 900), "huge": (2560, 1300)}


def look_options(look):
    words = look.split()
    width, height = next((SIZES[word] for word in words if word in SIZES), SIZES["wide"])
    return {"viewport": {"width": width, "height": height}, "color_scheme": "dark" if "dark" in words else "light"}


class Watch:
    """What went wrong in the pages of a test."""

    def __init__(self):
        self.problems, self.allowed, self.listeners = [], [], set()

    def allow(self, pattern):
        self.allowed.append(re.compile(pattern))

    def note(self, text):
        self.problems.append(text)

    def request(self, request):
        address = request.url
        if address.startswith(("blob:", "data:", "about:")) or any(address.startswith(base + "/") for base in self.listeners):
            return
        self.note(f"a request left the listener: {request.method} {address[:300]}")

    def follow(self, context):
        context.on("request", self.request)
        context.on("console", lambda message: message.type in ("error", "assert") and self.note(
            f"console: {message.text[:600]} ({message.location.get('url', '')[:200]})"))
        context.on("weberror", lambda error: self.note(f"exception: {error.error}"))
        context.on("dialog", lambda dialog: (self.note(f"a dialog opened: {dialog.type} {dialog.message[:200]}"), dialog.dismiss()))
        context.on("page", lambda page: page.on("crash", lambda: self.note("the page crashed")))

    @property
    def wrong(self):
        return [text for text in self.problems if not any(pattern.search(text) for pattern in self.allowed)]


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "these tests need Chromium: apt-get install chromium fonts-noto-color-emoji"
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE ::1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def origin():
    origin = Origin()
    yield origin
    origin.stop()


@pytest.fixture
def serve():
    servers = []
    with tempfile.TemporaryDirectory(prefix="understudy-page-") as folder:

        def serve(verb, *arguments):
            home = pathlib.Path(folder) / str(len(servers) + 1)
            home.mkdir()
            servers.append(Server(home, verb, arguments))
            return servers[-1]

        yield serve
        wrong = [problem for problem in (server.stop() for server in servers) if problem]
        assert not wrong, "\n".join(wrong)


@pytest.fixture
def server(serve, origin):
    return serve("record", origin.url)


@pytest.fixture
def watch():
    watch = Watch()
    yield watch
    assert not watch.wrong, "the page did what it should not:\n" + "\n".join(watch.wrong)


@pytest.fixture
def visit(browser, serve, watch, request, shots):
    contexts = []

    def visit(server, place="#/traffic", look="wide", isSignedIn=True, **options):
        options = {"base_url": server.admin} | look_options(look) | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        watch.listeners.add(options["base_url"])
        watch.follow(context)
        serve_from_source(server, context, options["base_url"])
        page = context.new_page()
        if isSignedIn:
            answer = server.api("POST", "/session/tickets")
            assert answer.status in (200, 201), f"no ticket: {answer.status} {answer.content}"
            page.goto(f"/#/sign-in/{answer.json['ticket']}")
            expect(page.get_by_role("navigation", name="Views")).to_be_visible()
        if place is not None:
            page.goto("/" + place)
            if isSignedIn:
                # That view, not the one before it: keys pressed meanwhile are nobody's.
                view = re.match(r"#/([\w-]+)", place)[1]
                expect(page.locator(f"main > {view}-view")).to_be_visible()
        return page

    yield visit
    report = getattr(request.node, "report", None)
    for number, context in enumerate(contexts):
        for page in context.pages:
            if report and report.failed:
                name = re.sub(r"[^\w-]+", "-", request.node.name)[:80]
                try:
                    page.screenshot(path=shots / f"failed-{name}-{number}.png", timeout=5_000)
                    print(f"screenshot: {shots}/failed-{name}-{number}.png")
                except Exception as error:
                    print(f"no screenshot: {error}")
        context.close()


@pytest.fixture
def page(server, visit, request):
    return visit(server, look=getattr(request, "param", "wide"))


@pytest.fixture(scope="session")
def shots():
    folder = os.environ.get("UNDERSTUDY_SHOTS")
    folder = pathlib.Path(folder) if folder else pathlib.Path(tempfile.gettempdir()) / f"understudy-shots-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def shoot(shots):
    def shoot(page, name, **options):
        path = shots / f"{name}.png"
        page.screenshot(path=path, animations="disabled", **options)
        return path

    return shoot


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" or report.failed:
        item.report = report
    return report


def pytest_report_header(config):
    return f"understudy: {BINARY}"
