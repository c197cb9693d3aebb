import * as v from 'valibot'
import { err, ok, type Result } from '../base/result.ts'
import { type ErrorReply, errorCodes, HoldfastError } from './errors.ts'
import type { AnnounceMessage, Reply, RequestMessage, RequestType, SessionState } from './messages.ts'
import { pairingStateSchema } from './pairing-state.ts'
import {
  backupFetchedSchema,
  backupMadeSchema,
  backupReplySchema,
  recoveryWordsSchema,
  syncStateSchema,
  wordsReplySchema,
} from './sync-state.ts'
import { PROTOCOL } from './version.ts'

const short = v.pipe(v.string(), v.maxLength(200))
const path = v.pipe(v.string(), v.maxLength(2000))
const envelope = { v: v.number(), id: short }
/** What can stand in a header field (RFC 9110 §5.5) without space around it: visible ASCII. */
const secretValue = v.pipe(v.string(), v.nonEmpty(), v.maxLength(8192), v.regex(/^[\x21-\x7e]+$/))

const requestSchema = v.variant('type', [
  v.strictObject({ ...envelope, type: v.literal('session.get') }),
  v.strictObject({
    ...envelope,
    type: v.literal('session.signIn'),
    provider: short,
    returnTo: path,
    again: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ ...envelope, type: v.literal('session.cancelSignIn'), provider: v.exactOptional(short) }),
  v.strictObject({
    ...envelope,
    type: v.literal('session.signOut'),
    provider: v.exactOptional(short),
    atProvider: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ ...envelope, type: v.literal('session.poke') }),
  v.strictObject({ ...envelope, type: v.literal('session.check') }),
  v.strictObject({ ...envelope, type: v.literal('devices.list') }),
  v.strictObject({ ...envelope, type: v.literal('devices.rename'), device: short, name: short }),
  v.strictObject({ ...envelope, type: v.literal('devices.remove'), device: short }),
  v.strictObject({ ...envelope, type: v.literal('pairing.get') }),
  v.strictObject({ ...envelope, type: v.literal('pairing.offer') }),
  v.strictObject({ ...envelope, type: v.literal('pairing.join'), code: path }),
  v.strictObject({ ...envelope, type: v.literal('pairing.approve') }),
  v.strictObject({ ...envelope, type: v.literal('pairing.cancel') }),
  v.strictObject({ ...envelope, type: v.literal('sync.get') }),
  v.strictObject({
    ...envelope,
    type: v.literal('sync.enable'),
    notes: v.exactOptional(v.picklist(['add', 'separate'])),
  }),
  v.strictObject({ ...envelope, type: v.literal('sync.disable') }),
  v.strictObject({ ...envelope, type: v.literal('sync.run') }),
  v.strictObject({ ...envelope, type: v.literal('sync.stop') }),
  v.strictObject({ ...envelope, type: v.literal('sync.unlock'), words: path }),
  v.strictObject({ ...envelope, type: v.literal('sync.newKit') }),
  v.strictObject({ ...envelope, type: v.literal('sync.confirmKit'), words: path }),
  v.strictObject({ ...envelope, type: v.literal('sync.uploadMine') }),
  v.strictObject({ ...envelope, type: v.literal('sync.backup') }),
  v.strictObject({ ...envelope, type: v.literal('sync.fetchBackup') }),
  v.strictObject({ ...envelope, type: v.literal('sync.openBackup'), words: path }),
  v.strictObject({ ...envelope, type: v.literal('sync.applyBackup'), words: path }),
  v.strictObject({ ...envelope, type: v.literal('secrets.put'), name: short, value: secretValue }),
  v.strictObject({ ...envelope, type: v.literal('secrets.remove'), name: short }),
  v.strictObject({ ...envelope, type: v.literal('secrets.list') }),
  v.strictObject({ ...envelope, type: v.literal('worker.claim') }),
  v.strictObject({ ...envelope, type: v.literal('worker.activate') }),
])

const headSchema = v.object({ v: v.number(), id: short })

/** Who to answer, where even a refused message says it. */
export const replyAddress = (data: unknown): string => {
  const head = v.safeParse(headSchema, data)
  return head.success ? head.output.id : ''
}

/** What pages and workers of any version understand: or an update that changes the version could never take over. */
const lifecycle: readonly unknown[] = ['worker.claim', 'worker.activate']
const isLifecycle = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'type' in data && lifecycle.includes(data.type)

/** The version to answer a message in: the asker's own where every version knows the question. */
export const replyVersion = (data: unknown): number => {
  const head = v.safeParse(headSchema, data)
  return head.success && isLifecycle(data) ? head.output.v : PROTOCOL
}

/** A message of this protocol, or the reason why it is none. Never throws. */
export const parseRequest = (data: unknown): Result<RequestMessage, HoldfastError> => {
  const head = v.safeParse(headSchema, data)
  if (!head.success) return err(new HoldfastError('MESSAGE_INVALID'))
  if (head.output.v !== PROTOCOL && !isLifecycle(data)) return err(new HoldfastError('PROTOCOL_MISMATCH'))
  const parsed = v.safeParse(requestSchema, data)
  if (parsed.success) return ok(parsed.output)
  const tooLong = parsed.issues.some((issue) => issue.type === 'max_length')
  return err(new HoldfastError(tooLong ? 'MESSAGE_TOO_LARGE' : 'MESSAGE_INVALID'))
}

