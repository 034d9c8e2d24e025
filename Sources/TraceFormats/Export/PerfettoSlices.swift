// Spans in Perfetto's trace: a track for every thread, and events where slices of it begin and end.

import FlameGraph
import SwiftProtobuf

enum PerfettoSlices {
  static func write(_ profile: Profile) -> [UInt8] {
    var trace = PacketStream()
    trace.append(head(profile))
    for (number, part) in profile.slices.enumerated() {
      trace.append(PerfettoExport.descriptor(part.thread, number))
      let track = UInt64(number) + 1
      var open: [UInt64] = []
      // Written again and again: making a packet costs more than filling it.
      var (begin, close) = (event(.sliceBegin, track), event(.sliceEnd, track))
      func end(until time: UInt64) {
        while let last = open.last, last <= time {
          close.timestamp = open.removeLast()
          trace.append(close)
        }
      }
      for slice in part.slices {
        end(until: slice.start)
        begin.timestamp = slice.start
        begin.trackEvent.nameIid = UInt64(slice.name) + 1
        trace.append(begin)
        open.append(slice.end)
      }
      end(until: .max)
    }
    return trace.bytes
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

  private static func event(_ type: Perfetto_Protos_TrackEvent.TypeEnum, _ track: UInt64) -> PerfettoExport.Packet {
    var packet = PerfettoExport.packet(time: 0)
    packet.trackEvent.type = type
    packet.trackEvent.trackUuid = track
    return packet
  }
}
