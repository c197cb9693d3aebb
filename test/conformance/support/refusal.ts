import { expect } from 'vitest'
import type { Lies, Tenant } from '../../support/liar-tenant.ts'
import type { Client } from './client.ts'

/**
 * A sign-in that a lie spoils: refused with `outcome`, and nothing is left of it. The provider then tells the truth, and
 * the same page signs in.
 */
export const refused = async (client: Client, outcome: string, lies: Lies): Promise<{ readonly tenant: Tenant }> => {
  const { id, tenant } = client.fresh()
  const before = await client.state()
  tenant.lies = lies
  expect(await client.signIn(id)).toBe(outcome)
  expect(await client.isAuthorized(id)).toBe(false)
  expect(await client.records(id)).toEqual([])
  expect(await client.state()).toEqual(before)
  tenant.lies = {}
  expect(await client.signIn(id)).toBe('done')
  expect(await client.isAuthorized(id)).toBe(true)
  expect(await client.records(id)).toEqual([`session/${id}`])
  return { tenant }
}

/** A sign-in that goes well, however odd what the provider says. */
export const accepted = async (client: Client, lies: Lies): Promise<string> => {
  const { id, tenant } = client.fresh()
  tenant.lies = lies
  expect(await client.signIn(id)).toBe('done')
  expect(await client.isAuthorized(id)).toBe(true)
  return id
}
