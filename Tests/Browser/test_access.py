"""Whether everybody can use the page: axe finds nothing serious in any view, and the keyboard reaches everything."""
import pathlib, re

import axe_playwright_python
import pytest
from playwright.sync_api import expect

import shop

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

# What a keyboard user must be able to reach. A tab list, a list box and a group of radio buttons are one stop each.
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")].filter((element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.disabled && element.tabIndex >= 0
    && !(element.type === "radio" && element.name && !element.checked && document.querySelector(`input[name="${CSS.escape(element.name)}"]:checked`)))
    .map((element) => { element.dataset.stop ??= String(window.stops = (window.stops ?? 0) + 1); return [element.dataset.stop, element.outerHTML.slice(0, 160)] })"""
FOCUSED = """() => { const one = document.activeElement
    const box = one.getBoundingClientRect(), style = getComputedStyle(one)
    return [one.dataset.stop ?? null, one === document.body ? "body" : one.outerHTML.slice(0, 160),
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none" || one.matches("iframe"), box.width > 0] }"""


@pytest.fixture
def filled(server):
    return shop.places(server, shop.fill(server))


@pytest.mark.parametrize("look", ["wide", "narrow dark"])
def test_axe_finds_nothing_serious(visit, server, filled, look):
    # Of the page itself nothing is loosened: this is how a foreign script gets into it at all.
    page = visit(server, look=look, bypass_csp=True)
    found = []
    for name, (place, text) in filled.items():
        shop.go(page, place, text)
        found += [f"{name}: {line}" for line in axe(page)]
    page.goto("/#/traffic")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += [f"help: {line}" for line in axe(page)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_where_one_signs_in(visit, server):
    for look in ("wide", "narrow dark"):
        page = visit(server, look=look, isSignedIn=False, bypass_csp=True)
        expect(page.get_by_role("textbox", name="Key")).to_be_visible()
        assert not axe(page)


def axe(page):
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    # Colours change over a moment: what they become counts.
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))")
    result = page.evaluate("() => axe.run(document, { resultTypes: ['violations'], iframes: false })")
    return [f"{one['impact']} {one['id']}: {one['help']}: {node['html'][:200]} {node['failureSummary'].splitlines()[1].strip()[:200] if node['failureSummary'] else ''}"
            for one in result["violations"] if one["impact"] in ("serious", "critical") for node in one["nodes"][:3]]


@pytest.mark.parametrize("page", ["wide", "narrow"], indirect=True)
def test_tab_reaches_everything_that_can_be_used(page, server, filled):
    wrong = []
    for name, (place, text) in filled.items():
        if name in ("history-found", "exchange-picture", "collections", "environments"):
            continue
        shop.go(page, place, text)
        wrong += [f"{name}: {problem}" for problem in walk(page)]
    assert not wrong, "\n".join(wrong)


def walk(page):
    """Presses Tab until the round is made; what was not come by, or showed no focus."""
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges() }")
    expected = dict(page.evaluate(REACHABLE))
    seen, unseen = set(), []
    for _ in range(2 * len(expected) + 10):
        page.keyboard.press("Tab")
        stop, text, isShown, _ = page.evaluate(FOCUSED)
        if len(seen) >= len(expected):
            break
        if stop:
            if not isShown and stop not in seen:
                unseen.append(f"no visible focus on {text}")
            seen.add(stop)
    # What was drawn anew meanwhile has another mark, or none.
    still = dict(page.evaluate(REACHABLE))
    return unseen + [f"Tab does not reach {text}" for stop, text in expected.items() if stop not in seen and stop in still]
