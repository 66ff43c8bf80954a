"""Recorded harm stays text: whatever hostile.py holds is looked at in every view, and nothing of it runs, loads or breaks out."""
import re, urllib.parse

import pytest
from playwright.sync_api import expect

import hostile
from understudy import until

# What browsers say when they keep hostile content from doing something. Nothing else may be in the console.
KEPT_FROM = (r"Blocked script execution in|violates the following Content Security Policy directive|Refused to |status of 4(09|13|15)|does not support attachShadow|"
             r"Failed to load resource: net::ERR_BLOCKED_BY|Unrecognized Content-Security-Policy|frame because .* sandboxed|Blocked form submission|"
             r"Unsafe attempt to|Blocked autofocusing|ERR_CONTENT_DECODING_FAILED")

STATE = """() => ({ pwned: window.__pwned ?? null, title: document.title, width: document.scrollingElement.scrollWidth - innerWidth,
    kept: localStorage.length + sessionStorage.length, address: location.origin + location.pathname,
    foreign: [...document.querySelectorAll("script:not([src^='ui/']), object, embed, base, link:not([href^='ui/']), form[action], meta[http-equiv], iframe:not([sandbox=''])")].map((one) => one.outerHTML.slice(0, 200)),
    handlers: [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes].filter(({ name, value }) =>
        name.startsWith("on") || /^(href|src|action|formaction|xlink:href|data|srcset|ping|poster)$/.test(name) && /^\\s*(javascript|vbscript|data:text|https?:)/i.test(value)
        || name === "style" && value.includes("url(")).map(({ name, value }) => `${one.localName} ${name}=${value.slice(0, 200)}`)) })"""

# Opens both messages of the exchange in all ways that there are, as clicks do, and waits for what a preview loads.
EVERY_WAY = """async () => {
    const ways = []
    const loaded = (element) => new Promise((resolve) => {
        const done = () => resolve()
        element.addEventListener("load", done)
        element.addEventListener("error", done)
        setTimeout(done, element.localName === "img" && element.complete ? 0 : 4000)
    })
    const main = document.querySelector("main")
    for (const name of ["Request", "Response"]) {
        const tab = [...main.querySelectorAll("[role=tab]")].find((one) => one.textContent === name)
        if (!tab) continue
        tab.click()
        const group = () => main.querySelector("[role=tabpanel] [aria-label='How the body is shown']")
        for (const way of [...(group()?.children ?? [])].map((one) => one.textContent)) {
            const button = [...group().children].find((one) => one.textContent === way)
            button.click()
            const frame = main.querySelector("[role=tabpanel] iframe, [role=tabpanel] img")
            if (frame) await loaded(frame)
            await new Promise(requestAnimationFrame)
            ways.push(`${name} ${way}`)
        }
    }
    return ways
}"""


