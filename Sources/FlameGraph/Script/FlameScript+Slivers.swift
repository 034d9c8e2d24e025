// Script: frames too narrow for a letter or a finger, which are most of a large graph. All of a colour are one path, and
// which of them the pointer is at follows from where it is; the keyboard gets an element when it comes to one.

extension FlameScript {
  static let slivers: StaticString = #"""
    const narrow = 12;
    let paths = [];
    // Around the sliver that the pointer is at.
    const outline = make(svg, "rect", { class: "outline", height: row - 1, visibility: "hidden", "aria-hidden": true });

    function showOutline(index) {
      const place = view.drawn.has(index) ? undefined : view.places.get(index);
      outline.setAttribute("visibility", place ? "visible" : "hidden");
      if (!place) return;
      outline.setAttribute("x", hundredths(place.x + margin));
      outline.setAttribute("y", top + levelOf(index) * row);
      outline.setAttribute("width", hundredths(place.width));
    }

    // The level of a frame counted from the top of the picture.
    function levelOf(index) {
      const level = frames.depth[index] - view.base;
      return settings.inverted ? level : rows - 1 - level;
    }

    function drawSlivers(parent) {
      const outlines = new Map();
      for (const [index, { x, width }] of view.places) {
        if (width >= narrow) continue;
        const fill = fillOf(index), left = hundredths(x + margin), size = hundredths(width);
        if (!outlines.has(fill)) outlines.set(fill, []);
        outlines.get(fill).push(`M${left} ${top + levelOf(index) * row}h${size}v${row - 1}h-${size}z`);
      }
      for (const path of paths) path.remove();
      paths = Array.from(outlines, ([fill, parts]) => {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("class", fill);
        path.setAttribute("aria-hidden", true);
        path.setAttribute("d", parts.join(""));
        return path;
      });
      parent.prepend(...paths);
    }

    // The element of a frame that is drawn; undefined when there is none.
    function elementOf(index) {
      const place = view.places.get(index);
      if (place && !view.drawn.has(index)) view.drawn.set(index, drawFrame(layer, index, place.x, place.width));
      return view.drawn.get(index);
    }

    // The frame of an event on a path: the nearest, as the pointer knows whole pixels only.
    function sliverAt(event) {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const level = Math.floor((at.y - top) / row), pixel = at.x - margin;
      let nearest, least = 1.5;
      for (const [index, { x, width }] of view.places) {
        if (width >= narrow || levelOf(index) !== level) continue;
        const distance = Math.max(x - pixel, pixel - x - width, 0);
        if (distance < least) [nearest, least] = [index, distance];
      }
      return nearest;
    }

    """#
}
