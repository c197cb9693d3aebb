/**
 * A value that must not leave by accident: it prints as `[secret]`, serialises as `"[secret]"` and is cloned as `{}`,
 * because structured clone does not see private fields.
 */
export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  static reveal<T>(secret: Secret<T>): T {
    return secret.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  get [Symbol.toStringTag](): string {
    return 'secret'
  }
}

/** The one way out of a `Secret`. Only `oidc`, `vault` and `api` of the worker may call it; a test counts the places. */
export const reveal = Secret.reveal
