// The clock, the story and the language.

import { button, update } from "./dom.js";
import { say, t } from "./texts.js";
import { toast } from "./toast.js";

export class Stage {
  #at;
  #told; // the last answer shown

  // at has the nodes, speed(key) and perform(plays).
  constructor(at) {
    this.#at = at;
    at.play.addEventListener("click", () => at.perform(at.play.dataset.plays !== "true"));
    at.stop.addEventListener("click", () => at.perform(false));
  }

  show({ clock, story }) {
    this.#showClock(clock);
    this.#showStory(story);
  }

  #showClock({ speeds, at, turning }) {
    const { pace, speeds: box, means } = this.#at;
    pace.hidden = speeds.length === 0;
    if (box.children.length !== speeds.length) {
      box.replaceChildren(...speeds.map(({ key }) => {
        const out = button("", key, () => this.#at.speed(key));
        out.value = key;
        return out;
      }));
    }
    for (const one of box.children) {
      one.setAttribute("aria-pressed", String(one.value === at));
      one.disabled = turning;
    }
    pace.setAttribute("aria-busy", String(turning));
    update(means, turning ? t("clock.turning") : `${say(speeds.find(({ key }) => key === at)?.means)} ${t("clock.how")}`);
  }

  #showStory({ scenes, scene, playing, caption, told }) {
    const { story, play, stop, caption: box, text, progress } = this.#at;
    story.hidden = scenes === 0;
    story.dataset.playing = playing;
    play.dataset.plays = playing;
    update(play, t(playing ? "story.stop" : "story.play"));
    stop.hidden = !playing;
    box.classList.toggle("idle", !say(caption));
    update(text, say(caption));
    progress.hidden = !playing;
    progress.max = Math.max(1, scenes);
    progress.value = scene;
    if (this.#told === undefined) this.#told = told?.nth ?? 0;
    if (!told || told.nth === this.#told) return;
    this.#told = told.nth;
    if (told.text) toast(told.text);
  }
}
