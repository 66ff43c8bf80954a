"""Mock servers and misses: made in four ways, called, set, mended."""
import json, re

import pytest
from playwright.sync_api import Error, expect

from line import Line
from understudy import until


@pytest.fixture
def server(serve, origin):
    """In auto mode: what has no example is recorded, so that calls, history and misses can all be had."""
    return serve("auto", origin.url)


def mocks(server):
    return server.api("GET", "/mocks").json["mocks"]


def mock(server, name="shop"):
    return next(one for one in mocks(server) if one["name"] == name)


def make(server, name="shop", target="/users/{{id}}", body='{"id": {{id}}}', **more):
    """A mock server from scratch, without the page."""
    answer = server.api("POST", "/mocks/from-examples", {"name": name, "examples": [
        {"target": target, "fields": [{"name": "Content-Type", "value": "application/json"}], "body": body}]} | more)
    assert answer.status == 201, answer.content
    return answer.json


def ask(server, made, path, headers={}):
    """Calls a mock server where the front door has it for names that are no host's."""
    return server.call(f"/__mock/{made['id']}{path}", headers=headers)


def field(page, name):
    return page.get_by_label(name, exact=True)


def calls(page):
    return page.get_by_role("listbox", name="Calls").get_by_role("option")


def details(page, made, tab=""):
    page.goto(f"/#/mocks/{made['id']}" + (f"?tab={tab}" if tab else ""))
    expect(page.get_by_role("heading", level=1, name=made["name"])).to_be_visible()


# The four ways

def test_from_scratch_to_the_first_call(page, server):
    page.get_by_role("link", name="Mock servers").click()
    expect(page.get_by_role("heading", name="There are no mock servers yet")).to_be_visible()
    page.get_by_role("link", name="New mock server").click()
    field(page, "Path").fill("/users/{{id}}")
    field(page, "Body of the answer").fill('{"user": {{id}}}')
    page.get_by_role("button", name="Add a request").click()
    field(page, "Path").nth(1).fill("/gone")
    field(page, "Status").nth(1).fill("410")
    field(page, "Name").fill("shop")
    field(page, "Save the URL in a new environment called").fill("staging")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
    made = mock(server)
    expect(page.get_by_text(made["url"], exact=True)).to_be_visible()
    expect(page.locator("pre", has_text="curl -i")).to_contain_text(made["url"])
    answer = ask(server, made, "/users/17")
    assert (answer.status, answer.json) == (200, {"user": 17})
    assert ask(server, made, "/gone").status == 410
    expect(calls(page)).to_have_count(2)
    expect(calls(page).first).to_contain_text("/gone")
    expect(calls(page).first).to_contain_text("410")
    assert any(one["name"] == "staging" for one in server.api("GET", "/environments").json["environments"])


def test_what_the_server_refuses_is_said_and_nothing_typed_is_lost(page, server, watch):
    watch.allow("status of 409")
    make(server)
    page.goto("/#/mocks/new")
    field(page, "Path").fill("/other")
    field(page, "Name").fill("shop")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("alert").filter(has_text="shop")).to_be_visible()
    expect(field(page, "Path")).to_have_value("/other")
    assert len(mocks(server)) == 1


def test_from_a_collection_that_is_here(page, server):
    make(server)
    collection = mock(server)["collection"]
    assert server.api("POST", f"/collections/{collection}/tags", {"tag": "v1"}).status == 201
    page.goto("/#/mocks/new?from=collection")
    field(page, "Collection").select_option(collection)
    field(page, "Version").select_option("v1")
    field(page, "Name").fill("tagged")
    field(page, "Delay before answers").select_option("2g")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="tagged")).to_be_visible()
    made = mock(server, "tagged")
    assert (made["collection"], made["versionTag"], made["config"]["delay"]["duration"]) == (collection, "v1", 300)


