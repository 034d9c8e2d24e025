// Script: the keyboard, and the words at the top that do the same by a click.

extension FlameScript {
  static let keys: StaticString = #"""
    function moveTo(index) {
      if (index === undefined || !view.places.has(index)) return;
      hideTip();
      view.drawn.get(view.current)?.setAttribute("tabindex", -1);
      view.current = index;
      elementOf(index).setAttribute("tabindex", 0);
      elementOf(index).focus();
      say(index);
    }

    // The widest drawn frame inside.
    function widestChild(index) {
      let widest;
      for (let i = index + 1; i < frames.end[index]; i = frames.end[i]) {
        if (view.places.has(i) && !(frames.total[i] <= frames.total[widest])) widest = i;
      }
      return widest;
    }

    // The drawn frame beside it on the same level.
    function neighbour(by) {
      const level = [...view.places.keys()].filter((i) => frames.depth[i] === frames.depth[view.current]);
      return level[level.indexOf(view.current) + by];
    }

    function invert() {
      settings.inverted = !settings.inverted;
      draw();
    }

    // Takes back what was done last: search, zoom, arrangement.
    function leave() {
      if (panel) closeTop();
      else if (view.pattern) { search(""); remember(); }
      else if (view.focus > 0) zoom(0);
      else if (isArranged()) {
        plan.reversed = plan.heavy = false;
        showAll();
      }
    }

    const towardsRoot = () => moveTo(frames.parent[view.current]);
    const towardsLeaf = () => moveTo(widestChild(view.current));
    const actions = {
      ArrowUp: () => (settings.inverted ? towardsRoot() : towardsLeaf()),
      ArrowDown: () => (settings.inverted ? towardsLeaf() : towardsRoot()),
      ArrowLeft: () => moveTo(neighbour(-1)),
      ArrowRight: () => moveTo(neighbour(1)),
      Enter: () => zoom(view.current),
      " ": () => zoom(view.current),
      Backspace: () => zoom(frames.parent[view.focus]),
      Home: () => zoom(0),
      Escape: leave,
      "/": openSearch,
      n: () => step(1),
      N: () => step(-1),
      i: invert,
      c: toggleCase,
      r: () => toggle("reversed"),
      l: () => toggle("heavy"),
      h: () => hide(view.current),
      f: () => only(view.current),
      u: showAll,
      t: toggleTop,
      o: () => follow(view.current),
    };

    function pressed(event) {
      if (event.altKey || (!isDocument && !svg.contains(event.target))) return;
      const isFind = (event.ctrlKey || event.metaKey) && event.key === "f";
      const action = isFind ? openSearch : event.ctrlKey || event.metaKey ? undefined : actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    }
    window.addEventListener("keydown", pressed);

    const buttons = [
      ["Search", "/ or Ctrl-F", openSearch], ["Top", "t; functions by own and total value", toggleTop],
      ["Callers", "r; callees below, callers above", () => toggle("reversed")], ["Invert", "i", invert], ["Reset", "Esc", leave],
    ].map(([word, key, action]) => {
      const button = make(svg, "text", { class: "button", role: "button", tabindex: 0, y: 24 }, word);
      make(button, "title", {}, `${word}: ${key}`);
      button.addEventListener("click", action);
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        action();
      });
      return button;
    });

    function showButtons() {
      buttons.forEach((button, i) => button.setAttribute("x", view.width - margin - 66 * i));
      buttons[4].setAttribute("visibility", view.focus > 0 || view.pattern || isArranged() ? "visible" : "hidden");
    }

    """#
}
