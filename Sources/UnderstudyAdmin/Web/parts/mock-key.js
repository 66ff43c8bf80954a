// A key for callers of a private mock server.
import { post } from "../core/api.js"
import { h, shown } from "../core/dom.js"
import { may } from "../core/me.js"
import { copyButton } from "./copy.js"
import { dialog, field } from "./dialog.js"

const days = 90

/** The button that makes one, for those who may; null for a mock server that needs none. */
export const keyButton = (mock) => mock.private && may("admin") ? h("button", { type: "button", class: "small", onClick: () => makeKey(mock) }, "Make a key") : null

async function makeKey(mock) {
  const name = h("input", { autocomplete: "off", spellcheck: "false", value: `for ${mock.name}`.slice(0, 80) })
  const { key } = (await dialog({
    title: "Make a key", content: field("Name", name, `Whose it is, or what for. It calls private mock servers and nothing else, for ${days} days. Settings has all keys.`),
    actions: [{ label: "Make a key", run: () => post("keys", { name: name.value.trim(), role: "caller", expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }) }],
  })) ?? {}
  if (!key) return
  const line = mock.curl.replace("$KEY", key)
  dialog({ title: "The key, shown this once", content: [h("pre", {}, key), copyButton("Copy key", key), h("pre", {}, shown(line)), copyButton("Copy curl line with it", line)] })
}
