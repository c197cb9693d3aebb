/** A type that only its own module can make: `Brand<string, 'AccountId'>` is a string that was checked. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

declare const brand: unique symbol
