"""The documentation site in a real browser: every page, wide and narrow, in light and dark mode."""

import re

import pytest
from browsing import browser, chromium, served
from running import ROOT
from site_building import build_site

pytest.importorskip("playwright", reason="the browser's remote control is not installed: make docs installs it")
pytestmark = pytest.mark.slow

VIEWS = [(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if chromium() is None:
        pytest.skip("Chromium is not installed")
    folder, _ = build_site(tmp_path_factory.mktemp("site"))
    return folder


@pytest.fixture(scope="module")
def opened(site):
    """A function that opens a page in a view: the address below the site, the width and the color scheme."""
    with served(site) as address, browser() as running:
        contexts = {view: running.new_context(viewport={"width": view[0], "height": 900}, color_scheme=view[1]) for view in VIEWS}

        def show(path, width=1440, scheme="light"):
            page = contexts[width, scheme].new_page()
            page.faults = []
            page.on(
                "request",
                lambda request: page.faults.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None,
            )
            page.on("pageerror", lambda error: page.faults.append(str(error)))
            page.goto(f"{address}/{path}")
            return page

        yield show


def paths(site):
    """The pages but the playground, which test_playground.py tries, and all rules but a few."""
    for page in sorted(site.rglob("index.html")):
        path = page.parent.relative_to(site).as_posix()
        if path != "playground" and (not path.startswith("rules/") or path in {"rules/missing-colon", "rules/host-port-conflict"}):
            yield "" if path == "." else f"{path}/"


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_each_page_fits_and_asks_no_other_host(site, opened, width, scheme):
    for path in paths(site):
        page = opened(path, width, scheme)
        if (width, scheme) == VIEWS[0]:
            # Late requests are the same in each view.
            page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.faults == [], path
        page.close()


def test_no_copy_button_covers_code(site, opened):
    for path in paths(site):
        page = opened(path, 390)
        if page.locator(".md-typeset pre").count():
            page.wait_for_selector(".md-code__nav", state="attached")
        assert page.evaluate(
            """[...document.querySelectorAll('.md-code__nav')].every(nav => {
                const code = nav.parentElement.querySelector('code').getBoundingClientRect();
                return nav.getBoundingClientRect().left >= code.right - 1;
            })"""
        ), path
        page.close()


def test_the_header_is_as_wide_as_the_page(opened):
    for path in ("", "tutorial/", "rules/", "rules/missing-colon/"):
        page = opened(path)
        page.wait_for_selector(".md-search")
        right = "document.querySelector('{}').getBoundingClientRect().right"
        assert abs(page.evaluate(right.format(".md-search")) - page.evaluate(right.format(".md-main__inner"))) < 20, path
        page.close()


def test_the_landing_page_shows_its_value_in_one_screen(opened):
    page = opened("")
    for what in ("before", "after composefmt format", "three commands", "JetBrains", "GitHub Actions"):
        box = page.locator("article").get_by_text(what).first.bounding_box()
        assert box["y"] + box["height"] < 900, what
    page.close()


def test_rules_are_filtered_and_the_address_keeps_the_filter(opened):
    page = opened("rules/")
    shown = page.locator("table[data-list] tbody tr:visible")
    every = shown.count()
    assert every > 100
    for label, value in (("severity", "warning"), ("group", "volumes"), ("default", "enabled"), ("fix", "unsafe")):
        page.locator(f"select[name={label}]").select_option(value)
    assert shown.count() < 10
    assert any("missing-colon" in text for text in shown.all_inner_texts())
    page.reload()
    assert page.locator("select[name=group]").input_value() == "volumes"
    assert page.locator(".rule-filters output").inner_text() == f"{shown.count()} of {every} rules"
    page.locator("input[name=search]").fill("no such rule")
    assert shown.count() == 0
    page.close()


def test_previews_and_search_engines_get_a_title_a_description_and_a_picture(site):
    wanted = {"": "composefmt: formatter and linter for Docker Compose files", "settings/": "Configuration - composefmt"}
    wanted |= {"tutorial/": "Tutorial - composefmt", "how-to/ci/": "CI - composefmt", "rules/missing-colon/": "missing-colon - composefmt"}
    for path, title in wanted.items():
        text = (site / path / "index.html").read_text(encoding="utf-8")
        assert f"<title>{title}</title>" in text
        assert f'property="og:title" content="{title}"' in text
        assert re.search(r'property="og:description" content="\w[^"]{30,}"', text), path
        assert re.search(r'property="og:image" content="https://[^"]*/card.png"', text)
        assert re.search(r'<link rel="?icon"? href="?[./]*favicon.svg', text)
    assert (site / "card.png").read_bytes() == (ROOT / "docs" / "card.png").read_bytes()
