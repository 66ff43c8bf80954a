// One exchange as a row, and what filters find in it.
import { bdi, h } from "../core/dom.js"
import { bytes, duration, statusClass, time } from "../core/format.js"

/** What can become of a request, and how people say it. */
export const results = [
  ["recorded", "recorded"], ["passthrough", "forwarded"], ["hit", "hit"], ["miss", "missed"], ["refused", "refused"],
]
const words = Object.fromEntries(results)

export const exchangeRowHead = () => h("div", { class: "row-head exchange-row", "aria-hidden": "true" },
  ["", "Time", "Method", "Address", "Status", "Result", "Size", "Took"].map((name) => h("span", {}, name)))

export function exchangeRow(entry) {
  const isFailed = entry.failure !== null && entry.failure !== undefined
  return h("div", { class: "exchange-row cells" },
    h("span", { class: "pick" }),
    h("span", { class: "dim" }, time(entry.time)),
    bdi(entry.method, 20, { class: "method" }),
    h("span", { class: "address" }, bdi(entry.host, 80, { class: "dim" }), bdi(entry.path + (entry.query === null ? "" : `?${entry.query}`), 400)),
    h("span", { class: `status ${statusClass(entry.status)}` }, entry.status ?? (isFailed ? "failed" : "–")),
    h("span", { class: `result ${entry.result}` }, words[entry.result] ?? entry.result),
    h("span", { class: "dim number" }, bytes(entry.responseBytes)),
    h("span", { class: "dim number" }, duration(entry.totalMs)))
}

/** Whether every word of a filter is somewhere in the row, and the result is the one asked for. */
export function matches(entry, { text, result }) {
  if (result && entry.result !== result) return false
  if (!text) return true
  const row = `${entry.method} ${entry.host}${entry.path}?${entry.query ?? ""} ${entry.status ?? entry.failure} ${words[entry.result]} ${entry.session ?? ""}`.toLowerCase()
  return text.split(/\s+/).every((word) => row.includes(word))
}
