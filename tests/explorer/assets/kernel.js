/* Kernel: a model as anywidget gives it, and a kernel behind it that holds its answers while stopped. */

const data = JSON.parse(document.getElementById('data').textContent);
const catalogue = { ...data, cases: data.cases.map(one => ({ ...one, image: null, outline: null })) };
const heard = [];
window.kernel = {
  stopped: false, delay: 0, sent: [], parts: {}, uploads: [], choice: {}, status: 'idle', connectionStatus: 'connected',
  reconnected: 0, scored: true, scoring: {},
};
const say = message => heard.forEach(([name, tell]) => name === 'msg:custom' && tell(message));
const model = {
  get: name => name !== 'catalogue' ? kernel[name] : kernel.scored ? catalogue : {},
  set: (name, value) => { kernel[name] = value; }, save_changes() {},
  on: (name, tell) => heard.push([name, tell]),
  off: (name, tell) => heard.splice(0, heard.length, ...heard.filter(one => one[0] !== name || one[1] !== tell)),
  send(message, _, buffers) {
    kernel.sent.push(message);
    const answer = () => kernel.stopped ? setTimeout(answer, 50) : answers[message.kind]?.(message, buffers);
    setTimeout(answer, message.kind === 'show' ? kernel.delay : 0);
  },
  widget_manager: {
    get kernel() {
      const { status, connectionStatus } = kernel;
      return { status, connectionStatus, reconnect: async () => { kernel.reconnected += 1; } };
    },
  },
};
const answers = {
  show({ kind, ...asked }) {
    if (asked.parts[0].layer === 'layer3') return say({ kind: 'failed', ...asked, text: 'no such layer' });
    const about = data.cases.find(one => one.id === asked.case) ?? kernel.uploads.find(one => one.id === asked.case);
    const maps = asked.parts.map(part => about.readings[part.arm].maps[part.method][part.layer][part.label]);
    say({ kind: 'answer', ...asked, about, image: about.image, outline: about.outline, maps });
  },
  thumbnails({ view, cases }) {
    const found = [...data.cases, ...kernel.uploads].filter(one => cases.includes(one.id));
    say({ kind: 'thumbnails', view, thumbnails: Object.fromEntries(found.map(one => [one.id, one.image])) });
  },
  ping: ({ view, number, upload, until }) => say({ kind: 'alive', view, number, works: true, upload, until, arrived: until }),
  part({ view, upload, name, size, offset }, [content]) {
    const parts = kernel.parts[upload] ??= [];
    parts.push([name, offset, content.byteLength]);
    say({ kind: 'received', view, upload, offset: offset + content.byteLength });
    if (offset + content.byteLength < size) return;
    if (name.startsWith('slow')) return say({ kind: 'scoring', view, upload, share: 0.5, text: 'scored by control' });
    if (name.startsWith('broken')) return say({ kind: 'refused', view, upload, text: `${name} can't be used` });
    const warnings = name.startsWith('lateral') ? [{ text: 'a lateral view', arms: data.arms.map(arm => arm.name) }] : [];
    const id = `upload ${kernel.uploads.length + 1}: ${name}`;
    const one = { ...data.cases[kernel.uploads.length], facts: null, id, warnings };
    kernel.uploads = [...kernel.uploads, one];
    heard.forEach(([kind, tell]) => kind === 'change:uploads' && tell());
    say({ kind: 'added', view, upload, case: one });
  },
};
kernel.tell = name => [...heard].forEach(([kind, tell]) => kind === name && tell());
window.show = id => { window[id] = explorer.render({ model, el: document.getElementById(id) }); };
['one', 'two'].forEach(show);
