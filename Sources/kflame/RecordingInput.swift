// A recording read to its end, with names.

import FlameGraph
import Recordings
import TraceFormats
import TraceModel
import Tracer

enum RecordingInput {
  /// No bytes at all are an empty recording; bytes without a single frame are something else.
  static func model(
    _ bytes: UnsafeBufferPointer<UInt8>, _ name: String, elf: String?
  ) throws(ToolError) -> TraceModel {
    var model = TraceModel()
    for start in stride(from: 0, to: bytes.count, by: 256 * 1024) {
      model.feed(Array(bytes[start..<min(start + 256 * 1024, bytes.count)]))
    }
    model.finish()
    if let version = model.unsupportedVersion {
      throw ToolError(.badInput, "\(name): is of trace format version \(version); expected version 1")
    }
    if model.bytesReceived > 0, model.framesReceived == 0 {
      throw ToolError(.badInput, "\(name): holds no frame of a trace; expected a recording")
    }
    try KernelNames.add(to: &model, elf: elf)
    return model
  }

  static func profile(
    _ source: ByteSource, _ options: RecordingOptions, _ keepsSamples: Bool
  ) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    let held = try source.rest()
    let model = try model(held.bytes, source.name, elf: options.elf)
    if let kind = options.stacks?.kind { return try counted(kind, model, options, source.name) }
    let measure: SpanMeasure = options.isOffCPU ? .offCPU : .onCPU
    var profile = Profile()
    let session = try session(of: model, options.boot, source.name)
    let picture = model.flameGraphSettings(measure, of: session)
    if let session { profile.stacks = model.stacks(of: session, measure) }
    (profile.unit, profile.title, profile.facts) = (picture.unit, picture.title, [picture.subtitle])
    return (profile, picture)
  }

  private static func counted(
    _ kind: StackKind, _ model: TraceModel, _ options: RecordingOptions, _ name: String
  ) throws(ToolError) -> (profile: Profile, picture: FlameGraphSVG) {
    var model = model
    model.programFiles = try ProgramFiles(options.program)
    let session = try session(of: model, options.boot, name)
    let picture = model.flameGraphSettings(kind, of: session)
    var profile = Profile()
    if let session { profile.stacks = model.stacks(of: session, kind) }
    (profile.unit, profile.title, profile.facts) = (picture.unit, picture.title, [picture.subtitle])
    return (profile, picture)
  }

  private static func session(of model: TraceModel, _ boot: Int?, _ name: String) throws(ToolError) -> Session? {
    guard let boot else { return model.session }
    guard model.sessions.indices.contains(boot - 1) else {
      throw ToolError(.badInput, "\(name): has \(model.sessions.count) boots; expected at least \(boot)")
    }
    return model.sessions[boot - 1]
  }
}
