import fc from 'fast-check'
import { startSite } from '../sync/support/site.ts'
import { property } from './support/property.ts'
import { history, live, startReplicas } from './support/replicas.ts'

property(
  'replicas that edit apart, with calls lost and doubled, workers killed and memories gone, end alike, with every letter of every edit',
  [fc.integer({ min: 2, max: 5 }), history],
  async (count, steps) => {
    const site = await startSite(Array.from({ length: count }, (_, at) => `Device ${at}`))
    await live(
      startReplicas(site.devices, (at) => site.server.as(site.devices[at]?.id ?? new Uint8Array())),
      steps,
    )
  },
  { oneIn: 20, atLeast: 2000, number: 80 },
)
