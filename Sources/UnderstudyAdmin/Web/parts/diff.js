// What two texts have in common, line by line: Myers' greedy algorithm (https://doi.org/10.1007/BF01840446), bounded.
import { h, shown } from "../core/dom.js"

const mostLines = 20_000
const mostSteps = 1200
const mostShown = 1500
const around = 3

/** `[kind, line]` with kinds " ", "-" and "+"; null when the texts differ more than is worth following. */
export function diff(a, b, most = mostSteps) {
  const ids = new Map()
  const number = (line) => ids.get(line) ?? (ids.set(line, ids.size), ids.size - 1)
  const x = a.map(number)
  const y = b.map(number)
  let start = 0
  while (start < x.length && start < y.length && x[start] === y[start]) start += 1
  let end = 0
  while (end < x.length - start && end < y.length - start && x.at(-1 - end) === y.at(-1 - end)) end += 1
  const middle = path(x.slice(start, x.length - end), y.slice(start, y.length - end), most)
  if (!middle) return null
  const same = (line) => [" ", line]
  return [
    ...a.slice(0, start).map(same), ...middle.map(([kind, index]) => [kind, (kind === "+" ? b : a)[start + index]]),
    ...a.slice(a.length - end).map(same),
  ]
}

function path(x, y, most) {
  const steps = []
  const limit = Math.min(x.length + y.length, most)
  let far = new Int32Array(2 * limit + 3)
  const at = (k) => k + limit + 1
  for (let d = 0; d <= limit; d += 1) {
    // Only the diagonals that a step can have reached are kept of it.
    steps.push(far.slice(at(-d) - 1, at(d) + 2))
    for (let k = -d; k <= d; k += 2) {
      let i = k === -d || (k !== d && far[at(k - 1)] < far[at(k + 1)]) ? far[at(k + 1)] : far[at(k - 1)] + 1
      while (i < x.length && i - k < y.length && x[i] === y[i - k]) i += 1
      far[at(k)] = i
      if (i >= x.length && i - k >= y.length) return back(steps, x, y)
    }
  }
  return null
}

function back(steps, x, y) {
  const out = []
  let [i, j] = [x.length, y.length]
  for (let d = steps.length - 1; d >= 0; d -= 1) {
    const far = (k) => steps[d][k + d + 1]
    const k = i - j
    const from = k === -d || (k !== d && far(k - 1) < far(k + 1)) ? k + 1 : k - 1
    const fromI = d === 0 ? 0 : far(from)
    const fromJ = fromI - from
    while (i > fromI && j > (d === 0 ? 0 : fromJ)) out.push([" ", --i, --j])
    if (d > 0) out.push(i > fromI ? ["-", --i] : ["+", --j])
  }
  return out.reverse()
}

/** Both texts as one, with what is only in the first and only in the second marked; `names` are those of the two. */
export function diffView(first, second, names) {
  const [a, b] = [first, second].map((text) => text.split("\n", mostLines))
  const lines = diff(a, b)
  if (!lines) return h("p", { class: "note" }, "These differ in too many lines to be laid side by side.")
  if (lines.every(([kind]) => kind === " ")) return h("p", { class: "note" }, "There is no difference.")
  const near = new Uint8Array(lines.length)
  lines.forEach(([kind], index) => kind === " " || near.fill(1, Math.max(0, index - around), index + around + 1))
  const rows = []
  let skipped = 0
  const gap = () => {
    if (skipped) rows.push(h("span", { class: "dim" }, `⋯ ${skipped} the same\n`))
    skipped = 0
  }
  for (const [index, [kind, line]] of lines.entries()) {
    if (rows.length >= mostShown) break
    if (!near[index]) {
      skipped += 1
      continue
    }
    gap()
    rows.push(h({ "+": "ins", "-": "del", " ": "span" }[kind], {}, `${kind} ${shown(line, 1000)}\n`))
  }
  gap()
  return [
    h("p", { class: "hint" }, `− ${names[0]}, + ${names[1]}`), h("pre", { class: "diff" }, rows),
    (rows.length >= mostShown || Math.max(a.length, b.length) >= mostLines) && h("p", { class: "note" }, "There is more: the first part is shown."),
  ]
}
