/*
 * The explorer of heatmaps: one front end for two places.
 *
 *   live    anywidget calls render({model, el}); Python answers what is asked for
 *   stored  mount(element, data) in a page; all answers lie in the data
 *
 * A "source" hides the difference: it is told what to show and answers with events. What it holds
 * is described in cxrstudy/explorer/case.py and catalogue.py. No build step, nothing is fetched.
 */

/**
 * @typedef {{width: number, height: number, peak: number, values: Uint8Array}} LowMap
 * @typedef {{arm: string, label: string, method: string, layer: string}} Part
 * @typedef {{request: number, case: string, parts: Part[]}} Request
 * @typedef {{data: Object, live: boolean, listen: function(function(Object): void): void,
 *            show: function(Request): void, cancel: function(): void,
 *            upload: function(File): void, close: function(): void}} Source
 */

/* Perceptually uniform colours (Matplotlib's, CC0): 33 points, linear in between. */
const TABLES = {
  magma:
    "000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 " +
    "832681 902a81 9c2e7f aa337d b73779 c43c75 d0416f dc4869 e75263 ef5d5e f56b5c f9795d " +
    "fc8961 fd9869 fea772 feb67c fec488 fed395 fde2a3 fcf0b2 fcfdbf",
  viridis:
    "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e " +
    "2c728e 297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b " +
    "5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725",
  inferno:
    "000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e 7d1e6d " +
    "8a226a 972766 a32c61 b0315b bc3754 c73e4c d24644 db503b e45a31 eb6628 f1731d f68013 " +
    "f98e09 fb9d07 fcac11 fbbc21 f9cb35 f5db4c f2ea69 f3f68a fcffa4",
  grey: "000000 ffffff",
};
const COLOUR_NAMES = { magma: "Magma", viridis: "Viridis", inferno: "Inferno", grey: "Grey" };

const CANVAS_SIDE = 512; // longer side of what is drawn, in pixels
const OUTLINE_SIDE = 1000; // of the square in which Python draws outlines
const UPLOAD_PART = 1 << 20; // a notebook server refuses messages that are ten times larger
const STEP = 0.05; // of the sliders

/* ---- entrances ------------------------------------------------------------------------------ */

export default {
  /** anywidget's entrance; returns what is to be done when the widget is taken away. */
  render({ model, el }) {
    el.classList.add("cxr-explorer");
    const source = liveSource(model);
    startExplorer(el, source);
    return () => source.close();
  },
};

/** Show stored data inside an element, in place of the still figure that stands there. */
export function mount(element, data) {
  element.dataset.mounted = "yes";
  startExplorer(element, storedSource(data));
}

/** Mount every explorer of a page that carries this key; called by the page itself. */
export function mountAll(key) {
  const waiting = `.cxr-explorer[data-explorer="${key}"]:not([data-mounted])`;
  for (const element of document.querySelectorAll(waiting)) {
    const data = JSON.parse(element.querySelector("script[type='application/json']").textContent);
    if (data.cases.length > 0) mount(element, data);
  }
}

/* ---- sources -------------------------------------------------------------------------------- */

/** @returns {Source} one whose answers all lie in the data */
function storedSource(data) {
  let tell = () => {};
  const cases = new Map(data.cases.map((one) => [one.id, one]));
  return {
    data,
    live: false,
    listen: (listener) => (tell = listener),
    show({ request, case: id, parts }) {
      const { image, outline, readings } = cases.get(id);
      tell({ kind: "picture", request, image, outline });
      for (const part of parts) {
        const map = readings[part.arm]?.maps[part.method]?.[part.layer]?.[part.label] ?? null;
        tell({ kind: "map", request, ...part, map });
      }
      tell({ kind: "done", request });
    },
    cancel() {},
    upload() {},
    close() {},
  };
}

