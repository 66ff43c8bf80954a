// Settings: who may do what, keys, trust, what is redacted, what the server was started with.
import { get, post, put, remove } from "../core/api.js"
import { bdi, h, later, replace, shown } from "../core/dom.js"
import { date, size } from "../core/format.js"
import { may, me } from "../core/me.js"
import { set } from "../core/router.js"
import { copyButton } from "../parts/copy.js"
import { confirm, dialog, field } from "../parts/dialog.js"
import { tabs } from "../parts/tabs.js"
import { failed, say } from "../parts/toast.js"

export default class SettingsView extends HTMLElement {
  #tab

  show({ query }) {
    const tab = query.get("tab") ?? "access"
    if (tab === this.#tab) return
    this.#tab = tab
    replace(this, h("h1", {}, "Settings"), tabs([
      { name: "access", label: "Access and keys", content: () => access() },
      { name: "certificate", label: "Certificate", content: () => loaded(certificate) },
      { name: "redaction", label: "Redaction", content: () => loaded(redaction) },
      { name: "limits", label: "Limits and options", content: () => loaded(limits) },
    ], tab, (name) => { this.#tab = name; set({ tab: name }) }))
  }
}

/** What a section shows once its data is there. */
function loaded(make) {
  const place = h("section", {}, h("p", { class: "note" }, "Loading…"))
  make(place).catch((error) => (failed(error), replace(place, h("p", { class: "problem" }, error.message))))
  return place
}

// MARK: Access

function access() {
  return [
    h("div", { class: "bar" }, h("span", {}, "Signed in as ", h("b", {}, me.role), "."),
      h("button", { class: "small", onClick: async () => {
        try {
          await remove("session")
          dispatchEvent(new CustomEvent("signed-out"))
        } catch (error) {
          failed(error)
        }
      } }, "Sign out")),
    loaded(policy), loaded(keyTable),
  ]
}

async function policy(place) {
  const { publicMocks } = await get("policy")
  const box = h("input", { type: "checkbox", checked: publicMocks, disabled: !may("admin"), onChange: async () => {
    try {
      const { existing } = await put("policy", { publicMocks: box.checked })
      if (!box.checked && existing.length > 0) say(`New mock servers must be private now. Public and still there: ${existing.map(({ name }) => name).join(", ")}.`)
    } catch (error) {
      box.checked = !box.checked
      failed(error)
    }
  } })
  replace(place, h("h2", {}, "Public mock servers"), h("label", { class: "check" }, box, "Mock servers that answer without a key may be made"),
    !may("admin") && h("p", { class: "hint" }, "Admins decide this."))
}

async function keyTable(place) {
  if (!may("admin")) return replace(place, h("h2", {}, "Keys"), h("p", { class: "hint" }, "Only admins see and make keys."))
  const { keys } = await get("keys")
  replace(place, h("div", { class: "bar" }, h("h2", {}, "Keys"), h("button", { class: "push", onClick: () => newKey(place) }, "New key")),
    keys.length === 0 ? h("p", { class: "empty" }, "No key yet. Private mock servers and scripts that use the API want one.")
      : h("div", { class: "scroll-x" }, h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Role", "Made", "Expires", "Last used", ""].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, keys.map((key) => h("tr", {}, h("th", { scope: "row" }, bdi(key.name, 100)), h("td", {}, key.role), h("td", {}, date(key.createdAt)),
          h("td", {}, date(key.expiresAt)), h("td", {}, date(key.lastUsedAt)),
          h("td", {}, h("button", { class: "small danger", "aria-label": `Revoke ${shown(key.name, 100)}`, onClick: () => revoke(place, key) }, "Revoke"))))))))
}

async function newKey(place) {
  const name = h("input", { required: true, spellcheck: "false" })
  const role = h("select", {}, ["member", "caller", "admin", "super-admin"].filter((one) => !one.includes("admin") || may("super-admin")).map((one) => h("option", {}, one)))
  const days = h("input", { type: "number", min: "1", value: "90" })
  const made = await dialog({
    title: "New key", content: [field("Name", name, "Whose it is, or what for."),
      field("Role", role, "Members use and edit; callers only call private mock servers; admins also make keys and decide the policy."), field("Days until it expires", days, "Empty: never.")],
    actions: [{ label: "Make key", run: () => post("keys", {
      name: name.value, role: role.value, expiresAt: days.value ? new Date(Date.now() + days.value * 86_400_000).toISOString() : null,
    }) }],
  })
  if (!made) return
  keyTable(place).catch(failed)
  await dialog({ title: "Copy this key now", content: [h("p", {}, "It is shown this once; only its digest is kept."), h("pre", {}, made.key), copyButton("Copy key", made.key)] })
}

async function revoke(place, key) {
  if (!(await confirm({ title: "Revoke this key?", text: `Whoever uses ${shown(key.name, 80)} is refused from the next request on.`, label: "Revoke" }))) return
  try {
    await remove(["keys", key.id])
    await keyTable(place)
  } catch (error) {
    failed(error)
  }
}

// MARK: Certificate

