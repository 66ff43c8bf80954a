"""The history: found, looked at, chosen, and made into examples and mock servers."""
import json, re

import pytest
from playwright.sync_api import expect

from understudy import until


def rows(page):
    return page.get_by_role("listbox", name="Exchanges").get_by_role("option")


def row(page, text):
    return rows(page).filter(has_text=text)


def note(page):
    return page.locator("history-view .found [role=status]")


def pane(page):
    return page.get_by_role("region", name="Exchange")


def body(page):
    return page.locator("body-view pre")


def open_history(page, place=""):
    page.goto("/#/history" + place)
    expect(page.get_by_role("heading", name="History")).to_be_visible()


# Finding

def test_everything_is_there_newest_first(page, server):
    server.record(9)
    open_history(page)
    expect(note(page)).to_have_text("9 exchanges")
    expect(rows(page).first).to_contain_text("/text")
    expect(rows(page).last).to_contain_text("/users")
    assert [one["path"] for one in server.api("GET", "/history").json["exchanges"]][0] == "/text"


def test_nothing_recorded_says_what_to_do_and_the_first_exchange_shows_up(page, server):
    open_history(page)
    expect(page.get_by_role("heading", name="Nothing was recorded yet")).to_be_visible()
    server.record(1)
    expect(rows(page)).to_have_count(1)


def test_filters_are_in_the_address_and_stay_after_a_reload(page, server):
    server.record(targets=["/users", "/status/404", "/status/500"])
    server.call("/orders", "POST", "{}", {"Content-Type": "application/json"})
    until(lambda: server.newest == 4)
    open_history(page)
    page.get_by_label("method").select_option("POST")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("/orders")
    page.get_by_label("method").select_option("")
    page.get_by_label("status").select_option("4xx")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"#/history\?status=4xx$"))
    page.reload()
    expect(page.get_by_label("status")).to_have_value("4xx")
    expect(row(page, "/status/404")).to_have_count(1)
    expect(rows(page)).to_have_count(1)
    page.get_by_label("status").select_option("Other…")
    page.get_by_role("dialog").get_by_label("status").fill(">=500")
    page.get_by_role("button", name="Show").click()
    expect(row(page, "/status/500")).to_have_count(1)
    expect(rows(page)).to_have_count(1)


