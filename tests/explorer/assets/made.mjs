/* Made catalogues and answers: each picture carries what it is of, so that a test can see it. */

import { begin, step } from "../../../cxrstudy/explorer/assets/state.js";

export const LABELS = ["normal", "other", "covid19"];

/** Random numbers that are the same in every run: mulberry32. */
export function randomFrom(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  return { next, below, pick: (all) => all[below(all.length)], chance: (share) => next() < share };
}

export function madeCase(number, upload = "") {
  const readings = {};
  ["control", "general"].forEach((arm, place) => {
    const said = LABELS[(number + place) % 3];
    readings[arm] = {
      probabilities: Object.fromEntries(LABELS.map((label) => [label, label === said ? 0.7 : 0.15])),
      called: [said], words: said, shown: said, right: upload ? null : place === number % 2,
    };
  });
  const facts = upload ? null : { patient: `patient-${number}`, source: number % 2 ? "alder" : "birch" };
  return { id: upload || `image-${number}`, facts, truth: upload ? [] : [LABELS[number % 3]], known: !upload, readings };
}

export function madeCatalogue(count = 6) {
  return {
    title: "Made", labels: LABELS, mapped: LABELS, names: { covid19: "COVID-19" },
    arms: [
      { name: "control", layers: ["layer3", "layer4"], opens: "layer4", thresholds: { covid19: 0.5 }, rule: "made rule" },
      { name: "general", layers: ["layer2", "layer3"], opens: "layer3", thresholds: {}, rule: "no operating point" },
    ],
    methods: [{ name: "gradcam", title: "Grad-CAM", slow: false }, { name: "scorecam", title: "Score-CAM", slow: true }],
    cases: Array.from({ length: count }, (_, number) => madeCase(number)),
  };
}

export const imageOf = (id) => `image of ${id}`;
export const smallOf = (id) => `small ${imageOf(id)}`;
export const mapOf = (id, { arm, label, method, layer }) => ({ of: [id, arm, label, method, layer].join("|"), peak: 1, cells: [4, 4] });

/** What an honest kernel answers. */
export function answerTo(request, about) {
  const maps = request.parts.map((part) => mapOf(request.case, part));
  return { kind: "answer", ...request, about, image: imageOf(request.case), outline: null, maps };
}

/** A view that shows the first image. */
export function started(data) {
  const [asked] = step(begin(data, "v", true), { kind: "choose", changes: {} });
  const [shown] = step(asked, answerTo(asked.awaited.request, data.cases[0]));
  return shown;
}
