/**
 * The settings of the editor, and how each reaches the server.
 *
 * A setting that chooses an endpoint, a key, a tier or a binary, or that could cost more, goes
 * into a configuration file that only this extension writes. Over the protocol a server could not
 * tell a user's setting from a workspace's. The server asks for all other settings itself.
 */

/** A setting as `package.json` names it, without the section, and its key in the file. */
type Key = readonly [setting: string, key: string];

/** Settings of scope `machine`. They are written to the file and never sent. */
export const FILED: readonly Key[] = [
  ["tiers", "tiers"],
  ["prices", "prices"],
  ["budget.dayUsd", "budget.day_usd"],
  ["budget.projectUsd", "budget.project_usd"],
  ["budget.projectPeriod", "budget.project_period"],
  ["budget.softAt", "budget.soft_at"],
  ["budget.timezone", "budget.timezone"],
  ["verify", "verify"],
  ["preference", "preference"],
  ["confidenceTarget", "confidence_target"],
  ["softTarget", "soft_target"],
  ["redoCostUsd", "redo_cost_usd"],
  ["askAboveUsd", "ask_above_usd"],
  ["secondOpinion", "second_opinion"],
  ["learning.trials", "learning.trials"],
];

/** Settings that may be sent, with the name that the server has for each. */
export const SENT: readonly Key[] = [
  ["rehearsal", "rehearsal"],
  ["contentKeepDays", "contentKeepDays"],
  ["maxTier", "maxTier"],
  ["parallel", "parallel"],
  ["floors.paths", "floors.paths"],
  ["floors.actions", "floors.actions"],
  ["remap", "remap"],
  ["pins.project", "pins.project"],
  ["learning.on", "learning.on"],
  ["timeouts.connect", "timeouts.connect"],
  ["timeouts.firstEvent", "timeouts.firstEvent"],
  ["timeouts.betweenEvents", "timeouts.betweenEvents"],
  ["timeouts.attempt", "timeouts.attempt"],
  ["timeouts.task", "timeouts.task"],
  ["ignore.patterns", "ignore.patterns"],
  ["index.enabled", "index.enabled"],
  ["index.exclude", "index.exclude"],
];

/** Returns what the operator set, or undefined if nothing was. The server has the defaults. */
export type Chosen = (setting: string) => unknown;

export interface Table {
  [key: string]: Value;
}
export type Value = string | number | boolean | Date | bigint | Value[] | Table;

/** The settings to send, as nested tables, without those that nobody set. */
export function sent(chosen: Chosen): Table {
  return nested(SENT, chosen);
}

/** The settings for the file, as tables of a configuration file. */
export function filed(chosen: Chosen): Table {
  const found = nested(FILED, chosen);
  if (Array.isArray(found.tiers)) found.tiers = found.tiers.map(snake);
  if (Array.isArray(found.prices)) found.prices = found.prices.map(snake);
  return found;
}

/** Overrides a configuration by another. Tables are merged, all other values replaced. */
export function over(base: Table, own: Table): Table {
  const result: Table = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = result[key];
    result[key] = isTable(before) && isTable(value) ? over(before, value) : value;
  }
  return result;
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function nested(keys: readonly Key[], chosen: Chosen): Table {
  const result: Table = {};
  for (const [setting, key] of keys) {
    const value = chosen(setting);
    if (value === undefined || value === null || value === "") continue;
    const [first = key, second] = key.split(".");
    if (second === undefined) {
      result[first] = value as Value;
    } else {
      const inner = result[first];
      result[first] = { ...(isTable(inner) ? inner : {}), [second]: value as Value };
    }
  }
  return result;
}

/** Gives a tier or a price snake_case keys. Null values are left out, because TOML has no null. */
function snake(value: Value): Value {
  if (!isTable(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => (inner as Value | null) !== null);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key.replace(/[A-Z0-9]+/g, (found) => `_${found.toLowerCase()}`), inner]),
  );
}
