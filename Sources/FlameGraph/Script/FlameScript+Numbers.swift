// Script: numbers as people read them; Quantity writes them alike.

extension FlameScript {
  static let numbers: StaticString = #"""
    const grouped = (value) => String(BigInt(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, ",");
    const percent = (part, whole) => (whole > 0 ? (100 * part / whole).toFixed(2) : "0.00") + " %";

    function duration(value) {
      if (value < 1e6) return (Math.floor(value) / 1e3).toFixed(3) + " µs";
      if (value < 1e9) return (Math.floor(value / 1e3) / 1e3).toFixed(3) + " ms";
      return (Math.floor(value / 1e6) / 1e3).toFixed(3) + " s";
    }

    // A value of the table with its unit, and as a duration if that is what it is.
    function amount(value) {
      const whole = value * settings.scale;
      const exact = grouped(whole) + " " + settings.unit;
      return settings.unit.endsWith("ns") && whole >= 1000 ? `${duration(whole)} (${exact})` : exact;
    }

    """#
}
