// pprof: a location and a function for every name, a sample for every stack. Values above 2^63 - 1 stay there.

import FlameGraph
import SwiftProtobuf

enum PProfExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var file = Perftools_Profiles_Profile()
    file.stringTable = [""]
    func index(_ text: String) -> Int64 {
      file.stringTable.append(text)
      return Int64(file.stringTable.count - 1)
    }
    var type = Perftools_Profiles_ValueType()
    type.type = index(profile.isTime ? "time" : profile.unit)
    type.unit = index(profile.isTime ? "nanoseconds" : profile.unit == "bytes" ? "bytes" : "count")
    file.sampleType = [type]
    for id in 0..<UInt32(profile.stacks.nameCount) {
      var function = Perftools_Profiles_Function()
      function.id = UInt64(id) + 1
      function.name = index(profile.stacks.name(id))
      function.systemName = function.name
      file.function.append(function)
      var line = Perftools_Profiles_Line()
      line.functionID = function.id
      var location = Perftools_Profiles_Location()
      location.id = function.id
      location.line = [line]
      file.location.append(location)
    }
    let scale = FoldedStacks.power(of: profile.stacks.decimals)
    profile.stacks.forEachStack { _, frames, value in
      var sample = Perftools_Profiles_Sample()
      sample.locationID = frames.reversed().map { UInt64($0) + 1 }
      sample.value = [Int64(clamping: (value + scale / 2) / scale)]
      file.sample.append(sample)
    }
    return (try? file.serializedBytes()) ?? []
  }
}
