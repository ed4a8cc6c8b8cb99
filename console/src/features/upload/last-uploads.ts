import { keepList, keptList } from '../../api/kept-list'

/** The files that this browser committed last, so that their receipts outlive the page and a reload. */

const KEY = 'headgate-last-uploads'
const MAX_LISTED = 5
const MAX_WAIT_MS = 2 * 60 * 1000

interface Committed {
  fileId: string
  by: string
  /** When, in milliseconds since 1970. */
  at?: number
}

const browser = (): Storage => window.localStorage

const isCommitted = (value: unknown): value is Committed => {
  const { fileId, by } = (value ?? {}) as Partial<Committed>
  return typeof fileId === 'string' && typeof by === 'string'
}

const stored = (): Committed[] => keptList(browser, KEY, isCommitted)

// Where nothing is kept the receipt stays until the page is left, and the page Lake lists the file.
const store = (files: Committed[]): void => keepList(browser, KEY, files)

/** The ids of the files that a person committed last, the newest first. */
export const lastUploads = (by: string): string[] =>
  stored()
    .filter((one) => one.by === by)
    .map((one) => one.fileId)
    .slice(0, MAX_LISTED)

/** Note that a person committed a file. */
export function noteUpload(fileId: string, by: string): void {
  const others = stored().filter((one) => one.fileId !== fileId || one.by !== by)
  const own = others.filter((one) => one.by === by).slice(0, MAX_LISTED - 1)
  store([{ fileId, by, at: Date.now() }, ...own, ...others.filter((one) => one.by !== by)])
}

/** Whether a file was committed so recently that the gate may not have begun with it. */
export const isJustCommitted = (fileId: string): boolean =>
  stored().some((one) => one.fileId === fileId && Date.now() - (one.at ?? 0) < MAX_WAIT_MS)

/** Take a file off a person's list. */
export const dropUpload = (fileId: string, by: string): void =>
  store(stored().filter((one) => one.fileId !== fileId || one.by !== by))
