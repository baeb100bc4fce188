/*
 * Live: the source that asks Python, through anywidget's model, and that notices when nobody answers.
 *
 * While something is awaited, a ping is sent every second and answered at once, whatever else
 * Python computes. One ping at a time: a kernel that is busy is not given a queue of them. A view
 * that awaits nothing sends nothing, so that an idle kernel can be culled; it only looks at what the
 * host says of the kernel, if the host says it.
 *
 * An answer to a ping says whether the kernel works on the request, and how much of the file has
 * arrived that is on its way. If it does not work on it, and has not answered it either, the request
 * was lost, as happens when a connection breaks; and so was a part of a file that did not arrive.
 */

/**
 * @typedef {{send: (content: any, callbacks?: any, buffers?: ArrayBuffer[]) => void,
 *            get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void,
 *            on: (name: string, callback: (...all: any[]) => void) => void,
 *            off: (name: string, callback: (...all: any[]) => void) => void, widget_manager?: any}} Model
 *
 * @typedef {{live: boolean, ask: (request: import("./messages.js").Request) => void,
 *            cancel: (number: number) => void, look: () => void,
 *            thumbnails: (cases: string[]) => void,
 *            part: (upload: {id: string, name: string, size: number, offset: number}, content: ArrayBuffer) => void,
 *            drop: (id: string) => void, watch: (awaits: boolean) => void, reconnect: () => void,
 *            close: () => void}} Source
 */

/** Milliseconds without any answer after which it is said. */
export const PATIENCE = 4000;
/** ... and if the host has said that something happened to the kernel. */
const SHORT = 2000;
const TICK = 250;
const BETWEEN_PINGS = 1000;
/** What a Jupyter host calls a kernel that can't answer any more. */
const LOST = new Set(["dead", "restarting", "autorestarting", "terminating", "no kernel"]);
/** ... and a broken connection, behind which the kernel may live. */
const CUT = new Set(["connecting", "disconnected"]);
/** ... and a kernel that may be too busy to answer. */
const BUSY = new Set(["busy", "unknown", "starting"]);

/**
 * @param {Model} model
 * @param {string} view
 * @param {(message: any) => void} tell
 * @param {() => number} [now] milliseconds
 * @returns {Source}
 */
export function liveSource(model, view, tell, now = () => performance.now()) {
  let awaits = false;
  let patience = 0; // milliseconds from the last sign of life until silence is said; 0: not counted
  let sign = now();
  let pinged = false;
  let asked = 0; // number of the request that is not answered yet
  let host = hostSays(model);
  /** The part of a file that was sent last. @type {{id: string, name: string, until: number} | null} */
  let sent = null;

  /** @param {Record<string, any>} content @param {ArrayBuffer[]} [buffers] */
  const send = (content, buffers = []) => {
    try {
      model.send({ view, ...content }, undefined, buffers);
    } catch {
      queueMicrotask(() => tell({ kind: "silence", why: "gone" }));
    }
  };
  const ping = () => {
    pinged = true;
    send({ kind: "ping", number: asked, upload: sent?.id ?? null, until: sent?.until ?? 0 });
  };
  /** @param {number} milliseconds */
  const count = (milliseconds) => {
    patience = milliseconds;
    sign = now();
  };
  const look = (milliseconds = PATIENCE) => {
    count(milliseconds);
    ping();
  };

  /** @param {any} message */
  const hear = (message) => {
    if (message.view !== view) return; // another view of the same widget
    sign = now();
    pinged = false;
    patience = awaits ? PATIENCE : 0;
    tell({ kind: "alive" });
    if (message.kind === "answer" || message.kind === "failed") asked = asked === message.number ? 0 : asked;
    if (message.kind === "added" || message.kind === "refused") sent = sent?.id === message.upload ? null : sent;
    if (message.kind !== "alive") return tell(message);
    if (asked && message.number === asked && !message.works) tell({ kind: "lost", number: asked });
    if (sent && message.upload === sent.id && !(message.arrived >= message.until)) {
      const { id, name } = sent;
      tell({ kind: "refused", view, upload: id, text: `${name} was lost on its way; choose it again.` });
      drop(id);
    }
  };
  const drop = (/** @type {string} */ id) => {
    sent = sent?.id === id ? null : sent;
    send({ kind: "drop", upload: id });
  };
  /** Why nobody answers, as far as the host knows. */
  const why = () => {
    if (LOST.has(host)) return "gone";
    if (CUT.has(host)) return "cut";
    return patience === SHORT && !BUSY.has(kernelOf(model)?.status) ? "gone" : "silent";
  };
  const uploaded = () => tell({ kind: "cases", cases: model.get("uploads") });
  const happened = () => look(SHORT);

  const tick = () => {
    const says = hostSays(model);
    if (says !== host) {
      host = says;
      if (LOST.has(says)) tell({ kind: "silence", why: "gone" });
      else happened();
    }
    const waited = now() - sign;
    if (patience === 0) return;
    if (waited > patience) {
      tell({ kind: "silence", why: why() });
      patience = 0;
    } else if (!pinged && waited > BETWEEN_PINGS) {
      ping();
    }
  };

  const events = /** @type {[string, (message: any) => void][]} */ ([
    ["msg:custom", hear], ["change:uploads", uploaded],
    ["comm_live_update", happened], ["comm:close", happened],
  ]);
  for (const [name, callback] of events) model.on(name, callback);
  const timer = setInterval(tick, TICK);
  return {
    live: true,
    ask(request) {
      count(PATIENCE);
      asked = request.number;
      send({ kind: "show", ...request });
    },
    cancel(number) {
      asked = 0;
      send({ kind: "cancel", number });
    },
    look: () => look(),
    thumbnails: (cases) => send({ kind: "thumbnails", cases }),
    part({ id, name, size, offset }, content) {
      sent = { id, name, until: offset + content.byteLength };
      send({ kind: "part", upload: id, name, size, offset }, [content]);
    },
    drop,
    watch(begins) {
      if (begins && !awaits) count(PATIENCE);
      if (!begins && awaits) patience = 0;
      awaits = begins;
    },
    // A host stops trying after some time; it goes on by itself or shows an error of its own.
    reconnect: () => kernelOf(model)?.reconnect?.()?.catch?.(() => {}),
    close() {
      clearInterval(timer);
      for (const [name, callback] of events) model.off(name, callback);
      try {
        model.send({ view, kind: "close" });
      } catch {
        // nobody is there to be told
      }
    },
  };
}

/**
 * The kernel as the host knows it; undefined if the host says nothing. Jupyter's hosts do.
 * @param {Model} model
 */
function kernelOf(model) {
  const manager = model.widget_manager;
  return manager && "kernel" in manager ? manager.kernel ?? null : undefined;
}

/**
 * What is wrong with the kernel; "" if nothing is, or if the host says nothing.
 * @param {Model} model
 */
function hostSays(model) {
  const kernel = kernelOf(model);
  if (kernel === undefined) return "";
  if (!kernel || kernel.isDisposed) return "no kernel";
  if (LOST.has(kernel.status)) return kernel.status;
  return CUT.has(kernel.connectionStatus) ? kernel.connectionStatus : "";
}
