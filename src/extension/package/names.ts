/** The name in `storage.session` under which the background leaves how the last sign-in ended. */
export const OUTCOME = 'sign-in-outcome'
