/**
 * The path of an address, as `new URL` has it and in a tenth of its time. For addresses that are written as that writes them (URL
 * §4.5), as `Request.url` is.
 */
export const pathOf = (address: string): string => /^[a-z]+:\/\/[^/?#]*([^?#]*)/.exec(address)?.[1] ?? ''
