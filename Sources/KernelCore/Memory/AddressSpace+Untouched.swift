// What was made ready and never used: anonymous pages that a program has never accessed, counted when its memory goes,
// while the key `process` is on. The processor notes accesses in the page table (Intel SDM volume 3, 4.8).

import CMachine
import Tracer

extension AddressSpace {
  /// Nobody else sees this address space any more.
  @inline(never)
  func countUntouched() {
    var untouched: UInt64 = 0
    for area in areas where area.file == nil && !area.isShared {
      table.forEachPage(area.start, area.end) { _, entry in
        if entry.pointee.rawValue & PageEntry.accessed == 0 { untouched += 1 }
      }
    }
    let flags = apus_save_flags_cli()
    if let memory = apus_cpu_trace() { CPUTrace(memory: memory).memoryEnded(untouched: untouched) }
    apus_restore_flags(flags)
  }
}
