"""The page's frame and its live traffic."""
from playwright.sync_api import expect


def test_a_row_appears_for_a_request_made_now(page, server):
    expect(page.get_by_role("heading", name="Waiting for the first request")).to_be_visible()
    server.record(targets=["/users/1"])
    expect(page.get_by_role("option").filter(has_text="/users/1")).to_be_visible()
