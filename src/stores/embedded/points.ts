/** The samples of one series as growing columns: what chunks decode into and queries work on. */
export class PointList {
  length = 0;
  time = new Float64Array(256);
  value = new Float64Array(256);
  status = new Uint8Array(256);

  clear(): void {
    this.length = 0;
  }

  add(time: number, value: number, status: number): void {
    const i = this.length;
    if (i === this.time.length) this.#grow();
    this.time[i] = time;
    this.value[i] = value;
    this.status[i] = status;
    this.length = i + 1;
  }

  /** Sorts by time; of several samples at one time the one that was added last stays. */
  settle(): void {
    let ascending = true;
    for (let i = 1; i < this.length; i++) {
      if (this.time[i]! <= this.time[i - 1]!) {
        ascending = false;
        break;
      }
    }
    if (ascending) return;
    const order = new Uint32Array(this.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    const { time, value, status } = this;
    order.sort((a, b) => time[a]! - time[b]! || a - b);
    const sorted = {
      time: new Float64Array(time.length),
      value: new Float64Array(time.length),
      status: new Uint8Array(time.length),
    };
    let n = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      if (n > 0 && sorted.time[n - 1] === time[row]) n--;
      sorted.time[n] = time[row]!;
      sorted.value[n] = value[row]!;
      sorted.status[n] = status[row]!;
      n++;
    }
    this.time = sorted.time;
    this.value = sorted.value;
    this.status = sorted.status;
    this.length = n;
  }

  #grow(): void {
    const capacity = this.time.length * 2;
    const time = new Float64Array(capacity);
    time.set(this.time);
    this.time = time;
    const value = new Float64Array(capacity);
    value.set(this.value);
    this.value = value;
    const status = new Uint8Array(capacity);
    status.set(this.status);
    this.status = status;
  }
}
