import { clear, createStore, del, delMany, entries, set } from 'idb-keyval'

/** Files whose upload has begun and not ended. They lie in the browser, so that a reload goes on. */
const begun = createStore('headgate-uploads', 'files')

const MAX_AGE_MS = 24 * 60 * 60 * 1000

export interface Kept {
  id: string
  file: File
  dataset: string
  /** Who chose it, as others may use the browser. */
  by: string
  /** When it was chosen, in milliseconds since 1970: the newest is listed first. */
  addedAt: number
  /** The sheet, the member or the list of records to begin with. */
  part?: string
  /** Whether a dataset is to be made of the part, so that its draft is open. */
  opensDraft?: boolean
  /** Parts of the same file that were committed before. */
  committed?: string[]
}

type Stored = Omit<Kept, 'id'>

const isOwn = ({ by, addedAt }: Stored, caller: string): boolean =>
  by === caller && Date.now() - addedAt < MAX_AGE_MS

/** The files of a person, the newest first. */
export async function keptFiles(caller: string): Promise<Kept[]> {
  return (await entries<string, Stored>(begun))
    .filter(([, kept]) => isOwn(kept, caller))
    .map(([id, kept]) => ({ id, ...kept }))
    .sort((one, other) => other.addedAt - one.addedAt)
}

/** Forget the files of everybody else, and those of more than a day ago. */
export async function forgetOthers(caller: string): Promise<void> {
  const others = (await entries<string, Stored>(begun)).filter(([, kept]) => !isOwn(kept, caller))
  await delMany(
    others.map(([id]) => id),
    begun,
  )
}

export const keep = ({ id, ...kept }: Kept): Promise<void> => set(id, kept, begun)
export const forget = (id: string): Promise<void> => del(id, begun)
export const forgetAll = (): Promise<void> => clear(begun)
