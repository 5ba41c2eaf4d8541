/** Turns of the event loop that come when the test says so. */
export class TurnQueue {
  readonly #due: (() => void)[] = [];

  readonly defer = (run: () => void): void => {
    this.#due.push(run);
  };

  /** Runs one turn. @returns false if none was due */
  runOne(): boolean {
    const run = this.#due.shift();
    run?.();
    return run !== undefined;
  }

  /** Runs turns until none is due. @returns how many */
  run(): number {
    let turns = 0;
    while (this.runOne()) turns++;
    return turns;
  }
}
