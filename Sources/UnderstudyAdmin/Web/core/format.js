// Numbers and times as people read them.

/** Octets: `512 B`, `1.2 KB`, `34 MB`. */
export function bytes(count) {
  if (count === null || count === undefined) return ""
  if (count < 1000) return `${count} B`
  const units = ["KB", "MB", "GB", "TB"]
  let value = count / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** A size that somebody set, which is mostly a whole number of `MiB` or `KiB`. */
export function size(count) {
  const [unit, name] = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]].find(([unit]) => count >= unit && count % unit === 0) ?? []
  return unit ? `${count / unit} ${name}` : bytes(count)
}

/** Milliseconds: `0.4 ms`, `12 ms`, `1.50 s`. */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return ""
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return `${(milliseconds / 1000).toFixed(milliseconds < 100_000 ? 2 : 0)} s`
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" })
const grouped = new Intl.NumberFormat(undefined)

/** An ISO time as the clock here shows it. */
export const time = (iso) => (iso ? clock.format(new Date(iso)) : "")
/** The same with its day. */
export const date = (iso) => (iso ? `${day.format(new Date(iso))}, ${time(iso)}` : "never")
export const number = (value) => (value === null || value === undefined ? "" : grouped.format(value))
/** `1 example`, `2 examples`. */
export const count = (value, one, many = one + "s") => `${number(value)} ${value === 1 ? one : many}`
/** Of a status: `ok`, `redirect`, `client`, `server` or `none`, by its first digit. */
export const statusClass = (status) => ["none", "info", "ok", "redirect", "client", "server"][Math.floor((status ?? 0) / 100)] ?? "server"
