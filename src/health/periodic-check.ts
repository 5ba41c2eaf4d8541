import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {errorText} from '../runtime/thrown.ts';
import {type Probe, type RunningCheck} from './check-result.ts';
import {type ThresholdGate} from './thresholds.ts';

/**
 * Runs a probe for ever: first after a random part of the interval, so that a thousand checks registered together
 * do not run together, then again an interval after each run ended (agent-checks.md §4).
 */
export class PeriodicCheck implements RunningCheck {
  readonly #probe: Probe;
  readonly #gate: ThresholdGate;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  #timer: Timer | undefined;
  #stop: AbortController | undefined;

  constructor(probe: Probe, gate: ThresholdGate, intervalMs: number, clock: Clock, random: Random) {
    this.#probe = probe;
    this.#gate = gate;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    if (this.#stop !== undefined) return;
    this.#stop = new AbortController();
    this.#schedule(this.#random.float() * this.#intervalMs, this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#timer?.cancel();
  }

  #schedule(delayMs: number, signal: AbortSignal): void {
    this.#timer = this.#clock.setTimer(delayMs, () => void this.#runOnce(signal));
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#probe.run(signal);
      if (signal.aborted) return;
      this.#gate.offer(result);
    } catch (error) {
      if (signal.aborted) return;
      // A probe that throws is a fault of ours; the check must still say something, and go on.
      this.#gate.offer({status: 'critical', output: errorText(error)});
    }
    this.#schedule(this.#intervalMs, signal);
  }
}
