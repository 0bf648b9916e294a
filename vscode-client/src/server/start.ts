/** Makes the session of this window: finds the server, gives it settings, restarts it if needed. */
import { join } from "node:path";
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { follow, ownFile, writeConfig } from "./configFile";
import { carriedWheel, environmentFor, isComplete, onPath, pythonIn, type Places } from "../setup/environment";
import { make } from "../setup/make";
import { keyNames, Keys } from "./key";
import type { DialTurn } from "./messages";
import { NoEnvironment, Session, type Launch } from "./session";
import { filed, FILED, sent, SENT, type Chosen } from "./settings";

/** Settings that the server reads only at its start. A change restarts it. */
const AT_START = ["server", "baseUrl", "configFile", "tiers"];

export interface Served {
  readonly session: Session;
  readonly keys: Keys;
  /** Makes the server's environment. `told` gets each line of the progress. */
  readonly make: (told: (line: string) => void, stop: AbortSignal) => Promise<void>;
}

export function serve(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  middleware: (session: () => Session) => Middleware,
): Served {
  const places: Places = {
    extension: context.extensionPath,
    storage: context.globalStorageUri.fsPath,
    platform: process.platform,
  };
  const keys = new Keys(context.secrets, () => keyNames(settings().get("tiers")), context.globalState);
  const session: Session = new Session({
    log,
    launch: () => launch(places, keys, log),
    async connect(found, sessionId) {
      const { connect } = await import("./connection");
      return connect(found, { log, sessionId, middleware: governed(middleware(() => session)) });
    },
  });
  context.subscriptions.push(
    session,
    new vscode.Disposable(follow(own(), () => void writeConfig(configPath(places), own(), filed(chosenByUser)))),
    keys.onDidChange(() => void session.restart()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      session.notify("tierwise/trust/didChange", { trusted: true });
    }),
    vscode.window.onDidChangeWindowState((state) => {
      if (state.focused) session.notify("tierwise/window/didFocus", null);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      void changed(event, session, places);
    }),
  );
  void session.start();
  return { session, keys, make: (told, stop) => make(places, log, told, stop) };
}

/** Finds the server: the operator's command, else our own environment, else one on the PATH. */
async function launch(places: Places, keys: Keys, log: vscode.LogOutputChannel): Promise<Launch> {
  const [command, ...args] = await program(places);
  const config = configPath(places);
  await writeConfig(config, own(), filed(chosenByUser));
  const baseUrl = settings().get<string>("baseUrl");
  log.info(`starting ${command} ${args.join(" ")}`);
  return {
    command,
    args,
    env: {
      ...(await keys.environment()),
      ...(baseUrl ? { ANTHROPIC_BASE_URL: baseUrl } : {}),
      TIERWISE_CONFIG: config,
      TIERWISE_OWN_CONFIG: own(),
    },
  };
}

async function program(places: Places): Promise<readonly [string, ...string[]]> {
  const [command, ...args] = settings().get<string[]>("server.command", []);
  if (command !== undefined) return [command, ...args];
  const wheel = await carriedWheel(places);
  if (wheel !== undefined) {
    const environment = await environmentFor(places, wheel);
    if (isComplete(environment)) return [pythonIn(environment, places.platform), "-m", "tierwise", "serve"];
  }
  const found = onPath("tierwise", process.env, places.platform);
  if (found !== undefined) return [found, "serve"];
  throw new NoEnvironment(vscode.l10n.t("Tierwise has no Python environment yet."));
}

async function changed(
  event: vscode.ConfigurationChangeEvent,
  session: Session,
  places: Places,
): Promise<void> {
  const touched = (name: string): boolean => event.affectsConfiguration(`tierwise.${name}`);
  if (AT_START.some(touched)) {
    await session.restart();
    return;
  }
  // The dial's setting is also written to the operator's own file, so that the terminal uses it.
  const preference = chosenByUser("preference");
  if (touched("preference") && preference !== undefined && session.health.state === "running") {
    await session.request("tierwise/dial/turn", { preference: preference as DialTurn["preference"] }).catch(() => undefined);
  }
  const inFile = FILED.some(([name]) => touched(name));
  if (inFile) await writeConfig(configPath(places), own(), filed(chosenByUser));
  if (inFile || SENT.some(([name]) => touched(name))) session.settingsChanged();
}

/** Answers the server's request for settings with those that may be sent. */
function governed(middleware: Middleware): Middleware {
  return {
    ...middleware,
    workspace: {
      ...middleware.workspace,
      configuration: (params) => params.items.map(({ section }) => (section === "tierwise" ? sent(chosen) : null)),
    },
  };
}

/** The value of a setting in the folder, workspace or user settings, but no default. */
const chosen: Chosen = (name) => {
  const found = settings().inspect<unknown>(name);
  return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
};

/** The value of a setting in the user settings. A workspace must not influence the file. */
const chosenByUser: Chosen = (name) => settings().inspect<unknown>(name)?.globalValue;

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("tierwise");
}

function own(): string {
  return settings().get<string>("configFile") || ownFile(process.env, process.platform);
}

/** The path of the file. All windows share it, because they have the same machine settings. */
function configPath(places: Places): string {
  return join(places.storage, "config.toml");
}
