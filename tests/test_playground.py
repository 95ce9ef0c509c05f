"""The playground in a real browser: it shows the formatted text and the findings, and contacts no other host."""

import shutil
import subprocess
import sys

import pytest
from browsing import browser, chromium, served
from running import BROKEN, LONG, ROOT, SHORT
from site_building import build_site

pytest.importorskip("playwright", reason="the browser's remote control is not installed: make docs installs it")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The playground, ready, in a browser."""
    if chromium() is None:
        pytest.skip("Chromium is not installed")
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, from which Python for the browser comes")
    directory = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, ROOT / "tools" / "playground.py", directory / "runtime"], check=True)
    site, _ = build_site(directory, playground=directory / "runtime")
    asked, errors = [], []
    with served(site) as address, browser() as running:
        page = running.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/playground/")
        page.wait_for_selector("#findings li", timeout=60_000)
        yield page
        assert not errors
        assert not [url for url in asked if not url.startswith((address, "data:", "blob:"))]


def paste(page, text):
    """Put a text into the left side and wait for the answer: the right side and the findings."""
    # In one step, so that no answer to an earlier text comes in between.
    page.evaluate(
        """text => {
            const before = document.getElementById("before");
            before.value = text;
            before.dispatchEvent(new Event("input", { bubbles: true }));
            document.getElementById("status").textContent = "";
        }""",
        text,
    )
    page.wait_for_function("document.getElementById('status').textContent !== ''")
    return page.input_value("#after"), page.locator("#findings li").all_inner_texts()


def test_a_pasted_file_is_formatted(page):
    after, findings = paste(page, SHORT)
    assert after == LONG
    assert findings == []
    page.click("#take")
    page.wait_for_function("document.getElementById('status').textContent.includes('is formatted')")
    assert page.input_value("#before") == LONG


def test_a_finding_links_to_its_location_and_is_fixed(page):
    _, (finding,) = paste(page, "# größer 🐳\nservices:\n  web:\n    image: nginx\n    volumes:\n      - ~/configs/etc/configs/:ro\n")
    assert "6:32" in finding
    assert 'did you mean "~/configs:/etc/configs/:ro"?' in finding
    page.click("#findings .playground-place")
    chosen = "(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.getElementById('before'))"
    assert page.evaluate(chosen) == "ro"
    page.click("#findings .playground-fix")
    page.wait_for_function("document.getElementById('status').textContent.startsWith('Nothing')")
    assert "source: ~/configs\n" in page.input_value("#after")


def test_a_parse_error_states_the_reason(page):
    after, findings = paste(page, BROKEN)
    assert after == ""
    assert "yaml-syntax" in findings[0]


def test_all_fields_and_order(page):
    page.select_option("#long-form", "all")
    page.select_option("#order", "spec")
    after, _ = paste(page, "services:\n  web:\n    image: nginx\n    environment: [A=1]\n")
    assert after == 'services:\n  web:\n    environment:\n      A: "1"\n    image: nginx\n'


def test_a_link_holds_the_text(page):
    page.select_option("#long-form", "")
    page.select_option("#order", "keep")
    paste(page, SHORT)
    page.click("#share")
    page.wait_for_function("location.hash.length > 10")
    page.reload()
    page.wait_for_function("document.getElementById('after').value !== ''")
    assert page.input_value("#before") == SHORT
