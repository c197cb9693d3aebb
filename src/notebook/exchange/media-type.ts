const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  amr: 'audio/amr',
  weba: 'audio/webm',
  webm: 'video/webm',
  mp4: 'video/mp4',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  zip: 'application/zip',
}

/** What a file is when nobody knows. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** The ending of a name, small, without its dot. */
export const endingOf = (name: string): string => /\.([a-z0-9]+)$/iu.exec(name)?.[1]?.toLowerCase() ?? ''

/** The media type that the ending of a name stands for. */
export const typeOfName = (name: string): string =>
  Object.entries(types).find(([ending]) => ending === endingOf(name))?.[1] ?? UNKNOWN_TYPE

/** A media type as it may be kept: one without anything beside it but its parameters, else that of nothing known. */
export const cleanType = (type: string): string =>
  /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/u.test(type) ? type.toLowerCase() : UNKNOWN_TYPE

/** An ending that stands for the type, where the name has none. */
export const endingFor = (type: string): string => {
  const found = Object.entries(types).find(([, one]) => one === type)
  return found === undefined ? '' : `.${found[0]}`
}
