/* Live: what is sent, what is heard, and that silence is noticed, with a clock that a test moves. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { liveSource } from "../../../cxrstudy/explorer/assets/live.js";

let now, ticks;
globalThis.setInterval = (callback) => ticks.push(callback);
globalThis.clearInterval = () => { ticks = []; };
beforeEach(() => { now = 0; ticks = []; });

/** Let time pass; `answer` is what the kernel does about each message that was sent meanwhile. */
function pass(milliseconds, world, answer = () => {}) {
  for (let gone = 0; gone < milliseconds; gone += 250) {
    now += 250;
    ticks.forEach((tick) => tick());
    world.sent.splice(0).forEach((message) => { world.all.push(message); answer(message); });
  }
}

function made(kernel = { status: "idle", connectionStatus: "connected" }, broken = false) {
  const heard = {};
  const world = { sent: [], all: [], told: [], kernel };
  const model = {
    send: (content) => { if (broken) throw new Error("closed"); world.sent.push(content); },
    get: () => ["case"], on: (name, callback) => { heard[name] = callback; }, off: (name) => { delete heard[name]; },
    widget_manager: { get kernel() { return world.kernel; } },
  };
  world.source = liveSource(model, "mine", (message) => world.told.push(message), () => now);
  world.hears = (message) => heard["msg:custom"](message);
  world.heard = heard;
  world.kinds = () => world.told.map(({ kind }) => kind);
  return world;
}

const REQUEST = { view: "mine", number: 1, case: "a", parts: [] };

test("nothing is sent while nothing is awaited, so that a kernel can be culled", () => {
  const world = made();
  pass(60000, world);
  assert.deepEqual(world.all, []);
  assert.deepEqual(world.told, []);
});

test("a kernel that does not answer is said within five seconds, once", () => {
  const world = made();
  world.source.ask(REQUEST);
  world.source.watch(true);
  pass(4000, world);
  assert.deepEqual(world.kinds(), []);
  pass(1000, world);
  assert.deepEqual(world.told, [{ kind: "silence", why: "silent" }]);
  pass(60000, world);
  assert.equal(world.told.length, 1);
  assert.deepEqual(world.all.map(({ kind }) => kind), ["show", "ping"]); // no queue for a busy kernel
});

test("slow work is no silence as long as pings are answered", () => {
  const world = made();
  world.source.ask(REQUEST);
  world.source.watch(true);
  pass(60000, world, ({ kind, number }) => {
    if (kind === "ping") world.hears({ kind: "alive", view: "mine", number, works: true });
  });
  assert.ok(world.kinds().every((kind) => kind === "alive"));
  assert.ok(world.all.length > 20);
});

test("a request that the kernel does not know is said to be lost", () => {
  const world = made();
  world.source.ask(REQUEST);
  world.source.watch(true);
  pass(2000, world, ({ kind, number }) => {
    if (kind === "ping") world.hears({ kind: "alive", view: "mine", number, works: false });
  });
  assert.deepEqual(world.told.at(-1), { kind: "lost", number: 1 });
});

test("a kernel that answers again is heard after its silence", () => {
  const world = made();
  world.source.ask(REQUEST);
  world.source.watch(true);
  pass(5000, world);
  world.hears({ kind: "answer", ...REQUEST });
  assert.deepEqual(world.kinds(), ["silence", "alive", "answer"]);
});

test("what is for another view is not heard", () => {
  const world = made();
  world.hears({ kind: "answer", view: "another", number: 1 });
  world.hears({ kind: "failed", number: 1, text: "of no view" });
  assert.deepEqual(world.told, []);
});

for (const status of ["dead", "restarting", "autorestarting", "terminating"]) {
  test(`a kernel that is ${status} is gone, though nothing was asked`, () => {
    const world = made();
    world.kernel = { status, connectionStatus: "connected" };
    pass(1000, world);
    assert.deepEqual(world.told, [{ kind: "silence", why: "gone" }]);
  });
}

test("a kernel that was taken away is gone", () => {
  for (const kernel of [null, undefined, { status: "idle", connectionStatus: "connected", isDisposed: true }]) {
    const world = made();
    world.kernel = kernel;
    pass(500, world);
    assert.deepEqual(world.told, [{ kind: "silence", why: "gone" }]);
  }
});

