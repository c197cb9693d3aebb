import { execFileSync } from 'node:child_process'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setDefaultCACertificates } from 'node:tls'
import { isRoot, nobody, startTethered } from './tethered.ts'

export const proxies = ['nginx', 'caddy'] as const
export type ProxyKind = (typeof proxies)[number]

/** Where the two origins are served by TLS, where plain HTTP is turned away, and the ports of the nodes behind. */
export type Sites = {
  readonly app: number
  readonly id: number
  readonly plain: number
  readonly nodes: readonly { readonly app: number; readonly id: number }[]
}

const documented = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, '../../docs/deploy', name), 'utf8')

/** The file of the documentation with other names: the first 443 is the app's, the second the identity provider's. */
const withNodes = (text: string, { nodes }: Sites): string =>
  nodes.reduce(
    (all, { app, id }, index) =>
      all
        .replaceAll(`10.0.0.${index + 1}:8787`, `127.0.0.1:${app}`)
        .replaceAll(`10.0.0.${index + 1}:8788`, `127.0.0.1:${id}`),
    text,
  )

const nginxConfig = async (folder: string, sites: Sites): Promise<string> => {
  const text = withNodes(await documented('nginx.conf'), sites)
    .replace('listen 80;', `listen 127.0.0.1:${sites.plain};`)
    .replace('listen 443 ', `listen 127.0.0.1:${sites.app} `)
    .replace('listen 443 ', `listen 127.0.0.1:${sites.id} `)
    .replaceAll(/(notes|id)\.example\.com/g, 'localhost')
    .replaceAll('/etc/ssl/holdfast/fullchain.pem', join(folder, 'cert.pem'))
    .replaceAll('/etc/ssl/holdfast/privkey.pem', join(folder, 'key.pem'))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths.join(' ')}\n${text}\n}`
}

const caddyConfig = async (folder: string, sites: Sites): Promise<string> => {
  const tls = `tls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`
  return withNodes(await documented('Caddyfile'), sites)
    .replace('{\n', `{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port ${sites.plain}\n`)
    .replace('notes.example.com {', `https://localhost:${sites.app} {\n\t${tls}`)
    .replace('id.example.com {', `https://localhost:${sites.id} {\n\t${tls}`)
}

const programs = {
  nginx: {
    path: process.env.HOLDFAST_NGINX ?? '/usr/sbin/nginx',
    config: nginxConfig,
    args: (file: string, folder: string) => ['-c', file, '-p', folder, '-e', 'stderr'],
  },
  caddy: {
    path: process.env.HOLDFAST_CADDY ?? '/usr/bin/caddy',
    config: caddyConfig,
    args: (file: string) => ['run', '--config', file, '--adapter', 'caddyfile'],
  },
}

const answers = async (port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** A folder with a certificate for localhost, which this process trusts from now on. */
export const makeCertificate = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-proxy-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-noenc',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ]
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    process.env.HOLDFAST_OPENSSL ?? 'openssl',
    ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  )
  if (isRoot) for (const file of [folder, key]) await chown(file, nobody.uid, nobody.gid)
  setDefaultCACertificates([await readFile(cert, 'utf8')])
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Starts the proxy of that kind as the documentation configures it. */
export const startProxy = async (kind: ProxyKind, folder: string, sites: Sites) => {
  const { path, config, args } = programs[kind]
  const file = join(folder, kind)
  await writeFile(file, await config(folder, sites))
  return startTethered(path, args(file, folder), {
    cwd: folder,
    ready: async () => (await answers(sites.app)) && answers(sites.id),
  })
}
