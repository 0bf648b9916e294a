/** The page's one line to the extension. */
import type { FromPage, ToPage } from "../src/panel/protocol";

interface Api {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Api;

/** What the page itself remembers while its view is hidden. */
export interface Kept {
  draft: string;
}

const api = acquireVsCodeApi();

export function tell(message: FromPage): void {
  api.postMessage(message);
}

export function kept(): Kept {
  const state = api.getState() as Partial<Kept> | undefined;
  return { draft: state?.draft ?? "" };
}

export function keep(state: Kept): void {
  api.setState(state);
}

export function hear(on: (message: ToPage) => void): void {
  window.addEventListener("message", (event: MessageEvent<ToPage>) => {
    on(event.data);
  });
}
