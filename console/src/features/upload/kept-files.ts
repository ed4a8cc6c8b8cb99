import { createStore, del, entries, set } from 'idb-keyval'

/** Files whose upload has begun and not ended. They lie in the browser, so that a reload goes on. */
const begun = createStore('headgate-uploads', 'files')

export interface Kept {
  id: string
  file: File
  dataset: string
  /** When it was chosen, in milliseconds since 1970: the newest is listed first. */
  addedAt: number
  /** The sheet, the member or the list of records to begin with. */
  part?: string
  /** Parts of the same file that were committed before. */
  committed?: string[]
}

export async function keptFiles(): Promise<Kept[]> {
  return (await entries<string, Omit<Kept, 'id'>>(begun))
    .map(([id, kept]) => ({ id, ...kept }))
    .sort((one, other) => other.addedAt - one.addedAt)
}

export const keep = ({ id, ...kept }: Kept): Promise<void> => set(id, kept, begun)
export const forget = (id: string): Promise<void> => del(id, begun)
