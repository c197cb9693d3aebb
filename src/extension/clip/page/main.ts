import { GRAB } from '../names.ts'
import { grab } from './grab.ts'

// In the world of the extension's scripts, which the page does not share. The background asks for it by name.
Reflect.set(globalThis, GRAB, grab)
