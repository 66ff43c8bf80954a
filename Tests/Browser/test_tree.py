"""Requests and folders as wholes in the tree of a collection: moved, renamed, deleted, taken back; with keys, a mouse, buttons."""
import json, re

import pytest
from playwright.sync_api import expect

from test_collections import node, press
from understudy import until


def request(name, target, *ids):
    return {"name": name, "request": {"method": "GET", "url": f"https://shop.example{target}"}, "event": [{"listen": "test", "script": {"exec": [name]}}],
            "response": [{"id": id, "name": id, "code": 200, "body": id, "originalRequest": {"method": "GET", "url": f"https://shop.example{target}"}} for id in ids]}


FILE = {
    "info": {"name": "Tree", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {"name": "Alpha", "auth": {"type": "noauth"}, "item": [
            request("GET /one", "/one", "first"), request("GET /two", "/two", "second", "third"),
            {"name": "Inner", "item": [request("GET /deep", "/deep", "deep")]}]},
        {"name": "Beta", "description": "kept", "item": [request("GET /three", "/three", "fourth")]},
        request("GET /four", "/four", "fifth")]}


@pytest.fixture
def tree(page, server):
    """The page at a collection of folders, and the collection."""
    # Once the view is there: what comes later is followed before a test drags anything.
    with page.expect_response(re.compile("/api/v1/collections$")):
        page.goto("/#/collections")
    assert server.api("POST", "/import", json.dumps(FILE)).status == 201
    collection = next(one for one in server.api("GET", "/collections").json["collections"] if one["name"] == "Tree")
    page.get_by_role("link", name=re.compile("Tree")).click()
    expect(node(page, "Alpha")).to_be_visible()
    return collection


def file(server, collection):
    return json.loads(server.api("GET", f"/export/collections/{collection['id']}").content)


def outline(server, collection):
    """Names as they stand in the file: folders with what is in them."""
    def lines(items):
        return [{one["name"]: lines(one["item"])} if "item" in one else one["name"].removeprefix("GET /") for one in items]

    return lines(file(server, collection)["item"])


def choose(page, text):
    """Puts the cursor of the tree on a row, by keys."""
    row = node(page, text)
    page.get_by_role("tree").focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("treeitem").first).to_have_attribute("aria-selected", "true")
    for _ in range(page.get_by_role("treeitem").count()):
        if row.get_attribute("aria-selected") == "true":
            return
        before = page.locator("[role=treeitem][aria-selected=true]").get_attribute("data-index")
        page.keyboard.press("ArrowDown")
        expect(page.locator("[role=treeitem][aria-selected=true]")).not_to_have_attribute("data-index", before)
    assert row.get_attribute("aria-selected") == "true"


BEGIN = [{"Alpha": ["one", "two", {"Inner": ["deep"]}]}, {"Beta": ["three"]}, "four"]


def is_now(server, collection, expected):
    until(lambda: outline(server, collection) == expected)


def is_refused(page, name, problem):
    """What has the cursor is to be called so, which the dialog says it cannot."""
    page.keyboard.press("F2")
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(problem)
    page.keyboard.press("Escape")


# Keys

def test_requests_and_folders_move_among_their_siblings_by_keys(page, server, tree):
    before = file(server, tree)
    choose(page, "/one")
    page.keyboard.press("Alt+ArrowDown")
    is_now(server, tree, [{"Alpha": ["two", "one", {"Inner": ["deep"]}]}, {"Beta": ["three"]}, "four"])
    # The cursor goes along: once more.
    page.keyboard.press("Alt+ArrowDown")
    is_now(server, tree, [{"Alpha": ["two", {"Inner": ["deep"]}, "one"]}, {"Beta": ["three"]}, "four"])
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_text("nothing below it here")).to_be_visible()
    choose(page, "Beta")
    page.keyboard.press("Alt+ArrowUp")
    is_now(server, tree, [{"Beta": ["three"]}, {"Alpha": ["two", {"Inner": ["deep"]}, "one"]}, "four"])
    expect(page.get_by_role("treeitem").first).to_contain_text("Beta")
    for expected in [[{"Alpha": ["two", {"Inner": ["deep"]}, "one"]}, {"Beta": ["three"]}, "four"], [{"Alpha": ["two", "one", {"Inner": ["deep"]}]}, {"Beta": ["three"]}, "four"], BEGIN]:
        page.keyboard.press("Control+z")
        is_now(server, tree, expected)
    assert file(server, tree) == before


