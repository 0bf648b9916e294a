/**
 * The one server of this window: a `Session` starts it, restarts it and talks to it.
 *
 * Each start makes a new language client, because the environment of the process (the key) may
 * have changed. The `Session` itself stays the same.
 */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Commands, FromClient, Requests, ToClient } from "./messages";
import { Restarts } from "./restart";

/** The command to run. It is made again for each start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that override those of the editor. An undefined value removes one. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ServerState =
  /** It was not started yet, or the operator stopped it. */
  | "stopped"
  | "starting"
  | "running"
  /** It ended by itself, and will be started again soon. */
  | "waiting"
  /** There is no Python environment for it yet. */
  | "missing"
  /** It cannot be started, or crashed too often. */
  | "failed";

export interface ServerHealth {
  readonly state: ServerState;
  /** One sentence on what is wrong and what to do; absent if nothing is wrong. */
  readonly problem?: string;
  /** The server's version, once it runs. */
  readonly version?: string;
}

/** There is no server to run. The message says what must be set up. */
export class NoEnvironment extends Error {}

/** Rejects a request if there is no server to ask. */
export class NoServer extends Error {}

/** What a session needs from the language client. `connect` makes it, and tests do. */
export interface Connection {
  /** Starts the server. It has no time limit; the caller sets one. Rejects if the start fails. */
  start(): Promise<{ version?: string; tiers: readonly string[] }>;
  stop(): Promise<void>;
  request(method: string, params: unknown, token?: vscode.CancellationToken): Promise<unknown>;
  notify(method: string, params: unknown): Promise<void>;
  /** Sets the callbacks: for each of our notifications, and for a server that ended by itself. */
  listen(on: (method: string, params: unknown) => void, ended: () => void): void;
  readonly client?: LanguageClient;
}

export interface SessionParts {
  /** Finds the server. Rejects with a sentence for the operator if there is none. */
  launch(): Promise<Launch>;
  connect(launch: Launch, sessionId: string): Promise<Connection>;
  readonly log: vscode.LogOutputChannel;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export class Session implements vscode.Disposable {
  /** Pins "for this session" belong to this id, so they survive a restart of the server. */
  readonly id = randomUUID();
  /** Names of the tiers, cheapest first, as the running server knows them. */
  tiers: readonly string[] = ["haiku", "sonnet", "opus"];

  private readonly stream = new vscode.EventEmitter<ToClient["tierwise/chat/didStream"]["params"]>();
  private readonly task = new vscode.EventEmitter<ToClient["tierwise/task/didChange"]["params"]>();
  private readonly status = new vscode.EventEmitter<ToClient["tierwise/status/didChange"]["params"]>();
  private readonly budget = new vscode.EventEmitter<ToClient["tierwise/budget/didChange"]["params"]>();
  private readonly healthChanged = new vscode.EventEmitter<ServerHealth>();

  /** Fires for each piece of an answer. The decision comes before the first delta. */
  readonly onDidStream = this.stream.event;
  readonly onDidChangeTask = this.task.event;
  readonly onDidChangeStatus = this.status.event;
  readonly onDidChangeBudget = this.budget.event;
  readonly onDidChangeHealth = this.healthChanged.event;

  private current: ServerHealth = { state: "stopped" };
  private connection: Connection | undefined;
  private starting: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly restarts = new Restarts();
  private readonly now: () => number;
  private disposed = false;

  constructor(private readonly parts: SessionParts) {
    this.now = parts.now ?? (() => performance.now());
  }

  get health(): ServerHealth {
    return this.current;
  }

  get client(): LanguageClient | undefined {
    return this.connection?.client;
  }

  /** Starts the server unless it runs or is being started. Never rejects; see `health`. */
  start(): Promise<void> {
    if (this.current.state === "running") return Promise.resolve();
    this.starting ??= this.begin().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Stops the server and starts it again, as after a changed key. Forgets earlier crashes. */
  async restart(): Promise<void> {
    this.restarts.reset();
    await this.starting;
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const connection = this.connection;
    this.connection = undefined;
    this.become({ state: "stopped" });
    await connection?.stop().catch((error: unknown) => {
      this.parts.log.warn(`the server did not stop as it should: ${String(error)}`);
    });
  }

  /** Sends a request. Waits for a server that is starting. Rejects with `NoServer` without one. */
  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M]["params"],
    token?: vscode.CancellationToken,
  ): Promise<Requests[M]["result"]> {
    const connection = await this.connected();
    return (await connection.request(method, params, token)) as Requests[M]["result"];
  }

