import type { Reply, Request } from '../protocol/messages.ts'
import type { Devices, Pairing } from './session.ts'

type Asked<Kind extends string> = Extract<Request, { type: `${Kind}.${string}` }>
type Ask<Kind extends string> = (request: Asked<Kind>) => Promise<Reply[Asked<Kind>['type']]>

/** `ask`: one question to the worker, one answer. */
export const createDevices = (ask: Ask<'devices'>): Devices => {
  const of = async (request: Asked<'devices'>) => (await ask(request)).devices
  return {
    list: () => of({ type: 'devices.list' }),
    rename: (device, name) => of({ type: 'devices.rename', device, name }),
    remove: (device) => of({ type: 'devices.remove', device }),
  }
}

/** `ask`: one question to the worker, one answer. */
export const createPairing = (ask: Ask<'pairing'>): Pairing => ({
  look: () => ask({ type: 'pairing.get' }),
  offer: () => ask({ type: 'pairing.offer' }),
  join: (code) => ask({ type: 'pairing.join', code }),
  approve: () => ask({ type: 'pairing.approve' }),
  cancel: () => ask({ type: 'pairing.cancel' }),
})