def test_a_row_moved_many_times_at_once_is_where_it_was_meant_to_be(page, server, tree):
    choose(page, "/four")
    held = []
    page.route(re.compile("/items/move"), lambda route: held.append(route) if not held else route.continue_())
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("treeitem").first).to_contain_text("/four")
    until(lambda: page.evaluate("1") and held)
    held[0].continue_()
    until(lambda: page.evaluate("1") and outline(server, tree) == ["four", BEGIN[0], BEGIN[1]])
    expect(page.get_by_role("treeitem").first).to_contain_text("/four")


def test_names_are_changed_with_f2(page, server, tree):
    before = file(server, tree)
    choose(page, "Inner")
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="Rename this folder")
    expect(dialog.get_by_label("Name")).to_have_value("Inner")
    dialog.get_by_label("Name").fill("Outer")
    page.keyboard.press("Enter")
    expect(node(page, "Outer")).to_have_attribute("aria-expanded", "true")
    is_now(server, tree, [{"Alpha": ["one", "two", {"Outer": ["deep"]}]}, {"Beta": ["three"]}, "four"])
    choose(page, "/one")
    page.keyboard.press("F2")
    page.get_by_role("dialog", name="Rename this request").get_by_label("Name").fill("All of one")
    page.keyboard.press("Enter")
    # The name that somebody gave it stands before its path.
    expect(node(page, "All of one")).to_contain_text("/one")
    until(lambda: outline(server, tree)[0]["Alpha"][0] == "All of one")
    page.keyboard.press("Control+z")
    until(lambda: outline(server, tree)[0]["Alpha"][0] == "one")
    page.keyboard.press("Control+z")
    until(lambda: file(server, tree) == before)
    expect(node(page, "Inner")).to_be_visible()


def test_a_name_that_is_taken_is_refused_in_the_dialog(page, server, tree, watch):
    watch.allow("status of 409")
    choose(page, "Beta")
    is_refused(page, "Alpha", "another folder Alpha")
    expect(node(page, "Beta")).to_be_visible()
    assert outline(server, tree) == BEGIN


def test_a_folder_goes_after_a_question_and_comes_back_with_all_it_said(page, server, tree):
    before = file(server, tree)
    choose(page, "Alpha")
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete this folder?")
    expect(dialog).to_contain_text("“Alpha” goes with 4 examples.")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert outline(server, tree) == BEGIN
    page.keyboard.press("Delete")
    press(page, "Delete the folder")
    expect(node(page, "Alpha")).to_have_count(0)
    # The cursor is where it was, on what came there.
    expect(node(page, "Beta")).to_have_attribute("aria-selected", "true")
    is_now(server, tree, [{"Beta": ["three"]}, "four"])
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(node(page, "Alpha")).to_be_visible()
    until(lambda: file(server, tree) == before)


def test_a_request_of_several_examples_goes_with_all_of_them_whatever_the_filter_shows(page, server, tree):
    node(page, "second").click()
    page.get_by_role("searchbox").fill("two")
    expect(page.get_by_role("treeitem")).to_have_count(4)
    choose(page, "GET /two")
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog", name="Delete this request?")).to_contain_text("goes with 2 examples")
    press(page, "Delete the request")
    is_now(server, tree, [{"Alpha": ["one", {"Inner": ["deep"]}]}, {"Beta": ["three"]}, "four"])
    # What was shown is gone.
    expect(page).not_to_have_url(re.compile("second"))
    expect(page.get_by_text("Nothing here matches the filter")).to_be_visible()
    expect(page.locator("example-editor")).to_be_hidden()


def test_what_the_filter_shows_alone_is_not_moved_as_if_it_were(page, server, tree):
    # The folder, the first and one of the two examples of the second request.
    page.get_by_role("searchbox").fill("alpha s")
    expect(page.get_by_role("treeitem")).to_have_count(3)
    choose(page, "second")
    expect(page.get_by_role("button", name="Rename what is chosen")).to_be_disabled()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_text("The filter hides other examples")).to_be_visible()
    assert outline(server, tree) == BEGIN


# The mouse

def hold(page, target, height):
    """What is dragged over a row, so far down."""
    end = node(page, target).bounding_box()
    page.mouse.move(end["x"] + 80, end["y"] + end["height"] * height, steps=5)
    # Browsers drop where they said they would: a second move makes them say it.
    page.mouse.move(end["x"] + 82, end["y"] + end["height"] * height)


def drag(page, source, target, height, how):
    """From the middle of a row to so far down another one. Where rows are drawn anew just then, people try again."""
    for tries in reversed(range(3)):
        start = node(page, source).bounding_box()
        page.mouse.move(start["x"] + 80, start["y"] + start["height"] / 2)
        page.mouse.down()
        hold(page, target, height)
        try:
            return expect(node(page, target)).to_have_attribute("data-drop", how, timeout=3000)
        except AssertionError:
            page.mouse.up()
            if not tries:
                raise


