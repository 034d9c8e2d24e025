// Script: of a differential graph, what a frame was before, and how it is coloured; FlameComparison does alike.

extension FlameScript {
  static let compare: StaticString = #"""
    // Values with all inside, of both sides, and the largest difference; made when first wanted.
    let sides = null;

    function compared() {
      if (sides) return sides;
      const sums = ["before", "after"].map((side) => {
        const sum = Float64Array.from(frames[side]);
        for (let i = frames.count - 1; i > 0; i--) sum[frames.parent[i]] += sum[i];
        return sum;
      });
      let largest = 1;
      for (let i = 1; i < frames.count; i++) largest = Math.max(largest, Math.abs(sums[1][i] - sums[0][i]));
      return (sides = { before: sums[0], after: sums[1], largest });
    }

    function deviations(index) {
      const { before, after } = compared();
      const [n, m] = settings.samples;
      const p = before[0] > 0 ? before[index] / before[0] : 0, q = after[0] > 0 ? after[index] / after[0] : 0;
      if (!n || !m) return Infinity;
      if (!settings.shares) return p * n + q * m > 0 ? (q * m - p * n) / Math.sqrt(p * n + q * m) : 0;
      const pooled = (p * n + q * m) / (n + m);
      const variance = pooled * (1 - pooled) * (1 / n + 1 / m);
      return variance > 0 ? (q - p) / Math.sqrt(variance) : 0;
    }

    function classOf(index) {
      if (!settings.samples) return "c" + shades[frames.name[index]];
      const { before, after, largest } = compared();
      if (Math.abs(deviations(index)) < 3 || before[index] === after[index]) return "noise";
      const isMore = after[index] > before[index] !== settings.negated;
      const strength = Math.min(31, Math.ceil((Math.abs(after[index] - before[index]) / largest) * 31));
      return "c" + (isMore ? 32 + strength : 31 - strength);
    }

    function comparison(index) {
      const { before, after } = compared();
      const change = after[index] - before[index];
      const part = before[index] > 0 ? ` (${change < 0 ? "" : "+"}${((100 * change) / before[index]).toFixed(1)} %)` : "";
      const noise = Math.abs(deviations(index)) < 3 ? ", noise" : "";
      return [`before ${amount(before[index])}`, `after ${amount(after[index])}${part}${noise}`];
    }

    """#
}
