// The themes that come with ktop, in the language of theme files: `ktop --print-theme NAME` prints one to start from.

extension Theme {
  static let builtin: [(name: String, text: String)] = [
    ("dark", dark), ("light", light), ("high-contrast", highContrast), ("color-blind", colorBlind),
  ]

  /// Only a mistake in this file could make this fail; the tests read every one of them.
  static func named(_ name: String) -> Theme? {
    guard let text = builtin.first(where: { $0.name == name })?.text,
      let base = try? Theme(parsing: dark, file: "dark")
    else { return nil }
    return try? Theme(parsing: text, over: base, file: name)
  }

  private static let dark = """
    page = #e6edf3 on #101418
    normal =
    strong = bold
    faint = dim
    bar = black on green
    bar-strong = black on cyan
    selected = black on cyan
    good = green
    alarm = red bold
    key = bold
    key-label = black on cyan
    graph = cyan
    found = black on yellow
    flame-found = black on #d787ff
    cursor = black on white
    flame-0 = black on #ff8700
    flame-1 = black on #ffaf00
    flame-2 = black on #ffd75f
    flame-3 = black on #ff875f
    flame-4 = black on #d7af5f
    flame-5 = black on #ffaf87
    heat-0 =
    heat-1 = white on #00005f
    heat-2 = white on #005f87
    heat-3 = black on #008787
    heat-4 = black on #5faf00
    heat-5 = black on #d7af00
    heat-6 = black on #ff8700
    heat-7 = black on #ff0000
    """

  private static let light = """
    page = #1f2328 on #ffffff
    bar = white on blue
    bar-strong = white on magenta
    selected = white on blue
    good = #005f00
    alarm = #af0000 bold
    key-label = white on blue
    graph = blue
    found = black on #ffff5f
    cursor = white on black
    heat-1 = black on #d7ffff
    heat-2 = black on #afd7ff
    heat-3 = black on #87afd7
    heat-4 = black on #afaf00
    heat-5 = black on #ff8700
    heat-6 = white on #d75f00
    heat-7 = white on #af0000
    """

  private static let highContrast = """
    page = #ffffff on #000000
    normal = bright-white on black
    strong = bright-yellow on black bold
    faint = bright-white on black
    bar = black on bright-white bold
    bar-strong = black on bright-yellow bold
    selected = black on bright-yellow bold
    good = bright-green on black bold
    alarm = bright-white on red bold
    key = bright-yellow on black bold
    key-label = black on bright-white
    graph = bright-cyan on black bold
    found = black on bright-magenta bold
    flame-found = black on bright-magenta bold
    flame-0 = black on bright-white
    flame-1 = black on bright-cyan
    flame-2 = black on bright-yellow
    flame-3 = black on bright-green
    flame-4 = black on white
    flame-5 = black on cyan
    """

  // Okabe and Ito's palette, told apart with any of the common kinds of colour blindness; good is blue, not green.
  private static let colorBlind = """
    bar = black on #56b4e9
    bar-strong = black on #f0e442
    selected = black on #f0e442
    good = #56b4e9
    alarm = #d55e00 bold underline
    key-label = black on #56b4e9
    graph = #56b4e9
    found = black on #cc79a7
    flame-found = black on #cc79a7
    flame-0 = black on #e69f00
    flame-1 = black on #56b4e9
    flame-2 = black on #f0e442
    flame-3 = black on #87d7ff
    flame-4 = black on #d7af5f
    flame-5 = black on #ffd787
    heat-1 = white on #00204d
    heat-2 = white on #31446b
    heat-3 = white on #575c6d
    heat-4 = white on #7c7b78
    heat-5 = black on #a59c74
    heat-6 = black on #d2c060
    heat-7 = black on #ffe945
    """
}
