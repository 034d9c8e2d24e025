// The machine as a whole: its name, memory, random numbers, scheduling, power.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  /// struct utsname: six fields of 65 bytes.
  static func uname(_ caller: Thread, _ out: UInt) throws(Errno) -> Int {
    try withUnsafeBytes(of: SystemName.fields) { (raw) throws(Errno) in
      try UserMemory.copyOut(raw.baseAddress!, to: out, count: SystemName.fieldBytes * 6)
    }
    return 0
  }

  static func sethostname(_ caller: Thread, _ name: UInt, _ length: Int) throws(Errno) -> Int {
    guard caller.process.credentials.euid == 0 else { throw .EPERM }
    guard length >= 0, length <= 64 else { throw .EINVAL }
    var bytes: [UInt8] = []
    for index in 0..<length { bytes.append(try UserPointer<UInt8>(name).advanced(by: index).load()) }
    SystemName.setHostname(bytes)
    return 0
  }

  static func setdomainname(_ caller: Thread, _ name: UInt, _ length: Int) throws(Errno) -> Int {
    guard caller.process.credentials.euid == 0 else { throw .EPERM }
    guard length >= 0, length <= 64 else { throw .EINVAL }
    var bytes: [UInt8] = []
    for index in 0..<length { bytes.append(try UserPointer<UInt8>(name).advanced(by: index).load()) }
    SystemName.setDomainName(bytes)
    return 0
  }

  /// struct sysinfo: 112 bytes.
  static func sysinfo(_ caller: Thread, _ out: UserPointer<InlineArray<14, UInt64>>) throws(Errno) -> Int {
    var words = InlineArray<14, UInt64>(repeating: 0)
    words[0] = Clock.monotonic() / Clock.nanosecondsPerSecond
    words[4] = UInt64(Frames.totalCount * pageSize)
    words[5] = UInt64(Frames.freeCount * pageSize)
    words[10] = UInt64(min(ProcessTable.processes.count, 65535))
    words[13] = 1  // mem_unit
    try out.store(words)
    return 0
  }

  static func getrandom(_ caller: Thread, _ out: UInt, _ count: Int, _ flags: UInt32) throws(Errno) -> Int {
    guard flags & ~7 == 0, flags & 6 != 6 else { throw .EINVAL }
    try UserMemory.check(out, max(0, count))
    var done = 0
    while done < count {
      var word = Random.word()
      let part = min(8, count - done)
      do throws(Errno) { try UserMemory.copyOut(&word, to: out + UInt(done), count: part) } catch {
        if done == 0 { throw error }
        return done
      }
      done += part
      if done & 4095 == 0 {
        do throws(Errno) { try caller.breathe() } catch { return done }
      }
    }
    return done
  }

  /// sched_yield(2): nobody else can run unless the queue holds somebody.
  @inline(__always)
  static func schedYield(_ caller: Thread) -> Int {
    if apus_key_switch_yield_locks() {
      Legacy.yieldWithLocks(caller)
    } else if !caller.cpu.runQueue.isEmpty {
      Scheduler.yield()
    }
    return 0
  }

  static func getcpu(_ caller: Thread, _ cpu: UserPointer<UInt32>, _ node: UserPointer<UInt32>) throws(Errno) -> Int {
    if !cpu.isNull { try cpu.store(UInt32(caller.cpu.index)) }
    if !node.isNull { try node.store(0) }
    return 0
  }

  /// reboot(2): every way to stop stops the machine.
  static func reboot(
    _ caller: Thread, _ magic: UInt32, _ magic2: UInt32, _ command: UInt32
  ) throws(Errno) -> Int {
    guard caller.process.credentials.euid == 0 else { throw .EPERM }
    guard magic == 0xfee1_dead, [672_274_793, 85_072_278, 369_367_448, 537_993_216].contains(magic2)
    else { throw .EINVAL }
    switch command {
    case 0x0123_4567, 0xcdef_0123, 0x4321_fedc, 0xa1b2_c3d4: InitProcess.endMachine()
    case 0, 0x89ab_cdef: return 0  // what Ctrl-Alt-Del does
    default: throw .EINVAL
    }
  }
}

/// What uname(2) says.
enum SystemName {
  static let fieldBytes = 65
  nonisolated(unsafe) private(set) static var fields: InlineArray<390, UInt8> = InlineArray(repeating: 0)

  static func initialize() {
    set(0, "Linux")
    set(1, "apus")
    set(2, "6.1.0-apus")
    set(3, "#1 SMP Apus")
    set(4, "x86_64")
    set(5, "(none)")
  }

  static func setHostname(_ name: [UInt8]) { set(1, name) }
  static func setDomainName(_ name: [UInt8]) { set(5, name) }

  private static func set(_ field: Int, _ name: [UInt8]) {
    for index in 0..<65 { fields[field * fieldBytes + index] = index < name.count ? name[index] : 0 }
  }

  /// The bytes of field 0…5.
  static func field(_ index: Int) -> [UInt8] {
    var result: [UInt8] = []
    var position = index * fieldBytes
    while fields[position] != 0 {
      result.append(fields[position])
      position += 1
    }
    return result
  }

  private static func set(_ field: Int, _ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { fields[field * fieldBytes + index] = text.utf8Start[index] }
  }
}
