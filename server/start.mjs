import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'

// Passwords are hashed in as many threads as there are processors and one more (accounts/password.ts); one is left for signatures.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 2)

// What was compiled at the last start is not compiled again: half the time, and less memory. In JavaScript, so that what turns
// TypeScript into it (15 MiB) is not loaded for this file alone.
enableCompileCache(new URL('../build/compile-cache', import.meta.url).pathname)
await import('./main.ts')
