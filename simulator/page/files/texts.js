// What the page says, in the language chosen, and how it tells the time.

const texts = await (await fetch("texts.json")).json();

let language = "en";
let offset = 0; // of the demo's zone, in ms

export const speaks = () => language;

// t is a text by its key. A number in n chooses the plural; {name} is replaced by vars.name.
export function t(key, vars = {}) {
  let text = texts[key]?.[language] ?? key;
  if (typeof text === "object") text = text[new Intl.PluralRules(language).select(vars.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => vars[name] ?? whole);
}

// say is a text that the server has given in each language.
export const say = (text) => text?.[language] ?? "";

// use changes language and zone, and says whether anything changed.
export function use(tag, seconds) {
  if (tag === language && seconds * 1000 === offset) return false;
  language = tag;
  offset = seconds * 1000;
  apply();
  return true;
}

function apply() {
  document.documentElement.lang = language;
  document.title = t("title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}

const formats = {};
function format(name, options, at) {
  formats[name + language] ??= new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: "UTC", ...options });
  return formats[name + language].format(new Date(new Date(at).getTime() + offset));
}

export const count = (n) => new Intl.NumberFormat(language).format(n);
export const time = (at) => format("time", { hour: "2-digit", minute: "2-digit" }, at);
export const exact = (at) => format("exact", { timeStyle: "medium" }, at);
export const day = (at) => format("day", { day: "numeric", month: "long" }, at);
