"""Pictures of every view, for looking at: light and dark, on a desk and in a hand. The folder is UNDERSTUDY_SHOTS."""
import pytest
from playwright.sync_api import expect

import shop


@pytest.mark.parametrize("look", ["wide", "wide dark", "narrow", "narrow dark"])
def test_every_view_has_its_picture(visit, server, shoot, look):
    places = shop.places(server, shop.fill(server))
    name = look.replace(" ", "-")
    page = visit(server, None, look)
    for view, (place, text) in places.items():
        shop.go(page, place, text)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{view} is wider than the window"
        assert shoot(page, f"{view}-{name}").stat().st_size > 5_000
    signedOut = visit(server, "", look, isSignedIn=False)
    expect(signedOut.get_by_role("heading", name="Sign in")).to_be_visible()
    shoot(signedOut, f"sign-in-{name}")
