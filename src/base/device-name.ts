const first = (text: string, table: readonly (readonly [RegExp, string])[], otherwise: string): string =>
  table.find(([pattern]) => pattern.test(text))?.[1] ?? otherwise

const browsers = [
  [/^HoldfastCLI\//, 'Holdfast'],
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const platforms = [
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const

/** A name a person knows this browser by, from its `User-Agent` (RFC 9110 §10.1.5): "Firefox on Linux". */
export const describeDevice = (userAgent: string): { readonly name: string; readonly platform: string } => {
  const platform = first(userAgent, platforms, 'Unknown')
  return { name: `${first(userAgent, browsers, 'Browser')} on ${platform}`, platform }
}
