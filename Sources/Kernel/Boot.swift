import CMachine

@c
func apus_main(_ startInfo: UInt64) {
  for byte: UInt8 in [72, 105, 10] { apus_outb(0x3f8, byte) }
  while true { apus_hlt() }
}
@c
func apus_syscall(_ frame: UnsafeMutableRawPointer) {}
@c
func apus_trap(_ frame: UnsafeMutableRawPointer) {}
@c
func apus_thread_main() {}
@c
func apus_allocate(_ size: Int, _ alignment: Int) -> UnsafeMutableRawPointer? { nil }
@c
func apus_free(_ p: UnsafeMutableRawPointer) {}
