/* Answer: call functions of the front end's modules; what to call comes as JSON, and so do answers. */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { assets, calls } = JSON.parse(readFileSync(0, "utf-8"));
const load = (name) => import(pathToFileURL(`${assets}/${name}.js`));
const modules = {};
const answers = [];
for (const [name, what, inputs] of calls) {
  // As a page opens them: all of its data, or a difference.
  if (inputs[0]?.evidence) inputs[0] = (await load("data")).opened(inputs[0]);
  if (name === "inference") inputs[0] = (await load("data")).openedDifference(inputs[0], 1);
  modules[name] ??= await load(name);
  answers.push(modules[name][what](...inputs));
}
process.stdout.write(JSON.stringify(answers));
