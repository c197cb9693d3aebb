/** What the chip can say. The words are in the table of words, under the same keys. */
export type Chip = 'saved' | 'saving' | 'offline' | 'needsYou'

export type ChipFacts = {
  /** Something was typed that is not stored yet. */
  readonly saving: boolean
  /** Storing failed: the text is on screen only. */
  readonly failed: boolean
  readonly online: boolean
  /** The session ended without being asked to. */
  readonly expired: boolean
}

/** One state for all facts: what needs the user first, then what is under way, then what is merely so. */
export const chipFor = ({ saving, failed, online, expired }: ChipFacts): Chip => {
  if (failed) return 'needsYou'
  if (saving) return 'saving'
  if (expired) return 'needsYou'
  return online ? 'saved' : 'offline'
}