@pytest.mark.parametrize("source, target, height, how, expected", [
    ("/one", "/deep", 0.8, "after", [{"Alpha": ["two", {"Inner": ["deep", "one"]}]}, {"Beta": ["three"]}, "four"]),
    ("/four", "/three", 0.2, "before", [BEGIN[0], {"Beta": ["four", "three"]}]),
    ("/four", "Alpha", 0.6, "into", [{"Alpha": ["one", "two", {"Inner": ["deep"]}, "four"]}, {"Beta": ["three"]}]),
    ("Beta", "Alpha", 0.1, "before", [{"Beta": ["three"]}, BEGIN[0], "four"]),
    ("Alpha", "Beta", 0.6, "into", [{"Beta": ["three", {"Alpha": ["one", "two", {"Inner": ["deep"]}]}]}, "four"]),
    ("Inner", "/four", 0.8, "after", [{"Alpha": ["one", "two"]}, {"Beta": ["three"]}, "four", {"Inner": ["deep"]}]),
    ("/three", "/one", 0.2, "before", [{"Alpha": ["three", "one", "two", {"Inner": ["deep"]}]}, {"Beta": []}, "four"]),
])
def test_dragging(page, server, tree, source, target, height, how, expected):
    before = file(server, tree)
    drag(page, source, target, height, how)
    page.mouse.up()
    expect(page.locator("[data-drop]")).to_have_count(0)
    is_now(server, tree, expected)
    # A folder that became empty stays in sight.
    expect(node(page, "Beta")).to_be_visible()
    press(page, "Undo")
    until(lambda: file(server, tree) == before)
    expect(node(page, "/four")).to_be_visible()


def test_a_folder_is_not_dropped_into_itself(page, server, tree):
    drag(page, "Alpha", "Beta", 0.6, "into")
    for inside, height in [("Inner", 0.6), ("/one", 0.2), ("second", 0.2), ("Alpha", 0.6)]:
        hold(page, inside, height)
        expect(page.locator("[data-drop]")).to_have_count(0)
    page.mouse.up()
    drag(page, "/four", "Beta", 0.1, "before")
    page.mouse.up()
    # What came after is all that came.
    is_now(server, tree, [BEGIN[0], "four", {"Beta": ["three"]}])


def test_an_example_of_several_is_dragged_among_them_and_out(page, server, tree):
    drag(page, "third", "second", 0.2, "before")
    page.mouse.up()
    until(lambda: [one["id"] for one in file(server, tree)["item"][0]["item"][1]["response"]] == ["third", "second"])
    drag(page, "third", "Beta", 0.6, "into")
    page.mouse.up()
    is_now(server, tree, [BEGIN[0], {"Beta": ["three", "two"]}, "four"])


@pytest.mark.parametrize("page", ["wide", "least dark"], indirect=True)
def test_buttons_do_what_keys_do(page, server, tree, shoot):
    bar = page.get_by_role("group", name="What is chosen in the tree")
    expect(bar).to_contain_text("Choose a row")
    expect(bar.get_by_role("button", name="Rename what is chosen")).to_be_disabled()
    node(page, "Beta").click()
    expect(bar).to_contain_text("folder Beta")
    node(page, "Beta").click()
    up = bar.get_by_role("button", name="one up")
    up.click()
    is_now(server, tree, [{"Beta": ["three"]}, BEGIN[0], "four"])
    shoot(page, f"tree-bar-{page.viewport_size['width']}")
    bar.get_by_role("button", name="one down").click()
    is_now(server, tree, BEGIN)
    bar.get_by_role("button", name="Rename what is chosen").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Gamma")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("folder Gamma")
    bar.get_by_role("button", name="Move what is chosen").click()
    dialog = page.get_by_role("dialog", name="Move to a folder")
    assert "Gamma" not in dialog.get_by_label("Folder", exact=True).inner_text()
    dialog.get_by_label("Folder", exact=True).select_option(label="Alpha / Inner")
    dialog.get_by_role("button", name="Move").click()
    is_now(server, tree, [{"Alpha": ["one", "two", {"Inner": ["deep", {"Gamma": ["three"]}]}]}, "four"])
    expect(bar).to_contain_text("folder Gamma")
    bar.get_by_role("button", name="Delete what is chosen").click()
    press(page, "Delete the folder")
    is_now(server, tree, [BEGIN[0], "four"])
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_what_the_server_refuses_is_back_where_it_was(page, server, tree, watch):
    watch.allow("status of 404")
    # Somebody else deletes it, and this page is not told.
    page.route(re.compile("/api/v1/(examples|events)"), lambda route: route.abort())
    watch.allow("ERR_FAILED")
    choose(page, "/one")
    assert server.api("DELETE", "/examples/deep").status == 200
    choose(page, "/deep")
    is_refused(page, "x", "no example")
    choose(page, "Inner")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".toast.bad").filter(has_text="no folder Alpha / Inner")).to_be_visible()
    expect(node(page, "Inner")).to_have_attribute("aria-posinset", "3")


