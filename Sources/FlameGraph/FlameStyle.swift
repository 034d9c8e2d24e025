// The style sheet of the SVG; the palette's shades follow it. Plain enough for renderers that know little CSS.

enum FlameStyle {
  static let text: StaticString = #"""

    .flame{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12px}
    .flame .page{fill:#fdfcfa}
    .flame text{fill:#1c1b19;white-space:pre}
    .flame .title{font-family:system-ui,"DejaVu Sans",sans-serif;font-size:17px;font-weight:600}
    .flame .subtitle,.flame .scale,.flame .matched{fill:#5d5a55}
    .flame .empty{font-size:14px}
    .flame .frames{user-select:none;-webkit-user-select:none}
    .flame .frames g{cursor:pointer;outline:none}
    .flame .frames text{fill:#000;pointer-events:none}
    .flame .frames g:hover rect{stroke:#1c1b19;stroke-width:1}
    .flame .frames g:focus rect{stroke:#0a58ca;stroke-width:2.5}
    .flame .frames g.above rect{fill-opacity:.55}
    .flame .frames rect.match{fill:#ea80fc}
    .flame .button{cursor:pointer;fill:#0a58ca}
    .flame .button:hover,.flame .button:focus{text-decoration:underline}
    .flame .matched,.flame .button{text-anchor:end}
    .flame .tip{pointer-events:none}
    .flame .tip rect{fill:#fffdf2;stroke:#8d887f}
    .flame .field{font:inherit;box-sizing:border-box;width:100%;height:22px;margin:0;color:#1c1b19;background:#fff;border:1px solid #5d5a55}
    @media (prefers-color-scheme:dark){
    .flame .page{fill:#17181c}
    .flame text{fill:#e8e6e3}
    .flame .subtitle,.flame .scale,.flame .matched{fill:#a9a69f}
    .flame .frames text{fill:#000}
    .flame .frames g:hover rect{stroke:#fff}
    .flame .frames g:focus rect{stroke:#7db4ff}
    .flame .frames g.above rect{fill-opacity:.8}
    .flame .button{fill:#8ab8ff}
    .flame .tip rect{fill:#26282e;stroke:#77736b}
    .flame .field{color:#e8e6e3;background:#26282e}
    }

    """#
}
