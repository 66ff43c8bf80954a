"""Settings, environments and sessions."""
import re

import pytest
from playwright.sync_api import expect

from understudy import until


def keys(server):
    return {key["name"]: key for key in server.api("GET", "/keys").json["keys"]}


def test_a_key_is_made_shown_once_used_and_revoked(page, server):
    page.goto("/#/settings")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name", exact=True).fill("ci")
    page.get_by_label("Role").select_option("admin")
    page.get_by_role("button", name="Make key").click()
    dialog = page.get_by_role("dialog", name="Copy this key now")
    key = dialog.locator("pre").inner_text()
    assert server.api("GET", "/policy", headers={"Authorization": f"Bearer {key}"}).status == 200
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row", name="ci")).to_contain_text("admin")
    assert key not in page.content()
    page.get_by_role("button", name="Revoke ci").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("row", name="ci")).to_have_count(0)
    assert keys(server) == {}
    assert server.api("GET", "/policy", headers={"Authorization": f"Bearer {key}"}).status == 401


def test_who_cannot_be_signed_out_is_told(page, server, watch):
    watch.allow("ERR_FAILED")
    page.goto("/#/settings")
    page.route(re.compile("/api/v1/session$"), lambda route: route.abort() if route.request.method == "DELETE" else route.continue_())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("The server does not answer. What you typed is still here")).to_be_visible()
    expect(page.get_by_text("Signed in as super-admin.")).to_be_visible()
    page.unroute(re.compile("/api/v1/session$"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_policy_forbids_public_mock_servers(page, server, watch):
    page.goto("/#/settings")
    box = page.get_by_label("Mock servers that answer without a key may be made")
    expect(box).to_be_checked()
    box.click()
    until(lambda: server.api("GET", "/policy").json["publicMocks"] is False, 10)
    made = server.api("POST", "/mocks/from-examples", {"name": "open", "examples": [{"target": "/"}]})
    assert made.status == 403
    page.reload()
    expect(box).not_to_be_checked()


def test_a_member_sees_no_keys_and_changes_no_policy(server, visit):
    key = server.api("POST", "/keys", {"name": "ann", "role": "member"}).json["key"]
    page = visit(server, isSignedIn=False)
    page.get_by_role("textbox", name="Key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    page.goto("/#/settings")
    expect(page.get_by_text("Signed in as member.")).to_be_visible()
    expect(page.get_by_label("Mock servers that answer without a key may be made")).to_be_disabled()
    expect(page.get_by_role("button", name="New key")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_redaction_is_tried_out(page, server):
    page.goto("/#/settings?tab=redaction")
    result = page.locator("pre[aria-live]")
    expect(result).to_contain_text(re.compile(r"Authorization: .*REDACTED-"))
    expect(result).to_contain_text(re.compile(r'"password": ?"REDACTED-'))
    request = page.get_by_label("Try a request")
    request.fill("GET /a?pin=1234 HTTP/1.1\nX-Tenant: acme\n\n")
    expect(result).to_contain_text("X-Tenant: acme")
    page.get_by_label("With these names, too").fill("X-Tenant, pin")
    expect(result).to_contain_text(re.compile("X-Tenant: REDACTED-"))
    expect(result).not_to_contain_text("1234")


def test_the_certificate_is_downloaded_once_there_is_one(page, server, tmp_path):
    page.goto("/#/settings?tab=certificate")
    # It is made when it is needed for the first time, not by looking.
    expect(page.get_by_role("heading", name="No certificate authority yet")).to_be_visible()
    server.cli("ca", "print")
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download certificate").click()
    text = open(download.value.path()).read()
    assert download.value.suggested_filename == "understudy-ca.pem" and text.startswith("-----BEGIN CERTIFICATE-----")
    expect(page.get_by_role("row", name="Firefox")).to_be_visible()


def test_limits_and_options_say_what_the_server_was_started_with(serve, origin, visit):
    page = visit(serve("record", origin.url, "--max-body", "3MB"), "#/settings?tab=limits")
    expect(page.get_by_role("row", name=re.compile("--max-body"))).to_contain_text("3 MiB")
    expect(page.get_by_role("row", name=re.compile("--profile"))).to_contain_text("strict")
    page.get_by_role("tab", name="Redaction").click()
    expect(page).to_have_url(re.compile("tab=redaction"))


def test_an_environment_is_made_filled_renamed_and_deleted(page, server):
    page.goto("/#/environments")
    expect(page.get_by_role("heading", name="No environment yet")).to_be_visible()
    page.get_by_role("button", name="New environment").first.click()
    page.get_by_label("Name", exact=True).fill("staging")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("New variable's name").fill("url")
    page.get_by_label("New variable's value").fill("http://localhost:3000")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("New variable's name").fill("token")
    page.get_by_label("New variable's value").fill("s3cr3t")
    page.get_by_label("secret").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Value of token")).to_have_value("")
    assert "s3cr3t" not in page.content()
    page.get_by_label("Value of url").fill("http://localhost:4000")
    page.get_by_label("Value of url").press("Enter")
    identity = server.api("GET", "/environments").json["environments"][0]["id"]

    def variables():
        return {one["name"]: one for one in server.api("GET", f"/environments/{identity}").json["variables"]}

    until(lambda: variables()["url"]["value"] == "http://localhost:4000", 10)
    assert variables()["token"]["secret"] is True
    page.get_by_label("url is on").uncheck()
    until(lambda: variables()["url"]["enabled"] is False, 10)
    page.get_by_role("button", name="Remove url").click()
    expect(page.get_by_label("Value of url")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Value of url")).to_have_value("http://localhost:4000")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("production")
    page.get_by_role("button", name="Rename").last.click()
    expect(page.get_by_role("heading", name="production")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No environment yet")).to_be_visible()
    assert server.api("GET", "/environments").json["environments"] == []


def test_who_is_second_to_change_an_environment_is_told(page, server, watch):
    watch.allow("status of 409")
    made = server.api("POST", "/environments", {"name": "shared", "variables": [{"name": "url", "value": "one"}]}).json
    page.goto(f"/#/environments/{made['id']}")
    field = page.get_by_label("Value of url")
    expect(field).to_have_value("one")
    field.fill("mine")
    server.api("PUT", f"/environments/{made['id']}/variables/url", {"value": "theirs"})
    field.press("Enter")
    expect(page.get_by_text("Somebody else changed this environment just now.")).to_be_visible()
    expect(field).to_have_value("theirs")


def test_what_is_done_to_one_environment_is_not_done_to_another(page, server):
    one, two = [server.api("POST", "/environments", {"name": name, "variables": [{"name": "url", "value": name, "enabled": False}]}).json["id"]
                for name in ("one", "two")]

    def variables(identity):
        return [(each["name"], each["value"], each["enabled"]) for each in server.api("GET", f"/environments/{identity}").json["variables"]]

    page.goto(f"/#/environments/{one}")
    page.get_by_role("button", name="Remove url").click()
    expect(page.get_by_text("url is removed.")).to_be_visible()
    page.get_by_role("link", name="two").click()
    expect(page.get_by_role("heading", name="two")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    until(lambda: variables(one) == [("url", "one", False)], 10)
    assert variables(two) == [("url", "two", False)]
    # An answer that comes late.
    held = []
    page.route(f"**/environments/{one}", lambda route: held.append(route))
    page.get_by_role("link", name="one").click()
    until(lambda: page.wait_for_timeout(10) or held, 10)
    with page.expect_response(lambda response: response.url.endswith(f"/environments/{two}")):
        page.get_by_role("link", name="two").click()
    expect(page.get_by_role("link", name="two")).to_have_attribute("aria-current", "true")
    page.unroute_all()
    try:
        held[0].continue_()
    except Exception:
        pass  # It was given up.
    page.get_by_label("Value of url").fill("mine")
    page.get_by_label("Value of url").press("Enter")
    until(lambda: variables(two) == [("url", "mine", False)], 10)
    assert variables(one) == [("url", "one", False)]
    expect(page.get_by_role("heading", name="two")).to_be_visible()


def test_what_could_not_be_added_is_there_to_be_tried_again(page, server, watch):
    watch.allow("status of 503")
    made = server.api("POST", "/environments", {"name": "shared", "variables": [{"name": "url", "value": "one"}]}).json
    page.goto(f"/#/environments/{made['id']}")
    page.route("**/variables/*", lambda route: route.fulfill(status=503, json={"title": "Not now"}))
    page.get_by_label("New variable's name").fill("token")
    page.get_by_label("New variable's value").fill("abc")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Not now")).to_be_visible()
    expect(page.get_by_label("New variable's name")).to_have_value("token")
    expect(page.get_by_label("New variable's value")).to_have_value("abc")
    page.get_by_role("button", name="Remove url").click()
    expect(page.locator(".toast.bad")).to_have_count(2)
    expect(page.get_by_text("url is removed.")).to_have_count(0)
    expect(page.get_by_label("Value of url")).to_have_value("one")


def test_a_dialog_stays_until_what_it_does_is_done(page, server):
    held = []
    page.goto("/#/settings")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name", exact=True).fill("ci")
    page.route("**/api/v1/keys", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Make key").click()
    until(lambda: page.wait_for_timeout(10) or held, 10)
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="New key")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_disabled()
    held[0].continue_()
    expect(page.get_by_role("dialog", name="Copy this key now").locator("pre")).not_to_be_empty()


def test_messages_are_in_reach_while_a_dialog_is_open(page, server):
    server.api("POST", "/environments", {"name": "one"})
    page.goto("/#/settings")
    page.evaluate("import('/ui/parts/toast.js').then(({ say }) => say('It went wrong.', { kind: 'bad' }))")
    expect(page.get_by_role("status").filter(has_text="It went wrong.")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    toast = page.locator(".toast")
    expect(page.get_by_role("dialog").locator(".toast")).to_be_visible()
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)
    page.evaluate("import('/ui/parts/toast.js').then(({ say }) => say('Again.', { kind: 'bad' }))")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator("body > .toasts .toast")).to_be_visible()


def test_sessions_are_counted_and_begin_anew(page, server):
    server.call("/users/1", headers={"Understudy-Session": "checkout"})
    page.goto("/#/sessions")
    row = page.get_by_role("row", name=re.compile("checkout"))
    expect(row).to_be_visible()
    row.get_by_role("button", name="Forget").click()
    expect(row).to_have_count(0)
    assert all(one["session"] != "checkout" for one in server.api("GET", "/sessions").json["sessions"])


def test_the_certificate_is_made_where_there_is_none(page, server):
    page.goto("/#/settings?tab=certificate")
    page.get_by_role("button", name="Make the certificate").click()
    expect(page.get_by_role("link", name="Download certificate")).to_be_visible()
    assert server.api("GET", "/ca").json["exists"] is True