def test_a_mock_server_sees_what_was_moved_and_deleted(page, server, tree):
    mock = server.api("POST", "/mocks", {"name": "served", "collection": tree["id"]}).json
    ask = lambda target: server.call(f"/__mock/{mock['id']}{target}").status
    until(lambda: ask("/three") == 200)
    choose(page, "Beta")
    page.keyboard.press("Delete")
    press(page, "Delete the folder")
    until(lambda: ask("/three") == 404)
    # The page knows how to take it back once it has its answer.
    expect(page.get_by_text("Deleted: “Beta”.")).to_be_visible()
    page.keyboard.press("Control+z")
    until(lambda: ask("/three") == 200)


def test_what_is_under_way_is_waited_for_and_taken_back(page, server, tree):
    held = []
    page.route(re.compile("/items/delete$"), lambda route: held.append(route))
    choose(page, "Beta")
    page.keyboard.press("Delete")
    press(page, "Delete the folder")
    until(lambda: page.evaluate("1") and held)
    page.get_by_role("tree").focus()
    page.keyboard.press("Control+z")
    held[0].continue_()
    expect(page.get_by_text("Taken back: deletion of “Beta”.")).to_be_visible()
    expect(node(page, "Beta")).to_be_visible()
    assert outline(server, tree) == BEGIN


def test_what_is_typed_into_an_example_is_not_typed_into_another_of_the_same_id(page, server, tree):
    assert server.api("POST", "/import?name=Second", json.dumps(FILE)).status == 201
    second = next(one for one in server.api("GET", "/collections").json["collections"] if one["name"] == "Second")
    name = page.get_by_role("textbox", name="Name", exact=True)
    page.goto(f"/#/collections/{tree['id']}/first")
    expect(name).to_have_value("first")
    name.fill("typed")
    page.goto(f"/#/collections/{second['id']}/first")
    expect(name).to_have_value("first")
    expect(page.get_by_title("Unsaved changes")).to_have_count(0)
    page.goto(f"/#/collections/{tree['id']}/first")
    expect(name).to_have_value("typed")
    expect(page.get_by_title("Unsaved changes")).to_have_count(1)
    page.get_by_role("button", name="Discard").click()
    expect(name).to_have_value("first")
    expect(page.get_by_title("Unsaved changes")).to_have_count(0)


def test_what_is_under_way_and_fails_leaves_the_change_before_it(page, server, tree, watch):
    watch.allow("status of 409")
    choose(page, "Beta")
    page.keyboard.press("Alt+ArrowUp")
    changed = [{"Beta": ["three"]}, {"Alpha": ["one", "two", {"Inner": ["deep"]}]}, "four"]
    is_now(server, tree, changed)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    held = []
    page.route(re.compile("/items/delete$"), lambda route: held.append(route))
    page.keyboard.press("Delete")
    press(page, "Delete the folder")
    until(lambda: page.evaluate("1") and held)
    page.get_by_role("tree").focus()
    page.keyboard.press("Control+z")
    held[0].fulfill(status=409, json={"detail": "not now"})
    expect(page.get_by_text("not now")).to_be_visible()
    expect(node(page, "Beta")).to_be_visible()
    # Behind all that waits to be taken back.
    last = page.evaluate("async () => { const changes = await import('/ui/parts/changes.js'); await changes.takeBack({}); return changes.lastChange()?.label }")
    assert last == "move of “Beta”" and outline(server, tree) == changed
    page.keyboard.press("Control+z")
    is_now(server, tree, BEGIN)


def test_a_change_can_be_taken_back_once_a_busy_server_answers(page, server, tree, watch):
    watch.allow("status of 503")
    choose(page, "Beta")
    page.keyboard.press("Alt+ArrowUp")
    is_now(server, tree, [{"Beta": ["three"]}, {"Alpha": ["one", "two", {"Inner": ["deep"]}]}, "four"])
    page.route(re.compile("/items/move$"), lambda route: route.fulfill(status=503, json={"detail": "too much is being done"}))
    page.keyboard.press("Control+z")
    expect(page.get_by_text("too much is being done")).to_be_visible()
    page.unroute(re.compile("/items/move$"))
    page.get_by_role("button", name="Undo", exact=True).click()
    is_now(server, tree, BEGIN)
