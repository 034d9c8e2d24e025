// Script: numbers as people read them; Quantity writes them alike.

extension FlameScript {
  static let numbers: StaticString = #"""
    const grouped = (value) => {
      if (value < 1000 && Number.isInteger(value)) return String(value);
      if (value < 1e6 && Number.isInteger(value)) return `${Math.floor(value / 1000)},${String(value % 1000).padStart(3, "0")}`;
      const whole = Number.isInteger(value) || value > 1e15 ? BigInt(Math.round(value)) : BigInt(Math.floor(value));
      const part = Number.isInteger(value) || value > 1e15 ? "" : value.toFixed(9).replace(/^.*\./, ".").replace(/0+$/, "");
      return String(whole).replace(/\B(?=(\d{3})+$)/g, ",") + part;
    };
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
