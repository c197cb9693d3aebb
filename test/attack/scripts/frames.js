// Asks the worker from frames inside of the page: a frame without an address, and one of a page of the origin.
attack(async ({ frames }) => {
  const told = []
  addEventListener('message', ({ data }) => {
    if (data?.fromAttack === true) told.push(data)
  })
  for (const address of frames) {
    const frame = document.createElement('iframe')
    if (address !== null) frame.src = address
    const loaded = lib.once(frame, 'load', 'error')
    document.body.append(frame)
    await lib.within(loaded, 3000)
    const heard = lib.once(window, 'message')
    await lib.outcome(() => {
      const script = frame.contentDocument.createElement('script')
      script.src = lib.trust.url('/attack/from-frame.js')
      frame.contentDocument.documentElement.append(script)
    })
    if (frame.contentDocument !== null) await lib.within(heard, 3000)
  }
  return told
})
