import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout, whatever the current one is. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A path in the checkout. */
export const at = (...parts) => join(root, ...parts)