/** @returns {Source} one that asks Python */
function liveSource(model) {
  let tell = () => {};
  const hear = (message) => tell(message);
  model.on("msg:custom", hear);
  return {
    data: model.get("catalogue"),
    live: true,
    listen: (listener) => (tell = listener),
    show: (request) => model.send({ kind: "show", ...request }),
    cancel: () => model.send({ kind: "cancel" }),
    async upload(file) {
      for (let start = 0; start === 0 || start < file.size; start += UPLOAD_PART) {
        const end = Math.min(start + UPLOAD_PART, file.size);
        const part = await file.slice(start, end).arrayBuffer();
        const place = { first: start === 0, last: end === file.size };
        model.send({ kind: "upload", name: file.name, ...place }, undefined, [part]);
      }
    },
    close: () => model.off("msg:custom", hear),
  };
}

/** A probability, with as many digits as keep it from becoming 0, 1 or one half. */
function level(p) {
  let digits = 2;
  while (digits < 8 && [0, 0.5, 1].some((one) => p !== one && Number(p.toFixed(digits)) === one)) digits += 1;
  return p.toFixed(digits);
}

/* ---- pictures ------------------------------------------------------------------------------- */

/** @returns {LowMap} of [width, height, peak, base64] */
function readMap([width, height, peak, text]) {
  const values = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return { width, height, peak, values };
}

/** Colours of a table as [red, green, blue], from its lowest to its highest. */
function coloursOf(name) {
  return TABLES[name].split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
}

/** 256 colours, three bytes each. */
function lookUp(name) {
  const points = coloursOf(name);
  const table = new Uint8ClampedArray(256 * 3);
  for (let step = 0; step < 256; step++) {
    const place = (step / 255) * (points.length - 1);
    const below = Math.min(Math.floor(place), points.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [low, high] = [points[below][channel], points[below + 1][channel]];
      table[step * 3 + channel] = low + (high - low) * (place - below);
    }
  }
  return table;
}

/** Where each of `count` pixels lies between the `cells` of a coarse row: [left, right, share]. */
function between(count, cells) {
  return Array.from({ length: count }, (_, pixel) => {
    const place = Math.min(Math.max(((pixel + 0.5) * cells) / count - 0.5, 0), cells - 1);
    const left = Math.floor(place);
    return [left, Math.min(left + 1, cells - 1), place - left];
  });
}

/** Lay a map over grey pixels (RGBA, changed in place): bilinear, nothing below the threshold. */
function blend(pixels, { width, height, values }, { opacity, threshold, colours }) {
  const table = lookUp(colours);
  const columns = between(pixels.width, width);
  const rows = between(pixels.height, height);
  const { data } = pixels;
  let at = 0;
  for (const [above, below, down] of rows) {
    for (const [left, right, along] of columns) {
      const top = values[above * width + left] * (1 - along) + values[above * width + right] * along;
      const low = values[below * width + left] * (1 - along) + values[below * width + right] * along;
      const value = top * (1 - down) + low * down;
      if (value >= threshold * 255) {
        const colour = Math.round(value) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[at + channel] = data[at + channel] * (1 - opacity) + table[colour + channel] * opacity;
        }
      }
      at += 4;
    }
  }
}

/** White on black, so that it is seen on any colour. */
function drawOutline(context, path) {
  const { width, height } = context.canvas;
  const scaled = new Path2D();
  scaled.addPath(new Path2D(path), new DOMMatrix([width / OUTLINE_SIDE, 0, 0, height / OUTLINE_SIDE, 0, 0]));
  for (const [colour, lineWidth] of [["#000", 5], ["#fff", 2.5]]) {
    Object.assign(context, { strokeStyle: colour, lineWidth, lineJoin: "round" });
    context.stroke(scaled);
  }
}

/** Draw an image, a map over it if there is one, and the outline if it is wanted. */
function paint(canvas, image, map, outline, settings) {
  const scale = CANVAS_SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (map && map.peak > 0) {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    blend(pixels, map, settings);
    context.putImageData(pixels, 0, 0);
  }
  if (outline && settings.outline) drawOutline(context, outline);
}

/* ---- pieces of the page --------------------------------------------------------------------- */

/** Make an element: attributes, then children (elements or text). */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A labelled control; `name` is how tests and style sheets find it. */
function labelled(text, control, name, ...more) {
  control.dataset.control = name;
  return make("label", { class: `cxr-control cxr-${name}` }, make("span", {}, text), control, ...more);
}

/** Fill a list with [value, text] pairs, and keep what was chosen if it is still there. */
function fill(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, text]) => make("option", { value }, text)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}

