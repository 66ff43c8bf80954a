// Small pictures of numbers, as SVG in the page's colours. What is pointed at says its numbers below.
import { h, svg } from "../core/dom.js"

const width = 600

/** What is pointed at: pictures that are drawn anew each second go on saying it. */
let pointed = null

/** A figure: the drawing, its summary for those who do not see it, and a line for what is pointed at. */
function figure(label, summary, height, marks, describe, ends) {
  const told = () => (pointed?.label === label && describe(pointed.share)) || summary
  const note = h("figcaption", {}, told())
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": `${label}: ${summary}` }, marks)
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect()
    pointed = { label, share: (event.clientX - box.left) / box.width }
    note.textContent = told()
  })
  drawing.addEventListener("pointerleave", () => {
    pointed = null
    note.textContent = summary
  })
  return h("figure", { class: "chart" }, h("span", { class: "chart-label" }, label), drawing, ends && h("div", { class: "chart-ends" }, ends.map((end) => h("span", {}, end))), note)
}

const at = (values, share) => values[Math.max(0, Math.min(values.length - 1, Math.floor(share * values.length)))]

/** Values over time as an area. `values` are `{value, text}`, `text` what is said of one; where `value` is null, there is a gap. */
export function line(label, values, { height = 60, max, kind = "", summary = "" } = {}) {
  const top = Math.max(max ?? 0, ...values.map(({ value }) => value ?? 0)) || 1
  // A young picture grows from the right, as it will go on.
  const room = Math.max(values.length, 60)
  const x = (index) => ((index + 0.5 + room - values.length) / room) * width
  const y = (value) => height - 1 - (value / top) * (height - 4)
  const runs = []
  values.forEach(({ value }, index) => {
    if (value === null) return
    if (index === 0 || values[index - 1].value === null) runs.push([])
    runs.at(-1).push([x(index).toFixed(1), y(value).toFixed(1)])
  })
  // One value alone is a line of the width that it stands for.
  for (const run of runs) if (run.length === 1) run.push([(Number(run[0][0]) + width / room).toFixed(1), run[0][1]])
  const marks = runs.flatMap((run) => [
    svg("path", { class: `area ${kind}`, d: `M${run[0][0]},${height} L${run.join(" L")} L${run.at(-1)[0]},${height} Z` }),
    svg("path", { class: `stroke ${kind}`, d: `M${run.join(" L")}`, "vector-effect": "non-scaling-stroke" }),
  ])
  return figure(label, summary, height, marks, (share) => values[Math.floor(share * room) - (room - values.length)]?.text)
}

/** Bars side by side. `values` are `{value, text, parts}`; `parts` (`[{value, kind}]`) are stacked; `ends` is what stands below the first and the last. */
export function bars(label, values, { height = 90, summary = "", ends } = {}) {
  const top = Math.max(...values.map(({ value }) => value), 1)
  const step = width / Math.max(values.length, 1)
  const marks = values.flatMap(({ value, parts }, index) => {
    let y = height
    return (parts ?? [{ value, kind: "" }]).map((part) => {
      const tall = (part.value / top) * (height - 4)
      y -= tall
      return svg("rect", { class: `bar ${part.kind}`, x: index * step + step * 0.08, y, width: step * 0.84, height: tall })
    })
  })
  return figure(label, summary, height, marks, (share) => at(values, share)?.text, ends)
}
