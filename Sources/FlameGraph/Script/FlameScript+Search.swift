// Script: search by regular expression. A pattern without capitals ignores case; c makes others do so. The share that matched counts no value
// twice: what is inside of a match belongs to it.

extension FlameScript {
  static let search: StaticString = #"""
    let field = null;

    function search(pattern) {
      view.pattern = pattern;
      view.matches = null;
      if (pattern) {
        try {
          const hasCapitals = /[A-Z]/.test(pattern.replace(/\\./g, ""));
          const expression = new RegExp(pattern, hasCapitals && !view.ignoresCase ? "" : "i");
          view.matches = names.map((name) => expression.test(name));
        } catch {
          view.matches = [];
        }
      }
      // What is drawn stays where it is.
      for (const [index, group] of view.drawn) group.firstChild.setAttribute("class", fillOf(index));
      drawSlivers(layer);
      countMatches();
      showButtons();
    }

    const fillOf = (index) => (view.matches && view.matches[frames.name[index]] ? "match" : classOf(index));

    function toggleCase() {
      view.ignoresCase = !view.ignoresCase;
      search(view.pattern);
      remember();
    }

    function countMatches() {
      matched.setAttribute("x", view.width - margin);
      matched.textContent = shareMatched();
      if (status.textContent) say(view.current);
    }

    function shareMatched() {
      if (!view.matches) return "";
      if (!view.matches.length) return "not a regular expression";
      const { name, end, total } = frames;
      let sum = 0;
      for (let i = view.focus; i < end[view.focus]; ) {
        if (view.matches[name[i]]) { sum += total[i]; i = end[i]; } else i++;
      }
      return "matched " + percent(sum, total[view.focus]) + (view.focus > 0 ? " of the zoomed frame" : "");
    }

    // To the next match in the order of the table, or the one before; zooms out or in until it is drawn.
    function step(by) {
      if (!view.matches) return;
      for (let tries = 0, i = view.current; tries < frames.count; tries++) {
        i = (i + by + frames.count) % frames.count;
        if (!view.matches[frames.name[i]]) continue;
        if (!view.places.has(i)) zoom(Math.max(0, frames.parent[i]));
        if (!view.places.has(i)) zoom(i);
        return moveTo(i);
      }
    }

    function openSearch() {
      if (field) return field.select();
      const holder = make(svg, "foreignObject", { x: Math.max(margin, view.width - 470), y: 8, width: 250, height: 24 });
      field = document.createElementNS("http://www.w3.org/1999/xhtml", "input");
      field.className = "field";
      field.setAttribute("aria-label", "Search: regular expression");
      field.placeholder = "regular expression";
      field.value = view.pattern;
      field.addEventListener("input", () => search(field.value));
      field.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Escape") { search(""); closeSearch(); }
        if (event.key === "Enter") { closeSearch(); step(1); }
      });
      field.addEventListener("blur", closeSearch);
      holder.append(field);
      field.select();
      field.focus();
    }

    function closeSearch() {
      if (!field) return;
      const holder = field.parentNode;
      field = null;
      holder.remove();
      remember();
    }

    """#
}
