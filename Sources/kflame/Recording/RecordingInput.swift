// A recording read to its end, with names.

import FlameGraph
import Recordings
import TraceFormats
import TraceModel
import Tracer

enum RecordingInput {
  /// No bytes at all are an empty recording; bytes without a single frame are something else.
  static func model(_ held: HeldBytes, _ name: String, elf: String?) throws(ToolError) -> TraceModel {
    var model = TraceModel()
    held.withBytes { model.feed($0) }
    model.finish()
    try check(&model, name, elf)
    return model
  }

  private static func check(_ model: inout TraceModel, _ name: String, _ elf: String?) throws(ToolError) {
    if let version = model.unsupportedVersion {
      throw ToolError(.badInput, "\(name): is of trace format version \(version); expected version 1")
    }
    if model.bytesReceived > 0, model.framesReceived == 0 {
      throw ToolError(.badInput, "\(name): holds no frame of a trace; expected a recording")
    }
    try KernelNames.add(to: &model, elf: elf)
  }

  static func profile(
    _ source: ByteSource, _ options: RecordingOptions, _ keepsSamples: Bool
  ) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    let held = try source.rest()
    let programs = options.stacks == nil ? ProgramFiles() : try ProgramFiles(options.program)
    guard keepsSamples else {
      var model = try model(held, source.name, elf: options.elf)
      model.programFiles = programs
      return try profile(model, nil, options, source.name)
    }
    var model = TraceModel()
    model.programFiles = programs
    let logs = held.withBytes { BootLog.read($0, into: &model, options.stacks?.kind) }
    try check(&model, source.name, options.elf)
    return try profile(model, logs, options, source.name)
  }

  private static func profile(
    _ model: TraceModel, _ logs: [BootLog]?, _ options: RecordingOptions, _ name: String
  ) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    let place = try place(of: options.boot, in: model, name)
    let session = place.map { model.sessions[$0] }
    let log = logs.flatMap { logs in place.map { logs[$0] } }
    let measure: SpanMeasure = options.isOffCPU ? .offCPU : .onCPU
    var profile = Profile()
    var picture: FlameGraphSVG
    if let kind = options.stacks?.kind {
      picture = model.flameGraphSettings(kind, of: session)
      if let session { addStacks(kind, of: session, model, log, to: &profile) }
      let error = kind == .running ? SamplingError.fact(samples: profile.stacks.total) : nil
      if let error { picture.subtitle += " · \(error)" }
    } else {
      picture = model.flameGraphSettings(measure, of: session)
      if let session { addSpans(measure, of: session, model, log, to: &profile) }
    }
    (profile.unit, profile.title, profile.facts) = (picture.unit, picture.title, [picture.subtitle])
    return (profile, picture)
  }

  private static func addSpans(
    _ measure: SpanMeasure, of session: Session, _ model: TraceModel, _ log: BootLog?, to profile: inout Profile
  ) {
    guard let log else {
      profile.stacks = model.stacks(of: session, measure)
      return
    }
    let timeline = SpanTimeline(model, session, measure, log.events)
    (profile.stacks, profile.samples, profile.spans) = (timeline.stacks, timeline.samples, timeline.spans)
  }

  private static func addStacks(
    _ kind: StackKind, of session: Session, _ model: TraceModel, _ log: BootLog?, to profile: inout Profile
  ) {
    guard let log else {
      profile.stacks = model.stacks(of: session, kind)
      return
    }
    var namer = StackNamer(model: model, session: session)
    for step in log.steps {
      let time = session.wholeNanoseconds(ticks: step.time - (session.beginning ?? 0))
      for (stack, steps) in model.resolved(step.stacks, kind, of: session) {
        let value = kind == .running ? stack.count : session.wholeNanoseconds(tsc: stack.sum)
        guard value > 0 else { continue }
        let frames = namer.frames(of: stack, steps)
        let node = profile.stacks.node(of: frames)
        profile.stacks.add(value, to: node)
        let program = UInt64(stack.program)
        let thread = TimedSample.Thread(process: program, thread: program, name: frames.first ?? "")
        profile.samples.append(TimedSample(time: time, node: node, value: value, thread: thread))
      }
    }
  }

  /// The place of a boot among those the model has; nil when it has none.
  private static func place(of boot: Int?, in model: TraceModel, _ name: String) throws(ToolError) -> Int? {
    guard let boot else { return model.sessions.indices.last }
    guard model.sessions.indices.contains(boot - 1) else {
      throw ToolError(.badInput, "\(name): has \(model.sessions.count) boots; expected at least \(boot)")
    }
    return boot - 1
  }
}
