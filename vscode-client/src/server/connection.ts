/** The language client as a `Connection`: the only file that knows `vscode-languageclient`. */
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import type { Options, ToClient } from "./messages";
import { OpenDocuments } from "./openDocuments";
import type { Connection, Launch } from "./session";

const HEARD: readonly (keyof ToClient)[] = [
  "tierwise/chat/didStream",
  "tierwise/task/didChange",
  "tierwise/status/didChange",
  "tierwise/budget/didChange",
];

export interface ConnectOptions {
  readonly log: vscode.LogOutputChannel;
  readonly sessionId: string;
  readonly middleware: Middleware;
}

export function connect(launch: Launch, options: ConnectOptions): Connection {
  let heard: (method: string, params: unknown) => void = () => undefined;
  let ended: () => void = () => undefined;
  const initializationOptions: Options = {
    clientCapabilities: { chat: true, status: true, task: true, preview: true, budget: true },
    trusted: vscode.workspace.isTrusted,
    sessionId: options.sessionId,
  };
  const documents = new OpenDocuments((document) =>
    client.sendNotification(
      "textDocument/didClose",
      client.code2ProtocolConverter.asCloseTextDocumentParams(document),
    ),
  );
  const clientOptions: LanguageClientOptions = {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }, { scheme: "vscode-notebook-cell" }],
    outputChannel: options.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions,
    initializationFailedHandler: () => false,
    middleware: { ...options.middleware, ...documents.middleware },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        documents.dispose();
        ended();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new LanguageClient(
    "tierwise",
    "Tierwise",
    {
      command: launch.command,
      args: [...launch.args],
      options: { env: environment(launch) },
    },
    clientOptions,
  );
  for (const method of HEARD) {
    client.onNotification(method, (params: unknown) => {
      heard(method, params);
    });
  }
  return {
    client,
    async start() {
      await client.start();
      const result = client.initializeResult;
      const own = (result?.capabilities.experimental as { tierwise?: { tiers?: string[] } } | undefined)
        ?.tierwise;
      return { version: result?.serverInfo?.version, tiers: own?.tiers ?? [] };
    },
    async stop() {
      documents.dispose();
      await client.dispose();
    },
    // The client would take an undefined token for a second parameter.
    request: (method, params, token) =>
      token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token),
    notify: (method, params) => client.sendNotification(method, params),
    listen(on, end) {
      heard = on;
      ended = end;
    },
  };
}

/**
 * The editor's environment variables, overridden by those of the launch. The language client
 * merges them with its own, so a variable is removed by setting it to "".
 */
function environment(launch: Launch): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...launch.env })) {
    if (value !== undefined) found[name] = value;
  }
  return found;
}
