"""A recorded shop: what a page looks like after a day's work. `places` names every view with content in it."""
from types import SimpleNamespace

from playwright.sync_api import expect

from understudy import until

REQUEST = "GET /promotions/{{code}}"


def fill(server):
    """Exchanges of all kinds, two mock servers with calls and misses, an environment, sessions, keys."""
    server.record(9)
    server.record(targets=["/orders?page=2", "/status/503", "/status/301", "/users/none", "/bytes/300", "/big/200", "/orders/14"])
    for session in ("checkout", "search"):
        for number in (3, 4):
            server.call(f"/users/{number}", headers={"Understudy-Session": session})
    server.call("/orders", "POST", {"sku": "S-12", "count": 2})
    server.call("/echo", "POST", "a=1&b=two+words", {"Content-Type": "application/x-www-form-urlencoded"})
    server.call("/users/5", "DELETE")
    server.cli("env", "set", "staging", "url", "http://localhost:3000")
    server.cli("env", "set", "staging", "code", "SPRING26")
    server.cli("env", "set", "staging", "token", "hush", "--secret")
    server.cli("key", "create", "ci", "--expires", "90d")
    until(lambda: server.api("GET", "/history?host=127.0.0.1&limit=100").json["exchanges"][0]["id"] >= 23, 30, "the shop is in the history")
    server.cli("mock", "create", "Shop", "--from-history", "--exchange", "1", "--exchange", "2", "--exchange", "3", "--exchange", "7",
               "--environment", "staging", "--description", "The shop as it was on Monday")
    server.cli("mock", "create", "Promotions", "--request", REQUEST, "--header", "Content-Type: application/json",
               "--body", '{"code": "{{code}}", "percent": 15}', "--private")
    mocks = {mock["name"]: mock for mock in server.api("GET", "/mocks").json["mocks"]}
    # The running server notices what commands have made.
    until(lambda: server.call(address(mocks["Shop"]) + "/users").status == 200, 30, "the mock server answers")
    before = server.newest
    calls = [server.call(address(mocks["Shop"]) + target) for target in
             ["/users", "/users/1", "/users", "/image.png", "/users/7/orders", "/orders?page=3", "/users/1", "/carts/1"]]
    assert [call.status for call in calls].count(200) >= 4, [call.status for call in calls]
    until(lambda: server.newest >= before + 8, 30, "the calls are in the history")
    return SimpleNamespace(mocks=mocks)


def address(mock):
    """The path of a mock server at the front door."""
    return f"/__mock/{mock['id']}"


def places(server, shop):
    """Every view by a name: its address, and a text that stands there once its content is shown."""
    mock = shop.mocks["Shop"]
    history = server.api("GET", "/history?limit=100").json["exchanges"]
    users = next(one["id"] for one in history if one["path"] == "/users/1" and one["result"] == "recorded")
    picture = next(one["id"] for one in history if one["path"] == "/image.png" and one["result"] == "recorded")
    missed = next(one["id"] for one in history if one["result"] == "miss" and one["path"] == "/carts/1")
    examples = server.api("GET", "/examples?limit=100").json["examples"]
    example = next(one for one in examples if "users/1" in one["path"] or "users/1" in one["name"])
    environment = server.api("GET", "/environments").json["environments"][0]["id"]
    return {
        "traffic": ("#/traffic", "/carts/1"),
        "history": ("#/history", "/carts/1"),
        "history-found": ("#/history?q=Bergen", "/users/1"),
        "exchange": (f"#/history/{users}", "Bergen"),
        "exchange-picture": (f"#/history/{picture}", "image/png"),
        "exchange-miss": (f"#/history/{missed}", "No example answered"),
        "collections": ("#/collections", "Shop"),
        "collection": (f"#/collections/{example['collection']}", "/big/200"),
        "example": (f"#/collections/{example['collection']}/{example['id']}", "Response"),
        "mocks": ("#/mocks", "Promotions"),
        "mock-new": ("#/mocks/new", "New mock server"),
        "mock": (f"#/mocks/{mock['id']}", "/carts/1"),
        "mock-settings": (f"#/mocks/{mock['id']}?tab=settings", "Shop"),
        "mock-usage": (f"#/mocks/{mock['id']}?tab=usage", "Shop"),
        "mock-responses": (f"#/mocks/{mock['id']}?tab=responses", "Shop"),
        "miss": (f"#/mocks/{mock['id']}/calls/{missed}", "/carts/1"),
        "environments": ("#/environments", "staging"),
        "environment": (f"#/environments/{environment}", "staging"),
        "sessions": ("#/sessions", "checkout"),
        "settings": ("#/settings", "ci"),
        "settings-limits": ("#/settings?tab=limits", "--max-body"),
        "settings-redaction": ("#/settings?tab=redaction", "REDACTED-"),
        "settings-certificate": ("#/settings?tab=certificate", "certificate"),
    }


def go(page, place, text):
    """Opens a view and waits until that text is in it, not in the one before."""
    page.goto("/" + place)
    view = place.removeprefix("#/").partition("?")[0].partition("/")[0]
    expect(page.locator(f"main > {view}-view")).to_contain_text(text)
