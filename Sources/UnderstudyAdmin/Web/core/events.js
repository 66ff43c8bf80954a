// What happens, as it happens: one stream for the whole page (https://html.spec.whatwg.org/multipage/server-sent-events.html).

const kinds = [
  "exchange", "exchanges-left-out", "mock-created", "mock-changed", "mock-deleted", "collection-changed",
  "environment-changed", "mode-changed", "recording-changed", "activity", "progress", "lost",
]
const listeners = new Map()
let source
let failures = 0
let refusals = 0
let retry
let isLive = false
let isResting = false
let isFirst = true

/**
 * Calls `handler(data, kind)` for events of that kind. Two more than the server has: `live` tells whether the stream stands,
 * `caught-up` that events may be missing and what is shown should be loaded again.
 *
 * @returns what ends it.
 */
export function follow(kind, handler) {
  for (const one of [kind].flat()) {
    if (!listeners.has(one)) listeners.set(one, new Set())
    listeners.get(one).add(handler)
  }
  return () => [kind].flat().forEach((one) => listeners.get(one)?.delete(handler))
}

function tell(kind, data) {
  for (const handler of [...(listeners.get(kind) ?? [])]) handler(data, kind)
}

/** Opens the stream, and again whenever it ends. */
export function start() {
  stop()
  source = new EventSource("api/v1/events")
  source.onopen = () => {
    const wasAway = !isFirst || failures > 0
    isFirst = false
    failures = refusals = 0
    setLive(true)
    // The stream repeats what it still has; more than that is loaded anew.
    if (wasAway) tell("caught-up", null)
  }
  source.onerror = () => {
    failures += 1
    setLive(false)
    // The browser tries again by itself unless the server refused: it is there again, then.
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(again, Math.min(30_000, 500 * 2 ** refusals++))
  }
  for (const kind of kinds) {
    source.addEventListener(kind, (event) => {
      const data = JSON.parse(event.data)
      tell(kind, data)
      if (kind === "lost") tell("caught-up", data)
    })
  }
}

/** Perhaps it was refused because nobody is signed in any more. */
async function again() {
  const mine = source
  try {
    const { signedIn } = await (await fetch("api/v1/session")).json()
    // Somebody signed out meanwhile, or in.
    if (source !== mine) return
    if (!signedIn) return dispatchEvent(new CustomEvent("signed-out", { detail: "ended" }))
  } catch {
    // Not there yet.
    if (source !== mine) return
  }
  start()
}

export function stop() {
  clearTimeout(retry)
  source?.close()
  source = undefined
}

// Browsers have few connections for one server: pages that nobody looks at leave theirs to others.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && source) {
    stop()
    isResting = true
  } else if (!document.hidden && isResting) {
    isResting = false
    start()
  }
})

function setLive(value) {
  if (isLive === value && failures < 2) return
  isLive = value
  tell("live", value)
}
