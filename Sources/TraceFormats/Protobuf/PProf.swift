// pprof's profiles, read: samples of locations, which are lines of functions. gzip is the caller's to unpack.
//
// Of several kinds of values the profile's default is taken, else the last, as pprof does; `PerfOptions.event` names
// another. Functions inlined at a location are frames of their own. Source: profile.proto.

import FlameGraph
import SwiftProtobuf

enum PProf {
  static func read(_ bytes: UnsafeBufferPointer<UInt8>, _ options: PerfOptions) throws(FormatError) -> Profile {
    let file: Perftools_Profiles_Profile
    do {
      file = try Perftools_Profiles_Profile(serializedBytes: Array(bytes))
    } catch {
      throw FormatError("a pprof profile: the protobuf message is damaged")
    }
    var reader = try PProfReader(file)
    return try reader.read(options.event)
  }
}

private struct PProfReader {
  private let file: Perftools_Profiles_Profile
  private var profile = Profile()
  /// Names of a location, innermost first.
  private var locations: [UInt64: [UInt32]] = [:]

  init(_ file: Perftools_Profiles_Profile) throws(FormatError) {
    self.file = file
    var functions: [UInt64: UInt32] = [:]
    for function in file.function { functions[function.id] = profile.stacks.intern(try text(function.name)) }
    for location in file.location {
      var names = location.line.compactMap { functions[$0.functionID] }
      if names.isEmpty { names = [profile.stacks.intern("0x" + String(location.address, radix: 16))] }
      locations[location.id] = names
    }
  }

  mutating func read(_ wanted: String?) throws(FormatError) -> Profile {
    let column = try column(wanted)
    let type = file.sampleType.isEmpty ? nil : file.sampleType[column]
    if let type { profile.unit = Self.unit(try text(type.type), try text(type.unit)) }
    for (index, sample) in file.sample.enumerated() {
      guard sample.value.indices.contains(column), sample.value[column] >= 0 else {
        profile.counts.bad(index + 1, "sample \(index + 1): expected a value of 0 or more")
        continue
      }
      var frames: [UInt32] = []
      for id in sample.locationID {
        guard let names = locations[id] else { throw FormatError("locations that the profile has, not \(id)") }
        frames += names
      }
      profile.counts.stacks += 1
      frames.withUnsafeBufferPointer { _ = profile.stacks.add(innermostFirst: $0, value: UInt64(sample.value[column])) }
    }
    return profile
  }

  private func column(_ wanted: String?) throws(FormatError) -> Int {
    let types = file.sampleType
    if let wanted {
      for (index, type) in types.enumerated() where try text(type.type) == wanted { return index }
      throw FormatError("values of the kind '\(wanted)'")
    }
    if file.defaultSampleType > 0, let index = types.firstIndex(where: { $0.type == file.defaultSampleType }) {
      return index
    }
    return max(0, types.count - 1)
  }

  private func text(_ index: Int64) throws(FormatError) -> String {
    guard file.stringTable.indices.contains(Int(truncatingIfNeeded: index)) else {
      throw FormatError("strings below \(file.stringTable.count), not \(index)")
    }
    return file.stringTable[Int(index)]
  }

  private static func unit(_ type: String, _ unit: String) -> String {
    switch unit {
    case "nanoseconds": return "ns"
    case "count": return type.isEmpty ? "samples" : type
    default: return unit.isEmpty ? "samples" : unit
    }
  }
}