class Attack:
    """The sink, the origin, the server that recorded the corpus, and what came of each case."""

    def __init__(self, serve):
        self.sink = hostile.Sink()
        self.cases = hostile.corpus(self.sink.url)
        self.origin = hostile.RawOrigin(self.cases)
        self.server = serve("record", self.origin.url)
        self.statuses = {case.name: hostile.send(self.server.front, number, case) for number, case in enumerate(self.cases)}
        until(lambda: self.exchanges() and self.exchanges()[0]["path"] == "/last", 30, "the corpus is in the history")

    def exchanges(self):
        return self.server.api("GET", "/history?limit=200").json["exchanges"]

    def name_everything(self):
        """Collections, examples, mock servers, environments and keys with names as bad as the content."""
        server, attack = self.server, '"><img src=x onerror=alert(1)>' + hostile.BIDI + hostile.ZALGO[:40]
        long = "W" * 120 + "{{constructor.constructor('alert(1)')()}}"
        environment = server.api("POST", "/environments", {"name": attack, "variables": [{"name": attack, "value": f"javascript:alert(1){hostile.EMOJI}"}]})
        assert environment.status == 201, environment.content
        mocks = []
        for name in (attack, long, "=HYPERLINK(1)"):
            made = server.api("POST", "/mocks/from-history", {"name": name, "exchanges": [one["id"] for one in self.exchanges() if one["result"] == "recorded"][:40]})
            assert made.status == 201, made.content
            mocks.append(made.json.get("mock", made.json)["id"])
        changed = server.api("PATCH", f"/mocks/{mocks[0]}", {"description": attack * 3, "environment": environment.json["id"]})
        assert changed.status == 200, changed.content
        example = server.api("GET", "/examples?limit=1").json["examples"][0]["id"]
        renamed = server.api("PUT", f"/examples/{example}", {"name": attack})
        assert renamed.status == 200, renamed.content
        server.cli("key", "create", attack)
        for target in ("/none/<img src=x onerror=alert(1)>", "/body/script", "/none?" + "Q" * 3000):
            server.call(f"/__mock/{mocks[0]}" + urllib.parse.quote(target, safe="/?=&'"))
        miss = until(lambda: next((one["id"] for one in self.exchanges() if one["result"] == "miss"), None), 30, "a miss is in the history")
        collection = next(one["collection"] for one in server.api("GET", "/examples?limit=200").json["examples"] if one["id"] == example)
        return ["#/traffic", "#/traffic?q=" + urllib.parse.quote(attack), "#/history", "#/history?q=onerror", "#/history?q=" + urllib.parse.quote(attack),
                "#/collections", f"#/collections/{collection}", f"#/collections/{collection}/{example}", "#/mocks", "#/mocks/new",
                *(f"#/mocks/{mock}" for mock in mocks), *(f"#/mocks/{mocks[0]}?tab={tab}" for tab in ("usage", "settings", "responses")),
                f"#/mocks/{mocks[0]}/calls/{miss}", f"#/history/{miss}/miss", "#/environments", f"#/environments/{environment.json['id']}", "#/sessions",
                "#/settings", "#/settings?tab=redaction", "#/settings?tab=limits", "#/settings?tab=certificate",
                "#/" + urllib.parse.quote(attack), f"#/history/{urllib.parse.quote(attack)}", f"#/collections/{urllib.parse.quote(attack)}", "#/history/__proto__?tab=constructor&as=__proto__"]

    def stop(self):
        self.origin.stop()
        self.sink.stop()


@pytest.fixture
def attack(serve):
    attack = Attack(serve)
    yield attack
    attack.stop()


class Eyes:
    """Watches a context for what came of hostile content."""

    def __init__(self, page, attack, watch):
        self.page, self.attack, self.wrong, self.reached = page, attack, [], []
        watch.allow(KEPT_FROM)
        # Requests that the policy stops are announced, too: whether any was answered is what counts, here and at the sink.
        watch.allow("a request left the listener")
        page.context.on("console", lambda message: "__pwned" in message.text and self.wrong.append(f"a script ran: {message.location}"))
        page.context.on("response", self.answered)
        page.context.on("page", lambda other: self.wrong.append(f"a page opened: {other.url}"))

    def answered(self, response):
        address = urllib.parse.urlsplit(response.url)
        if address.scheme in ("data", "blob"):
            return
        if f"{address.scheme}://{address.netloc}" != self.attack.server.admin or not re.match(r"/($|ui/[\w./-]+$|api/v1/)", address.path):
            self.wrong.append(f"a request was answered: {response.url[:300]}")

    def check(self, where, isNarrow=False):
        state = self.page.evaluate(STATE)
        if state["pwned"] is not None:
            self.wrong.append(f"{where}: a script ran")
        if not re.fullmatch(r"[\w ]+ – Understudy", state["title"]):
            self.wrong.append(f"{where}: the title is {state['title']!r}")
        if state["width"] > 0:
            self.wrong.append(f"{where}: wider than the window by {state['width']}")
        if state["kept"] or state["address"] != self.attack.server.admin + "/":
            self.wrong.append(f"{where}: {state}")
        self.wrong += [f"{where}: {text}" for text in state["foreign"] + state["handlers"]]
        box = self.page.get_by_role("banner").bounding_box()
        if not box or box["y"] < -1 or box["y"] > 10:
            self.wrong.append(f"{where}: the header is at {box}")

    def close(self):
        assert not self.wrong, "\n".join(self.wrong)
        assert not self.attack.sink.seen, f"requests left: {self.attack.sink.seen}"