def test_a_day_is_chosen_from_those_that_have_exchanges(page, server):
    server.record(2)
    day = server.api("GET", "/history/stats").json["byDay"][0]["name"]
    open_history(page)
    page.get_by_label("days").select_option(day)
    expect(page).to_have_url(re.compile(f"date={day}"))
    expect(rows(page)).to_have_count(2)
    open_history(page, "?date=2001-02-03")
    expect(page.get_by_role("heading", name="Nothing was recorded that fits")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(rows(page)).to_have_count(2)


def test_search_looks_into_bodies_while_one_types(page, server):
    server.record(9)
    open_history(page)
    expect(rows(page)).to_have_count(9)
    page.keyboard.press("/")
    page.keyboard.type("user2@shop.example")
    expect(note(page)).to_have_text("2 found in 9")
    expect(row(page, "/users/2")).to_have_count(1)
    page.get_by_role("searchbox", name="Search the history").fill("no such words")
    expect(page.get_by_role("heading", name="Nothing was recorded that fits")).to_be_visible()
    page.get_by_role("searchbox", name="Search the history").fill("")
    expect(note(page)).to_have_text("9 exchanges")


def test_a_search_that_takes_steps_says_how_far_it_is_stops_and_goes_on(page, server):
    server.record(6)
    held, limits = [], []

    def slowly(route):
        # The server's own answers, two exchanges a step; from the second step on they come when the test lets them.
        limits.append(route.request.url)
        if len(limits) > 1:
            held.append(route)
        else:
            route.continue_(url=re.sub(r"scan=\d+", "scan=2", route.request.url))

    page.route(re.compile(r"/history\?.*scan="), slowly)
    open_history(page, "?q=shop.example")
    expect(note(page)).to_have_text(re.compile(r"found, looked through 2 of 6, …"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    until(lambda: held)
    held.pop().continue_(url=re.sub(r"scan=\d+", "scan=2", limits[1]))
    expect(note(page)).to_have_text(re.compile(r"looked through 4 of 6$"))
    page.unroute(re.compile(r"/history\?.*scan="))
    page.get_by_role("button", name="Continue").click()
    expect(note(page)).to_have_text(re.compile(r"\d found in 6$"))


def test_what_comes_later_moves_no_row_until_it_is_asked_for(page, server):
    server.record(5)
    open_history(page)
    expect(rows(page)).to_have_count(5)
    first = rows(page).first.inner_text()
    server.record(targets=["/text", "/gzip"])
    expect(page.get_by_role("button", name="2 newer")).to_be_visible()
    assert rows(page).first.inner_text() == first
    page.get_by_role("button", name="2 newer").click()
    expect(rows(page)).to_have_count(7)
    expect(rows(page).first).to_contain_text("/gzip")


def test_a_long_list_loads_what_is_scrolled_to(page, server):
    server.record(230)
    open_history(page)
    expect(note(page)).to_have_text("230 exchanges")
    assert rows(page).count() < 60
    page.get_by_role("listbox", name="Exchanges").focus()
    page.keyboard.press("End")
    expect(rows(page).last).to_have_attribute("aria-posinset", "230")
    expect(rows(page).last).to_contain_text("/users")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/history/1$"))


# Choosing

def test_rows_that_are_marked_become_examples(page, server):
    server.record(targets=["/users", "/users/1", "/users/2", "/text"])
    before = {one["id"] for one in server.api("GET", "/examples").json["examples"]}
    open_history(page)
    rows(page).nth(0).locator(".pick").click()
    rows(page).nth(2).locator(".pick").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    rows(page).nth(1).locator(".pick").click()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Save as examples").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Collection", exact=True).select_option("A new one…")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("Type the name of the new collection.")
    dialog.get_by_label("Name of the new collection").fill("kept")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 saved")).to_be_visible()
    made = [one for one in server.api("GET", "/examples?collection=kept").json["examples"] if one["id"] not in before]
    assert sorted(one["path"] for one in made) == ["/text", "/users/1"]


def test_a_selection_of_a_few_is_deleted_when_one_says_so_twice(page, server):
    server.record(4)
    open_history(page)
    expect(rows(page)).to_have_count(4)
    page.get_by_role("listbox", name="Exchanges").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert len(server.api("GET", "/history").json["exchanges"]) == 4
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(note(page)).to_have_text("2 exchanges")
    assert [one["id"] for one in server.api("GET", "/history").json["exchanges"]] == [2, 1]


def test_all_but_one_are_deleted_and_what_came_since_stays(page, server):
    server.record(12)
    open_history(page)
    expect(rows(page)).to_have_count(12)
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("listbox", name="Exchanges").focus()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.get_by_text(re.compile(r"^All [\d]* ?selected but 1$"))).to_be_visible()
    server.record(1)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete all that the filters find but 1?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("11 exchanges deleted.")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    assert [one["id"] for one in server.api("GET", "/history").json["exchanges"]] == [13, 1]


def test_an_open_exchange_leaves_the_list_alone(page, server):
    server.record(60)
    open_history(page)
    rows(page).nth(1).click()
    expect(pane(page).get_by_role("heading")).to_be_visible()
    list = page.get_by_role("listbox", name="Exchanges")
    list.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Select none").click()
    list.evaluate("list => list.scrollTo(0, list.scrollHeight)")
    rows(page).last.locator(".pick").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(rows(page).last).to_have_attribute("aria-posinset", "60")
    assert list.evaluate("list => list.scrollTop") > 500
    # Keys in the exchange are its own.
    body(page).focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("#/history/59$"))


