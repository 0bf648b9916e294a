/**
 * The way from a fresh profile to the first answer: environment, then a key or rehearsal.
 *
 * Whoever wants to ask something waits for `ready`. Where something is missing the panel shows what
 * it is with the ways on, and what was asked goes on by itself once nothing is missing any more.
 */
import * as vscode from "vscode";
import type { Status } from "../server/messages";
import type { Session } from "../server/session";
import { needOf, type SetUpState } from "./need";

/** What the set-up is made of; each may reject with a sentence for the operator. */
export interface SetUpParts {
  readonly session: Session;
  /** Make the environment, telling each line of what is being done. Rejects with an `AbortError` when stopped. */
  make(told: (line: string) => void, stop: AbortSignal): Promise<void>;
  /** Ask for a key, by the name of its variable where that is known; false where the operator left. */
  askKey(name: string | undefined): Promise<boolean>;
  /** Switch rehearsal on or off. */
  rehearse(on: boolean): Promise<void>;
  /** Bring what is missing into view. */
  show(): void;
}

export class SetUp implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<SetUpState>();
  /** Something else is missing, or is being done about it. */
  readonly onDidChange = this.changed.event;
  private status: Status | undefined;
  private making: { readonly stop: AbortController; line: string } | undefined;
  private problem: string | undefined;
  /** Whoever waits until nothing is missing. */
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
        // Another server has another environment, and says anew what it lacks.
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
   * Wait until something can be asked. False where the operator called it off by `leave`. A server
   * that cannot be started is let through, because it has a sentence of its own for whoever asks.
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

  /** What waited is not to go on. */
  leave(): void {
    for (const resolve of this.waiting) resolve(false);
    this.waiting.clear();
    this.tell();
  }

  /** Make the environment, where there is none, and start the server. False where it was not made. */
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

  /** Stop making the environment; nothing is left behind. */
  stop(): void {
    this.making?.stop.abort();
  }

  /** Set the key that is missing, and make the environment if there is none. */
  async setKey(): Promise<boolean> {
    // A new key starts the server anew, so what was missing is looked at before.
    const { key, need } = this.state;
    return (await this.parts.askKey(key)) && (need !== "environment" || this.create());
  }

  /** Choose rehearsal, and make the environment if there is none. */
  async rehearse(on: boolean): Promise<boolean> {
    const { need } = this.state;
    await this.parts.rehearse(on);
    return need !== "environment" || this.create();
  }

  /** Wait until the server runs and said what it lacks, or cannot run. */
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
      // The server left meanwhile, and its health says so.
    }
  }

  private tell(): void {
    const { state } = this;
    const { health } = this.parts.session;
    const able = health.state === "running" && this.status !== undefined && state.need === undefined;
    // What cannot be started tells whoever asks, so nobody waits for it.
    if (able || health.state === "failed") {
      for (const resolve of this.waiting) resolve(true);
      this.waiting.clear();
    }
    void vscode.commands.executeCommand("setContext", "tierwise.ready", health.state === "running");
    void vscode.commands.executeCommand("setContext", "tierwise.able", able);
    this.changed.fire(this.state);
  }
}
