/** A statement that a person ran: when, and how many rows its answer had. */
export interface LastStatement {
  sql: string
  /** Milliseconds since 1970. */
  at: number
  rows: number
  /** Whether the answer has more rows than that. */
  hasMore: boolean
}

type Kept = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'headgate.last-statements'
const MAX_STATEMENTS = 30

/** Statements of other people who use this browser are others, and each lake has its own address. */
const keyOf = (person: string): string => `${KEY}.${person}`

/** The statements that a person ran last in this browser, the newest first. */
export function lastStatements(person: string, storage: Kept = window.localStorage): LastStatement[] {
  try {
    const kept = JSON.parse(storage.getItem(keyOf(person)) ?? '[]') as unknown
    return Array.isArray(kept) ? kept.filter(isStatement) : []
  } catch {
    return []
  }
}

/** Keep statements as the newest ones; one that is run again moves to the front. */
export function keepStatements(
  person: string,
  newest: LastStatement[],
  storage: Kept = window.localStorage,
): void {
  try {
    const kept = withNewest(newest, lastStatements(person, storage))
    storage.setItem(keyOf(person), JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing has no last statements.
  }
}

/** The newest statements and then the earlier ones, each once. */
export function withNewest(newest: LastStatement[], earlier: LastStatement[]): LastStatement[] {
  const ran = new Map<string, LastStatement>()
  for (const statement of [...newest, ...earlier]) {
    const text = statement.sql.trim()
    if (!ran.has(text)) ran.set(text, statement)
  }
  return [...ran.values()].slice(0, MAX_STATEMENTS)
}

/** Forget the statements of all people, because the next person may use this browser. */
export function forgetStatements(storage: Storage = window.localStorage): void {
  const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place))
  for (const key of keys) if (key?.startsWith(`${KEY}.`)) storage.removeItem(key)
}

function isStatement(value: unknown): value is LastStatement {
  const { sql, at, rows } = (value ?? {}) as Partial<LastStatement>
  return typeof sql === 'string' && typeof at === 'number' && typeof rows === 'number'
}
