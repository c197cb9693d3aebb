// A worker of the attacker's own: asks for the custody worker's script from inside of a worker.
;(() => {
  const tell = async (port) => {
    const told = {}
    try {
      importScripts('/sw.js')
    } catch (error) {
      told.importScripts = String(error)
    }
    told.global = self.__holdfast ?? null
    for (const mode of ['cors', 'same-origin']) {
      try {
        const response = await fetch('/sw.js', { mode, headers: { 'Service-Worker': 'script' } })
        told[mode] = [response.status, await response.text()]
      } catch (error) {
        told[mode] = String(error)
      }
    }
    port.postMessage(told)
  }
  if ('clients' in self) {
    self.onmessage = ({ data, ports }) => ports[0]?.postMessage({ hijacked: true, id: data?.id })
  } else if ('onconnect' in self) self.onconnect = ({ ports }) => tell(ports[0])
  else tell(self)
})()
