import { type Bytes, fromBase64url, toBase64url } from '../../src/base/bytes.ts'
import type { Tamper } from './gate.ts'
import type { Misdeed } from './hostile-sync.ts'
import type { Recorded } from './recorded.ts'

const api = '/api/v1'
const bytes = (text: unknown): Bytes => fromBase64url(String(text)) ?? new Uint8Array()
const field = (value: unknown, key: string): unknown => Reflect.get(Object(value), key)
const listOf = (value: unknown, key: string): readonly unknown[] => {
  const found = field(value, key)
  return Array.isArray(found) ? found : []
}
const afterOf = ({ search }: Recorded): number => Number(new URLSearchParams(search).get('after') ?? 0)

const ofLog = async (misdeed: Misdeed, request: Recorded, told: unknown): Promise<unknown> => {
  const log = {
    entries: listOf(told, 'entries').map(bytes),
    wraps: listOf(told, 'wraps').map((one) => ({
      epoch: Number(field(one, 'epoch')),
      recipient: bytes(field(one, 'recipient')),
      wrapped: bytes(field(one, 'wrapped')),
    })),
  }
  const { entries, wraps } = (await misdeed.log?.(log, afterOf(request))) ?? log
  return {
    entries: entries.map(toBase64url),
    wraps: wraps.map(({ epoch, recipient, wrapped }) => ({
      epoch,
      recipient: toBase64url(recipient),
      wrapped: toBase64url(wrapped),
    })),
  }
}

const ofRecords = (misdeed: Misdeed, request: Recorded, told: unknown): unknown => {
  const page = {
    records: listOf(told, 'records').map((one) => ({
      position: Number(field(one, 'position')),
      record: bytes(field(one, 'record')),
    })),
    position: Number(field(told, 'position')),
    isLast: field(told, 'isLast') === true,
    heads: listOf(told, 'heads').map((one) => ({
      device: bytes(field(one, 'device')),
      seq: Number(field(one, 'seq')),
      hash: bytes(field(one, 'hash')),
    })),
  }
  const { records, position, isLast, heads } = misdeed.page?.(page, afterOf(request)) ?? page
  return {
    records: records.map((one) => ({ position: one.position, record: toBase64url(one.record) })),
    position,
    isLast,
    heads: heads.map(({ device, seq, hash }) => ({ device: toBase64url(device), seq, hash: toBase64url(hash) })),
  }
}

const isLog = ({ path }: Recorded) => path === `${api}/sync/log`
const isRecords = ({ path }: Recorded) => path === `${api}/sync/records`
const isChunk = ({ path }: Recorded) => path.startsWith(`${api}/blobs/`) && path.split('/').length === 6

/**
 * A server that is honest until it is told what to lie about, over HTTP: what it answers to the worker of a browser is altered on its
 * way, and what it answers to others is as it was.
 */
export const createHostileServer = () => {
  let misdeed: Misdeed = {}
  const altered = async (request: Recorded, body: string): Promise<string> => {
    if (isChunk(request)) {
      const chunk = new Uint8Array(Buffer.from(body, 'latin1'))
      return Buffer.from(misdeed.chunk?.(chunk) ?? chunk).toString('latin1')
    }
    const told: unknown = JSON.parse(body)
    return JSON.stringify(isLog(request) ? await ofLog(misdeed, request, told) : ofRecords(misdeed, request, told))
  }
  const tamper: Tamper = {
    concerns: (request) =>
      request.sender === 'worker' && request.method === 'GET' && [isLog, isRecords, isChunk].some((is) => is(request)),
    reply: async (request, reply) =>
      reply.status === 200 ? { ...reply, body: await altered(request, reply.body) } : reply,
  }
  return {
    tamper,
    /** From now on; `{}`: honest again. */
    lie(next: Misdeed): void {
      misdeed = next
    },
  }
}
