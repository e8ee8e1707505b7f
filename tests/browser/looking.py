"""How a screen is for people who see it differently, or not at all, or on a phone."""

from __future__ import annotations

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page


#: What axe looks at in each theme; nothing but colours differs in the second one.
THEMES: dict[Literal["light", "dark"], dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}

#: What can be pushed sideways: the page itself, or a part of it that was not meant to. Wagtail's header is, and its pages
#: scroll within a part of the document.
PUSHED = """part => [document.documentElement, ...document.querySelectorAll(`${part}, ${part} *`)].filter(element => {
    const meant = element.closest("header, [role=region][tabindex], pre, select, textarea, input, [role=tablist]");
    const scrolls = element === document.documentElement || ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    return scrolls && !meant && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
}).map(it => `${it.tagName} ${it.id} ${it.className}: ${it.scrollWidth} > ${it.clientWidth}`)"""

#: What somebody types into, chooses from or presses, and that ends beyond the window's edge, where nobody can push it.
#: Wagtail lets its own button for comments stand there.
CUT_OFF = """part => [...document.querySelectorAll(`${part} :is(select, input, textarea, button)`)].filter(element => {
    const box = element.getBoundingClientRect();
    const meant = element.closest("header, [role=region][tabindex], [role=tablist], .w-sr-only, .w-field__comment-button");
    return !meant && element.checkVisibility() && box.left < window.innerWidth && box.right > window.innerWidth + 1;
}).map(it => `${it.tagName} ${it.id} ${it.className}: ends at ${it.getBoundingClientRect().right}`)"""

SETTLED_WITHIN_MS = 5_000

SETTLE = """() => document.getAnimations().filter(it => it.effect.getComputedTiming().iterations !== Infinity)
    .forEach(it => it.finish())"""


def has_no_barriers(page: Page, part: str = "body") -> None:
    """Fail when axe finds anything, in the light or the dark theme, and say what and where."""
    for theme, options in THEMES.items():
        page.emulate_media(color_scheme=theme)
        # Wagtail fades from theme to theme: what axe measures on the way is neither.
        page.evaluate(SETTLE)
        found = Axe().run(page, context=part, options=options).response["violations"]
        assert not found, [
            f"{theme}: {each['id']}: {node['html'][:200]}: {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]


def is_never_pushed_sideways(page: Page, part: str = "body") -> None:
    """Fail where somebody with a narrow window would have to push the page, or a part of it, to and fro, or cannot even.

    A window that was just made narrow is still on its way there: Wagtail slides its panels and menus. What counts is how
    the page comes to rest.
    """
    for found in (PUSHED, CUT_OFF):
        try:
            page.wait_for_function(f"part => ({found})(part).length === 0", arg=part, timeout=SETTLED_WITHIN_MS)
        except Error:
            wrong = page.evaluate(found, part)
            assert not wrong, wrong
