// The group: its messages in order, what is new, and what is being done.

import { bubble, plainText } from "./bubble.js";
import { button, make, update } from "./dom.js";
import { day, t } from "./texts.js";

const announceEvery = 4000; // ms, of edits

export class Chat {
  #at;
  #shown = new Map(); // message id -> { source, node, message }
  #unfolded = new Set(); // quotes that the visitor has unfolded
  #state;
  #last = 0; // the newest message's id
  #announced = 0; // when an edit was
  #stuck = true; // to the end
  as = 0; // the person chosen

  // at has the nodes, press(message, data) and arrived(n), which is told how many messages are new.
  constructor(at) {
    this.#at = at;
    at.newer.addEventListener("click", () => {
      this.toEnd();
      at.log.focus();
    });
    at.log.addEventListener("scroll", () => {
      this.#stuck = this.#isAtEnd();
      if (this.#stuck) at.newer.hidden = true;
    }, { passive: true });
    addEventListener("resize", () => this.#stuck && this.toEnd());
  }

  show(state) {
    this.#state = state;
    update(this.#at.title, state.title);
    update(this.#at.avatar, state.title.slice(0, 1).toUpperCase());
    update(this.#at.sub, state.typing ? t("chat.typing", { who: state.bot }) : t("chat.members", { n: state.members }));
    this.#at.sub.classList.toggle("typing", state.typing);
    const { empty } = this.#at;
    empty.hidden = state.messages.length > 0 && state.earlier === 0;
    update(empty, state.earlier > 0 ? t("chat.earlier", { n: state.earlier }) : t("chat.empty"));
    const present = new Set(state.messages.map((message) => message.id));
    for (const [id, { node }] of this.#shown) {
      if (present.has(id)) continue;
      node.remove();
      this.#shown.delete(id);
    }
    const before = this.#last;
    for (const message of state.messages) this.#place(message, before);
    this.#last = state.messages.at(-1)?.id ?? 0;
    this.#arrange(state.messages);
    this.#showPresses(state.presses);
    if (this.#stuck && (this.#last > before || this.#at.log.scrollTop < this.#end())) this.toEnd();
    if (before === 0 || this.#last <= before) return;
    if (!this.#stuck) this.#at.newer.hidden = false;
    this.#at.arrived(state.messages.filter((message) => message.id > before).length);
  }

  // again shows the same state anew, in another language or for another person.
  again() {
    if (!this.#state) return;
    for (const { node } of this.#shown.values()) node.remove();
    for (const line of this.#at.log.querySelectorAll(".day")) line.remove();
    this.#shown.clear();
    this.#last = 0; // nothing is new
    this.show(this.#state);
    this.toEnd();
  }

  toEnd() {
    this.#stuck = true;
    this.#at.log.scrollTop = this.#end();
  }

  // #end is where the newest message is seen: the end of the chat, or the head of one that is longer than the screen.
  #end() {
    const { log } = this.#at;
    const newest = log.lastElementChild;
    return Math.min(log.scrollHeight - log.clientHeight, newest.offsetTop - 8);
  }

  #isAtEnd(slack = 60) {
    return this.#at.log.scrollTop > this.#end() - slack;
  }

  // #place adds a message, or replaces one that has changed; the focus stays on the button that had it.
  #place(message, before) {
    const source = JSON.stringify(message);
    const old = this.#shown.get(message.id);
    if (old?.source === source) return;
    const node = bubble(message, message.fromId === this.as, {
      press: this.#at.press,
      jump: (id) => this.#jump(id),
      loaded: () => this.#stuck && this.toEnd(),
    });
    this.#shown.set(message.id, { source, node, message });
    if (!old) {
      this.#at.log.append(node);
      this.#fold(node, message.id);
      if (before > 0) this.#greet(node, message);
      return;
    }
    const held = old.node.contains(document.activeElement) ? document.activeElement : undefined;
    old.node.replaceWith(node);
    this.#fold(node, message.id);
    this.#tellEdit(message);
    if (held) this.toKey(message.id, held.dataset.data);
  }

  // toKey puts the focus on a message's button, or on the message where it has none with these data.
  toKey(id, data) {
    const node = this.#shown.get(id)?.node;
    const same = data && [...(node?.querySelectorAll(".key") ?? [])].find((key) => key.dataset.data === data);
    (same || node)?.focus({ preventScroll: true });
  }

  // #greet lets a message of the bot's that rings flash, and tells those who listen of every new one.
  #greet(node, message) {
    if (message.bot && !message.silent) node.classList.add("rings");
    this.#tell(t(message.silent ? "heard.silent" : "heard.new", { from: message.from, text: firstLines(message) }));
  }

  // #tellEdit tells of an edit now and then: a storm's message changes often.
  #tellEdit(message) {
    if (Date.now() - this.#announced < announceEvery) return;
    this.#announced = Date.now();
    this.#tell(t("heard.edited", { from: message.from, text: firstLines(message) }));
  }

  #tell(text) {
    this.#at.heard.textContent = text;
  }

  #jump(id) {
    const node = this.#shown.get(id)?.node;
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.focus({ preventScroll: true });
    node.classList.remove("found");
    void node.offsetWidth; // begins the animation anew
    node.classList.add("found");
  }

  // #arrange puts lines between the days, and joins what one person said in a row.
  #arrange(messages) {
    let before;
    let line = "";
    messages.forEach((message, index) => {
      const { node } = this.#shown.get(message.id);
      const today = day(message.sentAt);
      const begins = today !== line;
      this.#dayBefore(node, begins ? today : "");
      line = today;
      const after = messages[index + 1];
      const joins = (other) => other && !other.service && !message.service && other.fromId === message.fromId;
      node.classList.toggle("first", begins || !joins(before));
      node.classList.toggle("last", !joins(after));
      before = message;
    });
  }

  #dayBefore(node, text) {
    const there = node.previousElementSibling?.classList.contains("day") ? node.previousElementSibling : undefined;
    if (there?.textContent === text) return;
    there?.remove();
    if (text) node.before(make("p", "service day", text));
  }

  // #showPresses marks the buttons whose press the bot has not answered, whoever pressed them.
  #showPresses(presses) {
    const busy = new Set(presses.map(({ message, data }) => `${message} ${data}`));
    for (const [id, { node }] of this.#shown) {
      for (const key of node.querySelectorAll("button.key")) {
        if (busy.has(`${id} ${key.dataset.data}`)) key.setAttribute("aria-busy", "true");
        else key.removeAttribute("aria-busy");
      }
    }
  }

  // #fold closes long quotes that say they are expandable, as Telegram does, and gives them a button.
  #fold(node, id) {
    node.querySelectorAll("blockquote.expandable").forEach((quote, index) => {
      const name = `${id} ${index}`;
      quote.classList.add("folded");
      if (quote.scrollHeight > 0 && quote.scrollHeight <= quote.clientHeight + 2) {
        quote.classList.remove("folded");
        return;
      }
      const more = button("unfold", "", () => set(quote.classList.contains("folded")));
      const set = (open) => {
        quote.classList.toggle("folded", !open);
        more.setAttribute("aria-expanded", String(open));
        more.textContent = t(open ? "chat.less" : "chat.all");
        this.#unfolded[open ? "add" : "delete"](name);
      };
      quote.after(more);
      set(this.#unfolded.has(name));
    });
  }
}

const firstLines = (message) => plainText(message.html).split("\n").slice(0, 2).join(". ");
