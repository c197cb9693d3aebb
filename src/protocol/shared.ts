/** Where the worker leaves what another app has shared with this one, until the page has asked what to do with it. */
export const SHARE_PATH = '/share'
export const SHARED_CACHE = 'holdfast-shared'
/** In the cache: what was shared, as JSON; its files are at `/shared/0` and so on. */
export const SHARED_TEXT = '/shared/text'
export const sharedFile = (index: number): string => `/shared/${index}`
/** The query by which the page is told. */
export const SHARED_QUERY = 'shared'
/** The header that carries the name of a file, percent-encoded. */
export const NAME_HEADER = 'x-name'

/** At most so many files, and so many bytes of one: anyone can send a form here. */
export const MOST_SHARED_FILES = 20
export const MOST_SHARED_BYTES = 100 * 1024 ** 2