def test_the_corpus_is_recorded_and_does_harm_where_nothing_stops_it(attack, browser):
    assert len(attack.exchanges()) >= 50 and list(attack.statuses.values()).count(200) >= 40, attack.statuses
    context = browser.new_context()
    said = []
    context.on("console", lambda message: said.append(message.text))
    context.on("dialog", lambda dialog: dialog.dismiss())
    page = context.new_page()
    for name in ("script", "handlers", "svg-onload"):
        case = next(case for case in attack.cases if case.name == name)
        context.route("http://harm.test/**", lambda route: route.fulfill(body=case.answer, headers={"Content-Type": case.kind.decode()}))
        said.clear()
        page.goto(f"http://harm.test/{name}")
        until(lambda: page.evaluate("window.__pwned ?? null") == 1 and "__pwned" in said, 15, f"{name} runs")
    until(lambda: attack.sink.seen, 15, "it loads from the sink")
    context.close()


@pytest.mark.parametrize("look", ["wide", "least dark"])
def test_no_view_lets_anything_of_it_run(attack, visit, watch, look):
    places = attack.name_everything()
    watch.allow("status of 404|status of 400")
    page = visit(attack.server, None, look)
    eyes = Eyes(page, attack, watch)
    for place in places:
        page.goto("/" + place)
        expect(page.locator("main > *")).to_be_visible()
        # Everything that the view asked for is there.
        page.evaluate("() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 120))")
        eyes.check(place)
    page.reload()
    expect(page.locator("main > *")).to_be_visible()
    eyes.check("after a reload")
    eyes.close()


def test_no_exchange_lets_anything_of_it_run(attack, visit, watch):
    page = visit(attack.server, None)
    eyes = Eyes(page, attack, watch)
    ways = set()
    for exchange in attack.exchanges():
        place = f"#/history/{exchange['id']}"
        page.goto("/" + place)
        expect(page.locator("exchange-view h2, .pane h2").first).to_be_visible()
        expect(page.get_by_text(f"exchange {exchange['id']},")).to_be_visible()
        shown = page.evaluate(EVERY_WAY)
        ways.update(shown)
        eyes.check(f"{place} {exchange['path'][:60]} {shown}")
    assert {"Response Pretty", "Response Raw", "Response Hex", "Response Preview", "Request Raw"} <= ways, ways
    eyes.close()


def test_a_preview_opened_by_itself_is_inert(attack, visit, watch):
    page = visit(attack.server, None)
    eyes = Eyes(page, attack, watch)
    previews = 0
    for exchange in attack.exchanges():
        address = f"/api/v1/history/{exchange['id']}/response/preview"
        answer = attack.server.api("GET", address.removeprefix("/api/v1"))
        assert answer.status in (200, 404, 409, 413, 415), (exchange, answer.status, answer.content[:200])
        if answer.status != 200:
            continue
        policy = answer.fields["content-security-policy"]
        assert policy.startswith("sandbox;") and "default-src 'none'" in policy and "allow-" not in policy, policy
        assert answer.fields["x-content-type-options"] == "nosniff" and answer.fields["referrer-policy"] == "no-referrer"
        assert answer.fields["cross-origin-resource-policy"] == "same-origin" and answer.fields["x-dns-prefetch-control"] == "off"
        for name in ("refresh", "link", "set-cookie", "clear-site-data", "report-to", "nel", "sourcemap", "content-security-policy-report-only", "onload"):
            assert name not in answer.fields, (exchange, name)
        page.goto(address)
        previews += 1
        assert page.url == attack.server.admin + address, page.url
    assert previews >= 20
    page.goto("/#/history")
    expect(page).to_have_title("History – Understudy")
    eyes.check("afterwards")
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["value"] == "taken"] == []
    eyes.close()


def test_a_download_is_never_a_page(attack):
    for exchange in attack.exchanges()[:40]:
        for side in ("request", "response"):
            answer = attack.server.api("GET", f"/history/{exchange['id']}/{side}/body")
            assert answer.status in (200, 404), answer.content[:200]
            if answer.status == 200:
                assert answer.fields["content-type"] == "application/octet-stream" and answer.fields["content-disposition"].startswith("attachment")
                assert answer.fields["x-content-type-options"] == "nosniff"
