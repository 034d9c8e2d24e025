"""Opens pictures of kflame in headless Chromium and uses them: browser.py FILE... prints a line a check, and timings.

Exit status 1 when a check fails. Needs Playwright and axe from Tools/consumers, and Debian's chromium.
"""

import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

HELPERS = """
  window.check = {
    frames: () => [...document.querySelectorAll(".frames g")],
    named: (name) => check.frames().find((g) => g.getAttribute("aria-label").startsWith(name + ", ")),
    key: (key) => (document.activeElement || window).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })),
    click: (g) => g.dispatchEvent(new MouseEvent("click", { bubbles: true })),
    widest: (n) => check.frames().filter((g) => g.frame > 0)
      .sort((a, b) => b.querySelector("rect").width.baseVal.value - a.querySelector("rect").width.baseVal.value)[n],
    painted: () => new Promise((done) => requestAnimationFrame(() => setTimeout(done))),
    async time(action) {
      const start = performance.now();
      action();
      const script = performance.now() - start;
      await check.painted();
      return [script, performance.now() - start].map((x) => Math.round(x * 10) / 10);
    },
    search(text) {
      check.key("/");
      const field = document.querySelector(".field");
      field.value = text;
      field.dispatchEvent(new Event("input"));
      return field;
    },
  };
"""

failures = 0


def report(name, good, detail=""):
    global failures
    failures += not good
    print(f"{'ok' if good else 'FAILED'} {name} {detail}".rstrip())


def accessibility(page):
    violations = Axe().run(page).response["violations"]
    report("axe finds nothing", not violations, " ".join(v["id"] for v in violations))


def interaction(page, url):
    drawn = page.evaluate("check.frames().length")
    report("frames are drawn", drawn > 0, str(drawn))
    page.evaluate("check.click(check.widest(1))")
    zoomed = page.evaluate("[check.frames().length, location.hash]")
    report("a click zooms, and the URL says so", "zoom=" in zoomed[1], zoomed[1])
    page.reload()
    page.evaluate(HELPERS)
    report("the URL brings the zoom back", page.evaluate("check.frames().length") == zoomed[0])
    page.evaluate("check.key('Escape')")
    report("Escape takes it back", page.evaluate("check.frames().length") == drawn)
    page.evaluate("check.search('.')")
    report("search tells its share", page.evaluate("document.querySelector('.matched').textContent") == "matched 100.00 %")
    page.evaluate("check.search('(')")
    report("a bad pattern is told", "not a regular" in page.evaluate("document.querySelector('.matched').textContent"))
    page.evaluate("document.querySelector('.field').dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    total = "document.querySelector('svg.flame .frames g').getAttribute('aria-label')"
    before = page.evaluate(total)
    for key, word in [("r", "reverse"), ("l", "heavy")]:
        page.evaluate(f"check.key('{key}')")
        report(f"{word} keeps the whole", page.evaluate(total) == before and word in page.evaluate("location.hash"))
        page.evaluate(f"check.key('{key}')")
    page.evaluate("check.key('t')")
    report("the top table has functions", page.evaluate("document.querySelectorAll('.panel tbody tr').length") > 0)
    page.evaluate("check.key('Escape')")
    page.evaluate("check.key('i')")
    report("inverts and back", page.evaluate("check.frames().length") == drawn)
    page.evaluate("check.key('i')")
    page.evaluate("check.click(check.widest(0)); check.key('h')")
    report("a hidden function is in the URL", "hide=" in page.evaluate("location.hash"))
    page.evaluate("check.key('u')")


def slivers(page):
    """Frames without an element of their own: the pointer finds them, and so does the keyboard."""
    told = page.evaluate("""() => {
      const path = document.querySelector(".frames path");
      if (!path) return null;
      const [, x, y, width] = path.getAttribute("d").match(/M([0-9.]+) ([0-9.]+)h([0-9.]+)/).map(Number);
      const svg = document.querySelector("svg.flame");
      const middle = new DOMPoint(x + width / 2, y + 8).matrixTransform(svg.getScreenCTM());
      const at = { x: Math.round(middle.x), y: Math.round(middle.y) };
      const send = (type) => path.dispatchEvent(new PointerEvent(type, { clientX: at.x, clientY: at.y, bubbles: true }));
      send("pointermove");
      const status = document.querySelector(".status").textContent;
      const outline = document.querySelector(".outline");
      const isMarked = outline.getAttribute("visibility") === "visible" && Math.abs(outline.width.baseVal.value - width) < 12;
      send("click");
      const root = check.frames().filter((g) => Math.abs(g.querySelector("rect").width.baseVal.value - (svg.clientWidth - 20)) < 1);
      return [isMarked ? status : "", root.map((g) => g.getAttribute("aria-label")).join(" ")];
    }""")
    if told is None:
        return
    name = told[0].split(" · ")[0]
    report("a sliver tells its name", bool(name), name)
    report("a click on a sliver zooms to it", f"{name}, " in told[1] and "zoom=" in page.evaluate("location.hash"))
    page.evaluate("check.key('Escape')")
    # To the right until the keyboard is at a sliver, which gets an element then.
    found = page.evaluate("""() => {
      check.frames()[0].focus();
      for (let tries = 0; tries < 20; tries++) check.key("ArrowUp");
      for (let tries = 0; tries < 2000; tries++) {
        const at = document.activeElement, box = at.querySelector("rect");
        if (box && box.width.baseVal.value < 12) return at.getAttribute("aria-label");
        check.key("ArrowLeft");
        if (document.activeElement === at) check.key("ArrowDown");
        if (document.activeElement === at) return null;
      }
      return null;
    }""")
    report("the keyboard comes to slivers", bool(found), str(found))


def heat(page):
    if not page.evaluate("Boolean(document.getElementById('heat'))"):
        return
    whole = page.evaluate("document.querySelector('.scale').textContent")
    box = page.locator("#heat").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 20)
    page.mouse.up()
    note = page.evaluate("document.getElementById('range').textContent")
    report("a range of the heat map is picked", "% of all" in note, note)
    scale = page.evaluate("document.querySelector('.scale').textContent")
    report("the scale is of the range", "all is" in scale and scale != whole, scale)
    page.evaluate("document.getElementById('heat').dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")


def timings(page, url):
    load = page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")
    zoom = page.evaluate("check.time(() => check.click(check.widest(3) || check.widest(0)))")
    reset = page.evaluate("check.time(() => check.key('Escape'))")
    search = page.evaluate("check.time(() => check.search('1'))")
    print(f"ms (script, until painted): load {load}, zoom {zoom}, reset {reset}, search {search}")


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    for path in sys.argv[1:]:
        for scheme in ["light", "dark"]:
            page = browser.new_page(viewport={"width": 1200, "height": 800}, color_scheme=scheme)
            errors = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", lambda request: request.url.startswith("http") and errors.append(request.url))
            page.goto("file://" + path)
            page.evaluate(HELPERS)
            print(f"== {path}, {scheme}")
            accessibility(page)
            if scheme == "light":
                interaction(page, path)
                slivers(page)
                heat(page)
                page.goto("about:blank")
                page.goto("file://" + path)
                page.evaluate(HELPERS)
                timings(page, path)
            page.screenshot(path=f"{path}.{scheme}.png")
            report("no error, no request to a network", not errors, " ".join(errors))
            page.close()
    browser.close()
sys.exit(failures > 0)