def test_all_but_one_are_taken(page, server):
    server.record(targets=["/users", "/users/1", "/users/2"])
    before = {one["id"] for one in server.api("GET", "/examples").json["examples"]}
    open_history(page)
    page.get_by_role("button", name="Select all").click()
    row(page, "/users/2").locator(".pick").click()
    expect(page.get_by_text(re.compile(r"^All [\d]* ?selected but 1$"))).to_be_visible()
    page.get_by_role("button", name="Save as examples").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Collection", exact=True).select_option("A new one…")
    dialog.get_by_label("Name of the new collection").fill("kept")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 saved")).to_be_visible()
    made = [one for one in server.api("GET", "/examples?collection=kept").json["examples"] if one["id"] not in before]
    assert sorted(one["path"] for one in made) == ["/users", "/users/1"]
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("listbox", name="Exchanges").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Select all")).to_be_visible()


def test_all_that_a_filter_finds_becomes_a_mock_server_that_answers(page, server, origin):
    server.call("/orders", "POST", "{}", {"Content-Type": "application/json"})
    until(lambda: server.newest == 1)
    server.record(targets=["/users/1", "/users/2"])
    open_history(page, "?method=GET")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Select all").click()
    expect(page.get_by_text(re.compile(r"^All [\d]* ?selected$"))).to_be_visible()
    page.get_by_role("button", name="Mock", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("seen")
    dialog.get_by_role("button", name="Mock").click()
    expect(page.get_by_role("dialog").get_by_text("2 examples")).to_be_visible()
    url = page.get_by_role("dialog").locator("code").inner_text()
    asked = origin.count
    answer = server.call("/users/2", headers={"Host": url.partition("://")[2]})
    assert (answer.status, answer.json["id"], origin.count) == (200, 2, asked)
    page.get_by_role("dialog").get_by_role("link", name="Open the mock server").click()
    expect(page).to_have_url(re.compile("#/mocks/" + server.api("GET", "/mocks").json["mocks"][0]["id"]))


# One exchange

def test_an_exchange_opens_by_key_steps_and_closes(page, server):
    server.record(3)
    open_history(page)
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(pane(page).get_by_role("heading")).to_contain_text("/orders?page=1")
    page.keyboard.press("j")
    expect(pane(page).get_by_role("heading")).to_contain_text("/users/1")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("#/history/1$"))
    page.keyboard.press("k")
    expect(pane(page).get_by_role("heading")).to_contain_text("/users/1")
    page.keyboard.press("Escape")
    expect(pane(page)).to_be_hidden()
    expect(page).to_have_url(re.compile("#/history$"))
    expect(page.get_by_role("listbox", name="Exchanges")).to_be_focused()


