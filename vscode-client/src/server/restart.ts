/** When a server that ended by itself is started again, and when that is given up. */

/** Milliseconds before the first, second, ... start after a crash. */
export const DELAYS: readonly number[] = [500, 1_000, 2_000, 5_000, 15_000];
/** A server that ran this many milliseconds is healthy: its earlier crashes are forgotten. */
export const HEALTHY_AFTER = 180_000;

/** Counts crashes in a row. `now` is in milliseconds of any clock that only goes forward. */
export class Restarts {
  private crashes = 0;
  private startedAt = 0;

  /** A server was started. */
  started(now: number): void {
    this.startedAt = now;
  }

  /** A server ended by itself: milliseconds to wait for the next start, or null to give up. */
  crashed(now: number): number | null {
    if (now - this.startedAt >= HEALTHY_AFTER) this.crashes = 0;
    const delay = DELAYS[this.crashes] ?? null;
    this.crashes += 1;
    return delay;
  }

  /** The operator asked for a start: count from the beginning. */
  reset(): void {
    this.crashes = 0;
  }
}
