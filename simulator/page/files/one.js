// One number: what the gate answers for it, the messages sent to it, and the time that passes.

import { button, update } from "./dom.js";
import { gateWord, lossIn } from "./gate.js";
import { count, speaks, t } from "./texts.js";

const sizes = [1, 12, 143, 8412]; // messages
const spans = [10, 60, 360, 1320]; // minutes

export class One {
  #at;
  #state;
  #built = "";

  // at has the nodes, queue(id, messages), hold(id, held) and pass(id, minutes).
  constructor(at) {
    this.#at = at;
    at.number.addEventListener("change", () => this.show(this.#state));
    at.held.addEventListener("click", () => at.hold(this.#id, at.held.getAttribute("aria-checked") !== "true"));
  }

  get #id() { return this.#at.number.value; }

  // pick chooses the number and goes there.
  pick(id) {
    this.#at.number.value = id;
    this.show(this.#state);
    this.#at.card.scrollIntoView({ block: "nearest", behavior: "smooth" });
    this.#at.number.focus({ preventScroll: true });
  }

  show(state) {
    this.#state = state;
    this.#build(state.instances);
    const now = state.instances.find(({ id }) => id === this.#id);
    const { card, gate, held } = this.#at;
    card.hidden = !now;
    if (!now) return;
    held.setAttribute("aria-checked", String(now.held));
    gate.box.hidden = !now.gate;
    if (!now.gate) return;
    const { word, look } = gateWord(now.gate);
    update(gate.asked, `GET /gate/${now.id} → ${now.gate.status}`);
    update(gate.word, word);
    gate.word.className = `pill ${look}`;
    update(gate.loss, lossIn(now.gate));
    update(gate.answer, now.gate.body ? JSON.stringify(now.gate.body, null, 2) : "");
  }

  #build(instances) {
    const built = JSON.stringify([speaks(), instances.map(({ id }) => id)]);
    if (built === this.#built) return;
    this.#built = built;
    const { number, messages, time, held } = this.#at;
    const before = number.value;
    number.replaceChildren(...instances.map(({ id, name }) => new Option(name || id, id)));
    if (instances.some(({ id }) => id === before)) number.value = before;
    messages.replaceChildren(...sizes.map((n) => {
      const out = button("", `+${count(n)}`, () => this.#at.queue(this.#id, n));
      out.ariaLabel = t("one.queue", { n });
      return out;
    }));
    time.replaceChildren(...spans.map((minutes) => button("", span(minutes), () => this.#at.pass(this.#id, minutes))));
    update(held.lastElementChild, t("one.held"));
  }
}

const span = (minutes) => (minutes < 60 ? t("one.minutes", { minutes }) : t("one.hours", { hours: minutes / 60 }));
