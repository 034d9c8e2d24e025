// Script: other arrangements of the same stacks: callers below, widest first, functions hidden, one function only.

extension FlameScript {
  static let arrange: StaticString = #"""
    // hidden, only: numbers of names. picked: own values of a range of time, or null.
    const plan = { reversed: false, heavy: false, hidden: new Set(), only: -1, picked: null };

    // A tree in columns that grow; children are found by parent and name.
    function makeTree() {
      const name = [base.name[0]], parent = [-1], own = [0], before = [0], after = [0];
      const places = new Map();
      const child = (node, id) => {
        const key = node * names.length + id;
        let place = places.get(key);
        if (place === undefined) {
          place = name.length;
          places.set(key, place);
          name.push(id);
          parent.push(node);
          own.push(0);
          before.push(0);
          after.push(0);
        }
        return place;
      };
      return { name, parent, own, before, after, child };
    }

    // The path of a frame as the plan wants it; null when it is left out.
    function planned(path) {
      let steps = path;
      if (plan.only >= 0) {
        const start = path.indexOf(plan.only);
        if (start < 0) return null;
        steps = path.slice(start);
      }
      if (plan.hidden.size) steps = steps.filter((id) => !plan.hidden.has(id));
      return plan.reversed ? steps.slice().reverse() : steps;
    }

    function grown(source) {
      const tree = makeTree(), path = [];
      for (let i = 0; i < source.count; i++) {
        path.length = Math.max(0, source.depth[i] - 1);
        if (i > 0) path.push(source.name[i]);
        const isCounted = source.own[i] > 0 || (source.before && (source.before[i] > 0 || source.after[i] > 0));
        const steps = isCounted && planned(path);
        if (!steps) continue;
        let node = 0;
        for (const id of steps) node = tree.child(node, id);
        tree.own[node] += source.own[i];
        if (source.before) {
          tree.before[node] += source.before[i];
          tree.after[node] += source.after[i];
        }
      }
      return tree;
    }

    // Preorder columns of a tree.
    function flattened(tree, hasSides) {
      const count = tree.name.length, total = tree.own.slice();
      for (let i = count - 1; i > 0; i--) total[tree.parent[i]] += total[i];
      const inside = Array.from({ length: count }, () => []);
      for (let i = 1; i < count; i++) inside[tree.parent[i]].push(i);
      const order = plan.heavy
        ? (a, b) => total[b] - total[a]
        : (a, b) => (names[tree.name[a]] < names[tree.name[b]] ? -1 : 1);
      const name = new Uint32Array(count), depth = new Uint32Array(count), end = new Uint32Array(count);
      const parent = new Int32Array(count), own = new Float64Array(count);
      const before = hasSides && new Float64Array(count), after = hasSides && new Float64Array(count);
      const open = [[0, -1]];
      let levels = 0;
      for (let at = 0; open.length; at++) {
        const [node, above] = open.pop();
        name[at] = tree.name[node];
        parent[at] = above;
        depth[at] = above < 0 ? 0 : depth[above] + 1;
        levels = Math.max(levels, depth[at] + 1);
        own[at] = tree.own[node];
        if (hasSides) { before[at] = tree.before[node]; after[at] = tree.after[node]; }
        for (const child of inside[node].sort(order).reverse()) open.push([child, at]);
      }
      for (let i = count - 1; i >= 0; i--) {
        if (end[i] < i + 1) end[i] = i + 1;
        if (i > 0 && end[parent[i]] < end[i]) end[parent[i]] = end[i];
      }
      return measured({ count, levels, name, depth, parent, end, before, after }, own);
    }

    function arrange() {
      const source = plan.picked ? measured(base, plan.picked) : base;
      const isPlain = !plan.reversed && !plan.heavy && !plan.hidden.size && plan.only < 0;
      frames = isPlain ? source : flattened(grown(source), Boolean(base.before));
      sides = null;
      view.focus = view.current = 0;
      adapt();
      search(view.pattern);
    }

    function toggle(key) {
      plan[key] = !plan[key];
      arrange();
      remember();
    }

    function hide(index) {
      if (index > 0) plan.hidden.add(frames.name[index]);
      arrange();
      remember();
    }

    function only(index) {
      plan.only = index > 0 ? frames.name[index] : -1;
      arrange();
      remember();
    }

    function showAll() {
      plan.hidden.clear();
      plan.only = -1;
      arrange();
      remember();
    }

    const isArranged = () => plan.reversed || plan.heavy || plan.hidden.size > 0 || plan.only >= 0;

    """#
}
