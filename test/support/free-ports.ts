import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems hand out by themselves, so that no outgoing connection takes one meanwhile. */
const first = 20_000
const last = 32_000

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port)
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  await once(server.close(), 'close')
  return true
}

/** Ports that nothing listens on, all different. */
export const freePorts = async (count: number): Promise<number[]> => {
  const found = new Set<number>()
  while (found.size < count) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}