async function certificate(place) {
  const ca = await get("ca")
  const make = async () => {
    await post(["ca"]).catch(failed)
    certificate(place).catch(failed)
  }
  if (!ca.exists) return replace(place, h("div", { class: "empty" }, h("h2", {}, "No certificate authority yet"), h("p", {}, "It is made when the first program uses https through the proxy, or now:"),
    may("admin") ? h("button", { class: "primary", onClick: make }, "Make the certificate") : h("pre", {}, "understudy ca print")))
  const file = "understudy-ca.pem"
  const steps = [
    ["One shell", 'eval "$(understudy ca env)"'], ["This machine and its browsers", "understudy ca install"],
    ["Debian, Ubuntu", `sudo cp ${file} /usr/local/share/ca-certificates/understudy.crt && sudo update-ca-certificates`],
    ["Fedora, RHEL", `sudo cp ${file} /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust`],
    ["macOS", `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`],
    ["Windows", `certutil -addstore -f ROOT ${file}`],
    ["Firefox", "Settings, Privacy & Security, View Certificates, Authorities, Import"],
    ["iPhone, iPad", "Send yourself the file, install the profile, then Settings, General, About, Certificate Trust Settings"],
    ["Android", "Settings, Security, Encryption & credentials, Install a certificate, CA certificate"],
    ["Container image", `COPY ${file} /usr/local/share/ca-certificates/understudy.crt\nRUN update-ca-certificates`],
    ["Node", `export NODE_EXTRA_CA_CERTS=$PWD/${file}`], ["Python requests", `export REQUESTS_CA_BUNDLE=$PWD/${file}`],
  ]
  replace(place, h("p", {}, "Programs that use https through the proxy must trust this certificate. Its key never leaves this machine; whoever trusts it trusts Understudy here to pose as any server."),
    h("p", { class: "row-of" }, h("a", { class: "button primary", href: "api/v1/ca/certificate", download: file }, "Download certificate"), copyButton("Copy fingerprint", ca.fingerprint)),
    h("p", { class: "dim" }, bdi(ca.name, 200), ", valid until ", date(ca.notAfter), h("br"), "SHA-256 ", h("code", {}, ca.fingerprint)),
    h("div", { class: "scroll-x" }, h("table", { class: "plain" }, h("tbody", {}, steps.map(([where, what]) => h("tr", {}, h("th", { scope: "row" }, where), h("td", {}, h("pre", {}, what))))))))
}

// MARK: Redaction

async function redaction(place) {
  const { redaction: rules } = await get("settings")
  const text = h("textarea", { class: "code", rows: "9", spellcheck: "false" }, `POST /login?api_key=s3cr3t HTTP/1.1\nAuthorization: Bearer abc.def\nContent-Type: application/json\n\n{"user": "ann", "password": "hunter2"}`)
  const names = h("input", { spellcheck: "false", placeholder: "X-Tenant, pin" })
  const result = h("pre", { "aria-live": "polite" })
  const run = later(200, async () => {
    const [head, body = ""] = text.value.split(/\r?\n\r?\n(.*)/s)
    const [start, ...lines] = head.split(/\r?\n/)
    const fields = lines.filter((line) => line.includes(":")).map((line) => ({ name: line.split(":")[0].trim(), value: line.split(/:(.*)/s)[1].trim() }))
    const [method, target = "/"] = start.split(" ")
    try {
      const tried = await post(["redaction", "try"], {
        target, fields, body, contentType: fields.find(({ name }) => name.toLowerCase() === "content-type")?.value,
        names: names.value.split(",").map((name) => name.trim()).filter(Boolean),
      })
      replace(result, shown([`${method} ${tried.target}`, ...tried.fields.map(({ name, value }) => `${name}: ${value}`), "", ...tried.body.split("\n")].map((line) => shown(line)).join("\n"), 100_000))
    } catch (error) {
      result.textContent = error.message
    }
  })
  text.addEventListener("input", run)
  names.addEventListener("input", run)
  replace(place, h("p", {}, "Before anything is written, secrets become placeholders. The same secret always becomes the same one, so recordings still match."),
    h("div", { class: "grid" }, h("div", {}, field("Try a request", text), field("With these names, too", names, "What --redact NAME adds when the server is started.")),
      h("div", { class: "field" }, h("span", { class: "label" }, "What is kept of it"), result)),
    h("h2", {}, "Rules"), h("table", { class: "plain" }, h("tbody", {}, Object.entries(rules).filter(([, value]) => Array.isArray(value) && value.length > 0).map(([name, value]) =>
      h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, bdi(Array.isArray(value) ? value.join(", ") : String(value), 3000)))))))
  run()
}

// MARK: Limits

const groups = [["limits", "Limits"], ["matching", "Matching"], ["answering", "Answers"], ["recording", "Recording"], ["forwarding", "Forwarding"]]

function inWords(value, unit) {
  if (value === true || value === false) return value ? "yes" : "no"
  if (value === null || value.length === 0) return "none"
  return unit === "bytes" ? size(value) : `${Array.isArray(value) ? value.join(", ") : value} ${unit ?? ""}`
}

async function limits(place) {
  const settings = await get("settings")
  replace(place, h("p", {}, "Chosen when the server starts: by flags, by UNDERSTUDY_… variables, or in understudy.yaml. It serves ",
    h("code", {}, shown(settings.dir)), " at ", h("code", {}, settings.listeners.frontDoor), "."),
    h("table", {}, groups.map(([group, title]) => h("tbody", {}, h("tr", {}, h("th", { colspan: "3", scope: "rowgroup" }, h("h2", {}, title))),
      settings[group].map(({ value, unit, flag, description }) => h("tr", {}, h("td", {}, description),
        h("td", {}, bdi(inWords(value, unit), 300)), h("td", {}, h("code", {}, flag))))))))
}

customElements.define("settings-view", SettingsView)
