/** How Node runs the server, of its TypeScript source. */
export const serverArgs = ['--disable-warning=ExperimentalWarning', 'server/start.mjs']
