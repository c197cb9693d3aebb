/** What `createSeal` is told once, at the start of a server. */
export type SealOptions = {
  /** The first key seals new installs; the others still open older ones. At least 32 bytes each. */
  readonly keys: readonly { readonly id: string; readonly secret: Uint8Array | string }[]
  readonly worker: { readonly path: string; readonly source: string }
  readonly callbackPath: string
  /** Origins that the worker talks to, besides its own. */
  readonly connect: readonly string[]
  /** What a page may connect to besides its own origin, as CSP sources. Default: the same as `connect`. */
  readonly pageConnect?: readonly string[]
}

export type Seal = {
  /** The worker script, the callback, refused worker requests; undefined = yours. */
  handle(request: Request): Promise<Response | undefined>
  /** The same response with the security headers of this origin. */
  protect(request: Request, response: Response): Response
}

export const createSeal = (_options: SealOptions): Seal => {
  throw new Error('unwritten')
}
