import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/store.ts'

/** Ends every session of an account and removes it, with all its rows. */
export const deleteAccount = async (store: Store, { id, email }: Account): Promise<void> => {
  await store.sessions.signOutEverywhere(id)
  await store.identities.end(await store.identities.list(id))
  await store.accounts.remove(id)
  await store.outbox.removeTo(email)
  // Of nobody: that an account was deleted, and not whose.
  await store.sessions.audit('account.deleted', null, null)
}
