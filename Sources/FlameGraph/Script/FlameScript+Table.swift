// Script: settings of the picture and the table of frames; see FrameTable for its form.

extension FlameScript {
  static let table: StaticString = #"""
    (() => {
    "use strict";
    const svg = document.currentScript ? document.currentScript.ownerSVGElement : document.documentElement;
    const isDocument = svg === document.documentElement;
    const settings = {
      unit: svg.dataset.unit,
      minimum: Number(svg.dataset.minimum) / 1000,
      scale: 2 ** Number(svg.dataset.bits),
      fluid: isDocument && "fluid" in svg.dataset,
      inverted: "inverted" in svg.dataset,
    };

    // Columns of the table, one entry a frame, in preorder; `end` is the index behind the last frame inside.
    const frames = (() => {
      const text = Array.from(svg.querySelectorAll(".table"), (part) => part.textContent).join("");
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const digits = new Uint8Array(128);
      for (let i = 0; i < 64; i++) digits[letters.charCodeAt(i)] = i;
      let at = 0;
      const number = () => {
        for (let value = 0, scale = 1; ; scale *= 32) {
          const digit = digits[text.charCodeAt(at++)];
          value += (digit & 31) * scale;
          if (digit < 32) return value;
        }
      };
      const count = number();
      const name = new Uint32Array(count), depth = new Uint32Array(count), end = new Uint32Array(count);
      const parent = new Int32Array(count);
      const own = new Float64Array(count), start = new Float64Array(count);
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
      const total = own.slice(), next = new Float64Array(count);
      for (let i = count - 1; i > 0; i--) total[parent[i]] += total[i];
      for (let i = 1; i < count; i++) {
        next[i] = start[i] = next[parent[i]];
        next[parent[i]] += total[i];
      }
      return { count, levels, name, depth, parent, end, own, start, total };
    })();

    """#
}
