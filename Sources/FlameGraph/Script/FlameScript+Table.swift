// Script: settings of the picture and the table of frames; see FrameTable for its form.

extension FlameScript {
  static let table: StaticString = #"""
    (() => {
    "use strict";
    const svg = document.currentScript ? document.currentScript.ownerSVGElement : document.documentElement;
    const isPage = document.getElementById?.("flame")?.contains(svg);
    const isDocument = svg === document.documentElement || isPage;
    const settings = {
      unit: svg.dataset.unit,
      minimum: Number(svg.dataset.minimum) / 1000,
      scale: 2 ** Number(svg.dataset.bits) / 10 ** Number(svg.dataset.decimals || 0),
      share: Number(svg.dataset.share || 0) / 1e9,
      row: Number(svg.dataset.row || 17),
      baseline: Number(svg.dataset.baseline || 12),
      letter: Number(svg.dataset.letter || 7250) / 1000,
      type: svg.dataset.nameType ? svg.dataset.nameType + " " : "",
      samples: "before" in svg.dataset ? [Number(svg.dataset.before), Number(svg.dataset.after)] : null,
      shares: "shares" in svg.dataset,
      negated: "negated" in svg.dataset,
      fluid: isDocument && "fluid" in svg.dataset,
      inverted: "inverted" in svg.dataset,
    };

    // Numbers of five bits a letter, the sixth saying that more follow.
    function numbersOf(element) {
      const text = Array.from(element, (part) => part.textContent).join("");
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const digits = new Uint8Array(128);
      for (let i = 0; i < 64; i++) digits[letters.charCodeAt(i)] = i;
      let at = 0;
      return () => {
        for (let value = 0, scale = 1; ; scale *= 32) {
          const digit = digits[text.charCodeAt(at++)];
          value += (digit & 31) * scale;
          if (digit < 32) return value;
        }
      };
    }

    // Sums and left edges, from own values; the shape stays.
    function measured(shape, own) {
      const { count, parent } = shape;
      const total = Float64Array.from(own), start = new Float64Array(count), next = new Float64Array(count);
      for (let i = count - 1; i > 0; i--) total[parent[i]] += total[i];
      for (let i = 1; i < count; i++) {
        next[i] = start[i] = next[parent[i]];
        next[parent[i]] += total[i];
      }
      return { ...shape, own, start, total };
    }

    // Columns of the table, one entry a frame, in preorder; `end` is the index behind the last frame inside.
    const base = (() => {
      const number = numbersOf(svg.querySelectorAll(".table"));
      const count = number();
      const name = new Uint32Array(count), depth = new Uint32Array(count), end = new Uint32Array(count);
      const parent = new Int32Array(count), own = new Float64Array(count);
      let levels = 0;
      for (let i = 0, open = -1; i < count; open = i++) {
        for (let ends = number(); ends > 0; ends--, open = parent[open]) end[open] = i;
        parent[i] = open;
        depth[i] = open < 0 ? 0 : depth[open] + 1;
        levels = Math.max(levels, depth[i] + 1);
        name[i] = number();
        own[i] = number();
      }
      for (let open = count - 1; open >= 0; open = parent[open]) end[open] = count;
      const compared = ["before", "after"].map((side) => {
        const column = settings.samples && svg.querySelectorAll("." + side);
        if (!column) return null;
        const number = numbersOf(column);
        return Float64Array.from({ length: count }, number);
      });
      return measured({ count, levels, name, depth, parent, end, before: compared[0], after: compared[1] }, own);
    })();
    // What is shown: the table, or an arrangement of it.
    let frames = base;

    """#
}
