// Script of the HTML page: the heat map of samples over time, and the range that is picked in it.

extension FlameScript {
  static let heat: StaticString = #"""
    (() => {
    "use strict";
    const flame = document.querySelector("svg.flame").kflame;
    const canvas = document.getElementById("heat"), note = document.getElementById("range");
    if (!flame || !canvas) return;
    const number = flame.numbersOf([document.getElementById("samples").content]);
    const count = number();
    const time = new Float64Array(count), value = new Float64Array(count), frame = new Uint32Array(count);
    for (let i = 0, now = 0; i < count; i++) {
      now += number();
      time[i] = now;
      value[i] = number();
      frame[i] = number();
    }
    const length = Math.max(1, time[count - 1] || 0), all = value.reduce((sum, each) => sum + each, 0) || 1;
    // A column is a slice of time, which runs upwards in its rows.
    const rows = 16;
    let columns = 1, cells = new Float64Array(1), picked = null, anchor = 0;

    function cellOf(i) {
      return Math.min(columns * rows - 1, Math.floor((time[i] / (length + 1)) * columns * rows));
    }

    function draw() {
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.max(1, canvas.clientWidth * ratio);
      canvas.height = Math.max(1, canvas.clientHeight * ratio);
      columns = Math.max(10, Math.floor(canvas.clientWidth / 10));
      cells = new Float64Array(columns * rows);
      for (let i = 0; i < count; i++) cells[cellOf(i)] += value[i];
      const most = Math.max(...cells, 1), context = canvas.getContext("2d");
      const width = canvas.width / columns, height = canvas.height / rows;
      cells.forEach((sum, cell) => {
        if (!sum) return;
        const heat = Math.sqrt(sum / most);
        context.fillStyle = `rgb(${250 - 40 * heat},${190 - 160 * heat},${120 - 90 * heat})`;
        context.fillRect(Math.floor(cell / rows) * width, (rows - 1 - (cell % rows)) * height, width - 1, height - 1);
      });
      if (!picked) return;
      context.strokeStyle = "#0a58ca";
      context.lineWidth = 2 * ratio;
      context.strokeRect(picked[0] * width, 1, (picked[1] - picked[0]) * width, canvas.height - 2);
    }

    function pick(range) {
      picked = range && [Math.max(0, Math.min(...range)), Math.min(columns, Math.max(...range))];
      if (picked && picked[0] === picked[1]) picked[1]++;
      draw();
      if (!picked) {
        note.textContent = "";
        return flame.pick(null);
      }
      const [from, to] = picked.map((column) => (column / columns) * (length + 1));
      const own = new Float64Array(flame.count);
      let sum = 0;
      for (let i = 0; i < count; i++) {
        if (time[i] < from || time[i] >= to) continue;
        own[frame[i]] += value[i];
        sum += value[i];
      }
      const seconds = (nanoseconds) => (nanoseconds / 1e9).toFixed(3) + " s";
      note.textContent = `${seconds(from)} to ${seconds(to)}: ${((100 * sum) / all).toFixed(2)} % of all. Esc shows all.`;
      flame.pick(own);
    }

    const columnAt = (event) => Math.floor((event.offsetX / canvas.clientWidth) * columns);
    canvas.addEventListener("pointerdown", (event) => {
      anchor = columnAt(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", (event) => {
      const column = columnAt(event);
      pick([Math.min(anchor, column), Math.max(anchor, column) + 1]);
    });
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") pick(null);
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const [from, to] = picked || [0, 0];
      if (event.shiftKey) pick([from, Math.max(from + 1, to + by)]);
      else pick([Math.max(0, from + by), Math.max(1, to + by)]);
    });
    window.addEventListener("resize", draw);
    draw();
    })();
    """#
}