def test_from_a_file(page, server):
    page.goto("/#/mocks/new?from=collection")
    har = {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": [{
        "startedDateTime": "2026-02-02T08:00:00.000Z", "time": 5, "timings": {"send": 0, "wait": 5, "receive": 0}, "cache": {},
        "request": {"method": "GET", "url": "https://har.example/hello", "httpVersion": "HTTP/1.1", "headers": [], "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [{"name": "Content-Type", "value": "text/plain"}], "cookies": [],
                     "content": {"size": 2, "mimeType": "text/plain", "text": "hi"}, "redirectURL": "", "headersSize": -1, "bodySize": 2}}]}}
    page.get_by_label("Or a file").set_input_files({"name": "visit.har", "mimeType": "application/json", "buffer": json.dumps(har).encode()})
    expect(page.get_by_text("visit.har will be imported and mocked.")).to_be_visible()
    field(page, "Name").fill("imported")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="imported")).to_be_visible()
    assert ask(server, mock(server, "imported"), "/hello").content == b"hi"


def test_from_an_api_call(page, server, origin):
    page.goto("/#/mocks/new?from=call")
    field(page, "URL").fill(f"{origin.url}/users/1")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("mock-create pre")).to_contain_text("user1@shop.example")
    field(page, "Name").fill("called")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="called")).to_be_visible()
    assert origin.count == 1
    assert ask(server, mock(server, "called"), "/users/1").json["email"] == "user1@shop.example"


def test_from_numbers_of_the_history(page, server):
    server.record(targets=["/users/1", "/users/2", "/orders/12"])
    newest = server.newest
    page.goto(f"/#/mocks/new?from=history&exchanges={newest},{newest - 1}")
    expect(page.get_by_text("2 chosen exchanges will be mocked.")).to_be_visible()
    field(page, "Name").fill("two")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="two")).to_be_visible()
    assert server.api("GET", f"/examples?collection={mock(server, 'two')['collection']}").json["total"] == 2


def test_from_conditions_of_the_history(page, server):
    server.record(targets=["/users/1", "/users/2", "/orders/12"])
    page.goto("/#/mocks/new?from=history")
    expect(page.get_by_text("3 exchanges will be mocked.")).to_be_visible()
    field(page, "Path").fill("/users/*")
    expect(page.get_by_text("2 exchanges will be mocked.")).to_be_visible()
    expect(page).to_have_url(re.compile("path=%2Fusers%2F"))
    field(page, "A folder for each path").check()
    field(page, "Name").fill("users")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="users")).to_be_visible()
    made = mock(server, "users")
    listed = server.api("GET", f"/examples?collection={made['collection']}").json
    assert listed["total"] == 2 and all(one["folders"] for one in listed["examples"])


# The list

def test_the_list_follows_what_others_do(page, server):
    page.goto("/#/mocks")
    expect(page.get_by_text("There are no mock servers yet")).to_be_visible()
    made = make(server, private=True)
    row = page.get_by_role("row").filter(has_text="shop")
    expect(row).to_contain_text("private")
    expect(row).to_contain_text(made["url"])
    ask(server, made, "/users/1")
    expect(row.get_by_role("cell").last).to_have_text("1")
    collection = server.folder / "collections"
    for file in collection.glob("shop*.postman_collection.json"):
        file.unlink()
    page.reload()
    expect(row).to_contain_text("its collection was deleted")


