// Sizes and offsets of what crosses the boundary to programs.

import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct LayoutTests {
    @Test func structsHaveTheSizesOfLinux() {
      #expect(MemoryLayout<Stat>.size == 144)
      #expect(MemoryLayout<Statx>.size == 256)
      #expect(MemoryLayout<Statfs>.size == 120)
      #expect(MemoryLayout<Termios>.size == 36)
      #expect(MemoryLayout<WindowSize>.size == 8)
      #expect(MemoryLayout<PollFD>.size == 8)
      #expect(MemoryLayout<Iovec>.size == 16)
      #expect(MemoryLayout<Timespec>.size == 16)
      #expect(MemoryLayout<Utimbuf>.size == 16)
      #expect(MemoryLayout<Flock>.size == 32)
    }

    @Test func fieldsStandWhereLinuxHasThem() {
      #expect(MemoryLayout<Stat>.offset(of: \.links) == 16)
      #expect(MemoryLayout<Stat>.offset(of: \.mode) == 24)
      #expect(MemoryLayout<Stat>.offset(of: \.specialDevice) == 40)
      #expect(MemoryLayout<Stat>.offset(of: \.size) == 48)
      #expect(MemoryLayout<Stat>.offset(of: \.accessed) == 72)
      #expect(MemoryLayout<Statx>.offset(of: \.mode) == 28)
      #expect(MemoryLayout<Statx>.offset(of: \.size) == 40)
      #expect(MemoryLayout<Statx>.offset(of: \.modified) == 112)
      #expect(MemoryLayout<Statx>.offset(of: \.mountID) == 144)
      #expect(MemoryLayout<Termios>.offset(of: \.characters) == 17)
    }

    @Test func recordLocksStandWhereLinuxHasThem() {
      #expect(MemoryLayout<Flock>.offset(of: \.start) == 8)
      #expect(MemoryLayout<Flock>.offset(of: \.length) == 16)
      #expect(MemoryLayout<Flock>.offset(of: \.pid) == 24)
    }

    @Test func deviceNumbersRoundTrip() {
      let device = DeviceNumber(major: 0x123, minor: 0x45678)
      #expect(device.major == 0x123 && device.minor == 0x45678)
      #expect(DeviceNumber(major: 1, minor: 3).rawValue == 0x103)
    }
  }
}
