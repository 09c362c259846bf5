// On a narrow screen chat and control room are two tabs; on a wide one they stand side by side.

import { $ } from "./dom.js";

const narrow = matchMedia("(max-width: 859px)");
const names = ["chat", "room"];

export class Tabs {
  #at = "chat";
  #unread = 0;

  constructor() {
    for (const name of names) {
      const tab = $(`tab-${name}`);
      tab.addEventListener("click", () => this.open(name));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        this.open(names.find((other) => other !== this.#at));
        $(`tab-${this.#at}`).focus();
      });
    }
    narrow.addEventListener("change", () => this.open(this.#at));
    this.open("chat");
  }

  open(name) {
    this.#at = name;
    $("main").dataset.view = name;
    for (const one of names) {
      $(`tab-${one}`).setAttribute("aria-selected", String(one === name));
      $(`tab-${one}`).tabIndex = one === name ? 0 : -1;
      if (narrow.matches) $(one).setAttribute("role", "tabpanel");
      else $(one).removeAttribute("role");
    }
    if (name === "chat") this.#count(0);
    dispatchEvent(new Event("resize")); // the chat goes to its end
  }

  // unseen counts messages that came while the chat was hidden.
  unseen(n) {
    if (narrow.matches && this.#at !== "chat") this.#count(this.#unread + n);
  }

  #count(n) {
    this.#unread = n;
    $("badge").hidden = n === 0;
    $("badge").textContent = n;
  }
}
