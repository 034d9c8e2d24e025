// Script: draws what is wide enough at the present zoom, and nothing else; elements are made anew each time.

extension FlameScript {
  static let view: StaticString = #"""
    const margin = 10, top = 84, bottom = 34, row = settings.row, rowLimit = Math.floor(25500 / row);
    const rows = Math.min(base.levels, rowLimit);
    const layer = svg.querySelector(".frames");
    const page = svg.querySelector(".page");
    // focus: the frame that fills the width. current: the one the keyboard is at. matches: by number of name, or null.
    // places: where every visible frame is. drawn: the elements of those that have one.
    const view = {
      focus: 0, current: 0, base: 0, width: 0, letter: settings.letter, pattern: "", matches: null, places: new Map(), drawn: new Map(),
    };

    function make(parent, kind, attributes, text) {
      const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
      for (const key in attributes) element.setAttribute(key, attributes[key]);
      if (text !== undefined) element.textContent = text;
      parent.append(element);
      return element;
    }

    const hundredths = (value) => Math.round(value * 100) / 100;
    // Copied for every frame, which is faster than making each anew.
    const model = (() => {
      const shelf = document.createDocumentFragment();
      return {
        group: make(shelf, "g", { role: "treeitem", tabindex: -1 }),
        box: make(shelf, "rect", { height: row - 1 }),
      };
    })();

    function measure() {
      const sample = make(svg, "text", { visibility: "hidden" }, "m".repeat(50));
      view.letter = sample.getComputedTextLength() / 50 || settings.letter;
      sample.remove();
      view.width = settings.fluid ? Math.max(320, svg.clientWidth || window.innerWidth) : svg.viewBox.baseVal.width;
    }

    function wrapSubtitle() {
      for (const line of svg.querySelectorAll(".subtitle")) line.remove();
      const columns = Math.floor((view.width - 2 * margin) / view.letter);
      linesOf(svg.dataset.subtitle, columns).forEach((line, i) => {
        if (line) make(svg, "text", { class: "subtitle", x: margin, y: 43 + 15 * i }, line);
      });
    }

    // What the width stands for changes when functions are hidden or a range of time is picked.
    const scale = svg.querySelector(".scale"), scaleText = scale ? scale.textContent : "";
    function tellWhole() {
      if (!scale) return;
      const whole = frames.total[0];
      scale.textContent = whole === base.total[0] ? scaleText : scaleText.replace(/; all is .*/, () => "; all is " + amount(whole));
    }

    // Calls put(index, x, width) for every frame to draw, ancestors of the focus first.
    function forEachVisible(put) {
      const { name, depth, parent, end, start, total } = frames;
      const room = view.width - 2 * margin, scale = room / total[view.focus], left = start[view.focus];
      const least = Math.max(settings.minimum, settings.share * room);
      const above = [];
      for (let i = parent[view.focus]; i >= 0 && depth[i] >= view.base; i = parent[i]) above.push(i);
      while (above.length) put(above.pop(), 0, room);
      for (let i = view.focus; i < end[view.focus]; ) {
        const width = total[i] * scale;
        if (!total[i] || width < least || depth[i] - view.base >= rows) { i = end[i]; continue; }
        if (name[i] !== gap) put(i, (start[i] - left) * scale, width);
        i++;
      }
    }

    function draw() {
      const depth = frames.depth[view.focus];
      view.base = frames.levels > rows && depth > 100 ? depth - 20 : 0;
      const hadKeyboard = layer.contains(document.activeElement);
      const fragment = document.createDocumentFragment();
      view.drawn.clear();
      view.places.clear();
      forEachVisible((index, x, width) => {
        view.places.set(index, { x, width });
        if (width >= narrow) view.drawn.set(index, drawFrame(fragment, index, x, width));
      });
      drawSlivers(fragment);
      layer.replaceChildren(fragment);
      if (!view.places.has(view.current)) view.current = view.focus;
      elementOf(view.current).setAttribute("tabindex", 0);
      if (hadKeyboard) elementOf(view.current).focus();
    }

    function drawFrame(parent, index, x, width) {
      const y = top + levelOf(index) * row;
      const group = model.group.cloneNode(false);
      group.setAttribute("aria-level", frames.depth[index] + 1);
      group.setAttribute("aria-label", nameOf(index) + ", " + percent(frames.total[index], frames.total[0]));
      parent.append(group);
      group.frame = index;
      const className = [index < view.focus ? "above" : "", attributes.get(frames.name[index])?.className || ""].join(" ").trim();
      if (className) group.setAttribute("class", className);
      const box = model.box.cloneNode(false);
      box.setAttribute("class", fillOf(index));
      box.setAttribute("x", hundredths(x + margin));
      box.setAttribute("y", y);
      box.setAttribute("width", hundredths(width));
      group.append(box);
      const text = fit(nameOf(index), Math.floor((width - 6) / view.letter));
      if (text) make(group, "text", { x: hundredths(x + margin + 3), y: y + settings.baseline }, text);
      return group;
    }

    """#
}
