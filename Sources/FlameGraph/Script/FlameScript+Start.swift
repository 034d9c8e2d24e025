// Script: the first drawing, and the next when the window changes.

extension FlameScript {
  static let start: StaticString = #"""
    function begin() {
      if (settings.fluid) {
        svg.removeAttribute("viewBox");
        svg.setAttribute("width", "100%");
      }
      measure();
      draw();
      countMatches();
      showButtons();
      recall();
    }

    window.addEventListener("resize", () => {
      if (!settings.fluid) return;
      measure();
      draw();
      countMatches();
      showButtons();
    });
    begin();
    })();
    """#
}