def test_a_body_is_laid_out_raw_and_as_octets_and_the_address_says_how(page, server):
    server.call("/orders", "POST", '{"a":12345678901234567890,"a":[],"z":1e400}', {"Content-Type": "application/json"})
    until(lambda: server.newest == 1)
    open_history(page, "/1?tab=request")
    expect(body(page)).to_have_text('{\n  "a": 12345678901234567890,\n  "a": [],\n  "z": 1e400\n}')
    page.get_by_role("button", name="Raw").click()
    expect(body(page)).to_have_text('{"a":12345678901234567890,"a":[],"z":1e400}')
    page.get_by_role("button", name="Hex").click()
    expect(body(page)).to_contain_text("00000000  7b 22 61 22 3a")
    page.reload()
    expect(page.get_by_role("tab", name="Request")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Hex")).to_have_attribute("aria-pressed", "true")
    assert server.api("GET", "/history/1/request/body").content == b'{"a":12345678901234567890,"a":[],"z":1e400}'


def test_coded_bodies_forms_and_pictures_are_shown_as_people_read_them(page, server):
    server.record(targets=["/gzip", "/image.png", "/page.html"])
    server.call("/orders", "POST", "name=Ada+M%C3%B6ller&n=1", {"Content-Type": "application/x-www-form-urlencoded"})
    until(lambda: server.newest == 4)
    open_history(page, "/1")
    expect(body(page)).to_contain_text('"packed": true')
    page.goto("/#/history/2")
    picture = page.get_by_role("img", name="The response's body")
    expect(picture).to_be_visible()
    until(lambda: picture.evaluate("image => image.naturalWidth") == 96)
    page.goto("/#/history/3?as=preview")
    frame = page.locator("body-view iframe")
    expect(frame).to_have_attribute("sandbox", "")
    expect(page.frame_locator("body-view iframe").get_by_role("heading", name="The shop")).to_be_visible()
    page.goto("/#/history/4?tab=request")
    expect(page.locator("body-view").get_by_role("row", name="name Ada Möller")).to_be_visible()


def test_a_large_body_comes_a_piece_at_a_time(page, server):
    server.record(targets=["/bytes/700000"])
    open_history(page, "/1?as=hex")
    expect(page.locator("body-view")).to_contain_text("Octets 0 to 262,144 of 700,000.")
    page.get_by_role("button", name="Next 256 KB").click()
    expect(page.locator("body-view")).to_contain_text("Octets 262,144 to 524,288 of 700,000.")
    expect(body(page)).to_contain_text("00040000  ")
    page.get_by_role("button", name="Next 256 KB").click()
    expect(page.locator("body-view")).to_contain_text("to 700,000 of 700,000.")
    expect(page.get_by_role("button", name="Next 256 KB")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    assert download.value.path().stat().st_size == 700_000


def test_two_exchanges_are_compared_line_by_line(page, server):
    server.record(targets=["/users/1", "/users/2", "/users/1"])
    open_history(page, "/1?tab=compare")
    page.get_by_label("Number of the other exchange").fill("2")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile("with=2"))
    expect(page.get_by_role("row", name="URL")).to_contain_text("/users/2")
    expect(page.locator("del").first).to_contain_text('"id": 1,')
    expect(page.locator("ins").first).to_contain_text('"id": 2,')
    page.get_by_label("One of the last to the same path").select_option("3")
    expect(pane(page)).to_contain_text("Method, URL, status and fields are the same.")
    expect(pane(page)).to_contain_text("There is no difference.")


def test_what_is_copied_is_what_the_server_says(visit, server):
    server.record(targets=["/users/1"])
    page = visit(server, "#/history/1", permissions=["clipboard-write"])

    def pasted():
        """As people find out: pages may not read the clipboard themselves."""
        field = page.get_by_role("searchbox")
        field.fill("")
        field.press("Control+v")
        return field.input_value()

    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert pasted() == server.api("GET", "/history/1/curl").json["command"]
    page.get_by_role("button", name="Copy body").click()
    expect(page.get_by_text("Copied.")).to_have_count(2)
    assert json.loads(pasted())["id"] == 1


def test_times_are_a_bar_with_numbers(page, server):
    server.record(1)
    open_history(page, "/1")
    page.get_by_role("tab", name="Timings").click()
    table = page.locator(".timings")
    expect(table.get_by_role("row")).to_have_count(6)
    expect(table.get_by_role("row", name="Waiting")).to_contain_text("ms")
    expect(table.get_by_role("row", name="TLS")).to_contain_text("none")


def test_one_exchange_is_mocked_and_deleted_where_it_is_shown(page, server):
    server.record(targets=["/users/1", "/users/2"])
    open_history(page, "/2")
    page.get_by_role("button", name="Mock this").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("one")
    page.get_by_role("dialog").get_by_role("button", name="Mock").click()
    expect(page.get_by_role("dialog").get_by_text("1 example")).to_be_visible()
    page.keyboard.press("Escape")
    assert [mock["name"] for mock in server.api("GET", "/mocks").json["mocks"]] == ["one"]
    pane(page).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(pane(page)).to_be_hidden()
    expect(note(page)).to_have_text("1 exchange")
    assert server.api("GET", "/history/2").status == 404


def test_an_exchange_that_is_gone_says_so(page, server, watch):
    watch.allow("status of 404")
    open_history(page, "/77")
    expect(page.get_by_role("heading", name="Exchange 77 cannot be shown")).to_be_visible()


@pytest.mark.parametrize("page", ["least"], indirect=True)
def test_in_a_hand_the_list_and_the_exchange_take_turns(page, server):
    server.record(3)
    open_history(page)
    expect(page.get_by_label("method")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("method")).to_be_visible()
    rows(page).first.click()
    expect(pane(page)).to_be_visible()
    expect(page.get_by_role("listbox", name="Exchanges")).to_be_hidden()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="← History").click()
    expect(page.get_by_role("listbox", name="Exchanges")).to_be_focused()
