/** How long one may work before others have their turn, in milliseconds: half of what a picture on the screen has. */
const LONGEST = 8

/** Lets everything else of the page have its turn. A timer would wait for longer. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })

/** Gives way where the work has gone on for long. `onTurn` is called each time that it does. */
export const createPace = (onTurn: (done: number) => void): ((done: number) => Promise<void>) => {
  let since = performance.now()
  return async (done) => {
    if (performance.now() - since < LONGEST) return
    onTurn(done)
    await turn()
    since = performance.now()
  }
}
