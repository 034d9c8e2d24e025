// How far the shares of a sampled profile are from what they would be with endless samples.
//
// A share p of n samples has the standard deviation √(p (1 − p) / n), which is largest for one half: 1 / (2 √n). That is
// what is told, as one number for the whole picture; every other share is known better.

public enum SamplingError {
  /// The standard deviation of a share of one half, in percent.
  public static func percent(samples: Double) -> Double { 50 / samples.squareRoot() }

  /// As it stands in a subtitle; nil without samples. Two digits that say something, rounded up.
  public static func fact(samples: UInt64) -> String? {
    guard samples > 0 else { return nil }
    let percent = percent(samples: Double(samples))
    var decimals = 0
    var scale = 1.0
    while percent * scale < 10, decimals < 6 {
      decimals += 1
      scale *= 10
    }
    let text = Quantity.decimal(UInt128((percent * scale).rounded(.up)), decimals)
    return "\(Quantity.grouped(UInt128(samples))) samples, shares ±\(text) % (1 σ)"
  }
}
