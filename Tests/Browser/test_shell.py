"""The page's frame and its live traffic."""
import re

import pytest
from playwright.sync_api import expect

from line import Line

VIEWS = ["Traffic", "History", "Collections", "Mock servers", "Environments", "Sessions", "Settings"]


def key(server, *options):
    """A new key: what is shown of it once."""
    made = server.cli("key", "create", "page", *options, "--json").stdout
    return re.search(r'"key"\s*:\s*"([^"]+)"', made)[1]


def rows(page):
    return page.get_by_role("listbox", name="Exchanges").get_by_role("option")


def row(page, text):
    return rows(page).filter(has_text=text)


# Signing in

def test_a_wrong_key_is_refused_and_the_right_one_signs_in(visit, server, watch):
    watch.allow("status of 401")
    page = visit(server, isSignedIn=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("navigation", name="Views").get_by_role("link")).to_have_count(0)
    page.get_by_role("textbox", name="Key").fill("not-the-key")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_role("textbox", name="Key").fill(key(server))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Traffic")).to_be_visible()
    expect(page).to_have_url(f"{server.admin}/#/traffic")


def test_whoever_revokes_a_key_signs_its_people_out(visit, server, watch):
    watch.allow("status of 401")
    page = visit(server, isSignedIn=False)
    page.get_by_role("textbox", name="Key").fill(key(server))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Traffic")).to_be_visible()
    made = server.api("GET", "/keys").json["keys"]
    server.cli("key", "revoke", made[0]["id"])
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_ticket_signs_in_once_and_leaves_the_address(visit, server, watch):
    watch.allow("status of 401")
    ticket = server.api("POST", "/session/tickets").json["ticket"]
    page = visit(server, f"#/sign-in/{ticket}", isSignedIn=False)
    expect(page.get_by_role("heading", name="Traffic")).to_be_visible()
    expect(page).to_have_url(f"{server.admin}/#/traffic")
    other = visit(server, f"#/sign-in/{ticket}", isSignedIn=False)
    expect(other.get_by_role("alert")).to_contain_text("used already")
    assert ticket not in other.url


def test_open_prints_an_address_that_signs_in(visit, server):
    printed = server.cli("open", "--print").stdout
    address = re.search(r"http://\S+", printed)[0]
    assert address.startswith(server.admin + "/#/sign-in/")
    page = visit(server, address.removeprefix(server.admin + "/"), isSignedIn=False)
    expect(page.get_by_role("heading", name="Traffic")).to_be_visible()


def test_a_ticket_counts_for_who_is_signed_in_already_and_leaves_the_address(page, server, watch):
    watch.allow("status of 401")
    ticket = server.api("POST", "/session/tickets").json["ticket"]
    # Another page of the same browser: its cookie still counts.
    other = page.context.new_page()
    other.goto(f"/#/sign-in/{ticket}")
    expect(other).to_have_url(f"{server.admin}/#/traffic")
    expect(other.get_by_label("Mode")).to_have_value("record")
    server.record(targets=["/users/1"])
    expect(row(other, "/users/1")).to_be_visible()
    enter = "(ticket) => { location.hash = '#/sign-in/' + ticket }"
    page.evaluate(enter, ticket)
    expect(page.get_by_text("This link was used already, or is older than a minute.")).to_contain_text("You are still signed in as super-admin.")
    expect(page).to_have_url(f"{server.admin}/#/traffic")
    expect(page.get_by_role("heading", name="Traffic")).to_be_visible()
    key = server.api("POST", "/keys", {"name": "ann", "role": "member"}).json["key"]
    page.evaluate(enter, server.api("POST", "/session/tickets", headers={"Authorization": f"Bearer {key}"}).json["ticket"])
    expect(page).to_have_url(f"{server.admin}/#/traffic")
    page.goto("/#/settings")
    expect(page.get_by_text("Signed in as member.")).to_be_visible()


def test_the_browser_keeps_no_key(page, server):
    for place in ("#/history", "#/settings"):
        page.goto("/" + place)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
    cookies = page.context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"], cookie["path"]) for cookie in cookies] == [(True, "Strict", "/")], cookies
    assert cookies[0]["value"] != server.token
    kept = page.evaluate("[JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href]")
    assert kept[:3] == ["{}", "{}", ""] and server.token not in kept[3]


