import { startBalancer } from '../../../support/balancer.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { startTestServer, type TestServer } from './running-server.ts'

type Node = 'first' | 'second'

/** Two servers on one database and with the same keys, behind one address for each origin. */
export const startNodes = async () => {
  const [appPort = 0, idPort = 0, ...own] = await freePorts(4)
  const urls = { appUrl: `http://localhost:${appPort}`, idUrl: `http://localhost:${idPort}` }
  const first = await startTestServer(urls)
  const [otherApp = 0, otherId = 0] = own
  const second = await startTestServer({ ...first.config, appPort: otherApp, idPort: otherId })
  const nodes: Record<Node, TestServer> = { first, second }
  let choose = (): Node => 'first'
  const balancers = await Promise.all([
    startBalancer(appPort, () => nodes[choose()].config.appPort),
    startBalancer(idPort, () => nodes[choose()].config.idPort),
  ])
  return {
    ...nodes,
    /** What follows goes to this node. */
    use(node: Node) {
      choose = () => node
    },
    /** What follows goes to one after the other. */
    alternate() {
      let turn = 0
      choose = () => (turn++ % 2 === 0 ? 'first' : 'second')
    },
    async dispose() {
      await Promise.all(balancers.map((balancer) => balancer.close()))
      await second.dispose()
      await first.dispose()
    },
  }
}

export type Nodes = Awaited<ReturnType<typeof startNodes>>
