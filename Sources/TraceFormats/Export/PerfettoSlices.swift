// Spans in Perfetto's trace: a track for every thread, and events where slices of it begin and end.

import FlameGraph
import SwiftProtobuf

enum PerfettoSlices {
  static func write(_ profile: Profile) -> [UInt8] {
    var trace = Perfetto_Protos_Trace()
    trace.packet.append(head(profile))
    for (number, part) in profile.slices.enumerated() {
      trace.packet.append(PerfettoExport.descriptor(part.thread, number))
      let track = UInt64(number) + 1
      var open: [UInt64] = []
      func end(until time: UInt64) {
        while let last = open.last, last <= time { trace.packet.append(event(.sliceEnd, open.removeLast(), track)) }
      }
      for slice in part.slices {
        end(until: slice.start)
        var begin = event(.sliceBegin, slice.start, track)
        begin.trackEvent.nameIid = UInt64(slice.name) + 1
        trace.packet.append(begin)
        open.append(slice.end)
      }
      end(until: .max)
    }
    return (try? trace.serializedBytes()) ?? []
  }

  private static func head(_ profile: Profile) -> PerfettoExport.Packet {
    var packet = PerfettoExport.packet(time: profile.spans.first?.start ?? 0)
    packet.sequenceFlags = 1  // The state of the sequence begins here.
    for id in Set(profile.spans.map(\.name)).sorted() {
      var name = Perfetto_Protos_EventName()
      (name.iid, name.name) = (UInt64(id) + 1, profile.stacks.name(id))
      packet.internedData.eventNames.append(name)
    }
    return packet
  }

  private static func event(
    _ type: Perfetto_Protos_TrackEvent.TypeEnum, _ time: UInt64, _ track: UInt64
  ) -> PerfettoExport.Packet {
    var packet = PerfettoExport.packet(time: time)
    packet.trackEvent.type = type
    packet.trackEvent.trackUuid = track
    return packet
  }
}
