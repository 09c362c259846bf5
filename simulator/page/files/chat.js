// The group: bubbles, keyboards, and the persons in whose names the visitor speaks.

import { render, webLink } from "./markup.js";
import { toast } from "./toast.js";

export function make(tag, className = "", text = "") {
  const out = document.createElement(tag);
  if (className) out.className = className;
  out.textContent = text;
  return out;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
export const time = (at) => clock.format(new Date(at));

export class Chat {
  #at;
  #shown = new Map(); // message id -> { source, node }
  #unfolded = new Set(); // quotes that the visitor has unfolded
  #people = "";
  #last = 0; // the newest message's id
  as = 0; // the person chosen

  constructor(at) {
    this.#at = at;
    at.newer.addEventListener("click", () => {
      at.log.scrollIntoView({ block: "nearest" });
      this.toEnd();
    });
    for (const scrolled of [at.log, document]) {
      scrolled.addEventListener("scroll", () => this.#isSeen() && (at.newer.hidden = true), { passive: true });
    }
  }

  show(state) {
    this.#at.title.textContent = state.title;
    this.#showPeople(state.people);
    const { empty } = this.#at;
    const atEnd = this.#isAtEnd();
    empty.hidden = state.messages.length > 0 && state.earlier === 0;
    if (state.earlier > 0) empty.textContent = `${state.earlier} earlier messages are not shown.`;
    const present = new Set(state.messages.map((message) => message.id));
    for (const [id, { node }] of this.#shown) {
      if (present.has(id)) continue;
      node.remove();
      this.#shown.delete(id);
    }
    const before = this.#last;
    for (const message of state.messages) this.#place(message);
    this.#last = state.messages.at(-1)?.id ?? 0;
    if (atEnd) this.toEnd();
    if (before > 0 && this.#last > before && !this.#isSeen()) this.#at.newer.hidden = false;
  }

  #isAtEnd(slack = 80) {
    const { log } = this.#at;
    return log.scrollHeight - log.scrollTop - log.clientHeight < slack;
  }

  // #isSeen says whether the end of the chat is on the screen.
  #isSeen() {
    const { bottom } = this.#at.log.getBoundingClientRect();
    return this.#isAtEnd() && bottom > 80 && bottom < innerHeight + 80;
  }

  toEnd() {
    this.#at.log.scrollTop = this.#at.log.scrollHeight;
  }

  // #place adds a message, or replaces one that has changed; the focus stays on the button that had it.
  #place(message) {
    const source = JSON.stringify(message);
    const old = this.#shown.get(message.id);
    if (old?.source === source) return;
    const node = this.#message(message);
    this.#shown.set(message.id, { source, node });
    if (!old) {
      this.#at.log.append(node);
      this.#fold(node, message.id);
      return;
    }
    const held = old.node.contains(document.activeElement) ? document.activeElement.dataset.data : undefined;
    old.node.replaceWith(node);
    this.#fold(node, message.id);
    if (held === undefined) return;
    const same = [...node.querySelectorAll("button")].find((button) => button.dataset.data === held);
    (same ?? this.#at.log).focus();
  }

  #message(message) {
    if (message.service) return make("p", "service", plainText(message.html));
    const out = make("article", message.bot ? "message bot" : "message person");
    out.setAttribute("aria-label", `${message.from}, ${time(message.sentAt)}`);
    const bubble = make("div", "bubble");
    bubble.append(make("p", "from", message.from));
    if (message.reply) {
      const quote = make("div", "quote");
      quote.append(make("b", "", message.reply.from), make("span", "", message.reply.text || "a picture"));
      bubble.append(quote);
    }
    bubble.append(...media(message, () => this.#isAtEnd(400) && this.toEnd()));
    const text = make("div", "text");
    text.dir = "auto";
    text.append(render(message.html));
    bubble.append(text, meta(message));
    out.append(bubble);
    if (message.keyboard) out.append(this.#keyboard(message));
    return out;
  }

  #keyboard(message) {
    const out = make("div", "keyboard");
    out.setAttribute("role", "group");
    out.setAttribute("aria-label", "Buttons of this message");
    for (const row of message.keyboard) {
      const line = make("div", "row");
      for (const button of row) line.append(this.#button(message.id, button));
      out.append(line);
    }
    return out;
  }

  #button(id, button) {
    const link = button.url ? webLink(button.url) : undefined;
    if (link) {
      link.className = "key";
      link.textContent = `${button.text} ↗`;
      return link;
    }
    const out = make("button", `key ${button.style ?? ""}`, button.text);
    out.type = "button";
    out.disabled = button.disabled || !(button.data || button.copy);
    out.dataset.data = button.data ?? "";
    out.addEventListener("click", async () => {
      if (out.getAttribute("aria-busy") === "true") return;
      if (button.copy) {
        copy(button.copy);
        return;
      }
      out.setAttribute("aria-busy", "true");
      await this.#at.press(id, button.data);
      out.removeAttribute("aria-busy");
    });
    return out;
  }

  // #fold closes long quotes that say they are expandable, as Telegram does, and gives them a button.
  #fold(node, id) {
    node.querySelectorAll("blockquote.expandable").forEach((quote, index) => {
      const key = `${id} ${index}`;
      quote.classList.add("folded");
      if (quote.scrollHeight <= quote.clientHeight + 2) {
        quote.classList.remove("folded");
        return;
      }
      const button = make("button", "unfold");
      button.type = "button";
      const set = (open) => {
        quote.classList.toggle("folded", !open);
        button.setAttribute("aria-expanded", String(open));
        button.textContent = open ? "Show less" : "Show all";
        this.#unfolded[open ? "add" : "delete"](key);
      };
      button.addEventListener("click", () => set(quote.classList.contains("folded")));
      quote.after(button);
      set(this.#unfolded.has(key));
    });
  }

  #showPeople(people) {
    const source = JSON.stringify(people);
    if (source === this.#people) return;
    this.#people = source;
    const { people: field } = this.#at;
    if (!people.some((person) => person.id === this.as)) this.as = people[0]?.id ?? 0;
    field.replaceChildren(field.querySelector("legend"));
    for (const person of people) {
      const label = make("label", "person");
      const radio = make("input");
      Object.assign(radio, { type: "radio", name: "person", checked: person.id === this.as });
      radio.addEventListener("change", () => {
        this.as = person.id;
        this.#showCommands(person.commands);
      });
      label.append(radio, person.role ? `${person.name}, ${person.role}` : person.name);
      field.append(label);
    }
    this.#showCommands(people.find((person) => person.id === this.as)?.commands ?? []);
  }

  #showCommands(commands) {
    const { commands: list, menu, text } = this.#at;
    menu.hidden = commands.length === 0;
    list.replaceChildren(...commands.map(({ command, description }) => {
      const item = make("li");
      const button = make("button", "command");
      button.type = "button";
      button.append(make("b", "", `/${command}`), ` ${description}`);
      button.addEventListener("click", () => {
        text.value = `/${command} `;
        menu.open = false;
        text.focus();
      });
      item.append(button);
      return item;
    }));
  }
}

const plainText = (html) => {
  const box = make("div");
  box.append(render(html));
  return box.textContent;
};

function media(message, loaded) {
  const address = `media/${message.id}`;
  if (message.photo) {
    const picture = make("img", "photo");
    Object.assign(picture, { src: address, alt: `Picture ${message.photo}` });
    picture.addEventListener("load", loaded);
    return [picture];
  }
  if (message.document) {
    const link = make("a", "document", `📄 ${message.document}`);
    Object.assign(link, { href: address, download: message.document });
    return [link];
  }
  return [];
}

function meta(message) {
  const out = make("p", "meta");
  if (message.reaction) out.append(make("span", "reaction", message.reaction));
  if (message.pinned) out.append(make("span", "", "📌 pinned"));
  if (message.silent) out.append(make("span", "", "🔕 silent"));
  if (message.editedAt) out.append(make("span", "", `edited ${time(message.editedAt)}`));
  const sent = make("time", "", time(message.sentAt));
  sent.dateTime = message.sentAt;
  sent.title = new Date(message.sentAt).toString();
  out.append(sent);
  return out;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast(`To copy: ${text}`);
  }
}
