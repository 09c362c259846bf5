// The panel: the instances and what can be made of them, and the switches that break the two APIs.

import { make } from "./chat.js";

const enqueued = 12; // messages, at a press of the button
const verdicts = {
  authorized: "good", starting: "settling", null: "settling", pendingCode: "settling", pendingPassword: "settling",
  notAuthorized: "bad", blocked: "bad", yellowCard: "bad", suspended: "bad", sleepMode: "bad", expired: "bad", deleted: "bad",
};
const exact = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const lines = { whatsapp: "WhatsApp", telegram: "Telegram", v3: "MAX" };
const plural = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

export class Panel {
  #at;
  #rows = new Map(); // instance id -> row
  #choices = "";

  constructor(at) {
    this.#at = at;
  }

  show(state) {
    const choices = JSON.stringify(state.choices);
    const stale = choices !== this.#choices || state.instances.some(({ id }) => !this.#rows.has(id));
    if (stale || state.instances.length !== this.#rows.size) this.#build(state);
    this.#choices = choices;
    const faults = new Map(state.green.map(({ kind, label }) => [kind, label]));
    for (const now of state.instances) this.#rows.get(now.id)(now, faults.get(now.answer) ?? now.answer);
    this.#switches("green", state.green);
    this.#switches("telegram", state.telegram);
  }

  #build(state) {
    this.#rows.clear();
    this.#at.instances.replaceChildren();
    for (const instance of state.instances) {
      const { node, update } = this.#row(instance, state.choices);
      this.#rows.set(instance.id, update);
      this.#at.instances.append(node);
    }
  }

  // #row makes what shows one instance, and a function that brings it up to date.
  #row({ id, name, line }, choices) {
    const node = make("li", "instance");
    const head = make("div", "head");
    const pill = make("span", "pill");
    const title = make("span", "title");
    title.append(make("b", "", name || id), make("span", "id", name ? id : ""));
    head.append(title, pill);
    head.ariaLive = "polite";
    head.ariaAtomic = "true";
    const facts = make("p", "facts");
    const select = make("select");
    select.setAttribute("aria-label", `New state of ${name || id}`);
    for (const { key, label } of choices) select.append(new Option(label, key));
    select.value = "notAuthorized";
    const button = (text, what, press) => {
      const out = make("button", "", text);
      out.type = "button";
      out.title = `${what} ${name || id}`;
      out.setAttribute("aria-label", out.title);
      out.addEventListener("click", press);
      return out;
    };
    const cure = button("Restore", "Restore to authorized:", () => this.#at.set(id, "authorized"));
    const tools = make("div", "tools");
    tools.append(
      select,
      button("Set", "Set the state of", () => this.#at.set(id, select.value)),
      button(`Queue ${enqueued}`, `Queue ${enqueued} messages on`, () => this.#at.queue(id, enqueued)),
      cure,
    );
    node.append(head, facts, tools);
    const update = (now, answer) => {
      if (pill.textContent !== now.word) pill.textContent = now.word;
      pill.className = `pill ${verdicts[now.word] ?? "odd"}`;
      facts.textContent = describe(now, lines[line] ?? line, answer);
      cure.hidden = now.word === "authorized";
    };
    return { node, update };
  }

  // #switches shows the faults of one API, of which one at most is on.
  #switches(api, faults) {
    const box = this.#at[api];
    if (box.children.length !== faults.length) {
      box.replaceChildren(...faults.map(({ kind, label }) => {
        const out = make("button", "switch");
        out.type = "button";
        out.setAttribute("role", "switch");
        const word = make("span", "state");
        word.ariaHidden = "true";
        out.append(make("span", "track"), make("span", "", label), word);
        out.addEventListener("click", () => this.#at.fault(api, out.getAttribute("aria-checked") === "true" ? "" : kind));
        return out;
      }));
    }
    faults.forEach(({ on }, index) => {
      const button = box.children[index];
      button.setAttribute("aria-checked", String(on));
      button.querySelector(".state").textContent = on ? "on" : "off";
    });
  }
}

function describe(now, line, answer) {
  const facts = [line, `since ${exact.format(new Date(now.since))}`, plural(now.reboots, "reboot")];
  if (now.queue > 0) facts.push(`${now.queue} queued`);
  if (now.changesAt) facts.push(`changes at ${exact.format(new Date(now.changesAt))}`);
  if (answer !== now.word) facts.push(`answers: ${answer}`);
  return facts.join(" · ");
}
