// Script: names of frames, their shades, and how text is cut; FittedName cuts alike.

extension FlameScript {
  static let names: StaticString = #"""
    const names = svg.querySelector(".names").textContent.split("\n");
    const shadeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const shades = names.map((line) => shadeLetters.indexOf(line[0]) * 32 + shadeLetters.indexOf(line[1]));
    names.forEach((line, i) => { names[i] = line.slice(2); });
    // The name of what is no frame, but time between two.
    const gap = shades.indexOf(63 * 32);
    const attributes = new Map((svg.querySelector(".attributes")?.textContent || "").split("\n").filter(Boolean).map((line) => {
      const [number, className, link] = line.split("\t");
      return [Number(number), { className, link }];
    }));
    const nameOf = (index) => names[frames.name[index]];

    const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
    const lettersOf = (name) => Array.from(name, (text) => ({ text, width: wide.test(text) ? 2 : /\p{M}/u.test(text) ? 0 : 1 }));
    const columnsOf = (letters) => letters.reduce((sum, letter) => sum + letter.width, 0);

    // At most so many columns; the end that says less goes.
    function fit(name, columns) {
      if (name.length * 2 <= columns) return name;
      if (/^[\x20-\x7e]*$/.test(name)) {
        if (name.length <= columns) return name;
        if (columns < 3) return "";
        return /::|[./]/.test(name) ? "…" + name.slice(1 - columns) : name.slice(0, columns - 1) + "…";
      }
      let letters = lettersOf(name);
      if (columnsOf(letters) <= columns) return name;
      if (columns < 3) return "";
      const isQualified = /::|[./]/.test(name);
      if (isQualified) letters.reverse();
      let used = 0;
      letters = letters.slice(0, letters.findIndex((letter) => (used += letter.width) > columns - 1));
      if (isQualified) letters.reverse();
      const kept = letters.map((letter) => letter.text).join("");
      return isQualified ? "…" + kept : kept + "…";
    }

    // One or two lines, broken between facts.
    function linesOf(text, columns) {
      const facts = text.split(" · ");
      const join = (from, to) => facts.slice(from, to).join(" · ");
      let count = facts.length;
      while (count > 1 && columnsOf(lettersOf(join(0, count))) > columns) count--;
      return [fit(join(0, count), columns), fit(join(count), columns)];
    }

    """#
}