def test_the_list_catches_up_after_a_dropped_connection(visit, server, watch):
    watch.allow("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    made = make(server)
    with Line(server) as line:
        page = visit(server, "#/mocks", base_url=line.url)
        row = page.get_by_role("row").filter(has_text="shop")
        expect(row).to_be_visible()
        line.cut()
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        assert server.api("DELETE", f"/mocks/{made['id']}").status == 200
        expect(row).to_be_visible()
        line.mend()
        expect(page.get_by_text("There are no mock servers yet")).to_be_visible()


def test_deleting_asks_first(page, server):
    details(page, make(server))
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert len(mocks(server)) == 1
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete mock server").click()
    expect(page.get_by_role("heading", name="There are no mock servers yet")).to_be_visible()
    assert mocks(server) == []


# One of them

def test_a_private_one_and_its_key(page, server):
    made = make(server, private=True)
    details(page, made)
    assert ask(server, made, "/users/1").status == 404
    page.get_by_role("button", name="Make a key").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a key").click()
    shown = page.get_by_role("dialog").locator("pre")
    expect(shown).to_have_count(2)
    key = shown.first.inner_text()
    expect(shown.last).to_contain_text(key)
    assert ask(server, made, "/users/1", {"x-api-key": key}).status == 200
    # Whoever has it calls mock servers, and does not use the page.
    assert server.api("GET", "/mocks", headers={"Authorization": f"Bearer {key}"}).status == 403
    page.keyboard.press("Escape")
    expect(page.locator("body")).not_to_contain_text(key)


def test_settings_are_saved_as_they_are_changed(page, server):
    made = make(server)
    details(page, made, "settings")
    field(page, "Description").fill("What the shop sells")
    field(page, "Description").blur()
    field(page, "Delay before answers").select_option("uniform")
    field(page, "Private").check()
    field(page, "Compare bodies").select_option("yes")
    field(page, "Compare these headers").fill("X-Plan, Accept-Language")
    field(page, "Most calls a minute").fill("60")
    field(page, "Most calls a minute").blur()
    expect(page.get_by_text("private", exact=True)).to_be_visible()
    now = until(lambda: (one := mock(server))["limits"]["callsPerMinute"] == 60 and one)
    assert (now["description"], now["private"]) == ("What the shop sells", True)
    assert now["config"]["delay"] == {"type": "uniform", "min": 100, "max": 400}
    assert (now["config"]["matchBody"], now["config"]["headers"], now["config"]["matchHeader"]) == (True, ["X-Plan", "Accept-Language"], True)
    page.reload()
    expect(field(page, "Most calls a minute")).to_have_value("60")
    expect(page.get_by_label("max")).to_have_value("400")


@pytest.mark.parametrize("choice, name", [("Keep mine", "mine"), ("Take theirs", "theirs")])
def test_a_conflict_says_who_was_first(page, server, watch, choice, name):
    watch.allow("status of 409")
    made = make(server)
    details(page, made, "settings")
    field(page, "Name").fill("mine")
    assert server.api("PATCH", f"/mocks/{made['id']}", {"name": "theirs"}).status == 200
    expect(page.get_by_role("heading", level=1)).to_have_text("theirs")
    field(page, "Name").blur()
    dialog = page.get_by_role("dialog", name="Somebody else changed this first")
    expect(dialog.get_by_role("row").last).to_contain_text('"theirs"')
    dialog.get_by_role("button", name=choice).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(field(page, "Name")).to_have_value(name)
    until(lambda: mocks(server)[0]["name"] == name)


def test_a_refused_setting_is_taken_back(page, server, watch):
    watch.allow("status of 409")
    make(server, "other", "/other")
    details(page, make(server), "settings")
    field(page, "Name").fill("other")
    field(page, "Name").blur()
    expect(page.get_by_role("status").filter(has_text="other")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("shop")
    expect(field(page, "Name")).to_have_value("shop")


def test_a_server_response_plays_an_outage(page, server):
    made = make(server)
    details(page, made, "responses")
    page.get_by_role("button", name="Add a server response").click()
    dialog = page.get_by_role("dialog")
    field(dialog, "Name").fill("outage")
    field(dialog, "Body").fill("closed")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    answer = until(lambda: (one := ask(server, made, "/users/1")).status == 503 and one)
    assert answer.content == b"closed"
    page.get_by_role("button", name="Deactivate").click()
    until(lambda: ask(server, made, "/users/1").status == 200)
    page.get_by_role("tabpanel").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("outage is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Activate", exact=True)).to_be_visible()
    assert [one["name"] for one in mock(server)["serverResponses"]] == ["outage"]


def test_the_call_log_is_live_filtered_and_paged(page, server):
    made = make(server)
    for number in range(150):
        ask(server, made, f"/users/{number}")
        # What is written at the same time has no order: the oldest is written alone.
        number == 0 and until(lambda: server.newest)
    ask(server, made, "/nothing")
    details(page, made)
    expect(calls(page).first).to_contain_text("/nothing")
    expect(calls(page).first).to_contain_text("404")
    page.get_by_role("listbox", name="Calls").press("End")
    expect(calls(page).last).to_have_attribute("aria-setsize", "151")
    page.get_by_role("listbox", name="Calls").press("End")
    expect(calls(page).last).to_contain_text("/users/0")
    page.get_by_label("What became of it").select_option("not answered")
    expect(calls(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("type=error"))
    page.get_by_label("What became of it").select_option("all calls")
    page.get_by_label("Only this path").fill("/users/7")
    expect(calls(page)).to_have_count(1)
    expect(calls(page)).to_contain_text("/users/7")
    ask(server, made, "/users/7")
    expect(calls(page)).to_have_count(2)
    ask(server, made, "/users/8")
    ask(server, made, "/users/7")
    expect(calls(page)).to_have_count(3)
    expect(calls(page).filter(has_text="/users/8")).to_have_count(0)


def test_usage_counts_hits_and_misses(page, server):
    made = make(server)
    for path in ["/users/1", "/users/2", "/nothing"]:
        ask(server, made, path)
    details(page, made, "usage")
    expect(page.locator(".chart-ends").last).to_contain_text("up to ")
    expect(page.get_by_text("3 calls: 2 hit, 1 missed in all")).to_be_visible()
    expect(page.get_by_role("row").last).to_contain_text(re.compile(r"\d{4}-\d\d3210"))
    expect(page.get_by_text(re.compile(r"p50 .+, p90 .+, p99 .+, longest"))).to_be_visible()
    page.get_by_role("img", name="Calls per day").hover(position={"x": 500, "y": 20})
    expect(page.locator("figcaption").first).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d: "))


# What goes on at the same time

def test_an_event_during_the_first_load_leaves_one_call_log(page, server):
    """Both loads make the page's parts: those that are shown are those that are told of calls."""
    made = make(server)
    held = []
    page.route("**/api/v1/collections", lambda route: held.append(route))
    with page.expect_request("**/api/v1/collections"):
        page.goto(f"/#/mocks/{made['id']}")
    with page.expect_response(re.compile(rf"/mocks/{made['id']}$")):
        assert server.api("PATCH", f"/mocks/{made['id']}", {"description": "changed meanwhile"}).status == 200
    expect(page.get_by_role("heading", level=1, name="shop")).to_have_count(0)
    page.unroute("**/api/v1/collections")
    for route in held:
        try:
            route.continue_()
        except Error:
            pass  # The page has given it up.
    expect(page.get_by_text("changed meanwhile").first).to_be_visible()
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
    ask(server, made, "/users/1")
    expect(calls(page)).to_have_count(1)

def test_traffic_leaves_the_focus_where_it_is(page, server):
    made = make(server)
    page.goto("/#/mocks")
    row = page.get_by_role("row").filter(has_text="shop")
    row.get_by_role("button", name="Copy").focus()
    ask(server, made, "/users/1")
    expect(row.get_by_role("cell").last).to_have_text("1")
    expect(row.get_by_role("button", name="Copy")).to_be_focused()
    number = miss(server, made, "/colours/red")
    page.goto(f"/#/mocks/{made['id']}/calls/{number}")
    button = page.get_by_role("button", name="Save as a new example")
    button.focus()
    with page.expect_response(re.compile("/explain$")):
        assert server.api("PATCH", f"/mocks/{made['id']}", {"description": "another"}).status == 200
    expect(button).to_be_focused()


def test_a_page_of_calls_that_failed_is_asked_for_again(page, server, watch):
    watch.allow("ERR_FAILED")
    made = make(server)
    for number in range(120):
        ask(server, made, f"/users/{number}")
    details(page, made)
    expect(calls(page).first).to_be_visible()
    page.route("**/calls?*cursor=*", lambda route: route.abort())
    log = page.get_by_role("listbox", name="Calls")
    log.press("End")
    expect(page.get_by_text("The server does not answer. What you typed")).to_be_visible()
    page.unroute("**/calls?*cursor=*")
    log.press("Home")
    log.press("End")
    expect(calls(page).last).to_have_attribute("aria-setsize", "120")


def test_whoever_reads_further_down_is_told_of_newer_calls(visit, server, watch):
    watch.allow("ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    made = make(server)
    for number in range(60):
        ask(server, made, f"/users/{number}")
    with Line(server) as line:
        page = visit(server, f"#/mocks/{made['id']}", base_url=line.url)
        expect(calls(page).first).to_be_visible()
        page.get_by_role("listbox", name="Calls").press("End")
        expect(calls(page).last).to_have_attribute("aria-posinset", "60")
        line.cut()
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        ask(server, made, "/nothing")
        line.mend()
        expect(page.get_by_text("There are newer calls.")).to_be_visible()
        expect(calls(page).filter(has_text="/nothing")).to_have_count(0)
        page.get_by_role("button", name="Show the newest").click()
        expect(calls(page).first).to_contain_text("/nothing")


def test_half_a_status_asks_for_nothing(page, server):
    made = make(server)
    ask(server, made, "/users/1")
    details(page, made)
    expect(calls(page)).to_have_count(1)
    asked = []
    page.on("request", lambda request: "/calls?" in request.url and asked.append(request.url))
    page.get_by_label("Only this status").fill("4")
    expect(page).to_have_url(re.compile("status=4"))
    page.get_by_label("Only this status").fill("404")
    expect(page.get_by_text("No call matches")).to_be_visible()
    assert [re.search(r"status=\d+", url)[0] for url in asked] == ["status=404"]


def test_what_waits_to_be_typed_stays_out_of_other_views(page, server):
    make(server)
    page.goto("/#/mocks")
    expect(page.get_by_role("rowheader").get_by_role("link", name="shop")).to_be_visible()
    page.evaluate("""() => {
      const input = document.querySelector("mock-list input")
      input.value = "shop"
      input.dispatchEvent(new Event("input"))
      location.hash = "#/traffic"
    }""")
    expect(page.get_by_role("link", name="Traffic")).to_have_attribute("aria-current", "page")
    page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 150))")
    assert page.url.endswith("#/traffic")


def test_what_was_typed_for_a_new_one_is_there_again(page, server, origin):
    page.goto("/#/mocks/new?from=call")
    field(page, "URL").fill(f"{origin.url}/users/1")
    page.get_by_role("button", name="Send", exact=True).click()
    field(page, "Name").fill("called")
    page.locator("mock-create h2 a").click()
    expect(page).to_have_url(re.compile(r"#/history/\d+"))
    page.go_back()
    expect(field(page, "URL")).to_have_value(f"{origin.url}/users/1")
    expect(page.locator("mock-create pre")).to_contain_text("user1@shop.example")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_role("heading", level=1, name="called")).to_be_visible()
    assert origin.count == 1
    page.goto("/#/mocks/new")
    expect(field(page, "Name")).to_have_value("")


