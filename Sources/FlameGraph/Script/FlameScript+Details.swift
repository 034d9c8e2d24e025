// Script: what is known of a frame: in a tip at the pointer, and in a line that screen readers speak.

extension FlameScript {
  static let details: StaticString = #"""
    function detailsOf(index) {
      const { total, own } = frames;
      const lines = [settings.type + nameOf(index)];
      if (settings.samples) lines.push(...comparison(index));
      else lines.push(amount(total[index]), percent(total[index], total[0]) + " of all");
      if (view.focus > 0 && index !== view.focus) lines.push(percent(total[index], total[view.focus]) + " of the zoomed frame");
      if (own[index] > 0 && own[index] < total[index]) lines.push("own " + amount(own[index]));
      const link = attributes.get(frames.name[index])?.link;
      if (link) lines.push("Ctrl-click or o: " + link);
      return lines;
    }

    const status = make(svg, "text", { class: "status", role: "status", x: margin, y: 75 }, "");
    const matched = make(svg, "text", { class: "matched", role: "status", y: 75 }, "");
    const tip = make(svg, "g", { class: "tip", visibility: "hidden", "aria-hidden": true });

    // Leaves room for the share that matched; the last facts go first.
    function say(index) {
      const columns = Math.floor((view.width - 2 * margin) / view.letter) - matched.textContent.length - 2;
      const [name, ...facts] = detailsOf(index);
      while (facts.length > 1 && facts.join(" · ").length + 15 > columns) facts.pop();
      const text = " · " + facts.join(" · ");
      status.textContent = fit(name, Math.max(12, columns - text.length)) + text;
    }

    function showTip(index, event) {
      const lines = detailsOf(index).map((line) => fit(line, 90));
      const widest = Math.max(...lines.map((line) => columnsOf(lettersOf(line))));
      const size = { width: widest * view.letter + 16, height: lines.length * 16 + 10 };
      tip.replaceChildren();
      make(tip, "rect", { ...size, rx: 3 });
      lines.forEach((line, i) => make(tip, "text", { x: 8, y: 18 + 16 * i, "font-weight": i ? 400 : 700 }, line));
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const height = svg.height.baseVal.value;
      const x = Math.max(0, Math.min(at.x + 14, view.width - size.width - 2));
      const y = at.y + 18 + size.height > height ? at.y - size.height - 8 : at.y + 18;
      tip.setAttribute("transform", `translate(${x.toFixed(1)},${Math.max(0, y).toFixed(1)})`);
      tip.setAttribute("visibility", "visible");
    }

    function hideTip() {
      tip.setAttribute("visibility", "hidden");
      showOutline();
    }
    const frameAt = (event) => (event.target.matches("path") ? sliverAt(event) : event.target.closest("[role=treeitem]")?.frame);

    layer.addEventListener("pointermove", (event) => {
      const index = frameAt(event);
      if (index === undefined) return hideTip();
      showTip(index, event);
      showOutline(index);
      say(index);
    });
    layer.addEventListener("pointerleave", hideTip);

    """#
}
