/**
 * The set-up from a fresh profile to the first answer: an environment, then a key or rehearsal.
 *
 * Code that wants to ask something waits for `ready`. If something is missing, the panel shows it
 * with what the operator can do. The question goes on by itself once nothing is missing.
 */
import * as vscode from "vscode";
import type { Status } from "../server/messages";
import type { Session } from "../server/session";
import { needOf, type SetUpState } from "./need";

/** The steps of the set-up. Each may reject with a sentence for the operator. */
export interface SetUpParts {
  readonly session: Session;
  /** Makes the environment; `told` gets lines of progress. Rejects with `AbortError` on a stop. */
  make(told: (line: string) => void, stop: AbortSignal): Promise<void>;
  /** Asks for a key. `name` is its variable, if known. False if the operator cancels. */
  askKey(name: string | undefined): Promise<boolean>;
  /** Switches rehearsal on or off. */
  rehearse(on: boolean): Promise<void>;
  /** Shows what is missing. */
  show(): void;
}

export class SetUp implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<SetUpState>();
  /** Fires when the state of the set-up changes. */
  readonly onDidChange = this.changed.event;
  private status: Status | undefined;
  private making: { readonly stop: AbortController; line: string } | undefined;
  private problem: string | undefined;
  /** The callers of `ready` that wait until nothing is missing. */
  private readonly waiting = new Set<(ready: boolean) => void>();
  private readonly disposables: { dispose(): unknown }[];

  constructor(private readonly parts: SetUpParts) {
    const { session } = parts;
    this.disposables = [
      this.changed,
      session.onDidChangeStatus((status) => {
        this.status = status;
        this.tell();
      }),
      session.onDidChangeHealth(({ state }) => {
        // Another server may have another environment, so its status is asked for again.
        if (state !== "running") this.status = undefined;
        else void this.ask();
        this.tell();
      }),
    ];
  }

  dispose(): void {
    this.making?.stop.abort();
    this.leave();
    for (const part of this.disposables) part.dispose();
  }

  get state(): SetUpState {
    return {
      ...needOf(this.parts.session.health, this.status),
      doing: this.making?.line,
      problem: this.problem,
      waits: this.waiting.size > 0,
    };
  }

  /**
   * Waits until something can be asked. False if the operator cancelled it by `leave`. If the
   * server cannot be started, this returns true: the request then fails with the right sentence.
   */
  async ready(): Promise<boolean> {
    await this.known();
    if (this.state.need === undefined) return true;
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      this.parts.show();
      this.tell();
    });
  }

  /** Cancels everything that waits. */
  leave(): void {
    for (const resolve of this.waiting) resolve(false);
    this.waiting.clear();
    this.tell();
  }

  /** Makes the environment and starts the server. False if that failed or was stopped. */
  async create(): Promise<boolean> {
    if (this.making !== undefined) return false;
    const stop = new AbortController();
    this.making = { stop, line: vscode.l10n.t("Creating the Python environment…") };
    this.problem = undefined;
    this.parts.show();
    this.tell();
    try {
      await this.parts.make((line) => {
        if (this.making !== undefined) this.making.line = line;
        this.tell();
      }, stop.signal);
      await this.parts.session.restart();
      return true;
    } catch (error) {
      const stopped = error instanceof Error && error.name === "AbortError";
      this.problem = stopped ? undefined : error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.making = undefined;
      this.tell();
    }
  }

  /** Stops making the environment. Nothing is left behind. */
  stop(): void {
    this.making?.stop.abort();
  }

  /** Asks for the missing key, and makes the environment if there is none. */
  async setKey(): Promise<boolean> {
    // A new key restarts the server and changes the state, so the state is read before.
    const { key, need } = this.state;
    return (await this.parts.askKey(key)) && (need !== "environment" || this.create());
  }

  /** Switches rehearsal, and makes the environment if there is none. */
  async rehearse(on: boolean): Promise<boolean> {
    const { need } = this.state;
    await this.parts.rehearse(on);
    return need !== "environment" || this.create();
  }

  /** Waits until the server runs and its status is known, or until it cannot run. */
  private async known(): Promise<void> {
    const { session } = this.parts;
    await session.start();
    while (session.health.state === "starting" || session.health.state === "waiting") {
      await new Promise<void>((resolve) => {
        const heard = session.onDidChangeHealth(() => {
          heard.dispose();
          resolve();
        });
      });
    }
    await this.ask();
  }

  private async ask(): Promise<void> {
    if (this.status !== undefined || this.parts.session.health.state !== "running") return;
    try {
      this.status = await this.parts.session.request("tierwise/status", null);
      this.tell();
    } catch {
      // The server ended meanwhile. Its health shows that.
    }
  }

  private tell(): void {
    const { state } = this;
    const { health } = this.parts.session;
    const able = health.state === "running" && this.status !== undefined && state.need === undefined;
    // If the server cannot be started, the requests themselves fail, so nothing waits for it.
    if (able || health.state === "failed") {
      for (const resolve of this.waiting) resolve(true);
      this.waiting.clear();
    }
    void vscode.commands.executeCommand("setContext", "tierwise.ready", health.state === "running");
    void vscode.commands.executeCommand("setContext", "tierwise.able", able);
    this.changed.fire(this.state);
  }
}
