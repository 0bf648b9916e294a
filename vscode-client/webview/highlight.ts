/** The colours of code. A tree of its words becomes nodes by hand: no markup is made or read. */

import { createLowlight } from "lowlight";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import lua from "highlight.js/lib/languages/lua";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { h } from "./dom";

const known = createLowlight({
  bash, c, cpp, csharp, diff, go, java, javascript, json, lua, python, ruby, rust, sql, typescript, xml, yaml,
});

/** Characters beyond which a block stays plain: telling its words apart would hold up the page. */
export const LONGEST = 6000;

type Word = ReturnType<typeof known.highlight>["children"][number];

/**
 * The nodes of some code in colours; undefined where its language is not known or it is too long.
 * `name` is what stands behind the fence: a language, or a path whose ending is one.
 */
export function coloured(code: string, name: string): Node[] | undefined {
  const language = name.split(/[./]/).at(-1)?.toLowerCase() ?? "";
  if (code.length > LONGEST || !known.registered(language)) return undefined;
  return known.highlight(language, code).children.map(toNode);
}

function toNode(word: Word): Node {
  if (word.type === "text") return document.createTextNode(word.value);
  if (word.type !== "element") return document.createTextNode("");
  const names = word.properties["className"];
  const node = h("span", { class: Array.isArray(names) ? names.join(" ") : undefined });
  node.append(...word.children.map(toNode));
  return node;
}