const percent = (share) => `${Math.round(share * 100)} %`;
const outcome = (right) => ({ true: "right", false: "wrong" })[right] ?? "";

/** The frame of the explorer, empty; everything that changes later is named in what is returned. */
function buildPage(element, data, live) {
  const select = () => make("select");
  const slider = () => make("input", { type: "range", min: 0, max: 1, step: STEP });
  const parts = {
    previous: make("button", { type: "button", "aria-label": "Previous image" }, "‹"),
    next: make("button", { type: "button", "aria-label": "Next image" }, "›"),
    image: select(), count: make("span", { class: "cxr-count" }),
    truth: select(), outcome: select(), source: select(),
    arm: select(), other: select(), label: select(), method: select(), layer: select(),
    colours: select(), opacity: slider(), threshold: slider(),
    outline: make("input", { type: "checkbox" }),
    opacityValue: make("output"), thresholdValue: make("output"),
    stage: make("div", { class: "cxr-stage", tabindex: 0, role: "group" }),
    scale: make("span", { class: "cxr-scale" }), caption: make("figcaption"),
    facts: make("dl", { class: "cxr-facts" }),
    says: make("p", { class: "cxr-says", role: "status", "aria-live": "polite" }),
    error: make("p", { class: "cxr-error", role: "alert", hidden: true }),
    filterSays: make("summary"),
  };
  parts.stage.setAttribute("aria-label", "Pictures; arrow left and right change the image");
  parts.previous.dataset.control = "previous";
  parts.next.dataset.control = "next";
  const several = data.arms.length > 1;
  const controls = [
    several && labelled("Arm", parts.arm, "arm"),
    several && labelled("Compare with", parts.other, "other"),
    labelled("Map for class", parts.label, "label"),
    labelled("Method", parts.method, "method"),
    labelled("Layer", parts.layer, "layer"),
    labelled("Colours", parts.colours, "colours"),
    labelled("Opacity", parts.opacity, "opacity", parts.opacityValue),
    labelled("Threshold", parts.threshold, "threshold", parts.thresholdValue),
    labelled("Outline of the true lesion", parts.outline, "outline"),
  ].filter(Boolean);
  const filters = make("details", { class: "cxr-filter" }, parts.filterSays,
    make("div", {},
      labelled("True class", parts.truth, "truth"),
      labelled("Prediction", parts.outcome, "outcome"),
      labelled("Site", parts.source, "source")));
  const page = make("div", { class: "cxr-view", role: "region", "aria-label": data.title },
    make("div", { class: "cxr-choose" },
      parts.previous, labelled("Image", parts.image, "image"), parts.next, parts.count, filters),
    parts.error,
    make("div", { class: "cxr-body" },
      make("figure", {}, parts.stage, make("div", { class: "cxr-legend", "aria-hidden": "true" },
        "0", parts.scale, "strongest"), parts.caption),
      make("div", { class: "cxr-controls", role: "group", "aria-label": "Map" }, ...controls,
        ...(live ? liveControls(parts) : []))),
    parts.facts, parts.says);
  const still = element.querySelector(".cxr-still");
  if (still) still.replaceWith(page);
  else element.append(page);
  return Object.assign(parts, { page });
}

/** What only a live explorer has: an upload, progress and a way to give up. */
function liveControls(parts) {
  parts.file = make("input", { type: "file", accept: ".png,.jpg,.jpeg,.dcm,image/png,image/jpeg,application/dicom" });
  parts.progress = make("progress", { max: 1, value: 0, "aria-label": "Map being computed" });
  parts.cancel = make("button", { type: "button", "data-control": "cancel" }, "Cancel");
  parts.waiting = make("div", { class: "cxr-waiting", hidden: true }, parts.progress, parts.cancel);
  return [labelled("Own image (PNG, JPEG, DICOM)", parts.file, "file"), parts.waiting];
}

