import type { Bytes } from '../../notebook/attachment.ts'

/** So many bytes or characters are made one piece. */
const JOINED = 1024 * 1024

/** What a file is made of. Small pieces are joined as they come: a browser takes long over tens of thousands of them. */
export type Pieces = {
  add(piece: Bytes | string): void
  all(): readonly Blob[]
}

export const createPieces = (): Pieces => {
  const joined: Blob[] = []
  let waiting: (Bytes | string)[] = []
  let size = 0
  const join = (): void => {
    if (waiting.length > 0) joined.push(new Blob(waiting))
    waiting = []
    size = 0
  }
  return {
    add(piece) {
      waiting.push(piece)
      size += piece.length
      if (size >= JOINED) join()
    },
    all() {
      join()
      return joined
    },
  }
}
