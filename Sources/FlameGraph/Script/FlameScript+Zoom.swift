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
      if (location.hash.slice(1) !== parts.toString()) location.hash = parts.toString();
    }

    function recall() {
      const parts = new URLSearchParams(isDocument ? location.hash.slice(1) : "");
      const index = Number(parts.get("zoom") || 0);
      const focus = Number.isInteger(index) && index > 0 && index < frames.count ? index : 0;
      const pattern = parts.get("search") || "";
      if (focus === view.focus && pattern === view.pattern) return;
      if (focus !== view.focus) view.focus = view.current = focus;
      search(pattern);
    }

    layer.addEventListener("click", (event) => {
      const index = frameAt(event);
      if (index !== undefined) zoom(index);
    });
    svg.addEventListener("dblclick", (event) => {
      if (!event.target.closest(".button, .field")) zoom(0);
    });
    window.addEventListener("hashchange", recall);

    """#
}
