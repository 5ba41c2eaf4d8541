import {type Clock} from './clock.ts';

/** What sets values of one name apart. */
export type MetricLabels = Readonly<Record<string, string>>;

/** A value as it is now; `name` without the prefix, as `runtime.alloc_bytes`. */
export interface Gauge {
  readonly name: string;
  readonly value: number;
  readonly labels?: MetricLabels;
}

/** One counter, or the times that one thing takes. Held by who measures, so that measuring costs no search. */
export interface Meter {
  /** @param value how many, or how many milliseconds */
  add(value: number): void;
}

/** Where measured values go. */
export interface MetricSink {
  /** Things that are counted; `name` without the prefix, as `raft.apply`. */
  counter(name: string, labels?: MetricLabels): Meter;
  /** Things that are measured, mostly times in milliseconds. */
  sampler(name: string, labels?: MetricLabels): Meter;
}

/** Values of one interval, summed up. */
export interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
}

/** What is known of one meter. */
export interface MeterReading {
  readonly name: string;
  readonly labels: MetricLabels;
  /** The last whole interval; while the first is still running, that one. */
  readonly interval: Aggregate;
  /** Since the start. */
  readonly totalCount: number;
  readonly totalSum: number;
}

export const metricsIntervalMs = 10_000;

/** Keeps what is measured in intervals of ten seconds (http-core.md §7.11). */
export class IntervalMetrics implements MetricSink {
  readonly #clock: Clock;
  readonly #counters = new Map<string, Series>();
  readonly #samplers = new Map<string, Series>();
  readonly #first: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#first = this.#now();
  }

  counter(name: string, labels: MetricLabels = {}): Meter {
    return this.#series(this.#counters, name, labels);
  }

  sampler(name: string, labels: MetricLabels = {}): Meter {
    return this.#series(this.#samplers, name, labels);
  }

  /** Counters that counted something in the interval. */
  counters(): readonly MeterReading[] {
    return this.#read(this.#counters);
  }

  samples(): readonly MeterReading[] {
    return this.#read(this.#samplers);
  }

  /** Every meter that ever counted something, for who sums up over time himself. */
  totals(): {readonly counters: readonly MeterReading[]; readonly samples: readonly MeterReading[]} {
    const used = (all: ReadonlyMap<string, Series>): readonly MeterReading[] => sorted([...all.values()].filter((series) => series.totalCount > 0).map((series) => series.reading(emptyAggregate)));
    return {counters: used(this.#counters), samples: used(this.#samplers)};
  }

  /** When the interval began that `counters` and `samples` tell of, by the wall clock in milliseconds. */
  get shownSinceMs(): number {
    const now = this.#now();
    return (now === this.#first ? now : now - 1) * metricsIntervalMs;
  }

  #read(all: ReadonlyMap<string, Series>): readonly MeterReading[] {
    const shown = this.shownSinceMs / metricsIntervalMs;
    return sorted([...all.values()].flatMap((series) => {
      const aggregate = series.of(shown);
      return aggregate === undefined ? [] : [series.reading(aggregate)];
    }));
  }

  #series(all: Map<string, Series>, name: string, labels: MetricLabels): Series {
    const key = keyOf(name, labels);
    const known = all.get(key);
    if (known !== undefined) return known;
    const made = new Series(name, labels, () => this.#now());
    all.set(key, made);
    return made;
  }

  /** The number of the running interval. */
  #now(): number {
    return Math.floor(this.#clock.wallMs() / metricsIntervalMs);
  }
}

const emptyAggregate: Aggregate = {count: 0, sum: 0, sumOfSquares: 0, min: 0, max: 0};

class Series implements Meter {
  readonly #name: string;
  readonly #labels: MetricLabels;
  readonly #now: () => number;
  #interval = -1;
  #running: {-readonly [K in keyof Aggregate]: Aggregate[K]} = {...emptyAggregate};
  #last: Aggregate | undefined;
  totalCount = 0;
  #totalSum = 0;

  constructor(name: string, labels: MetricLabels, now: () => number) {
    this.#name = name;
    this.#labels = labels;
    this.#now = now;
  }

  add(value: number): void {
    const interval = this.#now();
    if (interval !== this.#interval) {
      this.#last = interval === this.#interval + 1 ? this.#running : undefined;
      this.#running = {count: 0, sum: 0, sumOfSquares: 0, min: value, max: value};
      this.#interval = interval;
    }
    const running = this.#running;
    running.count++;
    running.sum += value;
    running.sumOfSquares += value * value;
    if (value < running.min) running.min = value;
    if (value > running.max) running.max = value;
    this.totalCount++;
    this.#totalSum += value;
  }

  of(interval: number): Aggregate | undefined {
    if (interval === this.#interval) return this.#running;
    return interval === this.#interval - 1 ? this.#last : undefined;
  }

  reading(interval: Aggregate): MeterReading {
    return {name: this.#name, labels: this.#labels, interval, totalCount: this.totalCount, totalSum: this.#totalSum};
  }
}

/** Measures nothing. */
export const noMetrics: MetricSink = {counter: () => noMeter, sampler: () => noMeter};
const noMeter: Meter = {add: () => undefined};

function keyOf(name: string, labels: MetricLabels): string {
  return [name, ...Object.entries(labels).flat()].join('\0');
}

function sorted(readings: readonly MeterReading[]): readonly MeterReading[] {
  const keyed = readings.map((reading) => ({reading, key: keyOf(reading.name, reading.labels)}));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({reading}) => reading);
}
