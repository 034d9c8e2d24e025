// The CMOS clock (Motorola MC146818): read once, at boot.

import CMachine

enum RealTimeClock {
  /// Seconds since 1970, UTC.
  static func seconds() -> UInt64 {
    while register(10) & 0x80 != 0 { apus_pause() }
    let isBinary = register(11) & 4 != 0
    func field(_ index: UInt8) -> Int {
      let raw = Int(register(index))
      return isBinary ? raw : raw >> 4 * 10 + raw & 15
    }
    let days = daysSince1970(year: 2000 + field(9), month: field(8), day: field(7))
    return UInt64(days * 86400 + field(4) * 3600 + field(2) * 60 + field(0))
  }

  private static func register(_ index: UInt8) -> UInt8 {
    apus_outb(0x70, index)
    return apus_inb(0x71)
  }

  /// Civil date to days, after Howard Hinnant's days_from_civil.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }
}