def test_more_than_can_be_mocked_is_said(page):
    page.route("**/api/v1/history?*count=true*", lambda route: route.fulfill(json={"exchanges": [], "next": None, "total": 10_001}))
    page.goto("/#/mocks/new?from=history")
    expect(page.get_by_text("These are 10,001 exchanges, and 10,000 can be mocked at once: say fewer.")).to_be_visible()


def test_making_it_public_asks_first(page, server):
    made = make(server, private=True)
    details(page, made, "settings")
    field(page, "Private").click()
    dialog = page.get_by_role("dialog", name="Make it public?")
    expect(dialog).to_contain_text("Anyone who knows the address can call it.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(field(page, "Private")).to_be_checked()
    assert mock(server)["private"]
    field(page, "Private").click()
    dialog.get_by_role("button", name="Make it public").click()
    until(lambda: not mock(server)["private"])
    expect(field(page, "Private")).not_to_be_checked()


def test_a_second_refused_setting_is_said_and_taken_back(page, server, watch):
    """The second is begun while the first, which is refused too, is on its way."""
    watch.allow("status of 409")
    make(server, "other", "/other")
    made = make(server)
    details(page, made, "settings")
    held = []
    page.route(f"**/api/v1/mocks/{made['id']}", lambda route: held.append(route) if route.request.method == "PATCH" and not held else route.continue_())
    with page.expect_request(lambda request: request.method == "PATCH"):
        field(page, "Name").fill("other")
        field(page, "Name").blur()
    field(page, "Name").fill("Other")
    field(page, "Name").blur()
    held[0].continue_()
    expect(page.get_by_role("status").locator(".toast.bad")).to_have_count(2)
    expect(page.get_by_role("heading", level=1)).to_have_text("shop")
    expect(field(page, "Name")).to_have_value("shop")


# Misses

def miss(server, made, path):
    assert ask(server, made, path).status == 404
    return until(lambda: next((one["id"] for one in server.api("GET", f"/mocks/{made['id']}/calls?limit=1").json["calls"] if one["result"] == "miss"), None), what="the miss is in the log")


def test_a_miss_is_mended_by_ignoring_a_parameter(page, server):
    made = make(server, target="/search?page=1", config={"profile": "strict"})
    miss(server, made, "/search?page=2")
    details(page, made)
    calls(page).first.click()
    expect(page).to_have_url(re.compile(r"/calls/\d+$"))
    expect(page.get_by_role("heading", name="First difference: query parameter page")).to_be_visible()
    expect(page.locator("dd.differs")).to_have_text(["1", "2"])
    page.get_by_role("button", name=re.compile("gnore")).click()
    expect(page.get_by_text("This request is a hit now.")).to_be_visible()
    until(lambda: ask(server, made, "/search?page=2").status == 200)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("No example answers this request.")).to_be_visible()
    until(lambda: ask(server, made, "/search?page=2").status == 404)


