// Script: the first drawing, and the next when the window changes.

extension FlameScript {
  static let start: StaticString = #"""
    function begin() {
      if (settings.fluid) {
        svg.removeAttribute("viewBox");
        svg.setAttribute("width", "100%");
      }
      adapt();
      recall();
    }

    function adapt() {
      measure();
      wrapSubtitle();
      tellWhole();
      draw();
      countMatches();
      showButtons();
    }

    window.addEventListener("resize", () => {
      if (settings.fluid) adapt();
    });
    // For the page around the picture.
    svg.kflame = { count: base.count, numbersOf, pick: (own) => { plan.picked = own; arrange(); } };
    begin();
    })();
    """#
}