for (const connectionStatus of ["connecting", "disconnected"]) {
  test(`a connection that is ${connectionStatus} is lost, not the kernel; it is made anew if somebody wants it`, () => {
    const world = made();
    let tries = 0;
    world.kernel = { status: "unknown", connectionStatus, reconnect: () => { tries += 1; return Promise.reject(new Error("no")); } };
    pass(3000, world);
    assert.deepEqual(world.told, [{ kind: "silence", why: "cut" }]);
    world.source.reconnect();
    assert.equal(tries, 1);
  });
}

test("after a broken connection a kernel that is busy with a cell is not said to be gone", () => {
  for (const [status, why] of [["busy", "silent"], ["unknown", "silent"], ["idle", "gone"]]) {
    const world = made();
    world.kernel = { status, connectionStatus: "connecting" };
    pass(500, world);
    world.kernel = { status, connectionStatus: "connected" };
    pass(3000, world);
    assert.deepEqual(world.told, [{ kind: "silence", why }]);
  }
});

test("a part of a file that did not arrive ends its file by name, and nothing is awaited for ever", () => {
  const world = made();
  const arrives = (arrived) => ({ kind, ...asked }) => {
    if (kind === "ping") world.hears({ ...asked, kind: "alive", view: "mine", works: false, arrived });
  };
  const send = (offset) => world.source.part({ id: "f", name: "a.png", size: 30, offset }, new ArrayBuffer(10));
  world.source.watch(true);
  send(0);
  pass(1500, world, (message) => {
    if (message.kind === "ping") send(10); // the answer to a ping says nothing of what follows it
    arrives(10)(message);
  });
  assert.ok(!world.kinds().includes("refused"));
  pass(3000, world, arrives(20));
  assert.ok(!world.kinds().includes("refused"));
  pass(3000, world, arrives(10));
  assert.deepEqual(world.told.filter(({ kind }) => kind === "refused"), [
    { kind: "refused", view: "mine", upload: "f", text: "a.png was lost on its way; choose it again." },
  ]);
  assert.deepEqual(world.all.filter(({ kind }) => kind === "drop").map(({ upload }) => upload), ["f"]);
});

test("a file whose answer was lost is refused, and one that is read is not", () => {
  for (const [arrived, times] of [[null, 1], [3, 0]]) {
    const world = made();
    world.source.watch(true);
    world.source.part({ id: "f", name: "a.png", size: 3, offset: 0 }, new ArrayBuffer(3));
    pass(3000, world, ({ kind, ...asked }) => {
      if (kind === "ping") world.hears({ ...asked, kind: "alive", view: "mine", works: false, arrived });
    });
    assert.equal(world.told.filter(({ kind }) => kind === "refused").length, times);
  }
});

test("after a restart the kernel lives, but not what it knew", () => {
  const world = made();
  world.heard.comm_live_update();
  pass(3000, world);
  assert.deepEqual(world.told, [{ kind: "silence", why: "gone" }]);
});

test("a comm that is restored answers, and nothing is said to be gone", () => {
  const world = made();
  world.heard.comm_live_update();
  pass(5000, world, () => world.hears({ kind: "alive", view: "mine" }));
  assert.deepEqual(world.kinds(), ["alive"]);
});

test("a model that can't send is a kernel that is gone, and no error", async () => {
  const world = made(undefined, true);
  world.source.ask(REQUEST);
  await new Promise((resolve) => { queueMicrotask(resolve); });
  assert.deepEqual(world.told, [{ kind: "silence", why: "gone" }]);
  world.source.close();
});

test("a host that says nothing of its kernel is no kernel that is gone", () => {
  const world = made();
  delete world.kernel;
  const quiet = [];
  liveSource({ send() {}, get() {}, on() {}, off() {} }, "mine", (message) => quiet.push(message), () => now);
  pass(10000, { sent: [], all: [] });
  assert.deepEqual(quiet, []);
});

test("parts and uploads carry the view", () => {
  const world = made();
  world.source.part({ id: "f", name: "a.png", size: 3, offset: 0 }, new ArrayBuffer(3));
  assert.deepEqual(world.sent, [{ view: "mine", kind: "part", upload: "f", name: "a.png", size: 3, offset: 0 }]);
  world.heard["change:uploads"]();
  assert.deepEqual(world.told, [{ kind: "cases", cases: ["case"] }]);
});
