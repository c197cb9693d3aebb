import { readServer } from '../package/server.ts'
import { createBackground } from './background.ts'
import { createClips } from './clips.ts'
import { createExtensionHost } from './host.ts'
import { listen } from './listen.ts'

const host = createExtensionHost()
listen(createBackground(readServer(), host), createClips(), host)
