// The Firefox Profiler's processed profile: tables as columns, stacks as prefix and frame.
//
// Written is preprocessed version 34, which the profiler upgrades by itself. Source: docs-developer of the profiler.

import FlameGraph

enum FirefoxExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var json = JSONText()
    json.raw(
      "{\"meta\":{\"interval\":1,\"startTime\":0,\"processType\":0,\"stackwalk\":1,\"debug\":false,\"version\":24,")
    json.raw("\"preprocessedProfileVersion\":34,\"symbolicated\":true,\"markerSchema\":[],")
    json.raw("\"categories\":[{\"name\":\"Other\",\"color\":\"grey\",\"subcategories\":[\"Other\"]}],")
    json.raw("\"importedFrom\":\"kflame\",\"product\":")
    json.string(profile.title)
    json.raw("},\"libs\":[],\"pages\":[],\"counters\":[],\"threads\":")
    json.list(Threads.split(profile.timeline)) { json, part in
      FirefoxThread(profile, part.thread, part.samples).write(&json)
    }
    json.raw("}\n")
    return json.bytes
  }
}

private struct FirefoxThread {
  private let profile: Profile
  private let thread: TimedSample.Thread
  private let samples: [TimedSample]
  /// Nodes of the stacks, parents first, and their places.
  private var nodes: [UInt32] = []
  private var places: [UInt32: Int] = [:]

  init(_ profile: Profile, _ thread: TimedSample.Thread, _ samples: [TimedSample]) {
    (self.profile, self.thread, self.samples) = (profile, thread, samples)
    var used: Set<UInt32> = []
    for sample in samples {
      var node = sample.node
      while node != 0, used.insert(node).inserted { node = profile.stacks.parent(of: node) }
    }
    nodes = used.sorted()
    for (place, node) in nodes.enumerated() { places[node] = place }
  }

  func write(_ json: inout JSONText) {
    json.raw("{\"processType\":\"default\",\"processStartupTime\":0,\"processShutdownTime\":null,\"registerTime\":0,")
    json.raw("\"unregisterTime\":null,\"pausedRanges\":[],\"isMainThread\":true,\"name\":")
    json.string(thread.name)
    json.raw(",\"pid\":\"")
    json.number(thread.process)
    json.raw("\",\"tid\":")
    json.number(thread.thread)
    writeSamples(&json)
    writeStacks(&json)
    writeFunctions(&json)
    json.raw(
      ",\"markers\":{\"length\":0,\"category\":[],\"data\":[],\"name\":[],\"startTime\":[],\"endTime\":[],\"phase\":[]}"
    )
    json.raw(",\"resourceTable\":{\"length\":0,\"lib\":[],\"name\":[],\"host\":[],\"type\":[]}")
    json.raw(",\"nativeSymbols\":{\"length\":0,\"libIndex\":[],\"address\":[],\"name\":[],\"functionSize\":[]}}")
  }

  private func writeSamples(_ json: inout JSONText) {
    json.raw(",\"samples\":{\"weightType\":")
    json.string(profile.isTime ? "tracing-ms" : profile.unit == "bytes" ? "bytes" : "samples")
    json.raw(",\"length\":")
    json.number(samples.count)
    json.raw(",\"stack\":")
    json.list(samples) { json, sample in
      if let place = places[sample.node] { json.number(place) } else { json.raw("null") }
    }
    json.raw(",\"time\":")
    json.list(samples) { json, sample in milliseconds(sample.time, &json) }
    json.raw(",\"weight\":")
    json.list(samples) { json, sample in
      if profile.isTime { milliseconds(sample.value, &json) } else { json.number(sample.value) }
    }
    json.raw("}")
  }

  private func milliseconds(_ nanoseconds: UInt64, _ json: inout JSONText) { json.decimal(UInt128(nanoseconds), 6) }

  private func writeStacks(_ json: inout JSONText) {
    json.raw(",\"stackTable\":{\"length\":")
    json.number(nodes.count)
    json.raw(",\"prefix\":")
    json.list(nodes) { json, node in
      if let place = places[profile.stacks.parent(of: node)] { json.number(place) } else { json.raw("null") }
    }
    json.raw(",\"frame\":")
    json.list(nodes) { json, node in json.number(profile.stacks.nameID(of: node)) }
    column("category", "0", nodes.count, &json)
    column("subcategory", "0", nodes.count, &json)
    json.raw("}")
  }

  /// A frame and a function for every name.
  private func writeFunctions(_ json: inout JSONText) {
    let count = profile.stacks.nameCount
    json.raw(",\"frameTable\":{\"length\":")
    json.number(count)
    json.raw(",\"func\":")
    json.list(0..<count) { json, id in json.number(id) }
    for name in ["address"] as [StaticString] { column(name, "-1", count, &json) }
    for name in ["inlineDepth", "category", "subcategory"] as [StaticString] { column(name, "0", count, &json) }
    for name in ["nativeSymbol", "innerWindowID", "implementation", "line", "column", "optimizations"] as [StaticString]
    {
      column(name, "null", count, &json)
    }
    json.raw("},\"funcTable\":{\"length\":")
    json.number(count)
    json.raw(",\"name\":")
    json.list(0..<count) { json, id in json.number(id) }
    for name in ["isJS", "relevantForJS"] as [StaticString] { column(name, "false", count, &json) }
    column("resource", "-1", count, &json)
    for name in ["fileName", "lineNumber", "columnNumber"] as [StaticString] { column(name, "null", count, &json) }
    json.raw("},\"stringArray\":")
    json.list(0..<UInt32(count)) { json, id in json.string(profile.stacks.name(id)) }
  }

  private func column(_ name: StaticString, _ value: StaticString, _ count: Int, _ json: inout JSONText) {
    json.raw(",\"")
    json.raw(name)
    json.raw("\":")
    json.list(0..<count) { json, _ in json.raw(value) }
  }
}
