import {type Clock, type Timer} from './clock.ts';

/** Node fires a timer at once, with a warning, when its delay does not fit 31 bits; longer ones are set in steps. */
const timerDelayMsMax = 0x7fff_ffff;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | undefined;

  constructor(delayMs: number, fire: () => void) {
    this.#arm(Math.max(0, delayMs), fire);
  }

  #arm(delayMs: number, fire: () => void): void {
    this.#handle =
      delayMs > timerDelayMsMax
        ? setTimeout(() => this.#arm(delayMs - timerDelayMsMax, fire), timerDelayMsMax)
        : setTimeout(fire, delayMs);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The machine's own clock: `performance.now()` and Node's timers. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer: (delayMs, fire) => new SystemTimer(delayMs, fire),
};