/** Picture and probabilities of one arm. */
function buildPanel(arm, several) {
  const panel = {
    arm,
    canvas: make("canvas", { role: "img" }),
    says: make("p", { class: "cxr-prediction" }),
    bars: make("ul", { class: "cxr-bars", "aria-label": `Probabilities, ${arm}` }),
    note: make("p", { class: "cxr-note" }),
  };
  const name = several ? [make("h4", {}, arm)] : [];
  panel.element = make("div", { class: "cxr-panel" }, ...name, panel.canvas, panel.note, panel.says, panel.bars);
  return panel;
}

/* ---- the explorer --------------------------------------------------------------------------- */

/**
 * @param {HTMLElement} element where it is shown
 * @param {Source} source what it shows
 */
function startExplorer(element, source) {
  const { data, live } = source;
  const page = buildPage(element, data, live);
  const cases = [...data.cases];
  const spoken = (label) => data.names[label] ?? label;
  const state = {
    id: cases[0].id, arm: data.arms[0].name, other: "", label: "", method: data.methods[0].name,
    layer: data.arms[0].opens, colours: "magma", opacity: 0.5, threshold: 0, outline: true,
    truth: "", outcome: "", source: "",
  };
  let panels = [];
  let request = 0;
  let shown = { image: null, outline: null, maps: new Map() }; // answers received so far

  const current = () => cases.find((one) => one.id === state.id);
  const armNames = () => [state.arm, ...(state.other && state.other !== state.arm ? [state.other] : [])];
  const several = data.arms.length > 1;
  const plain = make("canvas"); // only in print
  const plainPanel = make("div", { class: "cxr-panel cxr-plain", "aria-hidden": "true" },
    ...(several ? [make("h4", {}, "radiograph")] : []), plain);

  /** Images that the filter lets through; an upload always is one of them. */
  function offered() {
    return cases.filter((one) => !one.facts || (
      (!state.truth || one.truth.includes(state.truth)) &&
      (!state.outcome || outcome(one.readings[state.arm].right) === state.outcome) &&
      (!state.source || one.facts.source === state.source)));
  }

  /** The map that an arm shows: of the class asked for, or of the one that it predicts. */
  function partOf(arm) {
    const { predicted, probabilities } = current().readings[arm];
    const likeliest = Object.entries(probabilities).sort((a, b) => b[1] - a[1])[0][0];
    const { layers, opens } = data.arms.find((one) => one.name === arm);
    const layer = layers.includes(state.layer) ? state.layer : opens;
    const usual = predicted.length === 1 ? predicted[0] : likeliest;
    const label = state.label in probabilities ? state.label : usual; // arms may know other classes
    return { arm, label, method: state.method, layer };
  }

  /* -- asking and being answered -- */

  function ask() {
    request += 1;
    shown = { image: shown.image, outline: shown.outline, maps: new Map() };
    page.error.hidden = true;
    wait(true);
    source.show({ request, case: state.id, parts: panels.map((panel) => partOf(panel.arm)) });
  }

  function wait(busy) {
    page.page.dataset.state = busy ? "busy" : "ready";
    page.page.setAttribute("aria-busy", String(busy));
    if (live) page.waiting.hidden = !busy;
    if (live && busy) page.progress.value = 0;
  }

  async function heard(event) {
    if (event.kind === "error") return fail(event.text);
    if (event.kind === "added") return add(event.case);
    if (event.request !== request) return; // an outdated request
    if (event.kind === "progress") page.progress.value = event.share;
    if (event.kind === "map") shown.maps.set(event.arm, event.map && readMap(event.map));
    if (event.kind === "picture") {
      const loading = new Image();
      loading.src = event.image;
      const mine = shown;
      mine.loading = loading.decode().then(() => Object.assign(mine, { image: loading, outline: event.outline }));
    }
    const asked = request;
    await shown.loading;
    if (asked !== request) return;
    draw();
    if (event.kind === "done") wait(false);
  }

  function fail(text) {
    page.error.textContent = text;
    page.error.hidden = false;
    wait(false);
  }

  function add(one) {
    cases.push(one);
    choose({ id: one.id }, "Own image.");
  }

  /* -- showing -- */

  /** Change what is shown. Only what the pictures are made of is asked for again. */
  function choose(changes, said) {
    const asksAgain = ["id", "arm", "other", "label", "method", "layer"].some((name) => name in changes);
    Object.assign(state, changes);
    if ("arm" in changes || "other" in changes) arrange();
    const left = offered();
    if (left.length > 0 && !left.includes(current())) return choose({ id: left[0].id }, said);
    list(left);
    describe();
    if (asksAgain) ask();
    else draw();
    page.says.textContent = left.length > 0 ? `${said} ${sentence(left)}` : "No image fits the filter.";
  }

  /** One panel per arm. */
  function arrange() {
    panels = armNames().map((arm) => buildPanel(arm, several));
    page.stage.replaceChildren(plainPanel, ...panels.map((panel) => panel.element));
    page.stage.dataset.panels = String(panels.length);
    const { layers, opens } = data.arms.find((one) => one.name === state.arm);
    if (!layers.includes(state.layer)) state.layer = opens;
    fill(page.layer, layers.map((name) => [name, name]), state.layer);
  }

  function list(left) {
    fill(page.image, left.map((one) => [one.id, one.id]), state.id);
    page.count.textContent = left.length > 0 ? `${left.indexOf(current()) + 1} of ${left.length}` : "none";
    const filtered = [state.truth && spoken(state.truth), state.outcome, state.source].filter(Boolean);
    page.filterSays.textContent = filtered.length > 0 ? `Filter: ${filtered.join(", ")}` : "Filter";
  }

  const predictionOf = ({ predicted }) => predicted.map(spoken).join(", ") || "none of the labels";

  /** What a screen reader says of a change. */
  function sentence(left) {
    const said = panels.map(({ arm }) => {
      const reading = current().readings[arm];
      const sure = reading.predicted.map((label) => `probability ${level(reading.probabilities[label])}`);
      return [`${arm} predicts ${predictionOf(reading)}`, ...sure, outcome(reading.right)].filter(Boolean).join(", ");
    });
    return `Image ${left.indexOf(current()) + 1} of ${left.length}: ${state.id}. ${said.join("; ")}.`;
  }

  /** All words that depend on the image or the arms. */
  function describe() {
    const one = current();
    page.page.dataset.case = one.id;
    for (const panel of panels) describePanel(panel, one);
    const { patient, source: site, view, sex, age, licence } = one.facts ?? {};
    const truth = one.known ? one.truth.map(spoken).join(", ") || "none of the labels" : "not known";
    const facts = { Image: one.id, Truth: truth, Patient: patient, Source: site, View: view, Sex: sex,
      Age: age == null ? undefined : Math.round(age), Licence: licence };
    const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== "");
    page.facts.replaceChildren(...known.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
  }

  function describePanel(panel, one) {
    const reading = one.readings[panel.arm];
    const mark = { true: "✓ right", false: "✗ wrong" }[reading.right];
    panel.says.replaceChildren("predicts ", make("strong", {}, predictionOf(reading)));
    if (mark) panel.says.append(" ", make("span", { class: `cxr-${outcome(reading.right)}` }, mark));
    panel.bars.replaceChildren(...Object.entries(reading.probabilities).map(([label, p]) => {
      const bar = make("span", { class: "cxr-bar", "aria-hidden": "true" }, make("span"));
      bar.firstChild.style.width = `${p * 100}%`;
      const name = make("span", {}, spoken(label));
      if (one.truth.includes(label)) name.append(make("em", {}, " (truth)"));
      const predicted = reading.predicted.includes(label) ? "cxr-predicted" : undefined;
      return make("li", { class: predicted }, name, bar, make("span", { class: "cxr-number" }, level(p)));
    }));
  }

  /** Pictures, and the words about them. */
  function draw() {
    const method = data.methods.find((one) => one.name === state.method).title;
    page.opacityValue.textContent = percent(state.opacity);
    page.thresholdValue.textContent = percent(state.threshold);
    const stops = coloursOf(state.colours).map((colour) => `rgb(${colour.join(",")})`);
    page.scale.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
    const known = shown.outline !== null;
    page.outline.disabled = !known;
    page.outline.closest("label").title = known ? "" : "The lesion of this image is not known";
    const hidden = state.threshold > 0 ? `, hidden below ${percent(state.threshold)} of it` : "";
    const truth = { true: " White line: the true lesion.", false: " There is no lesion." };
    page.caption.textContent = `${state.id}: ${method} at ${state.layer}. Each map is scaled from 0 to its own maximum${hidden}.`
      + (known && state.outline ? truth[shown.outline !== ""] : "");
    if (!shown.image) return;
    paint(plain, shown.image, null, shown.outline, state);
    for (const panel of panels) drawPanel(panel, method);
  }

  function drawPanel(panel, method) {
    const { label } = partOf(panel.arm);
    const map = shown.maps.get(panel.arm);
    paint(panel.canvas, shown.image, map, shown.outline, state);
    panel.note.textContent = noteOf(label, map);
    panel.canvas.setAttribute("aria-label",
      `Radiograph ${state.id} with the ${method} map of ${panel.arm} for ${spoken(label)}`);
  }

  function noteOf(label, map) {
    if (map === undefined) return `map for ${spoken(label)}: not computed yet`;
    if (map === null) return `map for ${spoken(label)}: none is stored here`;
    return `map for ${spoken(label)}${map.peak > 0 ? "" : ": empty, no evidence for it"}`;
  }

  /* -- controls -- */

  function step(by) {
    const left = offered();
    if (left.length === 0) return;
    const next = (left.indexOf(current()) + by + left.length) % left.length;
    choose({ id: left[next].id }, by > 0 ? "Next image." : "Previous image.");
  }

  function connect() {
    const lists = { image: "id", truth: "truth", outcome: "outcome", source: "source", arm: "arm",
      other: "other", label: "label", method: "method", layer: "layer", colours: "colours" };
    for (const [control, name] of Object.entries(lists)) {
      page[control].addEventListener("change", () => {
        const title = page[control].closest("label").firstChild.textContent;
        choose({ [name]: page[control].value }, `${title}: ${page[control].selectedOptions[0].textContent}.`);
      });
    }
    for (const name of ["opacity", "threshold"]) {
      page[name].value = state[name];
      page[name].addEventListener("input", () => {
        state[name] = Number(page[name].value);
        draw();
      });
      page[name].addEventListener("change", () => choose({}, `${name} ${percent(state[name])}.`));
    }
    page.outline.checked = state.outline;
    page.outline.addEventListener("change", () =>
      choose({ outline: page.outline.checked }, `Outline ${page.outline.checked ? "on" : "off"}.`));
    page.previous.addEventListener("click", () => step(-1));
    page.next.addEventListener("click", () => step(1));
    page.page.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const theirs = event.target.closest("select, input"); // they use the arrows themselves
      if (!by || theirs || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation(); // a notebook moves between cells with arrows, a book between pages
      step(by);
    });
    if (live) connectLive();
  }

  function connectLive() {
    page.file.addEventListener("change", () => {
      const [file] = page.file.files;
      if (!file) return;
      page.error.hidden = true;
      wait(true);
      source.upload(file);
      page.file.value = ""; // so that the same file can be chosen again
    });
    page.cancel.addEventListener("click", () => {
      request += 1; // further answers are outdated
      source.cancel();
      wait(false);
      page.says.textContent = "Cancelled.";
    });
  }

  function fillLists() {
    const sources = new Set(cases.map((one) => one.facts?.source).filter(Boolean));
    const truths = new Set(cases.flatMap((one) => one.truth));
    fill(page.truth, [["", "all"], ...[...truths].sort().map((name) => [name, spoken(name)])], "");
    fill(page.outcome, [["", "all"], ["right", "right"], ["wrong", "wrong"]], "");
    fill(page.source, [["", "all"], ...[...sources].sort().map((name) => [name, name])], "");
    fill(page.arm, data.arms.map(({ name }) => [name, name]), state.arm);
    fill(page.other, [["", "nothing"], ...data.arms.map(({ name }) => [name, name])], "");
    fill(page.label, [["", "the predicted class"], ...data.mapped.map((name) => [name, spoken(name)])], "");
    fill(page.method, data.methods.map(({ name, title, slow }) => [name, slow && !title.includes("slow") ? `${title} (slow)` : title]), state.method);
    fill(page.colours, Object.entries(COLOUR_NAMES), state.colours);
  }

  source.listen(heard);
  fillLists();
  connect();
  arrange();
  list(offered());
  describe();
  ask();
}