  /** Runs a command of the server. It answers at once, and its work goes on in a task. */
  async run<C extends keyof Commands>(
    command: C,
    argument: Commands[C]["params"],
  ): Promise<Commands[C]["result"]> {
    const connection = await this.connected();
    const params = { command, arguments: [argument] };
    return (await connection.request("workspace/executeCommand", params)) as Commands[C]["result"];
  }

  /** Sends a notification. Without a server it is dropped silently. */
  notify<M extends keyof FromClient>(method: M, params: FromClient[M]["params"]): void {
    void this.connection?.notify(method, params).catch((error: unknown) => {
      this.parts.log.warn(`${method} was not sent: ${String(error)}`);
    });
  }

  /** Makes the server ask for its settings again. */
  settingsChanged(): void {
    void this.connection?.notify("workspace/didChangeConfiguration", { settings: null }).catch(() => undefined);
  }

  dispose(): void {
    this.disposed = true;
    void this.stop();
    for (const emitter of [this.stream, this.task, this.status, this.budget, this.healthChanged]) {
      emitter.dispose();
    }
  }

  private async connected(): Promise<Connection> {
    if (this.connection === undefined) await this.start();
    if (this.connection === undefined) {
      throw new NoServer(this.current.problem ?? vscode.l10n.t("The Tierwise server is not running."));
    }
    return this.connection;
  }

  private async begin(): Promise<void> {
    clearTimeout(this.timer);
    this.become({ state: "starting" });
    try {
      const launch = await this.parts.launch();
      const connection = await this.parts.connect(launch, this.id);
      connection.listen(
        (method, params) => {
          this.hear(method, params);
        },
        () => {
          this.ended(connection);
        },
      );
      this.restarts.started(this.now());
      const { version, tiers } = await connection.start();
      if (tiers.length > 0) this.tiers = tiers;
      this.connection = connection;
      this.become({ state: "running", version });
      this.parts.log.info(`server ${version ?? "?"} is ready`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.parts.log.error(`the server did not start: ${why}`);
      this.become({ state: error instanceof NoEnvironment ? "missing" : "failed", problem: why });
    }
  }

  private ended(connection: Connection): void {
    if (this.disposed || this.connection !== connection) return;
    this.connection = undefined;
    const delay = this.restarts.crashed(this.now());
    if (delay === null) {
      const problem = vscode.l10n.t("The server ended too often. See the log.");
      this.parts.log.error(problem);
      this.become({ state: "failed", problem });
      return;
    }
    this.parts.log.warn(`the server ended; it is started again in ${delay} ms`);
    this.become({
      state: "waiting",
      problem: vscode.l10n.t("The server ended and is being started again."),
    });
    this.timer = setTimeout(() => void this.start(), delay);
  }

  private hear(method: string, params: unknown): void {
    switch (method as keyof ToClient) {
      case "tierwise/chat/didStream":
        this.stream.fire(params as ToClient["tierwise/chat/didStream"]["params"]);
        break;
      case "tierwise/task/didChange":
        this.task.fire(params as ToClient["tierwise/task/didChange"]["params"]);
        break;
      case "tierwise/status/didChange":
        this.status.fire(params as ToClient["tierwise/status/didChange"]["params"]);
        break;
      case "tierwise/budget/didChange":
        this.budget.fire(params as ToClient["tierwise/budget/didChange"]["params"]);
        break;
    }
  }

  private become(health: ServerHealth): void {
    this.current = health;
    if (!this.disposed) this.healthChanged.fire(health);
  }
}
