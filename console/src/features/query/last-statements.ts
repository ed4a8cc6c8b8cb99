import { keepList, keptList } from '../../api/kept-list'

/** A statement that a person ran or left in the editor: when, and how many rows its answer had. */
export interface LastStatement {
  sql: string
  /** Milliseconds since 1970. */
  at: number
  /** Undefined for a statement that another one replaced before it was answered. */
  rows?: number | undefined
  /** Whether the answer has more rows than that. */
  hasMore: boolean
}

const KEY = 'headgate.last-statements'
const DRAFT_KEY = 'headgate.statement-draft'
const MAX_STATEMENTS = 30
/** The days for which a browser keeps a statement. */
export const MAX_DAYS = 14
const DAY_MS = 24 * 60 * 60 * 1000

const browser = (): Storage => window.localStorage

/** Each person who uses the browser has their own statements. */
const keyOf = (person: string): string => `${KEY}.${person}`

/** The statements that a person ran last in this browser, the newest first. */
export function lastStatements(person: string): LastStatement[] {
  const since = Date.now() - MAX_DAYS * DAY_MS
  return keptList(browser, keyOf(person), isStatement).filter(({ at }) => at >= since)
}

/** Keep statements as the newest ones; one that is run again moves to the front. */
export const keepStatements = (person: string, newest: LastStatement[]): void =>
  keepList(browser, keyOf(person), withNewest(newest, lastStatements(person)))

/** The newest statements and then the earlier ones, each once. */
export function withNewest(newest: LastStatement[], earlier: LastStatement[]): LastStatement[] {
  const ran = new Map<string, LastStatement>()
  for (const statement of [...newest, ...earlier]) {
    const text = statement.sql.trim()
    if (!ran.has(text)) ran.set(text, statement)
  }
  return [...ran.values()].slice(0, MAX_STATEMENTS)
}

const draftKeyOf = (person: string): string => `${DRAFT_KEY}.${person}`
const isText = (value: unknown): value is string => typeof value === 'string'

/** The statement that a person wrote last into the editor, which is there when they come back; empty without one. */
export const statementDraft = (person: string): string =>
  keptList(browser, draftKeyOf(person), isText)[0] ?? ''

/** Keep what is in the editor. */
export const keepDraft = (person: string, sql: string): void => keepList(browser, draftKeyOf(person), [sql])

/** Forget the statements of all people, because the next person may use this browser. */
export function forgetStatements(): void {
  try {
    const storage = browser()
    const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place))
    for (const key of keys)
      if (key?.startsWith(`${KEY}.`) || key?.startsWith(`${DRAFT_KEY}.`)) storage.removeItem(key)
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

/** The last millisecond that a date can have. */
const MAX_TIME = 8.64e15

function isStatement(value: unknown): value is LastStatement {
  const { sql, at, rows } = (value ?? {}) as Partial<LastStatement>
  const isCount = rows === undefined || typeof rows === 'number'
  return typeof sql === 'string' && typeof at === 'number' && Math.abs(at) <= MAX_TIME && isCount
}
