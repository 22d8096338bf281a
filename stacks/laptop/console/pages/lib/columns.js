/**
 * Values by time, a column for each series, in windows of equal length: history first, then what comes in live. All
 * columns have the same times, as the charting library wants it.
 */
export class Columns {
  constructor({ seconds, windowS }, scale = 1) {
    this.seconds = seconds;
    this.windowS = windowS;
    this.scale = scale;
    this.times = [];
    this.values = new Map();
  }

  /** Rows of the API's windows: `{ uuid, start, mean }`, of any order. */
  load(rows, keyOf) {
    const known = new Map();
    for (const row of rows) known.set(row, Date.parse(row.start) / 1000);
    const live = this.snapshot();
    this.times = this.grid([...known.values(), ...this.times]);
    const place = new Map(this.times.map((time, index) => [time, index]));
    this.values = new Map();
    const put = (key, time, value) => {
      const index = place.get(time);
      if (index !== undefined) this.column(key)[index] = value;
    };
    for (const [row, time] of known) put(keyOf(row), time, row.mean * this.scale);
    for (const { key, time, value } of live) put(key, time, value);
  }

  add(key, timeS, value) {
    const time = Math.floor(timeS / this.windowS) * this.windowS;
    const index = this.placeOf(time);
    this.column(key)[index] = value * this.scale;
  }

  /** Forgets what is out of the range. */
  trim(nowS) {
    const first = this.times.findIndex((time) => time >= nowS - this.seconds);
    const count = first === -1 ? this.times.length : first;
    if (count === 0) return;
    this.times.splice(0, count);
    for (const column of this.values.values()) column.splice(0, count);
  }

  column(key) {
    let column = this.values.get(key);
    if (column === undefined) {
      column = new Array(this.times.length).fill(null);
      this.values.set(key, column);
    }
    return column;
  }

  placeOf(time) {
    let index = this.times.length;
    while (index > 0 && this.times[index - 1] > time) index -= 1;
    if (index > 0 && this.times[index - 1] === time) return index - 1;
    // No window is left out: where nothing came there is a hole, and no line over it.
    const last = this.times.at(-1);
    if (index > 0 && index === this.times.length && time - last <= this.seconds) {
      for (let between = last + this.windowS; between < time; between += this.windowS) {
        this.times.push(between);
        for (const column of this.values.values()) column.push(null);
      }
      index = this.times.length;
    }
    this.times.splice(index, 0, time);
    for (const column of this.values.values()) column.splice(index, 0, null);
    return index;
  }

  /** All windows from the first to the last of these. */
  grid(times) {
    if (times.length === 0) return [];
    const sorted = times.sort((a, b) => a - b);
    const [first, last] = [Math.max(sorted[0], sorted.at(-1) - this.seconds - this.windowS), sorted.at(-1)];
    const count = Math.round((last - first) / this.windowS) + 1;
    return Array.from({ length: count }, (_none, index) => last - (count - 1 - index) * this.windowS);
  }

  snapshot() {
    return [...this.values].flatMap(([key, column]) =>
      column.flatMap((value, index) => (value === null ? [] : [{ key, time: this.times[index], value }])),
    );
  }
}
