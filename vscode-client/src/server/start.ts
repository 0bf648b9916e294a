/** Makes the session of this window: where its server is, what it is given, when it starts again. */
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

/** Settings that the server or its environment read once: a change needs another server. */
const AT_START = ["server", "baseUrl", "configFile", "tiers"];

export interface Served {
  readonly session: Session;
  readonly keys: Keys;
  /** Make the server's environment, telling each line of what is being done. */
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

/** Where the server is: the operator's command, our own environment, else one on the PATH. */
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
  // What the settings say of the dial is in the operator's own file as well, for the terminal.
  const preference = chosenByUser("preference");
  if (touched("preference") && preference !== undefined && session.health.state === "running") {
    await session.request("tierwise/dial/turn", { preference: preference as DialTurn["preference"] }).catch(() => undefined);
  }
  const inFile = FILED.some(([name]) => touched(name));
  if (inFile) await writeConfig(configPath(places), own(), filed(chosenByUser));
  if (inFile || SENT.some(([name]) => touched(name))) session.settingsChanged();
}

/** The server may ask for settings: it gets those that are not for the file alone. */
function governed(middleware: Middleware): Middleware {
  return {
    ...middleware,
    workspace: {
      ...middleware.workspace,
      configuration: (params) => params.items.map(({ section }) => (section === "tierwise" ? sent(chosen) : null)),
    },
  };
}

/** What was set, by anybody who may: a default is none of our business. */
const chosen: Chosen = (name) => {
  const found = settings().inspect<unknown>(name);
  return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
};

/** What the user or this machine set: no workspace has a say in what goes into the file. */
const chosenByUser: Chosen = (name) => settings().inspect<unknown>(name)?.globalValue;

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("tierwise");
}

function own(): string {
  return settings().get<string>("configFile") || ownFile(process.env, process.platform);
}

/** One file per window would be one too many: all windows of a machine have the same settings. */
function configPath(places: Places): string {
  return join(places.storage, "config.toml");
}
