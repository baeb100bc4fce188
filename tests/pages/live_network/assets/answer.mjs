/*
 * Answer: call functions of the front end; what to call comes as JSON, and so do answers.
 * {"network": 0} stands for a network of the input, opened, and {"floats": [...]} for 32-bit numbers.
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { assets, networks, calls } = JSON.parse(readFileSync(0, "utf-8"));
const load = (name) => import(pathToFileURL(`${assets}/${name}.js`));
const { openedNetwork, resultsOf } = await load("network");
const opened = networks.map(openedNetwork);

function meant(value) {
  if (Array.isArray(value)) return value.map(meant);
  if (value === null || typeof value !== "object") return value;
  if ("network" in value) return opened[value.network];
  if ("floats" in value) return Float32Array.from(value.floats);
  if ("results" in value) return resultsOf(opened[value.results], Float32Array.from(value.of));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, meant(each)]));
}

function plain(value) {
  if (ArrayBuffer.isView(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (Symbol.iterator in value) return Array.from(value, (each) => plain(structuredClone(each)));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

const answers = [];
for (const [name, what, inputs] of calls) {
  const found = (await load(name))[what];
  answers.push(plain(typeof found === "function" ? found(...inputs.map(meant)) : found));
}
process.stdout.write(JSON.stringify(answers));
