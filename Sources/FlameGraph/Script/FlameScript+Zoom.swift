// Script: zoom, and its place in the fragment of the URL, so that a link shows what its writer saw.

extension FlameScript {
  static let zoom: StaticString = #"""
    function zoom(index) {
      if (index < 0 || index === view.focus) return;
      view.focus = view.current = index;
      hideTip();
      draw();
      countMatches();
      showButtons();
      say(index);
      remember();
    }

    // The search box takes single letters to be searched for; the fragment changes when a search is done.
    function remember() {
      if (!isDocument) return;
      const parts = new URLSearchParams();
      if (view.focus > 0) parts.set("zoom", view.focus);
      if (view.pattern) parts.set("search", view.pattern);
      if (view.ignoresCase) parts.set("case", "ignored");
      if (plan.reversed) parts.set("reverse", 1);
      if (plan.heavy) parts.set("heavy", 1);
      for (const id of plan.hidden) parts.append("hide", names[id]);
      if (plan.only >= 0) parts.set("only", names[plan.only]);
      if (location.hash.slice(1) !== parts.toString()) location.hash = parts.toString();
    }

    function recall() {
      const parts = new URLSearchParams(isDocument ? location.hash.slice(1) : "");
      const wanted = {
        reversed: parts.has("reverse"), heavy: parts.has("heavy"), only: parts.has("only") ? names.indexOf(parts.get("only")) : -1,
        hidden: new Set(parts.getAll("hide").map((name) => names.indexOf(name)).filter((id) => id >= 0)),
      };
      view.ignoresCase = parts.has("case");
      const isSame = wanted.reversed === plan.reversed && wanted.heavy === plan.heavy && wanted.only === plan.only &&
        wanted.hidden.size === plan.hidden.size && [...wanted.hidden].every((id) => plan.hidden.has(id));
      if (!isSame) {
        Object.assign(plan, wanted);
        arrange();
      }
      const index = Number(parts.get("zoom") || 0);
      const focus = Number.isInteger(index) && index > 0 && index < frames.count ? index : 0;
      const pattern = parts.get("search") || "";
      if (focus === view.focus && pattern === view.pattern && isSame) return;
      if (focus !== view.focus) {
        view.focus = view.current = focus;
        draw();
      }
      search(pattern);
    }

    layer.addEventListener("click", (event) => {
      const index = frameAt(event);
      if (index === undefined) return;
      if ((event.ctrlKey || event.metaKey) && follow(index)) return;
      zoom(index);
    });

    // Opens the link of a frame; false when it has none.
    function follow(index) {
      const link = attributes.get(frames.name[index])?.link;
      if (link) window.open(link, "_blank", "noopener");
      return Boolean(link);
    }
    svg.addEventListener("dblclick", (event) => {
      if (!event.target.closest(".button, .field")) zoom(0);
    });
    window.addEventListener("hashchange", recall);

    """#
}
