/** A path in a folder or a zip in one form: with `/`, without empty parts and `.`; undefined where it is none, or leads out. */
export const cleanPath = (path: string): string | undefined => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name of a file has them
  if (/[\u0000-\u001f]/u.test(path) || /^(?:[\\/]|[a-z]:)/iu.test(path)) return undefined
  return joined([], path)
}

const joined = (folder: readonly string[], path: string): string | undefined => {
  const parts = [...folder]
  for (const part of path.split(/[\\/]/u)) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? undefined : parts.join('/')
}

export const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const folderOf = (path: string): readonly string[] => path.split('/').slice(0, -1)

const decoded = (address: string): string => {
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

/** The path that an address in a note stands for, as seen from the note; undefined where it leads elsewhere. */
export const resolvePath = (note: string, address: string): string | undefined => {
  const path = decoded(address.replace(/[?#].*$/u, ''))
  if (path === '' || path.length > 2000 || /^(?:[\\/]|[a-z][a-z0-9+.-]*:)/iu.test(path)) return undefined
  return joined(folderOf(note), path)
}

/** What a system puts beside files, and nobody has written. */
export const isClutter = (path: string): boolean =>
  path
    .split('/')
    .some((part) => part === '__MACOSX' || part.startsWith('.') || /^(?:thumbs\.db|desktop\.ini)$/iu.test(part))

/** What is left of each list of folders without those that all of them begin with. */
export const belowShared = (all: readonly (readonly string[])[]): readonly (readonly string[])[] => {
  const [first = [], ...others] = all
  const shared = others.reduce((most, folders) => {
    const differs = folders.slice(0, most).findIndex((part, at) => part !== first[at])
    return differs === -1 ? Math.min(most, folders.length) : differs
  }, first.length)
  return all.map((folders) => folders.slice(shared))
}

/** The folders of each path below the one that all of them share. */
export const foldersBelow = (paths: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const below = belowShared(paths.map(folderOf))
  return new Map(paths.map((path, at) => [path, below[at] ?? []]))
}
