/** The longest description of a dataset that the API accepts. */
export const MAX_DESCRIPTION = 2_000
