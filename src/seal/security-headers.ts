const self = "'self'"
const none = "'none'"

const policy = (directives: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')

/** The Content Security Policy of every response but the worker script: CSP Level 3, Trusted Types. */
const pagePolicy = (connect: readonly string[]): string =>
  policy({
    'default-src': [none],
    'script-src': [self],
    'style-src': [self],
    'img-src': [self, 'blob:', 'data:'],
    'media-src': [self, 'blob:'],
    'connect-src': [self, ...connect],
    'frame-src': [none],
    'fenced-frame-src': [none],
    'object-src': [none],
    'base-uri': [none],
    'form-action': [self],
    'frame-ancestors': [none],
    'worker-src': [self],
    'manifest-src': [self],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['holdfast', 'dompurify'],
  })

/** The worker's own policy: it may talk to its origin and to the named ones, and load nothing (custody.md). */
export const workerPolicy = (connect: readonly string[]): string =>
  policy({
    'default-src': [none],
    'connect-src': [self, ...connect],
    'worker-src': [self],
    'base-uri': [none],
    'frame-ancestors': [none],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': [none],
  })

const denied = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
]

const permissions = [...denied.map((name) => `${name}=()`), 'camera=(self)', 'microphone=(self)'].join(', ')

/** The headers of every response of the origin: pages, assets, errors and JSON alike. `https` adds HSTS (RFC 6797). */
export const securityHeaders = (options: {
  readonly connect: readonly string[]
  readonly https: boolean
}): Readonly<Record<string, string>> => ({
  'content-security-policy': pagePolicy(options.connect),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': permissions,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(options.https ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
})
