// What the gate answers for a number, in a word.

import { t } from "./texts.js";

const minute = 60_000; // ms
const hour = 60 * minute;

// gateWord is what an answer says, and how that looks.
export function gateWord(gate) {
  const body = gate.body ?? {};
  if (typeof body.open !== "boolean") return { word: t("gate.none"), look: "odd" };
  if (!body.open) return { word: body.sure ? t("gate.closed") : t("gate.closedUnsure"), look: "bad" };
  if (!body.sure) return { word: t("gate.openUnsure"), look: "odd" };
  if (body.delayed) return { word: t("gate.delayed"), look: "settling" };
  if (body.probation) return { word: t("gate.probation"), look: "settling" };
  return { word: t("gate.open"), look: "good" };
}

// lossIn is how long it is until the first message is dropped; empty: none waits.
export function lossIn(gate) {
  const at = Date.parse(gate.body?.first_loss);
  if (Number.isNaN(at)) return "";
  const left = at - Date.now();
  if (left <= 0) return t("gate.losing");
  return left < 1.5 * hour ? t("gate.lossMinutes", { minutes: Math.ceil(left / minute) }) : t("gate.lossHours", { hours: Math.round(left / hour) });
}
