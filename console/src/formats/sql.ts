/** A text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A column's name in SQL; in quotes, a reserved word or another sign is a name too. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The address of the page Query with a statement. */
export const queryAddress = (sql: string): string => `#/query?sql=${encodeURIComponent(sql)}`
