import type { Bytes } from '../base/bytes.ts'

/** `snapshot`: which changes others have (a snapshot of Yjs); `isGone`: it was removed for good, and does not come back. */
export type SyncedRow = { readonly name: string; readonly snapshot: Bytes; readonly isGone: boolean }
export type OfferedItem = { readonly stamp: number } & SyncedRow
/** Items that were offered together, under the stamp of the first of them. */
export type OfferedRow = { readonly stamp: number; readonly items: readonly OfferedItem[] }
/** `hash`: of the record of this number, and behind it those of the numbers that follow, 32 bytes each. */
export type SeenRow = { readonly device: string; readonly seq: number; readonly hash: Bytes }
export type OwnRow = { readonly seq: number; readonly name: string }
export type AsideRow = { readonly position: number; readonly code: string; readonly record: Bytes }
/** `ready`: its chunks are at the server. `wanted`: another device has it, and it is to be fetched. `here`: it is. */
export type ManifestRow = {
  readonly name: string
  readonly manifest: Bytes
  readonly state: 'ready' | 'wanted' | 'here'
}
export type ReplicaRow = { readonly id: string; readonly value: unknown }
