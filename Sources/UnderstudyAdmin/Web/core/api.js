// The management API, as anybody may call it: https://datatracker.ietf.org/doc/html/rfc9457 for its errors.

/** A request that was not carried out. `status` 0: the server did not answer. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? "The server did not answer.")
    this.status = status
    this.problem = problem
  }
}

const base = "api/v1/"

/** The address of a route, `segments` encoded one by one. */
export function address(segments, query) {
  const path = [segments].flat().map((segment) => encodeURIComponent(segment)).join("/")
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, value)
  }
  const text = parameters.toString()
  return base + path + (text ? "?" + text : "")
}

/**
 * Calls a route.
 *
 * `options`: `query`, `body` (JSON), `content` (a Blob, as it is), `revision` (If-Match), `progress` (a token whose events
 * tell how far it is), `signal`. Gives the answer's JSON, its revision in `revision` where it has one.
 */
export async function call(method, segments, options = {}) {
  const response = await request(method, segments, options)
  const value = response.status === 204 ? {} : await response.json()
  const revision = response.headers.get("ETag")
  if (revision) Object.defineProperty(value, "revision", { value: revision })
  return value
}

/** The same, for the answer itself: downloads, pieces of bodies. */
export async function request(method, segments, options = {}) {
  const headers = {}
  if (options.body !== undefined) headers["Content-Type"] = "application/json"
  if (options.content) headers["Content-Type"] = "application/octet-stream"
  if (options.revision) headers["If-Match"] = options.revision
  if (options.progress) headers["Understudy-Progress"] = options.progress
  let response
  try {
    response = await fetch(address(segments, options.query), {
      method, headers, signal: options.signal, cache: "no-store", credentials: "same-origin",
      body: options.content ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    })
  } catch (error) {
    if (error.name === "AbortError") throw error
    throw new ApiError(0, { detail: "The server does not answer. What you typed is still here: try again." })
  }
  if (response.ok) return response
  const problem = await response.json().catch(() => ({ title: response.statusText }))
  // Who is signed in stays so when signing in anew fails.
  if (response.status === 401 && !(method === "POST" && segments === "session")) dispatchEvent(new CustomEvent("signed-out", { detail: "ended" }))
  throw new ApiError(response.status, problem)
}

export const get = (segments, query, options) => call("GET", segments, { ...options, query })
export const post = (segments, body, options) => call("POST", segments, { ...options, body })
export const put = (segments, body, options) => call("PUT", segments, { ...options, body })
export const patch = (segments, body, options) => call("PATCH", segments, { ...options, body })
export const remove = (segments, options) => call("DELETE", segments, options)

/** Loads what is named last: an answer that comes after another was asked for is dropped. */
export class Latest {
  #controller
  async run(work) {
    this.#controller?.abort()
    const controller = (this.#controller = new AbortController())
    try {
      const value = await work(controller.signal)
      return controller.signal.aborted ? undefined : value
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return undefined
      throw error
    }
  }
  stop() {
    this.#controller?.abort()
  }
}
