// The first processor: its fixed memory, its idle thread, which is the boot code itself.

import CMachine
import KernelCore
import LinuxABI

enum BootCPU {
  /// The process of kernel threads: number 0, no memory, no files.
  nonisolated(unsafe) private static var kernelProcess: Process! = nil

  private static var block: UnsafeMutablePointer<apus_percpu> {
    UnsafeMutablePointer(bitPattern: UInt(apus_symbolapus_boot_percpu())).unsafelyUnwrapped
  }

  static func prepareCounters() {
    block.pointee.base = block
    Features.setCPUBlock(block)
  }

  static func initialize() {
    do throws(Errno) {
      AddressSpace.zeroPage = try Frames.allocateZeroed()
      let pages = try zeroed(order: 3)
      let process = Process(
        pid: 0, parent: nil, addressSpace: nil, files: try FileTable(capacity: 1), filesystem: nil,
        credentials: Credentials(), actions: SignalActions(), name: ProcessName("kernel"))
      kernelProcess = process
      let cpu = try CPU(index: 0, block: block, pages: pages, idleProcess: process)
      cpu.activate()
    } catch { Panic.stop("no memory to boot with") }
  }

  /// Lets the other CPUs come.
  static func startOthers() {
    CPU.current.comeOnline()
    SecondCPUs.start(idleProcess: kernelProcess)
  }

  /// Turns the boot code into the idle thread.
  static func run() -> Never {
    let cpu = CPU.current
    IOAPIC.route(line: 4, vector: LocalAPIC.serialVector)
    cpu.nextTick = Clock.monotonic() &+ Scheduler.tickNanoseconds
    Scheduler.programTimer(cpu, now: Clock.monotonic())
    Scheduler.idle()
  }

  /// 2^order zeroed pages, for ever.
  static func zeroed(order: Int) throws(Errno) -> UnsafeMutableRawPointer {
    let memory = try Frames.allocate(order: order).pointer
    memory.initializeMemory(as: UInt64.self, repeating: 0, count: (pageSize << order) / 8)
    return memory
  }
}
