/** The file with the script that reads a page, and the name under which it waits to be asked. */
export const CLIP_SCRIPT = '/clip.js'
export const GRAB = 'holdfastGrab'

/** Names in `storage.session`: how the last clip ended, and before the id of its note a clip that is under way. */
export const CLIP_OUTCOME = 'clip-outcome'
export const RUNNING = 'clip-running/'

/** The command in manifest.json that clips the page. */
export const CLIP_COMMAND = 'clip'
