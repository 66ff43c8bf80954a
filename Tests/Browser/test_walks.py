"""The two walks from the first click to the mock server's answer: from an API call, and from the history."""
import re, sqlite3

import pytest
from playwright.sync_api import expect

from understudy import until


@pytest.fixture
def server(serve, origin):
    return serve("record", origin.url)


def mock(server, name):
    return next(one for one in server.api("GET", "/mocks").json["mocks"] if one["name"] == name)


def ask(server, url, path, **headers):
    """Calls a mock server by the name that its URL has."""
    return server.call(path, headers={"Host": url.partition("://")[2]} | headers)


def move_to(server, numbers, day):
    """Exchanges of another day: what only waiting would give else."""
    with sqlite3.connect(server.folder / "history.sqlite", timeout=30) as history:
        marks = ",".join("?" * len(numbers))
        history.execute(
            f"UPDATE exchange SET started_at = unixepoch(?) * 1000000 + id WHERE id IN ({marks})", [day, *numbers])


def test_from_an_api_call_to_an_edited_answer(page, server, origin):
    page.get_by_role("link", name="Mock servers").click()
    page.get_by_role("link", name="New mock server").click()
    page.get_by_role("tab", name="From an API call").click()
    page.get_by_label("URL", exact=True).fill(f"{origin.url}/users/1")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("mock-create pre")).to_contain_text("user1@shop.example")
    page.get_by_label("Name", exact=True).fill("users")
    page.get_by_role("button", name="Create mock server").click()
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
    url = mock(server, "users")["url"]
    expect(page.get_by_text(url, exact=True)).to_be_visible()
    asked = origin.count
    assert ask(server, url, "/users/1").json["email"] == "user1@shop.example"
    call = page.get_by_role("listbox", name="Calls").get_by_role("option")
    expect(call).to_have_count(1)
    # The example that answered is edited, and the next answer is the edited one.
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("link", name=re.compile("^users 1 example")).click()
    page.get_by_role("treeitem").filter(has_text="/users/1").last.click()
    editor = page.locator("example-editor")
    editor.get_by_label("Response body", exact=True).fill('{"email": "edited@shop.example"}')
    editor.get_by_role("button", name="Save").click()
    expect(page.locator(".dot")).to_have_count(0)
    until(lambda: ask(server, url, "/users/1").json["email"] == "edited@shop.example", 15)
    assert origin.count == asked


def test_from_one_day_of_the_history_to_its_end(page, server, origin, watch):
    server.record(targets=["/users/1", "/users/2", "/users"])
    move_to(server, [1, 2, 3], "2026-11-20")
    server.record(targets=["/orders/12", "/text"])
    page.get_by_role("link", name="History").click()
    page.get_by_label("days").select_option("2026-11-20")
    rows = page.get_by_role("listbox", name="Exchanges").get_by_role("option")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("button", name="Mock", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("friday")
    dialog.get_by_role("button", name="Mock").click()
    expect(page.get_by_role("dialog").get_by_text("3 examples")).to_be_visible()
    page.get_by_role("link", name="Open the mock server").click()
    url = mock(server, "friday")["url"]
    asked = origin.count
    statuses = [ask(server, url, path).status for path in ("/users/1", "/users/2", "/users", "/orders/12", "/text")]
    assert statuses == [200, 200, 200, 404, 404] and origin.count == asked
    calls = page.get_by_role("listbox", name="Calls").get_by_role("option")
    expect(calls).to_have_count(5)
    # What is set counts from the next call on.
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Private", exact=True).check()
    until(lambda: ask(server, url, "/users/1").status == 404, 15)
    key = server.api("POST", "/keys", {"name": "ci"}).json["key"]
    assert ask(server, url, "/users/1", **{"x-api-key": key}).status == 200
    page.get_by_label("Private", exact=True).click()
    page.get_by_role("button", name="Make it public").click()
    until(lambda: ask(server, url, "/users/1").status == 200, 15)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("#/mocks$"))
    until(lambda: ask(server, url, "/users/1").status == 404, 15)
    assert server.api("GET", "/mocks").json["mocks"] == []