def test_the_page_names_its_own_files_only(server):
    for path in ("/", "/ui/app.js"):
        fields = server.request(server.admin, "GET", path).fields
        policy = fields["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and "require-trusted-types-for 'script'" in policy
        assert fields["x-content-type-options"] == "nosniff" and fields["referrer-policy"] == "no-referrer"


# The frame

def test_every_view_is_one_click_and_one_key_away(page):
    navigation = page.get_by_role("navigation", name="Views")
    for number, name in enumerate(VIEWS, 1):
        navigation.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} – Understudy")
        expect(navigation.locator("[aria-current=page]")).to_have_text(name)
        page.keyboard.press("1" if number > 1 else "2")
        expect(page.get_by_role("heading", level=1)).to_have_text(VIEWS[0 if number > 1 else 1])
        page.keyboard.press(str(number))
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Traffic")
    page.goto("/#/no-such-view")
    expect(page.get_by_role("heading", level=1)).to_have_text("Traffic")


def test_help_says_what_keys_do(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Traffic")
    page.keyboard.press("?")
    help = page.get_by_role("dialog", name="What keys do")
    expect(help).to_contain_text("Pause or resume")
    expect(help).to_contain_text("Search")
    page.keyboard.press("Escape")
    expect(help).to_have_count(0)
    page.get_by_role("button", name="Keyboard help").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Keyboard help")).to_be_focused()


def test_slash_goes_to_the_search_and_escape_leaves_it(page):
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Filter traffic")
    expect(search).to_be_focused()
    page.keyboard.type("?/2")
    expect(search).to_have_value("?/2")
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Traffic")


def test_the_mode_is_switched_here_and_followed(page, server):
    mode = page.get_by_label("Mode")
    expect(mode).to_have_value("record")
    mode.select_option("replay")
    expect(page.get_by_text("The server is in replay mode now")).to_be_visible()
    assert server.api("GET", "/mode").json["mode"] == "replay"
    server.api("PUT", "/mode", {"mode": "spy"})
    expect(mode).to_have_value("spy")


def test_modes_that_arrow_keys_pass_through_are_not_sent(page, server):
    sent = []
    page.on("request", lambda request: request.method == "PUT" and sent.append(request.post_data_json["mode"]))
    mode = page.get_by_label("Mode")
    expect(mode).to_have_value("record")
    mode.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_text("The server is in spy mode now")).to_be_visible()
    assert sent == ["spy"] and server.api("GET", "/mode").json["mode"] == "spy"


def test_a_dropped_connection_is_said_and_made_up_for(visit, server, watch):
    watch.allow("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    with Line(server) as line:
        page = visit(server, base_url=line.url)
        server.record(targets=["/users/1"])
        expect(row(page, "/users/1")).to_be_visible()
        line.cut()
        banner = page.get_by_text("The server does not answer. What is shown stays")
        expect(banner).to_be_visible(timeout=30_000)
        server.record(targets=["/users/2"])
        expect(row(page, "/users/1")).to_be_visible()
        line.mend()
        expect(row(page, "/users/2")).to_be_visible(timeout=60_000)
        expect(banner).to_be_hidden()
        expect(rows(page)).to_have_count(2)


def test_a_server_that_went_and_came_back_is_caught_up_with(page, server, watch):
    watch.allow("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|status of 401")
    server.record(targets=["/users/1"])
    expect(row(page, "/users/1")).to_be_visible()
    server.kill()
    expect(page.get_by_text("The server does not answer. What is shown stays")).to_be_visible()
    expect(row(page, "/users/1")).to_be_visible()
    server.start()
    server.record(targets=["/users/2"])
    # Who was signed in was known to that process only.
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=45_000)
    expect(page.get_by_text("You were signed out: the server was started again")).to_be_visible()
    expect(page.get_by_text("The server does not answer")).to_be_hidden()
    page.get_by_role("textbox", name="Key").fill(server.token)
    page.keyboard.press("Enter")
    expect(row(page, "/users/2")).to_be_visible()
    expect(row(page, "/users/1")).to_be_visible()
    expect(page.get_by_text("The server does not answer")).to_be_hidden()


# Traffic

def test_a_row_appears_for_a_request_made_now(page, server):
    expect(page.get_by_role("heading", name="Waiting for the first request")).to_be_visible()
    expect(page.locator("pre")).to_contain_text(f"curl {server.front}/")
    server.record(targets=["/users/1"])
    expect(row(page, "/users/1")).to_contain_text(re.compile("GET.*200.*recorded"))
    server.call("/nothing", "POST", "x")
    expect(rows(page).first).to_contain_text(re.compile("POST.*/nothing.*404"))