const accountSchema = v.object({ sub: v.string(), name: v.nullable(v.string()), email: v.nullable(v.string()) })
const common = {
  grade: v.picklist(['sealed', 'isolated', 'memory']),
  protocol: v.number(),
  pending: v.object({ signOuts: v.number(), syncs: v.number() }),
}

const statusSchemas = [
  v.object({ status: v.literal('anonymous') }),
  v.object({ status: v.literal('signing-in'), since: v.number() }),
  v.object({
    status: v.literal('signed-in'),
    account: accountSchema,
    provider: v.string(),
    device: v.object({ id: v.string(), name: v.string(), platform: v.string() }),
    online: v.boolean(),
    refreshAt: v.number(),
    limits: v.array(v.picklist(['bearer', 'no-refresh', 'no-revocation', 'code-in-address', 'no-par'])),
  }),
  v.object({
    status: v.literal('expired'),
    account: accountSchema,
    reason: v.picklist(['revoked', 'expired', 'device-removed', 'vault-lost']),
    removedAt: v.exactOptional(v.number()),
  }),
] as const
const statusSchema = v.variant('status', statusSchemas)
const stateSchema: v.GenericSchema<unknown, SessionState> = v.intersect([
  statusSchema,
  v.object({ ...common, sessions: v.record(v.string(), statusSchema) }),
])

const nothing = v.pipe(
  v.object({}),
  v.transform((): Record<string, never> => ({})),
)

const secretsSchema = v.object({ secrets: v.array(v.object({ name: v.string(), set: v.boolean() })) })

const devicesSchema = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      platform: v.string(),
      lastSeenAt: v.number(),
      isThis: v.boolean(),
    }),
  ),
})

const replySchemas: { readonly [T in RequestType]: v.GenericSchema<unknown, Reply[T]> } = {
  'session.get': stateSchema,
  'session.signIn': v.object({ url: v.pipe(v.string(), v.url()) }),
  'session.cancelSignIn': stateSchema,
  'session.signOut': v.intersect([stateSchema, v.object({ leave: v.exactOptional(v.pipe(v.string(), v.url())) })]),
  'session.poke': stateSchema,
  'session.check': stateSchema,
  'devices.list': devicesSchema,
  'devices.rename': devicesSchema,
  'devices.remove': devicesSchema,
  'pairing.get': pairingStateSchema,
  'pairing.offer': pairingStateSchema,
  'pairing.join': pairingStateSchema,
  'pairing.approve': pairingStateSchema,
  'pairing.cancel': pairingStateSchema,
  'sync.get': syncStateSchema,
  'sync.enable': syncStateSchema,
  'sync.disable': syncStateSchema,
  'sync.run': syncStateSchema,
  'sync.stop': syncStateSchema,
  'sync.unlock': wordsReplySchema,
  'sync.newKit': recoveryWordsSchema,
  'sync.confirmKit': wordsReplySchema,
  'sync.uploadMine': syncStateSchema,
  'sync.backup': backupMadeSchema,
  'sync.fetchBackup': backupFetchedSchema,
  'sync.openBackup': backupReplySchema,
  'sync.applyBackup': backupReplySchema,
  'secrets.put': secretsSchema,
  'secrets.remove': secretsSchema,
  'secrets.list': secretsSchema,
  'worker.claim': nothing,
  'worker.activate': nothing,
}

const codes = Object.keys(errorCodes) as (keyof typeof errorCodes)[]
const errorSchema = v.object({
  code: v.picklist(codes),
  retry: v.picklist(['never', 'now', 'later', 'after-sign-in', 'after-reload']),
  message: v.string(),
})
const answerSchema = v.union([
  v.object({ v: v.literal(PROTOCOL), id: v.string(), ok: v.unknown() }),
  v.object({ v: v.literal(PROTOCOL), id: v.string(), error: errorSchema }),
])

/** The answer to a question of type `type`, or the error that the worker or the wire made of it. Never throws. */
export const parseReply = <T extends RequestType>(type: T, data: unknown): Result<Reply[T], ErrorReply> => {
  const answer = v.safeParse(answerSchema, data)
  if (!answer.success) return err({ code: 'PROTOCOL_MISMATCH', ...errorCodes.PROTOCOL_MISMATCH })
  if ('error' in answer.output) return err(answer.output.error)
  const schema: v.GenericSchema<unknown, Reply[T]> = replySchemas[type]
  const parsed = v.safeParse(schema, answer.output.ok)
  return parsed.success ? ok(parsed.output) : err({ code: 'PROTOCOL_MISMATCH', ...errorCodes.PROTOCOL_MISMATCH })
}

/** A state, or undefined. */
export const parseState = (data: unknown): SessionState | undefined => {
  const parsed = v.safeParse(stateSchema, data)
  return parsed.success ? parsed.output : undefined
}

const announceSchema: v.GenericSchema<unknown, AnnounceMessage> = v.variant('type', [
  v.object({ v: v.literal(PROTOCOL), type: v.literal('session.state'), state: stateSchema }),
  v.object({ v: v.literal(PROTOCOL), type: v.literal('sync.state'), state: syncStateSchema }),
  v.object({ v: v.literal(PROTOCOL), type: v.literal('worker.busy'), id: v.string() }),
])

/** The worker's announcement in a message event's data, or undefined where it is something else. */
export const parseAnnounce = (data: unknown): AnnounceMessage | undefined => {
  const parsed = v.safeParse(announceSchema, data)
  return parsed.success ? parsed.output : undefined
}
