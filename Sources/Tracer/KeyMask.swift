// Sets of static keys as bits, and the words by which the boot line (`trace=`) chooses them.
import CMachine

public enum KeyMask {
  public static var all: UInt32 { (1 << apus_key_count.rawValue) - 1 }

  /// Keys named in comma-separated words: key names, `all`, `none`. Unknown words are ignored. Any key but `none`
  /// brings `scheduler` along, for without context switches no span knows its time off the CPU.
  public static func parse(_ words: UnsafeRawBufferPointer) -> UInt32 {
    var mask: UInt32 = 0
    var start = 0
    for index in 0...words.count where index == words.count || words[index] == 0x2c {
      mask |= keys(named: UnsafeRawBufferPointer(rebasing: words[start..<index]))
      start = index + 1
    }
    return mask == 0 ? 0 : mask | 1 << apus_key_id_scheduler.rawValue
  }

  private static func keys(named word: UnsafeRawBufferPointer) -> UInt32 {
    if equal(word, "all") { return all }
    for key in 0..<apus_key_count.rawValue {
      guard let name = apus_trace_key_name(key) else { continue }
      var length = 0
      while length < word.count && name[length] != 0 && UInt8(bitPattern: name[length]) == word[length] { length += 1 }
      if length == word.count && length > 0 && name[length] == 0 { return 1 << key }
    }
    return 0
  }

  private static func equal(_ word: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    guard word.count == text.utf8CodeUnitCount else { return false }
    for index in 0..<word.count where word[index] != text.utf8Start[index] { return false }
    return true
  }
}
