import type { Protection } from '../state/install.ts'
import { t } from './language.ts'

/** What is said of how the browser treats the storage. */
export const protectionWords: { readonly [P in Protection]: string } = {
  asking: '…',
  open: t.protectAsk,
  yes: t.protectYes,
  no: t.protectNo,
  never: t.protectNever,
}
