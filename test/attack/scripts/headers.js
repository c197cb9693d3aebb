// Sends credentials of its own, and asks for addresses that look like the API.
attack(async ({ addresses, headers }) => {
  const answers = []
  for (const [address, init] of addresses) {
    for (const mode of ['cors', 'same-origin', 'no-cors']) {
      answers.push(
        await lib.outcome(async () => {
          const response = await fetch(address, { ...init, mode, headers, signal: AbortSignal.timeout(3000) })
          return [address, response.status, response.headers, await response.text()]
        }),
      )
    }
  }
  return answers
})
