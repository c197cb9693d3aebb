import { readServer } from '../package/server.ts'
import { createBackground } from './background.ts'
import { createClips } from './clips.ts'
import { createExtensionHost } from './host.ts'
import { listen } from './listen.ts'

listen(createBackground(readServer(), createExtensionHost()), createClips())
