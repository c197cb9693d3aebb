/** What a command comes to. `failed`: it has done what it could, and found something that is not as it should be. */
export type Result = {
  readonly json: unknown
  readonly text: string
  readonly failed?: boolean
}
