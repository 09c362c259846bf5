// The page itself: what comes in by the stream (or by asking, where there is no stream), and what the visitor does.

import { Chat } from "./chat.js";
import { Panel } from "./panel.js";
import { alertBox, toast } from "./toast.js";

const $ = (id) => document.getElementById(id);

async function post(action, body) {
  let answer;
  try {
    answer = await fetch(`api/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The demo does not answer. Is it still running?");
  }
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(result.error || `The demo answered ${answer.status}.`);
  return result;
}

// act does something for the visitor and tells what went wrong; it resolves to undefined then.
async function act(action, body) {
  try {
    const result = await post(action, body);
    if (poll) ask();
    return result;
  } catch (error) {
    toast(error.message, true);
    return undefined;
  }
}

const chat = new Chat({
  title: $("title"), log: $("log"), newer: $("newer"), empty: $("empty"), people: $("people"), commands: $("commands"), text: $("text"), menu: $("menu"),
  async press(message, data) {
    const answer = await act("press", { as: chat.as, message, data });
    if (!answer) return;
    if (!answer.answered) toast("The bot has not answered this press.");
    else if (answer.alert) alertBox(answer.text);
    else if (answer.text) toast(answer.text);
  },
});

const panel = new Panel({
  instances: $("instances"), green: $("green"), telegram: $("telegram"),
  set: (id, to) => act("instance", { id, to }),
  queue: (id, messages) => act("queue", { id, messages }),
  fault: (api, kind) => act("fault", { api, kind }),
});

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("menu").open = false;
  if (await act("say", { as: chat.as, text })) {
    $("text").value = "";
    chat.toEnd();
  }
  $("text").focus();
});

// Live updates.

let stream;
let poll;

function live(state, text) {
  if ($("live").dataset.state === state) return;
  $("live").dataset.state = state;
  $("live").textContent = text;
}

function listen() {
  if (!window.EventSource) {
    startPolling();
    return;
  }
  stream = new EventSource("api/stream");
  stream.addEventListener("open", () => {
    stopPolling();
    live("on", "Live");
  });
  stream.addEventListener("chat", (event) => chat.show(JSON.parse(event.data)));
  stream.addEventListener("panel", (event) => panel.show(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    live("off", "Connection lost, trying again");
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
    chat.show(state.chat);
    panel.show(state.panel);
    live("on", "Live");
  } catch {
    live("off", "Connection lost, trying again");
  }
}

// A browser opens few connections to one host: a page that nobody sees gives its own back.
document.addEventListener("visibilitychange", () => {
  stream?.close();
  stopPolling();
  if (!document.hidden) listen();
});

if (!document.hidden) listen();
