// What several commands take, and what they do alike.

import ArgumentParser
import Glibc
import Recordings
import TraceModel

struct NameOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Names of spans, locks and probes from this kernel's ELF file.", valueName: "FILE"))
  var elf: String?

  func lookup() throws -> NameLookup { try NameLookup(elf: elf) }
}

struct ScreenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Colours: dark, light, high-contrast, color-blind, or a theme file.", valueName: "THEME"))
  var theme: String?

  @Option(help: ArgumentHelp("Seconds between two pictures.", valueName: "SECONDS"))
  var interval: Double?

  func validate() throws {
    if let interval, !(interval >= 0.1 && interval <= 60) {
      throw ValidationError("--interval takes 0.1 to 60 seconds")
    }
  }

  @Flag(help: "Without a screen: collect for a second (or --for), print the tables, end.")
  var once = false

  func load() throws -> Settings {
    var settings = try Settings.load(theme: theme)
    if let interval { settings.interval = interval }
    settings.printsOnce = once
    return settings
  }
}

struct TimeLimit: ParsableArguments {
  @Option(name: .customLong("for"), help: ArgumentHelp("Stop after this many seconds.", valueName: "SECONDS"))
  var seconds: Double?

  func validate() throws {
    if let seconds, !(seconds > 0 && seconds < 1e6) {
      throw ValidationError("--for takes a positive number of seconds")
    }
  }
}

extension Collector {
  /// What was collected must have been a trace.
  func requireTrace() throws {
    if let version = model.unsupportedVersion, model.session == nil {
      throw ToolError(.badInput, "\(source.label) is a trace of version \(version), which this ktop does not know")
    }
    guard !isTrace else { return }
    guard model.bytesReceived > 0 else {
      if source.isLive { throw ToolError(.unavailable, "nothing came from \(source.label)") }
      throw ToolError(.badInput, "\(source.label) is empty")
    }
    throw ToolError(.badInput, "\(source.label) is no trace: \(model.bytesReceived) bytes without a valid frame")
  }

  /// Shows the trace until somebody leaves, or, without a terminal, collects and prints the table.
  func watch(settings: Settings, limit: Double?, batchLimit: Double?) throws -> Int32 {
    Signals.install()
    guard CursesScreen.isPossible, !settings.printsOnce else {
      let ending = try BatchLoop(collector: self, limit: limit ?? (settings.printsOnce ? onceLimit : batchLimit)).run()
      try requireTrace()
      try printOut(TextReport(snapshot()).text)
      return ending.status
    }
    // A recording that is none is refused before there is a screen to tell it on.
    while !source.isLive && !hasEnded && !isTrace { _ = try pump() }
    if hasEnded { try requireTrace() }
    let ending = try show(settings: settings, limit: limit)
    if hasEnded { try requireTrace() }
    return ending.status
  }

  private var onceLimit: Double? { source.isLive ? 1 : nil }

  /// Shows the trace on this terminal, which is as before afterwards.
  func show(settings: Settings, limit: Double?) throws -> Ending {
    let screen = try CursesScreen(theme: settings.theme, takesMouse: settings.takesMouse)
    defer { screen.leave() }
    let ending = try ScreenLoop(self, screen: screen, settings: settings, limit: limit).run()
    screen.leave()
    try leave("left")
    return ending
  }
}
