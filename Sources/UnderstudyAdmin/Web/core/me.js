// Who is signed in.
import { get } from "./api.js"

const ranks = ["caller", "member", "admin", "super-admin"]

/** `{signedIn, role, owner, version}` as the server said last; `hasEnded`: somebody was signed in here until the server said no. */
export const me = { signedIn: false, hasEnded: false, role: null, owner: null, version: "" }

export async function refresh() {
  return Object.assign(me, await get("session"), { hasEnded: false })
}

/** Whether whoever is signed in may do what that role may. */
export const may = (role) => ranks.indexOf(me.role) >= ranks.indexOf(role)
