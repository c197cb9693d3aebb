import type { SyncState } from '../../kit/client.ts'
import { type Chip, progressOf } from '../state/chip.ts'
import { shortTime } from './format.ts'
import { locale, t } from './language.ts'
import { fill } from './words.ts'

const wordsOf = (chip: Chip, sync: SyncState): string => {
  if (sync.stage !== 'on') return t[chip]
  const time = sync.syncedAt === null ? '' : shortTime(locale, sync.syncedAt, Date.now())
  return fill(t[chip], { count: sync.waiting, time, ...progressOf(sync) })
}

/** What there is to say of the notes and their way, in one line. */
export const StatusChip = ({ chip, sync }: { readonly chip: Chip; readonly sync: SyncState }) => (
  <div class={`chip ${chip}`} role="status" aria-label={t.status}>
    <span class="chip-dot" />
    <span class="chip-text">{wordsOf(chip, sync)}</span>
  </div>
)
