// Script: the table of functions by own and total value; a function inside of itself counts once.

extension FlameScript {
  static let top: StaticString = #"""
    let panel = null;

    function functionsOf() {
      const { name, end, own, total } = frames;
      const self = new Float64Array(names.length), all = new Float64Array(names.length), until = new Uint32Array(names.length);
      for (let i = view.focus; i < end[view.focus]; i++) {
        self[name[i]] += own[i];
        if (i < until[name[i]]) continue;
        all[name[i]] += total[i];
        until[name[i]] = end[i];
      }
      const used = [];
      for (let id = 0; id < names.length; id++) if (all[id] > 0 && id !== gap && id !== frames.name[0]) used.push(id);
      return { self, all, used };
    }

    function element(parent, kind, text) {
      const result = document.createElementNS("http://www.w3.org/1999/xhtml", kind);
      if (text !== undefined) result.textContent = text;
      parent.append(result);
      return result;
    }

    function toggleTop() {
      if (panel) return closeTop();
      const height = Math.max(120, svg.height.baseVal.value - top - 8);
      panel = make(svg, "foreignObject", { x: margin, y: top, width: view.width - 2 * margin, height });
      const box = element(panel, "div");
      box.className = "panel";
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", "Functions by value");
      box.tabIndex = 0;
      fillTop(box, "self");
      box.focus();
    }

    function fillTop(box, key) {
      const { self, all, used } = functionsOf();
      const value = key === "self" ? self : all;
      used.sort((a, b) => value[b] - value[a] || (names[a] < names[b] ? -1 : 1));
      box.replaceChildren();
      const table = element(box, "table"), head = element(element(table, "thead"), "tr"), body = element(table, "tbody");
      for (const [text, by] of [["own", "self"], ["%", ""], ["total", "all"], ["%", ""], ["function", ""]]) {
        const cell = element(head, "th");
        cell.scope = "col";
        if (!by) { cell.textContent = text; continue; }
        const button = element(cell, "button", by === key ? text + " ▾" : text);
        button.addEventListener("click", () => fillTop(box, by));
      }
      for (const id of used.slice(0, 200)) {
        const row = element(body, "tr"), whole = frames.total[view.focus];
        for (const sum of [self, all]) {
          element(row, "td", grouped(sum[id] * settings.scale));
          element(row, "td", percent(sum[id], whole));
        }
        const button = element(element(row, "td"), "button", names[id]);
        button.addEventListener("click", () => {
          closeTop();
          search("^" + names[id].replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") + "$");
          remember();
        });
      }
      if (used.length > 200) element(box, "p", `${used.length - 200} more functions`);
    }

    function closeTop() {
      panel?.remove();
      panel = null;
      view.drawn.get(view.current)?.focus();
    }

    """#
}
