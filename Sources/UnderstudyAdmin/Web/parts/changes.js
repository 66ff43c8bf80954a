// What was changed in this visit, and how it is taken back: the last change first.
import { failed, say } from "./toast.js"

const most = 100
const steps = []
const listeners = new Set()
/** Changes that the server has not answered yet. */
const underWay = new Set()
let taking = Promise.resolve()

/** Revisions of examples after what was done here, by id: taking back names the one it knows. */
export const revisions = new Map()

/** Notes that something was changed; `undo` takes it back. Gives the step, for `takeBack`. */
export function changed(label, undo) {
  const step = { label, undo }
  steps.push(step)
  if (steps.length > most) steps.shift()
  tell()
  return step
}

export const lastChange = () => steps.at(-1)

/** Says that a change is under way until `work`, a promise, is done. Gives `work`. */
export function changing(work) {
  const end = work.catch(() => {}).then(() => underWay.delete(end))
  underWay.add(end)
  return work
}

/**
 * Takes a change back, the last one unless another is named; what is under way is waited for. One after the other: each may need
 * the revision of the one before.
 */
export function takeBack(step) {
  return (taking = taking.then(async () => {
    const before = underWay.size > 0 ? lastChange() : null
    await Promise.all(underWay)
    // What was under way and did not come about is what was meant: the change before it stays.
    if (!step && before !== null && lastChange() === before) return
    const index = steps.indexOf(step ?? lastChange())
    if (index < 0) return
    const [taken] = steps.splice(index, 1)
    tell()
    await take(taken, index)
  }))
}

async function take(step, index) {
  try {
    await step.undo()
    say(`Taken back: ${step.label}.`)
  } catch (error) {
    // What another one changed since cannot be taken back ever; a server that is away or busy, or whoever signed out, comes back.
    if ([0, 401, 429].includes(error.status) || error.status >= 500) steps.splice(index, 0, step)
    failed(error)
  }
  tell()
}

/** Calls `listener` when there is another last change. Gives what ends it. */
export function onChanges(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell() {
  for (const listener of listeners) listener()
}
