/** The longest description of a dataset that the API accepts. */
export const MAX_DESCRIPTION = 2_000

/** The most characters in the description of a column. */
export const MAX_COLUMN_DESCRIPTION = 500
