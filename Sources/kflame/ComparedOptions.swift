// The options of inputs that make sense for two of them.

import ArgumentParser
import TraceFormats

struct ComparedOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What the inputs are, in place of a guess.", valueName: "FORMAT"))
  var from: TraceFormat?
  @OptionGroup(title: "Recordings") var recording: RecordingOptions
  @OptionGroup(title: "perf script") var perf: PerfFlags
  @OptionGroup(title: "Filters") var filter: FilterOptions

  func options(_ path: String) -> InputOptions {
    var options = InputOptions()
    options.inputs = [path]
    options.from = from
    options.recording = recording
    options.perf = perf
    options.filter = filter
    options.threads = nil
    return options
  }
}
