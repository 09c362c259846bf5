// The field in which the visitor writes: in whose name, and with which commands.

import { make } from "./dom.js";
import { say } from "./texts.js";

export class Composer {
  #at;
  #people = [];
  #source = "";
  #active = -1; // of the suggestions shown

  // at has the nodes, send(text), which says whether it was sent, and chosen(person's id).
  constructor(at) {
    this.#at = at;
    const { form, text, menu } = at;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(text.value.trim());
    });
    text.addEventListener("input", () => this.#suggest(text.value));
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("blur", () => this.#close());
    menu.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    menu.addEventListener("click", () => {
      const open = at.list.hidden;
      text.focus();
      if (open) this.#suggest("/");
      else this.#close();
    });
  }

  // show brings the people and their commands; as is the one in whose name is written.
  show(people, as) {
    const source = JSON.stringify([people, as, say(people[0]?.role)]);
    if (source === this.#source) return;
    this.#source = source;
    this.#people = people.map((person) => ({ ...person, chosen: person.id === as }));
    const field = this.#at.people;
    field.replaceChildren(field.querySelector("legend"));
    for (const person of people) {
      const label = make("label", "person", person.name);
      const radio = make("input");
      Object.assign(radio, { type: "radio", name: "person", value: person.id, checked: person.id === as });
      radio.addEventListener("change", () => this.#at.chosen(person.id));
      label.prepend(radio);
      label.append(make("span", "", say(person.role)));
      field.append(label);
    }
  }

  async #send(text) {
    this.#close();
    const { text: field } = this.#at;
    const before = field.value;
    field.value = "";
    field.focus();
    if (text && !(await this.#at.send(text)) && !field.value) field.value = before; // not sent: to be tried again
  }

  #suggest(written) {
    const commands = this.#people.find((person) => person.chosen)?.commands ?? [];
    const fitting = /^\/\w*$/.test(written) ? commands.filter(({ command }) => `/${command}`.startsWith(written.toLowerCase())) : [];
    this.#at.list.replaceChildren(...fitting.map(({ command, description }, index) => {
      const item = make("li");
      item.id = `suggestion-${index}`;
      item.setAttribute("role", "option");
      item.dataset.command = `/${command}`;
      item.append(make("b", "", `/${command}`), make("span", "", description));
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => this.#send(item.dataset.command));
      return item;
    }));
    this.#expand(fitting.length > 0);
  }

  #close() {
    this.#expand(false);
  }

  #expand(open) {
    const { list, text, menu } = this.#at;
    list.hidden = !open;
    for (const node of [text, menu]) node.setAttribute("aria-expanded", String(open));
    this.#activate(-1);
  }

  #activate(index) {
    this.#active = index;
    const { list, text } = this.#at;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) text.removeAttribute("aria-activedescendant");
    else text.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const { list, text } = this.#at;
    if (list.hidden) return;
    const n = list.children.length;
    switch (event.key) {
      case "ArrowDown":
        this.#activate((this.#active + 1) % n);
        break;
      case "ArrowUp":
        this.#activate((this.#active + n - (this.#active < 0 ? 0 : 1)) % n);
        break;
      case "ArrowRight": // takes the command into the field, to add something
        if (this.#active < 0) return;
        text.value = `${list.children[this.#active].dataset.command} `;
        this.#close();
        break;
      case "Enter":
        if (this.#active < 0) return;
        this.#send(list.children[this.#active].dataset.command);
        break;
      case "Escape":
        this.#close();
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}
