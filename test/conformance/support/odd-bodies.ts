import type { Reply } from '../../support/liar-reply.ts'

const headers = { 'content-type': 'application/json' }
const text = (body: unknown): Reply => ({ status: 200, headers, body })

const megabyte = ' '.repeat(1024 * 1024)

/** More than anyone should read: pieces of a mebibyte, as many as said. */
const pieces = (count: number) =>
  function* () {
    for (let sent = 0; sent < count; sent += 1) yield megabyte
  }

/** Bodies that no endpoint of a provider answers. */
export const hugeBody = (): Reply => text(pieces(100))
export const endlessBody = (): Reply => text(pieces(Number.POSITIVE_INFINITY))
export const deepBody = (): Reply => text(`${'['.repeat(400_000)}${']'.repeat(400_000)}`)
export const noJson = (): Reply => text('{"issuer":')
export const aText = (): Reply => text('"text"')
export const nothing = (): Reply => text('null')
export const aList = (): Reply => text('[]')