def test_a_miss_is_mended_by_a_wildcard(page, server):
    made = make(server, target="/users/1/orders", config={"profile": "strict", "matchWildcards": True})
    number = miss(server, made, "/users/2/orders")
    page.goto(f"/#/mocks/{made['id']}/calls/{number}")
    page.get_by_role("button", name=re.compile("wildcard|\\{\\{")).click()
    expect(page.get_by_text("This request is a hit now.")).to_be_visible()
    until(lambda: ask(server, made, "/users/3/orders").status == 200)


def test_a_miss_becomes_an_example(page, server):
    made = make(server, target="/users/1")
    number = miss(server, made, "/colours/red")
    page.goto(f"/#/mocks/{made['id']}/calls/{number}")
    page.get_by_role("button", name="Save as a new example").click()
    dialog = page.get_by_role("dialog")
    expect(field(dialog, "Body")).to_have_value('{"id": {{id}}}')
    field(dialog, "Body").fill('{"colour": "red"}')
    field(dialog, "Status").fill("203")
    dialog.get_by_role("button", name="Save example").click()
    expect(page.get_by_text("This request is a hit now.")).to_be_visible()
    answer = until(lambda: (one := ask(server, made, "/colours/red")).status == 203 and one)
    assert answer.json == {"colour": "red"}


def test_a_miss_is_fetched_once(page, server, origin, watch):
    watch.allow("status of 4")
    made = make(server, target="/users/1")
    number = miss(server, made, "/orders/12")
    page.goto(f"/#/mocks/{made['id']}/calls/{number}")
    page.get_by_role("button", name="Fetch once from upstream").click()
    dialog = page.get_by_role("dialog")
    hit = page.get_by_text("This request is a hit now.")
    expect(dialog.or_(hit)).to_be_visible()
    if dialog.is_visible():
        field(dialog, "Address of the API").fill(origin.url)
        dialog.get_by_role("button", name="Fetch").click()
    expect(hit).to_be_visible()
    assert origin.count == 1
    assert until(lambda: (one := ask(server, made, "/orders/12")).status == 200 and one, what="what was fetched answers").json["id"] == 12
