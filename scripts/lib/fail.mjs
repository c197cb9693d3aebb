/** Ends the command with a message a reader can act on, and no stack. */
export const fail = (message) => {
  console.error(`\n${message}`)
  process.exit(1)
}
