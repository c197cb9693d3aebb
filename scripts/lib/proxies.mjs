import { ensurePrograms } from './programs.mjs'

const proxies = [
  { name: 'nginx', variable: 'HOLDFAST_NGINX', package: 'nginx', paths: ['/usr/sbin/nginx', '/usr/bin/nginx'] },
  { name: 'Caddy', variable: 'HOLDFAST_CADDY', package: 'caddy', paths: ['/usr/bin/caddy'] },
  { name: 'OpenSSL', variable: 'HOLDFAST_OPENSSL', package: 'openssl', paths: ['/usr/bin/openssl'] },
]

/** Finds the reverse proxies that the server is tried behind, as `ensureBrowsers` finds browsers. */
export const ensureProxies = () => ensurePrograms(proxies)