def test_the_filter_is_in_the_address_and_outlives_a_reload(page, server):
    server.record(targets=["/users/1", "/orders/12", "/status/503"])
    page.get_by_role("searchbox", name="Filter traffic").fill("orders")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"#/traffic\?q=orders$"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Filter traffic")).to_have_value("orders")
    expect(rows(page)).to_have_count(1)
    server.record(targets=["/users/2", "/orders/13"])
    expect(rows(page)).to_have_count(2)
    page.get_by_label("What became of it").select_option("miss")
    expect(page.get_by_role("heading", name="Nothing here matches the filter")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(rows(page)).to_have_count(5)
    expect(page).to_have_url(re.compile(r"#/traffic$"))
    page.get_by_role("searchbox", name="Filter traffic").fill("get 503")
    expect(rows(page)).to_have_count(1)
    expect(row(page, "/status/503")).to_be_visible()


def test_what_comes_while_paused_is_shown_afterwards(page, server):
    server.record(targets=["/users/1"])
    expect(row(page, "/users/1")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    server.record(targets=["/users/2", "/users/3"])
    expect(page.get_by_text("Paused; 2 exchanges came meanwhile.")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("p")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("heading", name="Waiting for the next request")).to_be_visible()
    assert len(server.api("GET", "/history").json["exchanges"]) == 3


def test_what_was_cleared_away_stays_away(page, server):
    server.record(targets=["/users/1", "/users/2"])
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Clear").click()
    expect(rows(page)).to_have_count(0)
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sessions")
    server.record(targets=["/users/3"])
    page.get_by_role("link", name="Traffic").click()
    expect(row(page, "/users/3")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_a_row_opens_with_the_keyboard(page, server):
    server.record(targets=["/users/1", "/users/2"])
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("virtual-list [aria-selected=true]")).to_contain_text("/users/1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#/history/1$"))


def test_the_pictures_count(page, server):
    server.record(30)
    label = page.get_by_role("img", name=re.compile("Requests per second: .*30 in "))
    expect(label).to_be_visible()
    # Young pictures grow from the right.
    label.hover(position={"x": label.bounding_box()["width"] - 3, "y": 20})
    expect(page.locator("figcaption").first).to_contain_text(re.compile(r"\d\d:\d\d:\d\d: \d+ requests?, 0 hit, 0 missed, \d+ recorded"))
    # It is drawn anew each second.
    server.record(targets=["/users/1"])
    expect(page.get_by_role("img", name=re.compile("Requests per second: .*31 in "))).to_be_visible()
    expect(page.locator("figcaption").first).to_contain_text(" hit, ")


@pytest.mark.parametrize("page", ["least", "huge dark"], indirect=True)
def test_the_frame_fits_small_and_large_screens(page, server):
    server.record(20)
    expect(rows(page).nth(5)).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("banner")).to_be_in_viewport()
    expect(page.get_by_label("Mode")).to_be_in_viewport()


# What all views are made of

def test_a_page_of_a_list_that_fails_is_not_asked_for_without_end(page):
    asked = page.evaluate("""async () => {
      const { Pages } = await import("/ui/parts/pages.js")
      let asked = 0
      const { promise, resolve } = Promise.withResolvers()
      const pages = new Pages(async () => {
        asked += 1
        if (asked === 3) resolve()
        throw Object.assign(new Error("It is away."), { status: 0 })
      }, () => pages.need(0, 200))
      pages.need(0, 200)
      // Time for a thousand calls, then what tells it that the server is there again.
      await new Promise((done) => setTimeout(done, 300))
      const first = asked
      pages.reset()
      await promise
      await new Promise((done) => setTimeout(done))
      pages.stop()
      return [first, asked]
    }""")
    assert asked == [2, 4]
    expect(page.locator(".toast").filter(has_text="It is away.")).to_have_count(2)


def test_changes_are_taken_back_one_after_the_other(page):
    order = page.evaluate("""async () => {
      const { changed, takeBack } = await import("/ui/parts/changes.js")
      const order = []
      for (const name of ["first", "second"]) {
        changed(name, async () => {
          order.push(`${name} begins`)
          await new Promise((done) => setTimeout(done, 20))
          order.push(`${name} ends`)
        })
      }
      await Promise.all([takeBack(), takeBack()])
      return order
    }""")
    assert order == ["second begins", "second ends", "first begins", "first ends"]


def test_a_range_begins_anew_with_another_list(page, server):
    server.record(8)
    page.goto("/#/history")
    expect(rows(page)).to_have_count(8)
    rows(page).nth(5).click(modifiers=["Control"])
    expect(page.locator("virtual-list [aria-selected=true]")).to_have_count(1)
    page.goto("/#/history?method=GET")
    expect(page.locator("virtual-list [aria-selected=true]")).to_have_count(0)
    expect(rows(page)).to_have_count(8)
    rows(page).nth(1).click(modifiers=["Shift"])
    expect(page.locator("virtual-list [aria-selected=true]")).to_have_count(2)
    expect(rows(page).first).to_have_attribute("aria-selected", "true")
