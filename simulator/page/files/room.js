// The control room's numbers: how each is, and what can be made of it.

import { button, make, update } from "./dom.js";
import { gateWord, lossIn } from "./gate.js";
import { count, exact, say, speaks, t } from "./texts.js";

const enqueued = 12; // messages, at a press of the button
const verdicts = {
  authorized: "good", starting: "settling", null: "settling", pendingCode: "settling", pendingPassword: "settling",
  notAuthorized: "bad", blocked: "bad", yellowCard: "bad", suspended: "bad", sleepMode: "bad", expired: "bad", deleted: "bad",
};
const lines = { whatsapp: "WhatsApp", telegram: "Telegram", v3: "MAX" };
const isWell = (now) => now.word === "authorized";
const isBlind = (now) => now.answer !== now.word && !/^400 /.test(now.answer);

export class Room {
  #at;
  #state;
  #rows = new Map(); // instance id -> function that brings a row up to date
  #built = "";
  #all = false; // every instance has a row

  // at has the nodes, set(id, to), queue(id, messages), pick(id) and move(what).
  constructor(at) {
    this.#at = at;
    at.fleet.addEventListener("click", (event) => event.target.value && at.move(event.target.value));
    at.more.addEventListener("click", () => {
      this.#all = !this.#all;
      this.show(this.#state);
    });
  }

  show(state) {
    this.#state = state;
    const shown = this.#all || !state.shown ? state.instances : state.instances.slice(0, state.shown);
    const faults = new Map(state.green.map(({ key, label }) => [key, say(label)]));
    this.#build(shown, state);
    for (const now of shown) this.#rows.get(now.id)(now, faults.get(now.answer) ?? now.answer);
    this.#count(state.instances);
    this.#dots(state.instances);
    update(this.#at.storm, t("fleet.storm", { n: state.storm }));
    const { more } = this.#at;
    more.hidden = !state.shown || state.instances.length <= state.shown;
    more.setAttribute("aria-expanded", String(this.#all));
    update(more, this.#all ? t("numbers.less", { n: state.shown }) : t("numbers.all", { n: state.instances.length }));
  }

  #build(shown, state) {
    const built = JSON.stringify([speaks(), state.choices.length, shown.map(({ id }) => id)]);
    if (built === this.#built) return;
    this.#built = built;
    this.#rows.clear();
    this.#at.instances.replaceChildren(...shown.map((instance) => {
      const { node, refresh } = this.#row(instance, state.choices);
      this.#rows.set(instance.id, refresh);
      return node;
    }));
  }

  // #row makes what shows one instance, and a function that brings it up to date.
  #row({ id, name, line }, choices) {
    const cell = (className, ...children) => {
      const out = make("div", className);
      out.setAttribute("role", "cell");
      out.append(...children);
      return out;
    };
    const called = name || id;
    const pill = make("span", "pill");
    const facts = make("p", "facts");
    const sign = make("span", "label", "✉");
    sign.title = t("column.queue");
    const gate = make("span", "pill");
    const loss = make("p", "facts");
    const waiting = make("span");
    const add = button("", `+${enqueued}`, () => this.#at.queue(id, enqueued));
    add.ariaLabel = t("numbers.queue", { n: enqueued, name: called });
    const select = make("select");
    select.ariaLabel = t("numbers.make", { name: called });
    for (const { key, label } of choices) select.append(new Option(say(label), key));
    select.value = "falseLogout";
    const set = button("", t("numbers.set"), () => this.#at.set(id, select.value));
    set.ariaLabel = t("numbers.setOf", { name: called });
    const pick = button("pick", called, () => this.#at.pick(id));
    pick.setAttribute("aria-controls", "one");
    const node = make("div", "row");
    node.setAttribute("role", "row");
    node.append(
      cell("", pick, make("span", "id", name ? `${id} · ${lines[line] ?? line}` : lines[line] ?? line)),
      cell("", pill, facts), cell("gate", gate, loss), cell("queue", sign, waiting, add), cell("make", select, set),
    );
    const refresh = (now, answer) => {
      update(pill, isBlind(now) ? answer : now.word);
      pill.className = `pill ${isBlind(now) ? "blind" : verdicts[now.word] ?? "odd"}`;
      update(facts, describe(now));
      update(waiting, count(now.queue));
      gate.hidden = loss.hidden = !now.gate;
      if (now.gate) {
        const { word, look } = gateWord(now.gate);
        update(gate, word);
        gate.className = `pill ${look}`;
        update(loss, lossIn(now.gate));
      }
      const next = isWell(now) ? "falseLogout" : "authorized";
      if (select.dataset.was !== now.word) select.value = next;
      select.dataset.was = now.word;
    };
    return { node, refresh };
  }

  #count(instances) {
    const words = new Map();
    for (const now of instances) {
      const word = isBlind(now) ? t("numbers.blind") : now.word;
      words.set(word, (words.get(word) ?? 0) + 1);
    }
    update(this.#at.count, [...words].map(([word, n]) => `${n} ${word}`).join(" · "));
  }

  #dots(instances) {
    const { dots } = this.#at;
    while (dots.children.length > instances.length) dots.lastChild.remove();
    while (dots.children.length < instances.length) dots.append(make("i"));
    instances.forEach((now, index) => {
      const dot = dots.children[index];
      const look = isBlind(now) ? "blind" : verdicts[now.word] ?? "odd";
      if (dot.className !== look) dot.className = look;
      dot.title = `${now.name || now.id}: ${now.word}`;
    });
    dots.ariaLabel = t("numbers.dots", { n: instances.length, well: instances.filter((now) => isWell(now) && !isBlind(now)).length });
  }
}

function describe(now) {
  const facts = [t("numbers.since", { time: exact(now.since) })];
  if (isBlind(now)) facts.unshift(now.word);
  if (now.reboots > 0) facts.push(t("numbers.reboots", { n: now.reboots }));
  return facts.join(" · ");
}
