// The switches that break the two APIs.

import { button, make } from "./dom.js";
import { say, speaks, t } from "./texts.js";

export class Faults {
  #at;
  #state;
  #scopes = "";

  // at has the nodes, fault(api, scope, kind) and restart(scope).
  constructor(at) {
    this.#at = at;
    at.scope.addEventListener("change", () => this.show(this.#state));
    at.again.addEventListener("click", () => at.restart(at.scope.value));
  }

  show(state) {
    this.#state = state;
    this.#showScopes(state);
    const scope = this.#at.scope.value;
    const here = state.broken.filter((one) => one.scope === scope).map((one) => one.kind);
    this.#switches(this.#at.green, state.green, here, (kind) => this.#at.fault("green", scope, kind));
    this.#switches(this.#at.telegram, state.telegram, [state.cut], (kind) => this.#at.fault("telegram", "", kind));
    this.#showBroken(state);
  }

  #showScopes({ scopes, instances }) {
    const source = JSON.stringify([speaks(), scopes]);
    if (source === this.#scopes) return;
    this.#scopes = source;
    const { scope: select } = this.#at;
    const before = select.value;
    const pools = make("optgroup");
    pools.label = t("green.pools");
    const ones = make("optgroup");
    ones.label = t("green.ones");
    select.replaceChildren();
    for (const scope of scopes) {
      const option = new Option(this.#named(scope, instances), scope);
      if (scope.startsWith("pool/")) pools.append(option);
      else if (scope.startsWith("instance/")) ones.append(option);
      else select.append(option);
    }
    select.append(pools, ones);
    select.value = scopes.includes(before) ? before : scopes[0];
  }

  #named(scope, instances) {
    const [kind, id] = scope.split("/");
    if (kind === "pool") return t("green.pool", { id, n: instances.filter((one) => one.pool === id).length });
    if (kind === "instance") return instances.find((one) => one.id === id)?.name || id;
    return t("green.whole");
  }

  // #switches shows the faults of one place, of which one at most is on.
  #switches(box, faults, on, turn) {
    if (box.children.length !== faults.length) {
      box.replaceChildren(...faults.map(() => {
        const out = button("switch", "", () => out.turn());
        out.setAttribute("role", "switch");
        out.append(make("span", "track"), make("span"));
        return out;
      }));
    }
    faults.forEach(({ key, label }, index) => {
      const out = box.children[index];
      const isOn = on.includes(key);
      out.setAttribute("aria-checked", String(isOn));
      out.lastChild.textContent = say(label);
      out.turn = () => turn(isOn ? "" : key);
    });
  }

  #showBroken({ broken, green, instances }) {
    const { broken: list } = this.#at;
    const items = broken.map(({ scope, kind }) => {
      const label = `${this.#named(scope, instances)}: ${say(green.find((one) => one.key === kind)?.label) || kind}`;
      return { label, scope };
    });
    const source = JSON.stringify([speaks(), items]);
    if (list.dataset.source === source) return;
    list.dataset.source = source;
    list.replaceChildren(...items.map(({ label, scope }) => {
      const item = make("li");
      const end = button("", `${label} ✕`, () => this.#at.fault("green", scope, ""));
      end.ariaLabel = t("green.mend", { label });
      item.append(end);
      return item;
    }));
  }
}
