// The page itself: what comes in by the stream (or by asking, where there is no stream), and what the visitor does.

import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { $, update } from "./dom.js";
import { Faults } from "./faults.js";
import { One } from "./one.js";
import { Room } from "./room.js";
import { Stage } from "./stage.js";
import { Tabs } from "./tabs.js";
import { t, time, use } from "./texts.js";
import { Theme } from "./theme.js";
import { alertBox, complain, toast } from "./toast.js";

async function post(action, body) {
  let answer;
  try {
    answer = await fetch(`api/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(t("error.gone"));
  }
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(result.error || t("error.status", { status: answer.status }));
  return result;
}

// act does something for the visitor and tells what went wrong; it resolves to undefined then.
async function act(action, body) {
  try {
    const result = await post(action, body);
    if (poll) ask();
    return result;
  } catch (error) {
    complain(error.message);
    return undefined;
  }
}

const tabs = new Tabs();
const theme = new Theme($("theme"));

const chat = new Chat({
  title: $("title"), avatar: $("avatar"), sub: $("sub"), log: $("log"), newer: $("newer"), empty: $("empty"), heard: $("heard"),
  async press(message, data, key) {
    key.setAttribute("aria-busy", "true");
    const answer = await act("press", { as: chat.as, message, data });
    key.removeAttribute("aria-busy");
    if (!answer) return;
    if (!answer.answered) toast(t("chat.unanswered"));
    else if (answer.alert) alertBox(answer.text, () => chat.toKey(message, data));
    else if (answer.text) toast(answer.text);
  },
  arrived: (n) => tabs.unseen(n),
});

const composer = new Composer({
  form: $("say"), text: $("text"), menu: $("menu"), list: $("suggestions"), people: $("people"),
  async send(text) {
    const sent = await act("say", { as: chat.as, text });
    if (sent) chat.toEnd();
    return sent;
  },
  chosen(id) {
    chat.as = id;
    shown.chat && composer.show(shown.chat.people, id);
    chat.again();
  },
});

const one = new One({
  card: $("one"), number: $("number"), messages: $("messages"), held: $("held"), time: $("time"),
  gate: { box: $("gate"), asked: $("gate-asked"), word: $("gate-word"), loss: $("gate-loss"), answer: $("gate-answer") },
  queue: (id, messages) => act("queue", { id, messages }),
  hold: (id, held) => act("hold", { id, held }),
  pass: (id, minutes) => act("pass", { id, minutes }),
});

const room = new Room({
  instances: $("instances"), fleet: $("fleet"), storm: $("storm"), more: $("more"), count: $("count"), dots: $("dots"),
  set: (id, to) => act("instance", { id, to }),
  queue: (id, messages) => act("queue", { id, messages }),
  pick: (id) => one.pick(id),
  move: (what) => act("fleet", { do: what }),
});

const faults = new Faults({
  scope: $("scope"), green: $("green"), telegram: $("telegram"), broken: $("broken"), again: $("restart"),
  fault: (api, scope, kind) => act("fault", { api, scope, kind }),
  restart: (scope) => act("fleet", { do: "restart", scope }),
});

const stage = new Stage({
  pace: $("pace"), speeds: $("speeds"), means: $("means"), story: $("story"), play: $("play"),
  stop: $("stop"), caption: $("caption"), text: $("caption-text"), progress: $("caption-scene"),
  speed: (to) => act("speed", { to }),
  perform(play) {
    if (play) {
      tabs.open("chat");
      $("numbers-card").scrollIntoView({ block: "start" });
    }
    act("story", { play });
  },
});

for (const one of $("languages").children) one.addEventListener("click", () => act("language", { to: one.value }));

// What is shown, part by part.

const shown = {};
const show = {
  stage(state) {
    if (use(state.language || "en", state.offset)) again();
    for (const one of $("languages").children) one.setAttribute("aria-pressed", String(one.value === (state.language || "en")));
    stage.show(state);
    update($("clock"), time(Date.now()));
  },
  chat(state) {
    if (!chat.as) chat.as = state.people[0]?.id ?? 0;
    composer.show(state.people, chat.as);
    chat.show(state);
  },
  panel(state) {
    room.show(state);
    one.show(state);
    faults.show(state);
  },
};

function take(part, state) {
  shown[part] = state;
  show[part](state);
}

// again shows everything in another language.
function again() {
  theme.show();
  if (lived) live(...lived);
  if (shown.panel) show.panel(shown.panel);
  if (!shown.chat) return;
  show.chat(shown.chat);
  chat.again();
}

setInterval(() => update($("clock"), time(Date.now())), 1000);

// Live updates.

let stream;
let poll;
let lived;

function live(state, key) {
  lived = [state, key];
  $("live").dataset.state = state;
  $("live").dataset.t = key;
  update($("live"), t(key));
}

function listen() {
  if (!window.EventSource) {
    startPolling();
    return;
  }
  stream = new EventSource("api/stream");
  stream.addEventListener("open", () => {
    stopPolling();
    live("on", "live.on");
  });
  for (const part of Object.keys(show)) stream.addEventListener(part, (event) => take(part, JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    live("off", "live.off");
    if (stream.readyState === EventSource.CLOSED) startPolling();
  });
}

function startPolling() {
  if (poll) return;
  poll = setInterval(ask, 2000);
  ask();
}

function stopPolling() {
  clearInterval(poll);
  poll = undefined;
}

async function ask() {
  try {
    const answer = await fetch("api/state");
    const state = await answer.json();
    for (const part of Object.keys(show)) take(part, state[part]);
    live("on", "live.on");
  } catch {
    live("off", "live.off");
  }
}

// A browser opens few connections to one host: a page that nobody sees gives its own back.
document.addEventListener("visibilitychange", () => {
  stream?.close();
  stopPolling();
  if (!document.hidden) listen();
});

if (!document.hidden) listen();
