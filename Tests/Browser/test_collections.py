"""Collections: the tree, the editor of an example, what is taken back, conflicts, files in and out, versions."""
import json, re

import pytest
from playwright.sync_api import expect

from understudy import until

TARGETS = ["/users", "/users/1", "/orders?page=1", "/orders?page=2", "/image.png", "/text"]


@pytest.fixture
def recorded(server):
    """The server with a collection of what was recorded: its JSON."""
    server.record(targets=TARGETS)
    until(lambda: len(examples(server)) == len(TARGETS))
    return server.api("GET", "/collections").json["collections"][0]


def examples(server, collection=None):
    return server.api("GET", "/examples" + (f"?collection={collection}" if collection else "")).json["examples"]


def example(server, path):
    return next(one for one in examples(server) if one["path"] == path)


def view(server, id):
    return server.api("GET", f"/examples/{id}").json["view"]


def node(page, text):
    return page.get_by_role("tree").get_by_role("treeitem").filter(has_text=text).first


def field(page, name):
    return page.locator("example-editor").get_by_label(name, exact=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def open_example(page, server, collection, path):
    found = example(server, path)
    page.goto(f"/#/collections/{collection['id']}/{found['id']}")
    expect(field(page, "Target")).to_have_value(path)
    return found["id"]


def collection_file(name, count, folder="folder"):
    """A collection in Postman's format, of so many examples, 100 to a folder."""
    def item(number):
        request = {"method": "GET", "header": [], "url": f"https://shop.example/things/{number}"}
        return {"name": f"GET /things/{number}", "request": request, "response": [
            {"name": "200 OK", "originalRequest": request, "status": "OK", "code": 200, "header": [], "body": f"thing {number}"}]}

    return json.dumps({
        "info": {"name": name, "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [{"name": f"{folder} {start // 100}", "item": [item(number) for number in range(start, min(start + 100, count))]} for start in range(0, count, 100)]})


# Looking

def test_from_the_list_to_an_example_and_back_by_address(page, server, recorded):
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("link", name=re.compile(re.escape(recorded["name"]))).click()
    node(page, "/users/1").click()
    expect(field(page, "Target")).to_have_value("/users/1")
    assert recorded["id"] in page.url and example(server, "/users/1")["id"] in page.url
    page.reload()
    expect(field(page, "Target")).to_have_value("/users/1")
    expect(page.locator(".row.current")).to_contain_text("200")
    page.get_by_role("searchbox").fill("text")
    expect(page.get_by_role("treeitem").filter(has_text="/users")).to_have_count(0)
    expect(page).to_have_url(re.compile("q=text"))


def test_the_tree_follows_the_recorder(page, server, recorded):
    page.goto(f"/#/collections/{recorded['id']}")
    expect(node(page, "/text")).to_be_visible()
    server.record(targets=["/orders/12"])
    expect(node(page, "/orders/12")).to_be_visible()


def test_folders_fold_by_keys(page, server):
    assert server.api("POST", "/import", collection_file("Things", 3)).status == 201
    page.goto("/#/collections")
    page.get_by_role("link", name=re.compile("Things")).click()
    folder = node(page, "folder 0")
    expect(folder).to_have_attribute("aria-expanded", "true")
    page.get_by_role("tree").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(folder).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("treeitem")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(field(page, "Target")).to_have_value("/things/0")
    expect(node(page, "/things/0")).to_have_attribute("aria-level", "2")


def test_ten_thousand_examples_have_few_rows(page, server):
    assert server.api("POST", "/import", collection_file("Many", 10_000)).status == 201
    page.goto("/#/collections")
    page.get_by_role("link", name=re.compile("Many")).click()
    expect(node(page, "folder 0")).to_have_attribute("aria-expanded", "false")
    page.get_by_role("searchbox").fill("things/9999")
    expect(node(page, "/things/9999")).to_be_visible()
    page.get_by_role("searchbox").fill("things")
    page.get_by_role("tree").focus()
    page.keyboard.press("End")
    expect(node(page, "/things/9999")).to_be_visible()
    assert page.get_by_role("treeitem").count() < 100


# Editing

def test_an_edited_example_is_what_a_mock_answers(page, server, recorded):
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Status").fill("410")
    expect(field(page, "Reason phrase")).to_have_value("Gone")
    field(page, "Response body").fill('{"gone": true}')
    field(page, "Target").fill("/users/{{regex:[0-9]+}}")
    expect(page.locator(".dot")).to_have_count(1)
    page.keyboard.press("Control+s")
    expect(page.locator(".dot")).to_have_count(0)
    until(lambda: view(server, id)["status"] == 410)
    saved = view(server, id)
    assert (saved["target"], saved["body"], saved["reason"]) == ("/users/{{regex:[0-9]+}}", '{"gone": true}', "Gone")
    assert server.api("PUT", "/mode", {"mode": "replay"}).status == 200
    until(lambda: server.call("/users/77").status == 410)
    assert server.call("/users/77").content == b'{"gone": true}'


def test_what_cannot_be_is_said_beside_it(page, server, recorded, watch):
    watch.allow("status of 400")
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Target").fill("users")
    expect(page.get_by_text("A target begins with /")).to_be_visible()
    expect(field(page, "Target")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+s")
    expect(field(page, "Target")).to_be_focused()
    field(page, "Target").fill("/users/{{regex:[}}")
    problem = page.locator("[id='" + field(page, "Target").get_attribute("aria-describedby").split()[-1] + "']")
    expect(problem).to_contain_text("regex")
    field(page, "Target").fill("/users/1")
    expect(problem).to_be_hidden()
    field(page, "Response body").fill('{"a": 1,\n "b": }')
    expect(page.get_by_text("Line 2: this is no JSON")).to_be_visible()
    field(page, "Status").fill("99")
    expect(page.get_by_text("a number from 200 to 999")).to_be_visible()
    press(page, "Discard")
    expect(page.locator(".dot")).to_have_count(0)
    assert view(server, id)["status"] == 200


def test_rules_and_delays(page, server, recorded):
    id = open_example(page, server, recorded, "/orders?page=1")
    field(page, "Ignore").fill("query:page")
    page.keyboard.press("Enter")
    field(page, "Delay").select_option("uniform")
    field(page, "from ms").fill("5")
    field(page, "to ms").fill("9")
    page.get_by_role("group", name="Request fields").get_by_role("button", name="Add a field").click()
    page.keyboard.type("X-Made")
    page.keyboard.press("Tab")
    page.keyboard.type("by hand")
    press(page, "Save")
    until(lambda: view(server, id)["rules"]["ignore"] == ["query:page"])
    saved = view(server, id)
    assert saved["delay"] == {"type": "uniform", "min": 5, "max": 9}
    assert {"name": "X-Made", "value": "by hand"} in saved["requestFields"]
    press(page, "Try it")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This example answers")).to_be_visible()
    dialog.get_by_label("Target").fill("/nowhere")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text("No example answers")).to_be_visible()


def test_unsaved_changes_stay_while_one_looks_elsewhere(page, server, recorded):
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Name").fill("mine")
    page.get_by_role("link", name="Traffic").click()
    page.go_back()
    expect(field(page, "Name")).to_have_value("mine")
    assert view(server, id)["name"] != "mine"
    press(page, "Save")
    until(lambda: view(server, id)["name"] == "mine")


def test_a_body_that_is_no_text_is_replaced_by_a_file(page, server, recorded):
    id = open_example(page, server, recorded, "/image.png")
    expect(page.get_by_text("image/png", exact=False).first).to_be_visible()
    with page.expect_file_chooser() as chooser:
        press(page, "Replace by a file")
    chooser.value.set_files({"name": "new.bin", "mimeType": "application/octet-stream", "buffer": b"\xff\x00\xfe"})
    expect(page.get_by_text("3 B")).to_be_visible()
    press(page, "Save")
    until(lambda: view(server, id)["bodyBytes"] == 3)
    assert server.api("PUT", "/mode", {"mode": "replay"}).status == 200
    until(lambda: server.call("/image.png").content == b"\xff\x00\xfe")


# Two at once

@pytest.mark.parametrize("choice, name, status", [("Keep mine", "mine", 418), ("Take theirs", "theirs", 418)])
def test_a_conflict_shows_both_sides(page, server, recorded, watch, choice, name, status):
    watch.allow("status of 409")
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Name").fill("mine")
    assert server.api("PUT", f"/examples/{id}", {"name": "theirs", "status": 418}).status == 200
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("cell", name="theirs")).to_be_visible()
    expect(dialog.get_by_role("cell", name="mine")).to_be_visible()
    dialog.get_by_role("button", name=choice).click()
    expect(field(page, "Name")).to_have_value(name)
    expect(field(page, "Status")).to_have_value(str(status))
    until(lambda: view(server, id)["name"] == name)
    assert view(server, id)["status"] == status


def hold_save(page):
    """The next save waits in the list it gives."""
    held = []

    def pass_on(route):
        isSave = route.request.method == "PUT" and "dryRun" not in route.request.url
        held.append(route) if isSave and not held else route.continue_()

    page.route(re.compile(r"/api/v1/examples/"), pass_on)
    return held


def test_what_was_typed_is_kept_and_saved_when_another_is_shown_by_then(page, server, recorded, watch):
    watch.allow("status of 409")
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Name").fill("mine")
    assert server.api("PUT", f"/examples/{id}", {"status": 418}).status == 200
    held = hold_save(page)
    page.keyboard.press("Control+s")
    until(lambda: page.evaluate("1") and held)
    node(page, "/text").click()
    expect(field(page, "Target")).to_have_value("/text")
    held[0].continue_()
    page.get_by_role("dialog").get_by_role("button", name="Keep mine").click()
    # Each look at the page lets what it sends pass through pass_on.
    until(lambda: page.evaluate("1") and view(server, id)["name"] == "mine")
    assert view(server, id)["status"] == 418
    expect(field(page, "Target")).to_have_value("/text")


def test_saving_leaves_the_caret_where_it_is(page, server, recorded):
    id = open_example(page, server, recorded, "/users/1")
    field(page, "Name").fill("abcdef")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    field(page, "Name").evaluate("input => { window.before = input }")
    page.keyboard.press("Control+s")
    until(lambda: view(server, id)["name"] == "abcdef")
    expect(page.locator("example-editor .badge").first).to_have_text("saved")
    page.keyboard.type("X")
    expect(field(page, "Name")).to_have_value("abcdXef")
    assert field(page, "Name").evaluate("input => input === window.before")


def test_a_tree_that_cannot_be_loaded_says_so_and_tries_again(page, server, recorded, watch):
    watch.allow("ERR_FAILED")
    page.route(re.compile(r"/api/v1/examples\?"), lambda route: route.abort())
    page.goto(f"/#/collections/{recorded['id']}")
    again = page.locator(".pane.tree").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.get_by_text("No example yet")).to_have_count(0)
    page.unroute(re.compile(r"/api/v1/examples\?"))
    again.click()
    expect(node(page, "/text")).to_be_visible()
    expect(page.get_by_role("heading", name="Choose an example")).to_be_visible()


# Taking back

def test_edit_duplicate_and_delete_are_taken_back(page, server, recorded, watch):
    # The duplicate that is shown while it goes.
    watch.allow("status of 404")
    before = server.api("GET", f"/export/collections/{recorded['id']}").content
    id = open_example(page, server, recorded, "/text")
    field(page, "Name").fill("other")
    press(page, "Save")
    until(lambda: view(server, id)["name"] == "other")
    press(page, "Duplicate")
    expect(field(page, "Name")).to_have_value("other copy")
    press(page, "Undo")
    until(lambda: len(examples(server)) == len(TARGETS))
    expect(node(page, "other copy")).to_have_count(0)
    node(page, "/text").click()
    page.get_by_role("tree").focus()
    page.keyboard.press("Delete")
    expect(node(page, "/text")).to_have_count(0)
    until(lambda: len(examples(server)) == len(TARGETS) - 1)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(node(page, "/text")).to_be_visible()
    assert view(server, id)["name"] == "other"
    page.get_by_role("tree").focus()
    page.keyboard.press("Control+z")
    until(lambda: view(server, id)["name"] != "other")
    assert json.loads(server.api("GET", f"/export/collections/{recorded['id']}").content) == json.loads(before)


def test_one_more_answer_is_put_first(page, server, recorded):
    id = open_example(page, server, recorded, "/text")
    page.get_by_role("button", name="One more answer to this request").click()
    until(lambda: len(examples(server)) == len(TARGETS) + 1)
    expect(field(page, "Response body")).to_have_value("")
    order = lambda: [one["id"] for one in examples(server) if one["path"] == "/text"]
    assert order()[0] == id
    expect(page.locator(".row.current")).to_have_count(1)
    page.get_by_role("tree").focus()
    page.keyboard.press("Alt+ArrowUp")
    until(lambda: order()[1] == id)
    press(page, "Undo")
    until(lambda: order()[0] == id)


def test_a_new_request_is_moved_into_a_folder_and_back(page, server, recorded):
    page.goto(f"/#/collections/{recorded['id']}")
    press(page, "Add request")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Target").fill("/made/by/hand")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(field(page, "Target")).to_have_value("/made/by/hand")
    page.get_by_role("button", name="Move to another folder").click()
    page.get_by_role("dialog").get_by_label("New folder inside it").fill("by hand")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    until(lambda: example(server, "/made/by/hand")["folders"] == ["by hand"])
    press(page, "Undo")
    until(lambda: example(server, "/made/by/hand")["folders"] == [])
    press(page, "Undo")
    until(lambda: all(one["path"] != "/made/by/hand" for one in examples(server)))


# Whole collections

def test_a_collection_is_made_renamed_kept_and_deleted(page, server):
    page.goto("/#/collections")
    expect(page.get_by_text("There is no collection yet")).to_be_visible()
    press(page, "New collection")
    page.get_by_role("dialog").get_by_label("Name").fill("First")
    press(page, "Create")
    expect(page.get_by_role("heading", name="First")).to_be_visible()
    press(page, "Versions")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Keep it as it is now under").fill("v1")
    press(page, "Keep")
    expect(page.get_by_role("button", name="Remove v1")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "Rename")
    page.get_by_role("dialog").get_by_label("Name").fill("Second")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    found = server.api("GET", "/collections").json["collections"]
    assert [(one["name"], one["tags"]) for one in found] == [("Second", ["v1"])]
    assert server.api("POST", "/mocks", {"name": "served", "collection": found[0]["id"]}).status == 201
    expect(page.get_by_role("link", name="served")).to_be_visible()
    page.locator(".pane.tree").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("served")
    press(page, "Delete the collection")
    until(lambda: server.api("GET", "/collections").json["collections"] == [])
    expect(page.get_by_text("There is no collection yet")).to_be_visible()


def test_a_file_comes_in_and_a_name_that_is_taken_gets_a_number_or_is_replaced(page, server):
    file = {"name": "things.json", "mimeType": "application/json", "buffer": collection_file("Things", 3).encode()}
    page.goto("/#/collections")
    for expected, replaces in [("Things: 3 examples", False), ("Things 2: 3 examples", False), ("Things: 3 examples, replaced", True)]:
        press(page, "Import")
        dialog = page.get_by_role("dialog", name="Import a file")
        dialog.get_by_label("File", exact=True).set_input_files(file)
        dialog.get_by_label("Replace what has the same name").set_checked(replaces)
        dialog.get_by_role("button", name="Import").click()
        expect(page.get_by_role("dialog", name="What came in").get_by_role("listitem").first).to_have_text(expected)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert sorted(one["name"] for one in server.api("GET", "/collections").json["collections"]) == ["Things", "Things 2"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert json.loads(download.value.path().read_text())["info"]["name"] == "Things"


def test_what_is_no_collection_is_refused_with_a_reason(page, server, watch):
    watch.allow("status of 400")
    page.goto("/#/collections")
    press(page, "Import")
    page.get_by_label("File", exact=True).set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"neither this nor that"})
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert server.api("GET", "/collections").json["collections"] == []


@pytest.mark.parametrize("page", ["least dark"], indirect=True)
def test_on_narrow_screens_one_after_the_other(page, server, recorded):
    page.goto("/#/collections")
    # The only one opens by itself.
    node(page, "/text").click()
    expect(field(page, "Target")).to_have_value("/text")
    expect(page.get_by_role("tree")).to_be_hidden()
    page.get_by_role("link", name="Back to the tree").click()
    expect(page.get_by_role("tree")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
