import * as v from 'valibot'
import { clipKinds, limits, refusalSchema } from './kinds.ts'

/** A page of ours asks the background for a clip. */
const requestSchema = v.object({
  type: v.literal('clip'),
  /** The id of the note to be: asked for twice, it is made once. */
  id: v.pipe(v.string(), v.uuid()),
  /** The number of the tab. */
  tab: v.pipe(v.number(), v.integer()),
  /** Where the tab was when the clip was asked for: a page that has come since is not clipped in its place. */
  address: v.optional(v.pipe(v.string(), v.maxLength(limits.address))),
  kind: v.picklist(clipKinds),
  /** Whether pictures are to come with it. */
  pictures: v.boolean(),
  /** The frame in the tab, where it is not the whole page. */
  frame: v.optional(v.pipe(v.number(), v.integer())),
  /** The address of a link or an image, where one was pointed at. */
  target: v.optional(v.pipe(v.string(), v.maxLength(limits.address))),
  /** What is selected, or the words of the link, as plain text. */
  text: v.optional(v.pipe(v.string(), v.maxLength(1_000_000))),
})
export type ClipRequest = v.InferOutput<typeof requestSchema>

const replySchema = v.variant('ok', [
  v.object({ ok: v.literal(true), id: v.string(), title: v.string(), cut: v.boolean(), linked: v.boolean() }),
  v.object({ ok: v.literal(false), refusal: refusalSchema, canLink: v.boolean(), tab: v.number() }),
])
/**
 * How a clip ended. `linked`: pictures could not be copied and are links. `canLink`: the address at least could be saved.
 */
export type ClipReply = v.InferOutput<typeof replySchema>

export const isClipMessage = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && Reflect.get(message, 'type') === 'clip' && !('v' in message)

export const parseClipRequest = (message: unknown): ClipRequest | undefined => {
  const parsed = v.safeParse(requestSchema, message)
  return parsed.success ? parsed.output : undefined
}

export const parseClipReply = (message: unknown): ClipReply | undefined => {
  const parsed = v.safeParse(replySchema, message)
  return parsed.success ? parsed.output : undefined
}
