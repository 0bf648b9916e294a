/** Decides when a server that ended by itself is started again, and when to give up. */

/** Milliseconds to wait before the first, second, ... start after a crash. */
export const DELAYS: readonly number[] = [500, 1_000, 2_000, 5_000, 15_000];
/** After this many milliseconds a server is healthy, and its earlier crashes are forgotten. */
export const HEALTHY_AFTER = 180_000;

/** Counts crashes in a row. `now` is milliseconds of a clock that never goes back. */
export class Restarts {
  private crashes = 0;
  private startedAt = 0;

  /** Notes that a server was started. */
  started(now: number): void {
    this.startedAt = now;
  }

  /** Notes a crash. Returns the milliseconds to wait for the next start, or null to give up. */
  crashed(now: number): number | null {
    if (now - this.startedAt >= HEALTHY_AFTER) this.crashes = 0;
    const delay = DELAYS[this.crashes] ?? null;
    this.crashes += 1;
    return delay;
  }

  /** Forgets all crashes, because the operator asked for a start. */
  reset(): void {
    this.crashes = 0;
  }
}
