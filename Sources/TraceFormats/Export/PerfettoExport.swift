// Perfetto's protobuf trace: spans as slices of their threads; samples with interned call stacks, which trace_processor
// puts into `perf_sample`. A profile with spans is written as those.

import FlameGraph
import SwiftProtobuf

enum PerfettoExport {
  typealias Packet = Perfetto_Protos_TracePacket

  static func write(_ profile: Profile) -> [UInt8] {
    if !profile.spans.isEmpty { return PerfettoSlices.write(profile) }
    var trace = PacketStream()
    let timeline = profile.timeline
    trace.append(head(profile, timeline))
    for (number, part) in Threads.split(timeline).enumerated() { trace.append(descriptor(part.thread, number)) }
    var numbers: [TimedSample.Thread: Int] = [:]
    for sample in timeline {
      let number = numbers[sample.thread, default: numbers.count]
      numbers[sample.thread] = number
      trace.append(packet(sample, number))
    }
    return trace.bytes
  }

  /// Names, frames and stacks, by number plus one: number 0 means none.
  private static func head(_ profile: Profile, _ timeline: [TimedSample]) -> Packet {
    var packet = packet(time: timeline.first?.time ?? 0)
    packet.sequenceFlags = 1  // The state of the sequence begins here.
    packet.tracePacketDefaults.perfSampleDefaults.timebase.period = 1
    packet.tracePacketDefaults.perfSampleDefaults.timebase.name = profile.unit
    addMapping(&packet)
    for id in 0..<UInt32(profile.stacks.nameCount) {
      var name = Perfetto_Protos_InternedString()
      name.iid = UInt64(id) + 1
      name.str = Array(profile.stacks.name(id).utf8).withUnsafeBytes { .init($0) }
      packet.internedData.functionNames.append(name)
      var frame = Perfetto_Protos_Frame()
      (frame.iid, frame.functionNameID, frame.mappingID) = (UInt64(id) + 1, UInt64(id) + 1, 1)
      frame.relPc = UInt64(id)
      packet.internedData.frames.append(frame)
    }
    for node in Set(timeline.map(\.node)).sorted() {
      var stack = Perfetto_Protos_Callstack()
      stack.iid = UInt64(node) + 1
      stack.frameIds = profile.stacks.pathIDs(to: node).map { UInt64($0) + 1 }
      packet.internedData.callstacks.append(stack)
    }
    return packet
  }

  /// trace_processor wants every frame to be of some file.
  private static func addMapping(_ packet: inout Packet) {
    var path = Perfetto_Protos_InternedString()
    path.iid = 1
    path.str = Array("kflame".utf8).withUnsafeBytes { .init($0) }
    packet.internedData.mappingPaths = [path]
    var mapping = Perfetto_Protos_Mapping()
    (mapping.iid, mapping.pathStringIds) = (1, [1])
    packet.internedData.mappings = [mapping]
  }

  static func packet(time: UInt64) -> Packet {
    var packet = Packet()
    packet.timestamp = time
    packet.trustedPacketSequenceID = 1
    packet.sequenceFlags = 2  // Needs the state that the head began.
    return packet
  }

  static func descriptor(_ thread: TimedSample.Thread, _ number: Int) -> Packet {
    var packet = Packet()
    packet.trustedPacketSequenceID = 1
    packet.trackDescriptor.uuid = UInt64(number) + 1
    guard !thread.isCPU else {
      packet.trackDescriptor.name = thread.name
      return packet
    }
    packet.trackDescriptor.thread.pid = Int32(truncatingIfNeeded: thread.process)
    packet.trackDescriptor.thread.tid = Int32(truncatingIfNeeded: thread.thread)
    packet.trackDescriptor.thread.threadName = thread.name
    return packet
  }

  private static func packet(_ sample: TimedSample, _ number: Int) -> Packet {
    var packet = packet(time: sample.time)
    packet.perfSample.cpu = sample.cpu ?? 0
    packet.perfSample.pid = UInt32(truncatingIfNeeded: sample.thread.process)
    packet.perfSample.tid = UInt32(truncatingIfNeeded: sample.thread.thread)
    packet.perfSample.callstackIid = UInt64(sample.node) + 1
    packet.perfSample.timebaseCount = sample.value
    return packet
  }
}
