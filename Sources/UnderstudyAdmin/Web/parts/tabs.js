import { h, replace, uniqueID } from "../core/dom.js"

/**
 * Tabs, as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ has them: `tabs` are `{name, label, content()}`, `selected` a name,
 * `onSelect(name)` is told when another is chosen. Content is made when it is first shown.
 */
export function tabs(list, selected, onSelect = () => {}) {
  const panel = h("div", { role: "tabpanel", id: uniqueID("panel"), tabindex: "0" })
  const made = new Map()
  const buttons = list.map((tab) => h("button", {
    type: "button", role: "tab", id: uniqueID("tab"), "aria-controls": panel.id, onClick: () => (show(tab), onSelect(tab.name)),
  }, tab.label))
  const bar = h("div", { role: "tablist", onKeydown: (event) => move(event) }, buttons)
  function show(tab) {
    buttons.forEach((button, index) => {
      const isChosen = list[index] === tab
      button.setAttribute("aria-selected", isChosen)
      button.tabIndex = isChosen ? 0 : -1
      if (isChosen) panel.setAttribute("aria-labelledby", button.id)
    })
    requestAnimationFrame(() => bar.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" }))
    if (!made.has(tab.name)) made.set(tab.name, tab.content())
    replace(panel, made.get(tab.name))
  }
  function move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    const index = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length
    buttons[index].focus()
    buttons[index].click()
  }
  show(list.find((tab) => tab.name === selected) ?? list[0])
  return h("div", { class: "tabs" }, bar, panel)
}
