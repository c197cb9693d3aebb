import type { DeviceService } from '../devices/devices.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import type { Route } from './route.ts'
import { authRoutes } from './routes/auth.ts'
import { deviceRoutes } from './routes/devices.ts'
import { profileRoutes } from './routes/profile.ts'
import { serverRoutes } from './routes/server.ts'

export type RouteDeps = {
  readonly store: Store
  readonly secrets: Secrets
  readonly devices: DeviceService
}

/** Every route of the API, in one list: the server answers these, and the OpenAPI document describes them. */
export const createRoutes = ({ store, secrets, devices }: RouteDeps): readonly Route[] => [
  ...authRoutes(store),
  ...deviceRoutes(store, devices),
  ...profileRoutes(store),
  ...serverRoutes(secrets, ['password', 'devices']),
]
