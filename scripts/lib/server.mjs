/** How Node runs the server, from its TypeScript source. */
export const serverArgs = ['--disable-warning=ExperimentalWarning', 'server/main.ts']
