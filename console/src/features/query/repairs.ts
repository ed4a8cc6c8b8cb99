/** What a failed query says, for a person, and the names that would repair it. */
export interface Repairs {
  words: string
  /** Names that are offered, each with the statement that has it. */
  offers: { name: string; sql: string }[]
}

const CODE = /^[A-Z_]+: (?:line \d+:\d+: )?/
const UNKNOWN = /(?:Table|Column) '([^']+)'/
const OFFERED = /Did you mean (.+?)\?/

/** Reads the advice of the API: the name that does not exist, and those that are like it. */
export function repairsOf(message: string, sql: string): Repairs {
  const words = message.replace(/^query \S+ failed: /, '').replace(CODE, '')
  const unknown = UNKNOWN.exec(message)?.[1]?.split('.').at(-1)
  const names = OFFERED.exec(message)?.[1]?.split(' or ') ?? []
  if (!unknown) return { words, offers: [] }
  const place = new RegExp(`(?:\\b\\w+\\.)?\\b${unknown.replace(/\W/g, '\\$&')}\\b`, 'gi')
  const column = message.includes('Column')
  const offers = names.map((name) => ({
    name,
    sql: sql.replace(place, (before) =>
      // A column keeps the alias of its table.
      column && before.includes('.') ? `${before.slice(0, before.lastIndexOf('.'))}.${name}` : name,
    ),
  }))
  return { words, offers: offers.filter((offer) => offer.sql !== sql) }
}
