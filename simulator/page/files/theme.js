// Light and dark: as the system, until the visitor chooses.

import { t } from "./texts.js";

const themes = ["", "light", "dark"];

export class Theme {
  #button;
  #at = "";

  constructor(button) {
    this.#button = button;
    this.#at = themes.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "";
    button.addEventListener("click", () => {
      this.#at = themes[(themes.indexOf(this.#at) + 1) % themes.length];
      localStorage.setItem("theme", this.#at);
      this.show();
    });
    this.show();
  }

  show() {
    document.documentElement.dataset.theme = this.#at;
    this.#button.ariaLabel = this.#button.title = t(`theme.${this.#at || "system"}`);
  }
}
