/** Put in by the build: where the identity provider and the API of this example are. */
declare const __ISSUER__: string
declare const __API__: string
