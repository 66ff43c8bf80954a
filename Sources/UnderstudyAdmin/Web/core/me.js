// Who is signed in.
import { get } from "./api.js"

const ranks = ["member", "admin", "super-admin"]

/** `{signedIn, role, owner, version}` as the server said last. */
export const me = { signedIn: false, role: null, owner: null, version: "" }

export async function refresh() {
  return Object.assign(me, await get("session"))
}

/** Whether whoever is signed in may do what that role may. */
export const may = (role) => ranks.indexOf(me.role) >= ranks.indexOf(role)
