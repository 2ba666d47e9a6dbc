"""Opens reports in headless Chromium and does what a reader would do.

browser.py BROWSER DRIVER WORK REPORT...; called by .ci/browser.
"""

import os
import pathlib
import re
import sys

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars "
    "--host-resolver-rules=MAP\x20*\x20~NOTFOUND"
)


def start(browser, driver, work, name):
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in re.split(r" (?=--)", FLAGS):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={work}/profile-{name}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))


def resize(page, width, height=900):
    # The window cannot be made as narrow as a telephone; the page can.
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})


def column(page, n):
    return page.execute_script(
        "return [...document.querySelectorAll('#all tbody tr:not([hidden])')]"
        ".map(r => r.cells[arguments[0]].dataset.v ?? r.cells[arguments[0]].textContent)", n)


def head(page, text):
    heads = page.find_elements(By.CSS_SELECTOR, "#all thead th")
    return next((i, h) for i, h in enumerate(heads) if h.text.strip("▲▼ ") == text)


def press(page, element, key=None):
    page.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    if key:
        element.send_keys(key)
    else:
        page.execute_script("arguments[0].focus()", element)
        element.click()


def sorting(page):
    n, th = head(page, "SSD")
    for key, state, reverse in ((None, "ascending", False), (Keys.ENTER, "descending", True)):
        press(page, th.find_element(By.TAG_NAME, "button"), key)
        assert th.get_attribute("aria-sort") == state, th.get_attribute("aria-sort")
        cells = column(page, n)
        there = [float(x) for x in cells if x != ""]
        assert there == sorted(there, reverse=reverse), f"SSD does not stand {state}"
        assert "" not in cells[: len(there)], "an NA stands before a number"
    assert len(page.find_elements(By.CSS_SELECTOR, "#all [aria-sort]")) == 1


def filtering(page):
    total = len(column(page, 0))
    select = page.find_element(By.CSS_SELECTOR, "#filters select[data-key=prompt]")
    Select(select).select_by_index(1)
    word = Select(select).first_selected_option.text
    shown = column(page, 1)
    assert shown and set(shown) == {word}, shown
    assert page.find_element(By.ID, "shown").text == f"{len(shown)} of {total} shown"
    offered = [o.text for o in Select(page.find_element(By.ID, "first")).options]
    assert len(offered) == len(shown) and all(word in o for o in offered), "the figures do not follow the selectors"
    press(page, page.find_element(By.ID, "reset"))
    assert len(column(page, 0)) == total


def figures(page):
    first = Select(page.find_element(By.ID, "first"))
    for i, o in enumerate(first.options[:40]):
        first.select_by_index(i)
        marks = page.find_elements(By.CSS_SELECTOR, "#map .point")
        if marks and "SSD" in page.find_element(By.ID, "map-text").text:
            break
    else:
        raise AssertionError("no condition has a map")
    assert len(marks) >= 2 and len(page.find_elements(By.CSS_SELECTOR, "#means .point")) >= 2
    mark = marks[-1]
    page.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", mark)
    page.execute_script("document.querySelector('#map .point').focus()")
    tip = page.find_element(By.CSS_SELECTOR, "#map .tip")
    assert tip.is_displayed() and re.search(r"\d\.\d{4}", tip.text), "focus shows no exact value"
    before = tip.text
    page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert tip.is_displayed() and tip.text != before, "an arrow key does not move on"
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not tip.is_displayed()
    ActionChains(page).move_to_element(page.find_elements(By.CSS_SELECTOR, "#means .ring")[0]).perform()
    assert page.find_element(By.CSS_SELECTOR, "#means .tip").is_displayed(), "hover shows nothing"
    assert page.execute_script("return [...document.querySelectorAll('#gallery img')].every(i => i.alt.length > 10)")


def overflow(page, width):
    page.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width, f"the page is {wide} pixels wide at {width}"
    page.execute_script("document.querySelectorAll('details').forEach(d => d.open = false)")


def structure(page):
    for landmark in ("header", "main", "nav[aria-label]", "h1", "meta[http-equiv=Content-Security-Policy]"):
        assert page.find_elements(By.CSS_SELECTOR, landmark), f"no {landmark}"
    assert page.execute_script("return [...document.querySelectorAll('th')].every(h => h.scope)"), "a heading without scope"
    assert page.execute_script("return [...document.querySelectorAll('table')].every(t => t.caption)"), "a table without caption"
    assert not page.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id).filter((x, i, a) => a.indexOf(x) !== i)"), "an id twice"
    assert page.execute_script("return typeof ran") == "undefined", "a script out of the data ran"
    requests = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))")
    assert not requests, f"the page asks for {requests}"


def console(page):
    return [e for e in page.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]


def main(browser, driver, work, *reports):
    shots = os.environ.get("SHOTS")
    for i, report in enumerate(reports):
        path = pathlib.Path(report).resolve()
        page = start(browser, driver, work, i)
        try:
            for width in (1280, 390):
                resize(page, width)
                page.get(path.as_uri())
                structure(page)
                overflow(page, width)
                sorting(page)
                filtering(page)
                figures(page)
                if shots:
                    pathlib.Path(shots).mkdir(parents=True, exist_ok=True)
                    page.save_screenshot(f"{shots}/{path.parent.name}-{width}.png")
                said = console(page)
                assert not said, said
            print(f"browser: {path.parent.name}: sorts, filters, draws, {path.stat().st_size / 1e6:.1f} MB, no console errors")
        finally:
            page.quit()


main(*sys.argv[1:])
